package seen

import (
	"context"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"time"

	"minzheng/kernel/audit"
	"minzheng/kernel/auth"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/exchange"
	"minzheng/kernel/people"
	"minzheng/kernel/secret"
	"minzheng/kernel/share"
)

// most is how many entries of each sort are read for one person, and of each
// case.
const most = 2000

// Page is everything that a person is shown.
type Page struct {
	Groups []Group
	Cut    bool // there is more than is read
}

// Of tells a person what was done with what is known about them.
func (m *Room) Of(ctx context.Context, r db.Reader, who people.Person) (Page, error) {
	all, cut, err := m.gather(ctx, r, who)
	if err != nil {
		return Page{}, err
	}
	return Page{m.rules.Disclose(all, m.desk.DB.Now()), cut}, nil
}

// Find returns the entry with a key, as the person is shown it.
func (m *Room) Find(ctx context.Context, r db.Reader, who people.Person, key string) (Group, Entry, error) {
	p, err := m.Of(ctx, r, who)
	if err != nil {
		return Group{}, Entry{}, err
	}
	for _, g := range p.Groups {
		for _, e := range g.Entries {
			if e.Key == key {
				return g, e, nil
			}
		}
	}
	return Group{}, Entry{}, errs.New(errs.NotFound, "没有找到这条记录。")
}

// Recent counts what a person is shown since a time; what has no time is left
// out.
func (p Page) Recent(since time.Time) int {
	n := 0
	for _, g := range p.Groups {
		for _, e := range g.Entries {
			if e.Month == "" && !e.At.Before(since) {
				n++
			}
		}
	}
	return n
}

// gather reads the receipts and the audit log, with what each matter is to the
// person.
func (m *Room) gather(ctx context.Context, r db.Reader, who people.Person) ([]Told, bool, error) {
	g := gathering{Room: m, ctx: ctx, r: r, who: who, matters: map[string]Matter{}, names: map[string]string{}, own: map[string]bool{}}
	index := m.desk.People.Index(who.Number)
	looks, err := m.desk.Audit.About(ctx, r, string(who.ID), most)
	if err != nil {
		return nil, false, err
	}
	cut := len(looks) == most
	for _, e := range looks {
		if slices.Contains(m.rules.Own, kindOf(e.Subject)) && e.Detail["of"] != share.OfOther {
			g.own[e.Subject] = true
		}
	}
	in, err := casework.Belongings(ctx, r, []string{index})
	if err != nil {
		return nil, false, err
	}
	for _, b := range in[index] {
		if err := g.belongs(b); err != nil {
			return nil, false, err
		}
		if b.Applicant == who.ID {
			continue
		}
		some, err := m.desk.Audit.Of(ctx, r, "case/"+string(b.Case), most)
		if err != nil {
			return nil, false, err
		}
		looks = append(looks, some...)
	}
	receipts, err := exchange.About(ctx, r, index, most)
	if err != nil {
		return nil, false, err
	}
	all, err := g.told(looks, receipts)
	return all, cut || len(receipts) == most, err
}

// gathering is one reading for one person.
type gathering struct {
	*Room
	ctx     context.Context
	r       db.Reader
	who     people.Person
	matters map[string]Matter
	names   map[string]string // offices of staff
	own     map[string]bool   // subjects that the log says are theirs
}

func (g *gathering) told(looks []audit.Entry, receipts []exchange.Receipt) ([]Told, error) {
	var all []Told
	have := map[string]bool{} // what is both in the log of the case and in the person's
	add := func(e Event, subject string) error {
		if have[e.Key] {
			return nil
		}
		have[e.Key] = true
		matter, err := g.matter(subject)
		all = append(all, Told{e, matter})
		return err
	}
	for _, e := range looks {
		if e.Verb != audit.View && e.Verb != audit.Export || e.Actor == string(g.who.ID) {
			continue
		}
		if err := add(g.look(e), e.Subject); err != nil {
			return nil, err
		}
	}
	for _, q := range receipts {
		if err := add(g.query(q), q.Subject); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func kindOf(subject string) string { kind, _, _ := strings.Cut(subject, "/"); return kind }

// belongs notes what the person is to a case that they are a member of.
func (g *gathering) belongs(b casework.Belonging) error {
	s, err := g.desk.Services().Version(g.ctx, g.r, b.Version)
	if err != nil {
		return err
	}
	out := Matter{Subject: "case/" + string(b.Case), Kinds: []string{b.Service, "case"}, Relation: Member, Title: s.Matter(), Number: b.Number, Open: b.IsOpen(), Ended: b.Closed}
	if b.Applicant == g.who.ID {
		out.Relation, out.Link = Own, "/my/cases/"+string(b.Case)
	} else if out.Relation, err = g.agreed(b); err != nil {
		return err
	}
	g.matters[out.Subject] = out
	return nil
}

// agreed reports whether a member has agreed themselves: a guardian's consent
// is not the child's.
func (g *gathering) agreed(b casework.Belonging) (Relation, error) {
	m, here, err := g.desk.Belongs(g.ctx, g.r, b.Case, g.who.Number)
	if err == nil && here && !m.Consented.IsZero() && (m.ConsentBy == "own" || m.ConsentBy == "paper") {
		return Consented, nil
	}
	return Member, err
}

// matter is what a subject is to the person; of one that nobody knows, nothing
// is told but the coarse.
func (g *gathering) matter(subject string) (Matter, error) {
	if m, ok := g.matters[subject]; ok {
		return m, nil
	}
	kind, id, _ := strings.Cut(subject, "/")
	m := Matter{Subject: subject, Kinds: []string{kind}, Relation: Other}
	if find := g.finders[kind]; find != nil {
		found, err := find(g.ctx, g.r, id, g.who)
		if err != nil && !errs.Is(err, errs.NotFound) {
			return m, err
		}
		if err == nil {
			found.Subject, found.Kinds = subject, append(found.Kinds, kind)
			m = found
		}
	} else if g.own[subject] || id == string(g.who.ID) { // it names them, as family/… does
		m.Relation, m.Title, m.Subject = Own, ownTitles[kind], kind
	}
	if m.Title == "" {
		m.Title = "其他"
	}
	g.matters[subject] = m
	return m, nil
}

// ownTitles name what no case is behind.
var ownTitles = map[string]string{"inquiry": "您自己查能享受什么", "offer": "看您能不能享受什么", "benefit": "您正在领的", "family": "您家的一户一档", "person": "您本人", "warning": "看您家是不是遇到了困难", "share": "其他部门来查"}

func (g *gathering) look(e audit.Entry) Event {
	key := secret.Sum([]byte(e.Actor), []byte(e.Subject), []byte(strconv.FormatInt(db.Millis(e.At), 10)))
	out := Event{Key: "a/" + hex.EncodeToString(key[:12]), Kind: Look, At: e.At, Who: g.Staff(g.ctx, g.r, e), What: "看了您的信息", Why: e.Purpose, Law: e.Detail["law"], Outcome: e.Detail["outcome"]}
	if kindOf(e.Subject) == "case" {
		out.What = "看了这份申请"
	}
	if e.Verb == audit.Export {
		out.Kind, out.What = Given, "取走了您的信息"
	}
	if f := e.Detail["fields"]; f != "" {
		out.Fields = strings.Split(f, "、")
	}
	return out
}

var outcomes = map[exchange.Outcome]string{exchange.Found: "查到了", exchange.Match: "和写的一致", exchange.Mismatch: "有的和写的不一样", exchange.Absent: "那里没有您的记录",
	exchange.Uncovered: "那里管不到，不能说明什么", exchange.Silent: "没有回复", exchange.Garbled: "答复读不懂，没有用"}

func (g *gathering) query(q exchange.Receipt) Event {
	source, _ := g.desk.Exchange.Source(q.Source)
	out := Event{Key: "r/" + q.ID, Kind: Query, At: q.At, Who: g.asker(q.Actor), What: "向" + source.Department + "查询" + source.Title, Why: q.Purpose, Law: q.Law, Outcome: outcomes[q.Outcome]}
	for _, code := range strings.Split(q.Fields, ",") {
		if def := g.desk.Services().Known().Dictionary.Coded(code); def != nil {
			out.Fields = append(out.Fields, def.Name)
		}
	}
	return out
}

// asker is who had a department asked: a member of staff, or the system on its
// own.
func (g *gathering) asker(actor string) string {
	a, err := auth.Find(g.ctx, g.r, actor)
	if err != nil || len(a.Grants) == 0 {
		return "系统自动"
	}
	return g.Staff(g.ctx, g.r, audit.Entry{Actor: actor, ActorName: a.Name, Role: a.Grants[0].Role})
}

// Staff is who did something, as the bureau has them named: the office, the
// role, and the person's name as far as the rules say.
func (m *Room) Staff(ctx context.Context, r db.Reader, e audit.Entry) string {
	office := m.desk.Office.Bureau
	if a, err := auth.Find(ctx, r, e.Actor); err == nil {
		for _, g := range a.Grants {
			if g.Role == e.Role && len(g.Region) > 6 {
				office = m.desk.Where(g.Region)
			}
		}
	}
	title := m.desk.Services().Known().Roles[e.Role]
	if e.Role == share.DepartmentRole { // its name is no person's
		return e.ActorName
	}
	out := strings.TrimSpace(office + " " + title)
	switch {
	case e.ActorName == "" || m.rules.Staff == NameNone:
		return out
	case m.rules.Staff == NameMasked:
		return out + " " + secret.MaskName(e.ActorName)
	}
	return out + " " + e.ActorName
}
