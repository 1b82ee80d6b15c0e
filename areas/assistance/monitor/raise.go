package monitor

import (
	"context"
	"fmt"
	"slices"
	"time"

	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/family"
	"minzheng/kernel/people"
	"minzheng/kernel/region"
)

// raise opens a warning, or has what was found join the one that is open. What
// nobody could confirm goes to a person too, as the mildest.
func (r *Room) raise(ctx context.Context, tx *db.Tx, v *visited) error {
	if v.found.grade == None && len(v.silent) > 0 && v.Source != "" {
		v.found.grade = Yellow
	}
	if v.found.grade == None {
		return nil
	}
	home := v.household()
	if err := tx.Lock(ctx, "assistance/warning/"+home+"/"+v.Kind); err != nil {
		return err
	}
	open, err := r.one(ctx, tx, `WHERE open_key = ?`, home+"/"+v.Kind)
	if err == nil {
		return r.join(ctx, tx, open, v)
	}
	if !errs.Is(err, errs.NotFound) {
		return err
	}
	if quiet, err := r.quiet(ctx, tx, v); quiet || err != nil {
		return err
	}
	return r.open(ctx, tx, v)
}

func (v *visited) household() string {
	m := v.home.People[0].Mark()
	if m.Alone {
		return "alone/" + m.Key
	}
	return m.Key
}

// quiet reports whether the same was closed not long ago, and is not graver now.
func (r *Room) quiet(ctx context.Context, tx *db.Tx, v *visited) (bool, error) {
	days, ok := number(v.judged, "多久不再提醒")
	if !ok {
		return false, nil
	}
	n, err := db.One(ctx, tx, db.Value[int], `SELECT COUNT(*) FROM assistance_warning WHERE family = ? AND kind = ? AND closed >= ? AND grade >= ? AND basis = ?`,
		v.household(), v.Kind, db.Millis(tx.Now.AddDate(0, 0, -days)), v.found.grade, v.found.basis)
	if err != nil {
		return false, fmt.Errorf("looking for an earlier warning: %w", err)
	}
	return n > 0, nil
}

// open raises a new warning.
func (r *Room) open(ctx context.Context, tx *db.Tx, v *visited) error {
	w := Warning{ID: db.NewID(), Family: v.household(), Kind: v.Kind, Grade: v.found.grade, Region: v.src.Region, Origin: "night", Raised: tx.Now,
		Due: r.due(v, tx.Now), Version: v.service.Version, Why: r.why(v)}
	if v.Source != "" {
		w.Origin = "feed"
	}
	w.Township = r.township(w.Region)
	w.Person, w.Name = v.living()
	days, _ := number(v.judged, "帮到算几天")
	w.HelpBy = tx.Now.AddDate(0, 0, days)
	applicant := v.home.People[v.src.People[0]]
	c, err := r.desk.OpenCase(ctx, tx, casework.Application{Key: "warning/" + w.ID, Service: v.service, Applicant: applicant.ID, Region: w.Region,
		Members: v.members, Facts: v.told(tx.Now), By: casework.System,
		Own: &casework.OwnMotion{Title: v.title(), Detail: w.detail(), Due: w.Due, Asked: true}})
	if err != nil {
		return fmt.Errorf("opening the case of a warning: %w", err)
	}
	w.Case, w.Due = c.ID, c.StepDue
	return r.insert(ctx, tx, w, v)
}

func (v *visited) title() string {
	return v.kind.Title + "，" + v.found.grade.Word() + "色预警"
}

// living is somebody of the family whom one can talk to: whoever applied, else
// the first who lives.
func (v *visited) living() (id people.ID, name string) {
	order := append(slices.Clone(v.src.People), indexes(v.home)...)
	for _, i := range order {
		if p := v.home.People[i]; !p.Died() && !v.dead(i) {
			return p.ID, p.Name
		}
	}
	p := v.home.People[v.src.People[0]]
	return p.ID, p.Name
}

func indexes(h *family.Home) []int {
	all := make([]int, len(h.People))
	for i := range all {
		all[i] = i
	}
	return all
}

// dead reports whether a department has said that somebody has died.
func (v *visited) dead(person int) bool {
	return slices.ContainsFunc(v.src.Members(), func(m string) bool {
		st, ok := v.src.Best("已去世", m)
		return v.src.Person(m) == person && ok && st.Value.Bool()
	})
}

func (r *Room) why(v *visited) Why {
	w := Why{Reasons: v.found.reasons, Silent: v.silent, Told: []string{"看名册时发现"}}
	if v.Source != "" {
		s, _ := r.desk.Exchange.Source(v.Source)
		w.Told = []string{s.Department + "告知：" + v.kind.Said}
	}
	return w
}

func (w Warning) detail() map[string]string {
	d := map[string]string{"从哪里知道": w.Told[len(w.Told)-1]}
	if len(w.Reasons) > 0 {
		d["为什么"] = w.Reasons[len(w.Reasons)-1].Why
	}
	if len(w.Silent) > 0 {
		d["没有核实"] = "没有答复的部门：" + fmt.Sprint(w.Silent)
	}
	return d
}

// due is by when somebody is to be in touch.
func (r *Room) due(v *visited, now time.Time) calendar.Day {
	days, ok := number(v.judged, v.found.grade.Word()+"色几天联系")
	if !ok {
		return 0
	}
	return r.desk.Calendar.AddWorkdays(calendar.DayOf(now), days).Day
}

// township is the township above a place, or the place itself.
func (r *Room) township(place string) string {
	for _, c := range r.desk.Places.Path(region.Code(place)) {
		if c.Level() == region.OfTownship {
			return string(c)
		}
	}
	return place
}

func (r *Room) insert(ctx context.Context, tx *db.Tx, w Warning, v *visited) error {
	why, err := r.sealed(w.Why)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO assistance_warning (id, open_key, family, kind, grade, person, name, region, township, case_id, origin, basis, raised, due, help_by, version, why)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		w.ID, w.Family+"/"+w.Kind, w.Family, w.Kind, w.Grade, w.Person, w.Name, w.Region, w.Township, w.Case, w.Origin, v.found.basis,
		db.Millis(w.Raised), dueText(w.Due), db.Millis(w.HelpBy), w.Version, why)
	if err != nil {
		return fmt.Errorf("raising a warning: %w", err)
	}
	for _, m := range v.members {
		if _, err := tx.Exec(ctx, `INSERT INTO assistance_warned (warning, person) VALUES (?, ?) ON CONFLICT DO NOTHING`, w.ID, r.desk.People.Index(m.Number)); err != nil {
			return fmt.Errorf("writing whom a warning is about: %w", err)
		}
	}
	return nil
}

// join adds what came later to an open warning: it can become graver, never
// milder, and is then due sooner.
func (r *Room) join(ctx context.Context, tx *db.Tx, w Warning, v *visited) error {
	if v.found.grade < w.Grade || v.found.grade == w.Grade && v.Source == "" {
		return nil
	}
	due := v.found.grade > w.Grade
	next := r.why(v)
	next.Told = append(slices.Clone(w.Told), next.Told...)
	if len(next.Reasons) == 0 {
		next.Reasons = w.Reasons
	}
	rep := casework.Reported{Facts: v.told(tx.Now), Title: "又有告知：" + v.title(), Detail: map[string]string{"从哪里知道": next.Told[len(next.Told)-1]}, Told: true, By: casework.System}
	w.Grade, w.Why = v.found.grade, next
	if due {
		rep.Due = r.due(v, tx.Now)
	}
	c, err := r.desk.Report(ctx, tx, w.Case, rep)
	if err != nil {
		return fmt.Errorf("adding to a warning: %w", err)
	}
	why, err := r.sealed(w.Why)
	if err != nil {
		return err
	}
	if due && w.Reached.IsZero() && c.StepDue != 0 {
		w.Due = c.StepDue
	}
	if _, err := tx.Exec(ctx, `UPDATE assistance_warning SET grade = ?, basis = ?, due = ?, why = ? WHERE id = ?`, w.Grade, v.found.basis, dueText(w.Due), why, w.ID); err != nil {
		return fmt.Errorf("adding to a warning: %w", err)
	}
	return nil
}

func dueText(d calendar.Day) string {
	if d == 0 {
		return ""
	}
	return d.String()
}
