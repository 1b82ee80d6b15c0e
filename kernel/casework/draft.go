package casework

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"minzheng/kernel/calendar"
	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/fact"
	"minzheng/kernel/form"
	"minzheng/kernel/people"
)

// Draft is an application that is not handed in yet.
type Draft struct {
	ID      string                       `json:"id"`
	Person  people.ID                    `json:"person"`
	Service string                       `json:"service"`
	Version string                       `json:"version"`
	Place   string                       `json:"place"`          // where it is applied for
	Home    string                       `json:"home,omitempty"` // county of registration, where it is another
	Members []DraftMember                `json:"members"`        // the applicant first
	Answers map[string]map[string]string `json:"answers"`        // member ("" the family) → field → as typed
	Done    map[string]bool              `json:"done"`           // pages that were answered, see PageKey
	Papers  []Paper                      `json:"papers"`
	Updated time.Time                    `json:"-"`
	Case    ID                           `json:"-"` // once it is handed in
}

// DraftMember is a member of the household as it was typed.
type DraftMember struct {
	Key      string `json:"key"`
	Name     string `json:"name"`
	Number   string `json:"number"`
	Relation string `json:"relation"`
	Together string `json:"together"`            // 是 or 否
	ApartWhy string `json:"apart_why,omitempty"` // why they live apart, a word of Household.ApartWhy
	Born     string `json:"born,omitempty"`      // 2006-01-02, said before the number was
}

// Named reports whether the member's name and number were written.
func (m DraftMember) Named() bool { return m.Name != "" && m.Number != "" }

// Birth is the date of birth in the member's number.
func (m DraftMember) Birth() calendar.Day {
	if d, err := calendar.Parse(m.Born); err == nil && m.Number == "" {
		return d
	}
	t, _ := form.Born(m.Number)
	return calendar.Date(t.Year(), int(t.Month()), t.Day())
}

const sealDraft = "casework/draft"

// NewDraft begins a draft for a person who applies for a service.
func NewDraft(p people.Person, s *catalog.Service, place string) Draft {
	return Draft{ID: db.NewID(), Person: p.ID, Service: s.Code, Version: s.Version, Place: place,
		Members: []DraftMember{{Key: Applicant, Name: p.Name, Number: p.Number, Relation: "本人", Together: "是"}},
		Answers: map[string]map[string]string{}, Done: map[string]bool{}}
}

// SaveDraft keeps a draft. One that is handed in is an error of kind Conflict.
func (d *Desk) SaveDraft(ctx context.Context, tx *db.Tx, dr Draft) error {
	b, err := json.Marshal(dr)
	if err != nil {
		return fmt.Errorf("writing a draft: %w", err)
	}
	n, err := tx.Exec(ctx, `INSERT INTO casework_draft (id, person, service, body, updated) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET body = excluded.body, updated = excluded.updated WHERE casework_draft.case_id = ''`,
		dr.ID, dr.Person, dr.Service, d.Box.SealText(string(b), sealDraft), db.Millis(tx.Now))
	if err != nil {
		return fmt.Errorf("keeping a draft: %w", err)
	}
	if n == 0 {
		return errs.New(errs.Conflict, "这份申请已经交上去了，请在“我的”里看。")
	}
	return nil
}

// FindDraft returns a person's draft, handed in or not, or an error of kind
// NotFound.
func (d *Desk) FindDraft(ctx context.Context, r db.Reader, person people.ID, id string) (Draft, error) {
	dr, err := db.One(ctx, r, d.scanDraft, `SELECT body, updated, case_id FROM casework_draft WHERE id = ? AND person = ?`, id, person)
	if errors.Is(err, db.ErrNone) {
		return Draft{}, errs.New(errs.NotFound, "没有找到这份没交的申请。")
	}
	if err != nil {
		return Draft{}, fmt.Errorf("finding a draft: %w", err)
	}
	return dr, nil
}

func (d *Desk) scanDraft(r db.Row) (dr Draft, err error) {
	var body string
	var updated int64
	if err := r.Scan(&body, &updated, &dr.Case); err != nil {
		return dr, err
	}
	if body == "" { // handed in: the case has it all
		return dr, nil
	}
	plain, err := d.Box.UnsealText(body, sealDraft)
	if err != nil {
		return dr, err
	}
	c := dr.Case
	err = json.Unmarshal([]byte(plain), &dr)
	dr.Updated, dr.Case = db.Time(updated), c
	return dr, err
}

// Drafts returns a person's drafts that are not handed in, newest first.
func (d *Desk) Drafts(ctx context.Context, r db.Reader, person people.ID) ([]Draft, error) {
	all, err := db.All(ctx, r, d.scanDraft, `SELECT body, updated, case_id FROM casework_draft WHERE person = ? AND case_id = '' ORDER BY updated DESC LIMIT 20`, person)
	if err != nil {
		return nil, fmt.Errorf("reading drafts: %w", err)
	}
	return all, nil
}

// DropDraft throws a draft away.
func DropDraft(ctx context.Context, tx *db.Tx, person people.ID, id string) error {
	_, err := tx.Exec(ctx, `DELETE FROM casework_draft WHERE id = ? AND person = ? AND case_id = ''`, id, person)
	if err != nil {
		return fmt.Errorf("dropping a draft: %w", err)
	}
	return nil
}

// AddMember adds or changes a member; key "" adds one.
func (dr *Draft) AddMember(m DraftMember) error {
	if m.Key == "" {
		n := 1
		for _, o := range dr.Members {
			i, _ := strconv.Atoi(strings.TrimPrefix(o.Key, "m"))
			n = max(n, i)
		}
		m.Key = "m" + strconv.Itoa(n+1)
		dr.Members = append(dr.Members, m)
	} else if i := dr.member(m.Key); i >= 0 {
		dr.Members[i] = m
	}
	var all []Member
	for _, o := range dr.Members {
		all = append(all, Member{Key: o.Key, Number: o.Number, Relation: o.Relation})
	}
	return CheckHousehold(all)
}

// RemoveMember takes a member out with all that was answered about them.
func (dr *Draft) RemoveMember(key string) {
	if i := dr.member(key); i > 0 {
		dr.Members = slices.Delete(dr.Members, i, i+1)
		delete(dr.Answers, key)
		for done := range dr.Done {
			if strings.HasSuffix(done, "/"+key) {
				delete(dr.Done, done)
			}
		}
	}
}

func (dr *Draft) member(key string) int {
	return slices.IndexFunc(dr.Members, func(m DraftMember) bool { return m.Key == key })
}

// Member returns a member by key.
func (dr *Draft) Member(key string) (DraftMember, bool) {
	i := dr.member(key)
	if i < 0 {
		return DraftMember{}, false
	}
	return dr.Members[i], true
}

// Turn is one page that a draft still has or had to answer.
type Turn struct {
	Page   *form.Page
	Member string // of an each-page
}

// Key names the turn in addresses: work/m2, contact.
func (t Turn) Key() string {
	if t.Member == "" {
		return t.Page.Code
	}
	return t.Page.Code + "/" + t.Member
}

// Turns returns all pages of a draft in their order.
func (dr *Draft) Turns(s *catalog.Service, today calendar.Day) []Turn {
	var all []Turn
	for i := range s.Form {
		p := &s.Form[i]
		if p.Each == "" {
			all = append(all, Turn{Page: p})
			continue
		}
		for _, m := range dr.Members {
			if p.Asks(m.Relation, calendar.Age(m.Birth(), today)) {
				all = append(all, Turn{p, m.Key})
			}
		}
	}
	return all
}

// Keep writes what was typed on one page.
func (dr *Draft) Keep(t Turn, answers []form.Answer, done bool) {
	if dr.Answers[t.Member] == nil {
		dr.Answers[t.Member] = map[string]string{}
	}
	for _, f := range t.Page.Fields {
		delete(dr.Answers[t.Member], f.Name())
	}
	for _, a := range answers {
		if !a.Implied {
			dr.Answers[t.Member][a.Field.Name()] = a.Typed
		}
	}
	dr.Done[t.Key()] = done
}

// Typed returns what was typed for the fields of a page.
func (dr *Draft) Typed(t Turn) map[string]string { return dr.Answers[t.Member] }

// Facts reads all answers again as what the family says. The problems name the
// pages that must be answered again.
func (dr *Draft) Facts(s *catalog.Service, now time.Time) ([]fact.Statement, []Turn) {
	var all []fact.Statement
	var again []Turn
	today := calendar.DayOf(now)
	for _, m := range dr.Members {
		if s.Household != nil && s.Household.Apart {
			break // nobody was asked
		}
		all = append(all, statement("共同生活", m.Key, fact.BoolOf(m.Together != "否"), "self", now))
		if m.Together == "否" && m.ApartWhy != "" && s.Household != nil && s.Household.ApartWhy != "" {
			all = append(all, statement(s.Household.ApartWhy, m.Key, fact.EnumOf(m.ApartWhy), "self", now))
		}
	}
	for _, t := range dr.Turns(s, today) {
		answers, problems := form.Read(t.Page.Fields, values(dr.Typed(t)), now)
		if len(problems) > 0 || !dr.Done[t.Key()] {
			again = append(again, t)
		}
		for _, a := range answers {
			if a.Known {
				all = append(all, statement(a.Field.Fact, t.Member, a.Value, "self", now))
			}
		}
	}
	return append(all, dr.unasked(s, today, now)...), again
}

// unasked tells what holds of members of whom a page is not asked.
func (dr *Draft) unasked(s *catalog.Service, today calendar.Day, now time.Time) []fact.Statement {
	var all []fact.Statement
	for _, p := range s.Form {
		for _, m := range dr.Members {
			if p.Each == "" || p.Asks(m.Relation, calendar.Age(m.Birth(), today)) {
				continue
			}
			for _, f := range p.Fields {
				if v, ok := f.Unasked(); ok {
					all = append(all, statement(f.Fact, m.Key, v, Implied, now))
				}
			}
		}
	}
	return all
}

func values(typed map[string]string) map[string][]string {
	v := map[string][]string{}
	for name, s := range typed {
		v[name] = []string{s}
	}
	return v
}

// HandIn submits a draft. Handed in twice, it is one case.
func (d *Desk) HandIn(ctx context.Context, tx *db.Tx, dr Draft, who Actor) (Case, error) {
	if dr.Case != "" {
		return Find(ctx, tx, dr.Case)
	}
	s, err := d.shelf.Version(ctx, tx, dr.Version)
	if err != nil {
		return Case{}, err
	}
	s = d.shelf.newest(s)
	mandate, proxied, err := d.underMandate(ctx, tx, dr.ID, who)
	if err != nil {
		return Case{}, err
	}
	facts, again := dr.Facts(s, tx.Now)
	if len(again) > 0 || slices.ContainsFunc(dr.Members, func(m DraftMember) bool { return !m.Named() }) {
		return Case{}, errs.New(errs.Conflict, "还有问题没有答完，请答完再交。")
	}
	a := Application{Key: "draft/" + dr.ID, Service: s, Applicant: dr.Person, Region: dr.Place, Home: dr.Home, Facts: facts, Papers: dr.Papers, By: who}
	for _, m := range dr.Members {
		a.Members = append(a.Members, dr.joined(m, s, tx.Now))
	}
	if proxied && who.Role != "citizen" {
		mandate.agrees(&a.Members[0])
	}
	c, err := d.OpenCase(ctx, tx, a)
	if err != nil {
		return Case{}, err
	}
	if _, err := tx.Exec(ctx, `UPDATE casework_mandate SET case_id = ? WHERE draft = ?`, c.ID, dr.ID); err != nil {
		return Case{}, fmt.Errorf("noting what a mandate has become: %w", err)
	}
	_, err = tx.Exec(ctx, `UPDATE casework_draft SET case_id = ?, body = '', updated = ? WHERE id = ?`, c.ID, db.Millis(tx.Now), dr.ID)
	if err != nil {
		return Case{}, fmt.Errorf("handing a draft in: %w", err)
	}
	return c, nil
}

// joined is a draft's member as a case has it: the applicant has agreed by
// handing in, and agrees for those under age.
func (dr *Draft) joined(m DraftMember, s *catalog.Service, now time.Time) Member {
	out := Member{Key: m.Key, Name: m.Name, Number: m.Number, Relation: m.Relation, Birth: m.Birth()}
	switch {
	case m.Key == Applicant:
		out.Consented, out.ConsentBy = now, "own"
	case out.Age(calendar.DayOf(now)) < s.Consent.From:
		out.Consented, out.ConsentBy = now, "guardian"
	}
	return out
}
