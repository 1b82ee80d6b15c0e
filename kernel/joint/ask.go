package joint

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"minzheng/kernel/audit"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/notify"
	"minzheng/kernel/region"
)

// Asking is a request before it is made.
type Asking struct {
	Kind  Kind
	To    casework.Seat
	Named string // a colleague there; "" is whoever has the fewest
	Text  string
	Law   string
	Days  int // working days
	Grant Grant
	Who   casework.Actor
}

// mostDays is the longest clock that a request can have.
const mostDays = 30

// Ask makes a request about an open case and gives it to somebody.
func (x *Room) Ask(ctx context.Context, tx *db.Tx, id casework.ID, a Asking) (Request, error) {
	c, err := casework.Find(ctx, tx, id)
	if err != nil {
		return Request{}, err
	}
	s, err := x.desk.Services().Version(ctx, tx, c.Version)
	if err != nil {
		return Request{}, err
	}
	if !c.IsOpen() {
		return Request{}, errs.New(errs.Conflict, "这件事已经办完，不用再请人协办了。")
	}
	if a.Kind != Assist && a.Kind != Countersign {
		return Request{}, fmt.Errorf("a request of kind %q", a.Kind)
	}
	if err := x.sound(c, s, a); err != nil {
		return Request{}, err
	}
	if err := x.check(ctx, tx, c, a.To, a.Grant); err != nil {
		return Request{}, err
	}
	q := x.request(tx, a)
	q.Case, q.Step = c.ID, c.Step
	if q.Assignee, err = x.choose(ctx, tx, c.ID, a); err != nil {
		return q, err
	}
	if err := x.made(ctx, tx, q); err != nil {
		return q, err
	}
	_, err = x.desk.Add(ctx, tx, c.ID, casework.Addition{Code: "joint-" + string(q.Kind), By: a.Who, Shown: q.Kind == Assist,
		Title: "请" + x.SeatTitle(q.To) + q.Kind.Word() + "，" + q.Due.Long() + "前答复"})
	return q, err
}

func (x *Room) request(tx *db.Tx, a Asking) Request {
	end := x.desk.Calendar.AddWorkdays(calendar.DayOf(tx.Now), a.Days)
	return Request{ID: db.NewID(), Kind: a.Kind, To: a.To, Named: a.Named != "", By: a.Who, Asks: strings.TrimSpace(a.Text), Law: strings.TrimSpace(a.Law), Grant: a.Grant,
		Made: tx.Now, Due: end.Day, Provisional: end.Provisional, State: Open}
}

// made keeps a request, sets its clocks, and tells whoever has it.
func (x *Room) made(ctx context.Context, tx *db.Tx, q Request) error {
	if err := x.insert(ctx, tx, q); err != nil {
		return err
	}
	if err := x.clocks(ctx, tx, q); err != nil {
		return err
	}
	return x.tell(ctx, tx, notify.Message{Key: "joint/" + q.ID + "/asked", To: q.Assignee, Title: "请您" + q.Kind.Word(),
		Text: q.By.Name + "请您" + q.Kind.Word() + "，" + q.Due.Long() + "前答复。", Link: URL(q.ID), Subject: "joint/" + q.ID})
}

// URL is where whoever is asked opens a request.
func URL(id string) string { return "/staff/joint/" + id }

// sound says what lacks in a request.
func (x *Room) sound(c casework.Case, s *catalog.Service, a Asking) error {
	var p errs.Problems
	if n := len([]rune(strings.TrimSpace(a.Text))); n < 4 || n > 2000 {
		p.Add("text", "请写清要对方做什么，4 到 2000 个字。")
	}
	if a.Days < 1 || a.Days > mostDays {
		p.Add("days", fmt.Sprintf("请写几个工作日内答复，1 到 %d。", mostDays))
	}
	if len([]rune(a.Law)) > 200 {
		p.Add("law", "依据最多写 200 个字。")
	}
	if x.Leaves(c, s, a.To) && !a.Grant.Empty() && strings.TrimSpace(a.Law) == "" {
		p.Add("law", "对方不办这件事，给对方看信息要写明依据，例如 社会救助法 第41条。")
	}
	if x.desk.Services().Known().Roles[a.To.Role] == "" || x.desk.Places.Name(region.Code(a.To.Office)) == "" {
		p.Add("to", "请选请谁。")
	}
	return p.Err()
}

// Leaves reports whether what is shown to a seat leaves the case's own offices:
// those of the service's steps in the place of the case and above.
func (x *Room) Leaves(c casework.Case, s *catalog.Service, to casework.Seat) bool {
	own := slices.ContainsFunc(s.Steps, func(st catalog.Step) bool { return st.Role == to.Role })
	return !own || !x.desk.Places.Within(region.Code(c.Region), region.Code(to.Office))
}

// choose returns who is given a request: the colleague who is named, or who has
// the fewest cases and requests of those who are there. Nobody there leaves it
// with the office.
func (x *Room) choose(ctx context.Context, tx *db.Tx, c casework.ID, a Asking) (string, error) {
	staff, err := x.desk.Ready(ctx, tx, c, a.To, calendar.DayOf(tx.Now))
	if err != nil {
		return "", err
	}
	staff = slices.DeleteFunc(slices.Clone(staff), func(w casework.Worker) bool { return w.ID == a.Who.ID })
	if a.Named != "" {
		if !slices.ContainsFunc(staff, func(w casework.Worker) bool { return w.ID == a.Named }) {
			return "", errs.Problems{{Field: "to", Sentence: "这位同事现在不在岗，或者不能办这一件，请换一位。"}}
		}
		return a.Named, nil
	}
	if len(staff) == 0 {
		anybody, err := x.desk.Staff(ctx, tx, a.To.Role, a.To.Office)
		if err != nil {
			return "", fmt.Errorf("finding staff: %w", err)
		}
		if len(slices.DeleteFunc(slices.Clone(anybody), func(w casework.Worker) bool { return w.ID == a.Who.ID })) == 0 {
			return "", errs.Problems{{Field: "to", Sentence: "那里现在没有这个岗位的人，请换一个单位。"}}
		}
		return "", nil
	}
	return x.least(ctx, tx, staff)
}

func (x *Room) least(ctx context.Context, tx *db.Tx, staff []casework.Worker) (string, error) {
	if len(staff) == 0 {
		return "", nil
	}
	ids := make([]string, len(staff))
	for i, w := range staff {
		ids[i] = w.ID
	}
	cases, err := casework.Loads(ctx, tx, ids)
	if err != nil {
		return "", err
	}
	best, fewest := "", -1
	for _, id := range ids {
		n, err := db.One(ctx, tx, db.Value[int], `SELECT COUNT(*) FROM joint_request WHERE assignee = ? AND state = 'open'`, id)
		if err != nil {
			return "", fmt.Errorf("counting requests: %w", err)
		}
		if n += cases[id]; fewest < 0 || n < fewest {
			best, fewest = id, n
		}
	}
	return best, nil
}

// record audits what was done with a request about a case, or with a task.
func (x *Room) record(ctx context.Context, tx *db.Tx, q Request, who casework.Actor, purpose string) error {
	return x.desk.Audit.Record(ctx, tx, audit.Entry{Actor: who.ID, ActorName: who.Name, Role: who.Role, Verb: audit.Act, Subject: "joint/" + q.ID, Purpose: purpose})
}

// AskTask asks an office for its part of a joint matter. Whoever has it reads
// what was asked; there is no case to be seen.
func (x *Room) AskTask(ctx context.Context, tx *db.Tx, a Asking, matter string) (q Request, err error) {
	a.Kind, a.Grant = Task, Grant{}
	q = x.request(tx, a)
	q.Part = matter
	if q.Assignee, err = x.choose(ctx, tx, "", a); err != nil {
		return q, err
	}
	if err := x.made(ctx, tx, q); err != nil {
		return q, err
	}
	return q, x.record(ctx, tx, q, a.Who, "请"+x.SeatTitle(q.To)+"办一件事里的一件")
}
