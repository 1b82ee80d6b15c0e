// Package catalog holds the public services (事项), read strictly from service
// folders.
//
// A service is data: what it asks, whom it asks, the steps a case goes, the
// clock, the rules and the letters. What is wrong in a folder is said by file
// and name, all at once, and the program does not start. A folder's version is
// the hash of its files; a case keeps the version of the day it was opened.
//
// A standard changes without a new folder: one officer proposes a dated value,
// another activates it after seeing what it means, and the activated ones are
// one more file of the folder, read as strictly as the rest.
package catalog

import (
	"minzheng/kernel/form"
	"minzheng/kernel/letter"
	"minzheng/kernel/rule"
)

// Service is one service as its folder describes it.
type Service struct {
	Code      string      `yaml:"code"`
	Title     string      `yaml:"title"` // 最低生活保障
	Short     string      `yaml:"short"` // 低保
	Area      string      `yaml:"-"`
	Group     string      `yaml:"group"` // 家里困难: where a resident looks for it
	Icon      string      `yaml:"icon"`
	Summary   string      `yaml:"summary"`
	Who       []string    `yaml:"who"`    // who may get it, in plain sentences
	Gets      []string    `yaml:"gets"`   // what one gets
	Law       []string    `yaml:"law"`    // legal basis
	Starts    []string    `yaml:"starts"` // citizen, staff, event, sweep, clock
	Decides   string      `yaml:"decides"`
	Amount    string      `yaml:"amount"` // the rule that gives 分 a month, or 分 once; may be empty
	Benefit   *Benefit    `yaml:"benefit"`
	For       string      `yaml:"for"` // relation of the member whom it is for; empty: the applicant
	Receives  []Receives  `yaml:"receives"`
	Explains  []string    `yaml:"explains"`
	Form      []form.Page `yaml:"form"`
	Household *Household  `yaml:"household"` // nil: the service is for one person
	Materials []Material  `yaml:"materials"`
	Lookups   []Lookup    `yaml:"lookups"`
	Clock     Clock       `yaml:"clock"`
	Consent   Consent     `yaml:"consent"`
	Declare   string      `yaml:"declare"`  // what the applicant declares to be true
	Anywhere  *Anywhere   `yaml:"anywhere"` // nil: only where the applicant is registered, or lives
	Finds     *Finds      `yaml:"finds"`    // nil: nobody is looked for
	Steps     []Step      `yaml:"steps"`
	Procedure bool        `yaml:"procedure"` // a way of going that is laid over other services, see Over
	Internal  bool        `yaml:"internal"`  // the bureau's own matter: nobody asks for it, and it grants nothing

	Process  *Service                    `yaml:"-"` // the procedure that is laid over this service; nil is its own
	Rules    *rule.Rules                 `yaml:"-"`
	Letters  map[string]*letter.Template `yaml:"-"`
	Examples []Example                   `yaml:"-"`
	Version  string                      `yaml:"-"` // hash of the folder
	Files    map[string]string           `yaml:"-"` // the folder itself
	base     string                      // code of the service under Process
}

// Anywhere says that an application is taken in any county and passed to where
// the applicant is registered (跨省通办).
type Anywhere struct {
	Law    string `yaml:"law"`
	Within int    `yaml:"within"` // working days until it is passed on
	Ours   bool   `yaml:"ours"`   // they are our promise, not the law's
}

// Household says how the members are asked for.
type Household struct {
	Ask       string   `yaml:"ask"`
	Lead      string   `yaml:"lead"`
	Why       string   `yaml:"why"`
	Law       string   `yaml:"law"`
	Relations []string `yaml:"relations"`
	Needs     []string `yaml:"needs"`  // relations of which there must be exactly one
	Apart     bool     `yaml:"apart"`  // it does not matter, and is not asked, whether they live together
	Counts    string   `yaml:"counts"` // the rule that says of each member whether it is for them; "" all

	Reasons  []string `yaml:"reasons"`   // rules of each member; the first that holds says why they count or not
	ApartWhy string   `yaml:"apart-why"` // the fact that says why somebody lives apart; "" is not asked
}

// Material is a paper that the applicant adds. What a look-up brings is not asked.
type Material struct {
	Code     string     `yaml:"code"`
	Title    string     `yaml:"title"`
	Hint     string     `yaml:"hint"`
	Why      string     `yaml:"why"`
	Law      string     `yaml:"law"`
	Optional bool       `yaml:"optional"`
	When     *form.When `yaml:"when"` // asked only if any member or the family said so
}

// Lookup is a question to a department.
type Lookup struct {
	Source  string            `yaml:"source"` // code of a source in sources.yaml
	Of      string            `yaml:"of"`     // member (each one) or family (the applicant)
	Purpose string            `yaml:"purpose"`
	Law     string            `yaml:"law"`
	Consent bool              `yaml:"consent"` // only with the person's consent to the check
	Tells   []string          `yaml:"tells"`   // facts that the answer gives
	Absent  map[string]string `yaml:"absent"`  // facts when the department has no record of the person
	From    int               `yaml:"from"`    // only for members of at least this age
	Only    []string          `yaml:"only"`    // only about members of these relations; empty: everybody
}

// Clock is the statutory period of the whole case from 受理, in working days
// unless it says otherwise.
type Clock struct {
	Days    int    `yaml:"days"`
	Special int    `yaml:"special"` // in special cases
	Law     string `yaml:"law"`
	Natural bool   `yaml:"natural"` // calendar days
	Ours    bool   `yaml:"ours"`    // our promise, not the law's
}

// Word says whose period it is, for readers.
func (c Clock) Word() string {
	if c.Ours {
		return "承诺"
	}
	return "法定"
}

// Unit is what the period is counted in, for readers.
func (c Clock) Unit() string {
	if c.Natural {
		return "天"
	}
	return "个工作日"
}

// Consent says what each member agrees to.
type Consent struct {
	Title    string   `yaml:"title"`
	Text     string   `yaml:"text"`
	Promises []string `yaml:"promises"`
	Law      string   `yaml:"law"`
	From     int      `yaml:"from"`  // members younger are agreed for by the applicant
	Lasts    bool     `yaml:"lasts"` // it also covers later looks at the same matter
}

// Step is where a case waits for somebody.
type Step struct {
	Code      string     `yaml:"code"`
	Title     string     `yaml:"title"`  // for staff: 待受理
	Doing     string     `yaml:"doing"`  // for the resident: 乡镇（街道）在看您的材料
	Role      string     `yaml:"role"`   // who acts here; citizen for the applicant
	Level     string     `yaml:"level"`  // township, county …: whose office
	Within    int        `yaml:"within"` // working days that the step may take
	Ours      bool       `yaml:"ours"`   // the step's days are our promise, not the law's
	Law       string     `yaml:"law"`
	Publicity *Publicity `yaml:"publicity"`
	Wait      *Wait      `yaml:"wait"`
	Answered  string     `yaml:"answered"` // the act that the clock does once all departments have answered
	Acts      []Act      `yaml:"acts"`
	Milestone bool       `yaml:"milestone"` // shown on the resident's way even before it is reached
}

// Publicity is a public notice (公示) that lasts while a case is in a step.
type Publicity struct {
	Days  int    `yaml:"days"` // calendar days
	Title string `yaml:"title"`
	Law   string `yaml:"law"`
	Then  string `yaml:"then"`   // the act that the clock does when nobody objected
	Stood string `yaml:"object"` // the act that the clock does when an objection stands
}

// Wait is how long a step waits for somebody before the clock goes on.
type Wait struct {
	Days int    `yaml:"days"` // working days
	Then string `yaml:"then"` // the act that the clock does then
}

// Act is what may be done in a step.
type Act struct {
	Code    string        `yaml:"code"`
	Title   string        `yaml:"title"`
	By      string        `yaml:"by"` // staff (default), citizen or clock
	Hint    string        `yaml:"hint"`
	Tone    string        `yaml:"tone"`    // primary, quiet, stop
	To      string        `yaml:"to"`      // next step; back: where it came from; "" stays
	Or      string        `yaml:"or"`      // the step that an effect may choose instead of to
	Reason  string        `yaml:"reason"`  // required, optional or ""
	Needs   []string      `yaml:"needs"`   // what must be so before: settled, consented, judged, done:CODE, not-same:CODE, filed:CODE
	Form    []*form.Field `yaml:"form"`    // what is recorded
	Missing bool          `yaml:"missing"` // the clerk lists what lacks (一次性告知)
	Photos  bool          `yaml:"photos"`  // papers may be added
	Clock   string        `yaml:"clock"`   // start, or special: the period of special cases
	Ends    string        `yaml:"ends"`    // approved, refused, withdrawn, ended
	Decides bool          `yaml:"decides"` // makes a decision record; where the case goes on, it grants
	Effects []string      `yaml:"effects"`
	Letter  string        `yaml:"letter"`
	Tell    string        `yaml:"tell"` // one sentence to the resident
	Law     string        `yaml:"law"`
	Remedy  string        `yaml:"remedy"` // of an act that decides: its kind in remedies.yaml; "" is by how it ends

	Tells map[string]string `yaml:"tells"` // facts of the case that the act says by being done
}

// Step returns the step with a code, or nil.
func (s *Service) Step(code string) *Step {
	for i := range s.Steps {
		if s.Steps[i].Code == code {
			return &s.Steps[i]
		}
	}
	return nil
}

// ActTitle is the title of an act, wherever it is done.
func (s *Service) ActTitle(code string) string {
	for i := range s.Steps {
		if a := s.Steps[i].Act(code); a != nil {
			return a.Title
		}
	}
	return code
}

// Act returns the act of a step, or nil.
func (st *Step) Act(code string) *Act {
	for i := range st.Acts {
		if st.Acts[i].Code == code {
			return &st.Acts[i]
		}
	}
	return nil
}

// Matter is what a case of the service is called: 最低生活保障申请, 最低生活保障复核.
func (s *Service) Matter() string { return s.matter(s.Title) }

// ShortMatter is Matter in a list: 低保申请.
func (s *Service) ShortMatter() string { return s.matter(s.Short) }

func (s *Service) matter(title string) string {
	if s.Process != nil || s.Procedure || s.Internal {
		return title
	}
	return title + "申请"
}

// Who does the act: staff, citizen or clock.
func (a *Act) Doer() string {
	if a.By == "" {
		return "staff"
	}
	return a.By
}

// Material returns the material with a code, or nil.
func (s *Service) Material(code string) *Material {
	for i := range s.Materials {
		if s.Materials[i].Code == code {
			return &s.Materials[i]
		}
	}
	return nil
}

// StartedBy reports whether a kind of person may start the service.
func (s *Service) StartedBy(kind string) bool {
	for _, k := range s.Starts {
		if k == kind {
			return true
		}
	}
	return false
}
