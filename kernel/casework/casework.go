// Package casework moves cases from step to step.
//
// A case changes in one way only: somebody, a rule or a clock acts on it.
// Everything that follows from an act is one transaction: facts, step, clock,
// timeline, audit entry, messages, jobs. Other departments are asked before it
// begins. A machine never refuses: an act that ends a case with a decision is
// always done by a person.
package casework

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"sync"

	"minzheng/kernel/audit"
	"minzheng/kernel/calendar"
	"minzheng/kernel/catalog"
	"minzheng/kernel/catalog/remedy"
	"minzheng/kernel/db"
	"minzheng/kernel/exchange"
	"minzheng/kernel/fact"
	"minzheng/kernel/file"
	"minzheng/kernel/form"
	"minzheng/kernel/job"
	"minzheng/kernel/notify"
	"minzheng/kernel/people"
	"minzheng/kernel/region"
	"minzheng/kernel/rule"
	"minzheng/kernel/secret"
)

//go:embed schema
var files embed.FS

// Schema returns the room's tables.
func Schema() db.Schema {
	sub, _ := fs.Sub(files, "schema")
	return db.Schema{Room: "casework", Files: sub}
}

// Needs are the words that an act may name as what must be so before it.
var Needs = map[string]bool{"settled": true, "judged": true, "done": true, "not-same": true, "differ": true, "filed": true, "countersigned": true}

// Worker is a member of staff whom cases can be given to.
type Worker struct{ ID, Name string }

// Actor is who does an act.
type Actor struct {
	ID   string // account of staff, or id of a person
	Name string
	Role string // role it acts in; "citizen", or "system" for a clock
}

// System is the actor of what happens by itself.
var System = Actor{ID: "system", Name: "系统自动", Role: "system"}

// Effect is what an act does beyond the case itself, inside its transaction.
type Effect func(ctx context.Context, tx *db.Tx, e Effecting) error

// Effecting is what an effect may know.
type Effecting struct {
	Case      Case
	Service   *catalog.Service
	Facts     *fact.Set
	Judgement rule.Judgement
	Actor     Actor
	Act       string // code of the act
	Reason    string
	Day       calendar.Day
	For       people.ID         // whom the service is for; the applicant unless it says otherwise
	Persons   int               // members for whom it is
	Desk      *Desk             // that does the act
	Answers   []form.Answer     // of the act's form
	Words     map[string]any    // an effect may add words for the act's letter
	Detail    map[string]string // and lines for the timeline
	Or        func()            // takes the act's other way
}

// Office is what letters and pages say about the bureau.
type Office struct {
	Bureau  string // 清溪县民政局
	Phone   string
	Review  string // whom to ask for a review: 清溪县人民政府
	Court   string
	BaseURL string // where the public reaches us
	Hotline string
	Account string // from which the bureau pays; "" cannot order payments by ISO 20022
}

// Rooms are the rooms that casework stands on.
type Rooms struct {
	DB       *db.DB
	Box      *secret.Box
	People   *people.Register
	Audit    *audit.Log
	Exchange *exchange.Exchange
	Calendar *calendar.Calendar
	Places   *region.Tree
	Queue    *job.Queue
	Files    *file.Store
	Notify   *notify.Outbox
	Log      *slog.Logger
	Office   Office
	Staff    func(ctx context.Context, r db.Reader, role, region string) ([]Worker, error)
	Name     func(ctx context.Context, r db.Reader, account string) string         // of a member of staff; "" if gone
	Movers   []Mover                                                               // what areas keep of people
	Holds    func(ctx context.Context, r db.Reader, who people.ID) ([]Held, error) // what runs for an applicant; nil: nobody knows
	// Opening is asked before a matter begins with somebody's number, and may
	// refuse; nil refuses nobody. What is no case asks it for itself.
	Opening func(ctx context.Context, tx *db.Tx, b Beginning) error
	// Avoids tells who has to keep away from a case with these members, by the
	// blind indexes of their numbers; nil: nobody has declared anything.
	Avoids func(ctx context.Context, r db.Reader, members []string) ([]Avoided, error)

	// Countersigned tells which roles have countersigned (会签) a case in the
	// step where it is; nil: nobody is asked.
	Countersigned func(ctx context.Context, r db.Reader, c Case) ([]string, error)
	// Ended is called in the transaction in which a case ends; nil: nobody minds.
	Ended func(ctx context.Context, tx *db.Tx, c Case) error
}

// Beginning is a matter that is about to begin with the numbers of its members.
type Beginning struct {
	Subject string   // case/…
	Kinds   []string // code of the service, kind of the subject
	Members []Member // the first is whose it is
	Parties bool     // all of them take part in person, as in a marriage
	By      Actor
}

// Desk does all casework. It is safe for use by several goroutines.
type Desk struct {
	Rooms
	shelf   *Shelf
	effects map[string]Effect
	benches sync.Map // decision.Bench by what it was read from

	remedies func() (remedy.Table, error)
}

// Effects are the effects that casework brings itself.
func Effects() map[string]Effect { return map[string]Effect{"answer-objections": answerObjections} }

// New returns a desk and tells the queue which jobs it does.
func New(r Rooms, shelf *Shelf, effects map[string]Effect) *Desk {
	d := &Desk{Rooms: r, shelf: shelf, effects: Effects(), remedies: sync.OnceValues(remedy.Load)}
	maps.Copy(d.effects, effects)
	r.Queue.Handle(jobLookup, d.lookup)
	r.Queue.Handle(jobPublicity, d.publicityOver)
	r.Queue.Handle(jobWait, d.waitOver)
	r.Queue.Handle(jobLeave, d.leave)
	r.Queue.Handle(TwinsKind, d.findTwins)
	return d
}

// Services returns the shelf of services.
func (d *Desk) Services() *Shelf { return d.shelf }

// path is a region's path as rules take it.
func (d *Desk) path(code string) []string {
	var all []string
	for _, c := range d.Places.Path(region.Code(code)) {
		all = append(all, string(c))
	}
	return all
}

// office returns the place of a level above a region: whose office acts there.
func (d *Desk) office(code, level string) (string, error) {
	want := map[string]region.Level{"township": region.OfTownship, "county": region.OfCounty,
		"prefecture": region.OfPrefecture, "province": region.OfProvince}[level]
	for _, c := range d.Places.Path(region.Code(code)) {
		if c.Level() == want {
			return string(c), nil
		}
	}
	return "", fmt.Errorf("no %s above %s", level, code)
}

// WorkerName is the name of a member of staff, "" when nobody has the case.
func (d *Desk) WorkerName(ctx context.Context, r db.Reader, account string) string {
	if account == "" || d.Name == nil {
		return ""
	}
	return d.Name(ctx, r, account)
}
