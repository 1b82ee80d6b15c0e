package area

import (
	"context"
	"time"

	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/fact"
	"minzheng/kernel/family"
	"minzheng/kernel/people"
)

// The states of an offer.
const (
	Made     = "made"
	Seen     = "seen"
	Accepted = "accepted" // by whom it was made to
	Taken    = "taken"    // up by a worker, for whom it was made to
	Declined = "declined"
	Lapsed   = "lapsed" // it no longer holds
)

// Offer is something that somebody was found to qualify for before they asked.
type Offer struct {
	ID      string
	Service string
	Version string // of the rules that found it
	Title   string
	Lead    string // one sentence to whom it is made
	Person  people.ID
	Name    string
	Region  string
	Family  bool // it is for those who live together
	Worker  bool // it cannot be answered on a phone: no number is registered, or a child
	Amount  int64
	Grants  catalog.Benefit // how it would run
	Day     calendar.Day    // as of which it was found
	State   string
	Made    time.Time
	Seen    time.Time
	Closed  time.Time
	Case    casework.ID
	By      string // who closed it
	Body
}

// Body is why an offer was made: it is kept as it was then.
type Body struct {
	Reasons []family.Reason `json:"reasons"`
	Confirm []Point         `json:"confirm,omitempty"`
}

// Point is something that nobody has told yet.
type Point struct {
	Fact  string `json:"fact"`
	About string `json:"about,omitempty"`
	Whose string `json:"whose,omitempty"` // a name
	Say   string `json:"say"`             // 在别的县领着吗？没有领
	Said  bool   `json:"said"`            // whoever accepts says so; else a department is asked
}

// Live reports whether the offer can still be answered.
func (o Offer) Live() bool { return o.State == Made || o.State == Seen }

// Mandate is how somebody has let a worker apply for them.
type Mandate struct {
	Way  string // 当面, 电话 or 书面
	Note string
	Sign bool // they have signed that departments may be asked
}

// Visit is a call at, or a visit to, somebody to whom an offer was made.
type Visit struct {
	At      time.Time
	By      string
	Way     string // call, home or message
	Outcome string // see VisitOutcomes
	Note    string
}

// Ways and outcomes of a visit, with what readers read.
func Ways() [][2]string {
	return [][2]string{{"call", "打电话"}, {"home", "上门"}, {"message", "托人带话"}}
}

// Outcomes are what came of a visit.
func Outcomes() [][2]string {
	return [][2]string{{"told", "告诉了本人，本人自己办"}, {"later", "本人再想想"}, {"absent", "没有找到人"}, {"moved", "不在本地住了"}, {"no", "本人说不需要"}}
}

// OfferQuery chooses offers for workers.
type OfferQuery struct {
	Region  string // only here
	Service string
	Kind    string // worker: only those that no phone reaches; unseen: not looked at for a while; closed; "": all that can be answered
	Skip    int
	Limit   int
}

// Offers are an area's offers.
type Offers struct {
	Find    func(ctx context.Context, r db.Reader, id string) (Offer, error)
	Of      func(ctx context.Context, r db.Reader, person people.ID) ([]Offer, error)  // newest first, closed ones too
	List    func(ctx context.Context, r db.Reader, q OfferQuery) ([]Offer, int, error) // and how many in all
	See     func(ctx context.Context, tx *db.Tx, person people.ID) error               // those made to somebody are seen
	Accept  func(ctx context.Context, tx *db.Tx, id string, me people.Person) (casework.Case, error)
	Decline func(ctx context.Context, tx *db.Tx, id string, me people.Person) error
	TakeUp  func(ctx context.Context, tx *db.Tx, id string, who casework.Actor, m Mandate) (casework.Case, error)
	Visit   func(ctx context.Context, tx *db.Tx, id string, who casework.Actor, v Visit) error
	Visits  func(ctx context.Context, r db.Reader, id string) ([]Visit, error)
}

// Swept is what a look through the register came to.
type Swept struct {
	Day        calendar.Day
	Households int
	People     int
	Made       int
	Lapsed     int
	Took       time.Duration
	Services   []string // that look for people
}

// Heading names the offer with how much it would be: 高龄津贴，每月 ¥60.00.
func (o Offer) Heading() string {
	if o.Amount == 0 {
		return o.Title
	}
	return o.Title + "，" + o.Pays()
}

// Pays says how much it would be: 每月 ¥60.00; "" where it is not known.
func (o Offer) Pays() string {
	switch {
	case o.Amount == 0:
		return ""
	case o.Grants.Kind == catalog.Once:
		return "一次 " + fact.Yuan(o.Amount)
	case o.Grants.Kind == catalog.Voucher:
		return o.Grants.Pays(o.Amount)
	}
	return "每月 " + fact.Yuan(o.Amount)
}
