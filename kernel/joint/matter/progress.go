package matter

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/form"
	"minzheng/kernel/joint"
	"minzheng/kernel/people"
	"minzheng/kernel/region"
)

// Stand is how far a part is.
type Stand string

// How far parts are.
const (
	Unwanted Stand = "unwanted" // not asked for, or it does not fit what was said
	Waits    Stand = "waits"    // for another part
	Ready    Stand = "ready"    // for the resident
	Going    Stand = "going"
	Done     Stand = "done"
)

// Progress is one part with how far it is.
type Progress struct {
	*Part
	Stand  Stand
	Draft  string        // of a service that is begun
	Case   casework.Case // of a service that is handed in
	Task   joint.Request // of an office's task
	Before string        // the part that comes first
}

const columns = `id, code, person, region, said, started`

func (x *Room) scan(r db.Row) (m Matter, err error) {
	var code, said string
	var started int64
	if err := r.Scan(&m.ID, &code, &m.Person, &m.Region, &said, &started); err != nil {
		return m, err
	}
	m.Started = db.Time(started)
	if m.Definition, err = x.Definition(code); err != nil {
		return m, fmt.Errorf("the matter %s is no longer there", code)
	}
	plain, err := x.desk.Box.UnsealText(said, sealSaid)
	if err != nil {
		return m, err
	}
	return m, json.Unmarshal([]byte(plain), &m.Said)
}

// Of returns the matters of a resident, newest first.
func (x *Room) Of(ctx context.Context, r db.Reader, person people.ID) ([]Matter, error) {
	all, err := db.All(ctx, r, x.scan, `SELECT `+columns+` FROM joint_matter WHERE person = ? ORDER BY started DESC, id DESC LIMIT 20`, person)
	if err != nil {
		return nil, fmt.Errorf("reading matters: %w", err)
	}
	return all, nil
}

// Find returns a resident's matter, or an error of kind NotFound.
func (x *Room) Find(ctx context.Context, r db.Reader, person people.ID, id string) (Matter, error) {
	m, err := x.one(ctx, r, id)
	if err == nil && m.Person != person {
		return Matter{}, errs.New(errs.NotFound, "没有找到这件事。")
	}
	return m, err
}

func (x *Room) one(ctx context.Context, r db.Reader, id string) (Matter, error) {
	m, err := db.One(ctx, r, x.scan, `SELECT `+columns+` FROM joint_matter WHERE id = ?`, id)
	if errors.Is(err, db.ErrNone) {
		return m, errs.New(errs.NotFound, "没有找到这件事。")
	}
	if err != nil {
		return m, fmt.Errorf("finding a matter: %w", err)
	}
	return m, nil
}

// kept is a part as it is written down.
type kept struct {
	part   string
	agreed bool
	ref    string
	done   int64
}

// Progress returns how far each part of a matter is, in their order.
func (x *Room) Progress(ctx context.Context, r db.Reader, m Matter) ([]Progress, error) {
	rows, err := db.All(ctx, r, func(r db.Row) (k kept, err error) { return k, r.Scan(&k.part, &k.agreed, &k.ref, &k.done) },
		`SELECT part, agreed, ref, done FROM joint_part WHERE matter = ?`, m.ID)
	if err != nil {
		return nil, fmt.Errorf("reading the parts of a matter: %w", err)
	}
	var all []Progress
	stands := map[string]Stand{}
	for i := range m.Definition.Parts {
		p := Progress{Part: &m.Definition.Parts[i], Stand: Unwanted}
		for _, k := range rows {
			if k.part == p.Code && k.agreed {
				if err := x.stand(ctx, r, m, k, &p); err != nil {
					return nil, err
				}
			}
		}
		for _, a := range p.After {
			if s := stands[a]; p.Stand == Ready && s != Done && s != Unwanted {
				p.Stand, p.Before = Waits, m.Definition.Part(a).Title
			}
		}
		stands[p.Code] = p.Stand
		all = append(all, p)
	}
	return all, nil
}

// stand says how far a part is that is wanted.
func (x *Room) stand(ctx context.Context, r db.Reader, m Matter, k kept, p *Progress) (err error) {
	p.Stand = Ready
	switch {
	case k.done != 0:
		p.Stand = Done
	case p.Part.Task != nil && k.ref != "":
		if p.Task, err = x.Joint.Find(ctx, r, k.ref); err != nil {
			return err
		}
		if p.Stand = Going; p.Task.State != joint.Open {
			p.Stand = Done
		}
	case k.ref != "":
		d, err := x.desk.FindDraft(ctx, r, m.Person, k.ref)
		if errs.Is(err, errs.NotFound) {
			return nil // they have thrown the draft away: it can be begun anew
		}
		if err != nil {
			return err
		}
		if p.Stand, p.Draft = Going, k.ref; d.Case == "" {
			return nil
		}
		if p.Case, err = casework.Find(ctx, r, d.Case); err == nil && !p.Case.IsOpen() {
			p.Stand = Done
		}
		return err
	}
	return nil
}

// Open has the resident go on with a part: it begins the draft of a service,
// filled in with what was said once, or notes that a page was opened. It
// returns where they go.
func (x *Room) Open(ctx context.Context, tx *db.Tx, m Matter, part string, me people.Person) (string, error) {
	if err := tx.Lock(ctx, "joint/matter/"+m.ID); err != nil {
		return "", err
	}
	all, err := x.Progress(ctx, tx, m)
	if err != nil {
		return "", err
	}
	for _, p := range all {
		switch {
		case p.Code != part:
		case p.Case.ID != "":
			return "/my/cases/" + string(p.Case.ID), nil
		case p.Draft != "":
			return "/draft/" + p.Draft, nil
		case p.Page != "" && (p.Stand == Ready || p.Stand == Done):
			return p.Page, x.write(ctx, tx, m, part, `done`, db.Millis(tx.Now))
		case p.Service != "" && p.Stand == Ready:
			return x.apply(ctx, tx, m, p.Part, me)
		case p.Stand == Waits:
			return "", errs.New(errs.Conflict, "要先办完“"+p.Before+"”，才轮到这一件。")
		}
	}
	return "", errs.New(errs.NotFound, "没有找到这件事。")
}

func (x *Room) write(ctx context.Context, tx *db.Tx, m Matter, part, column string, value any) error {
	if _, err := tx.Exec(ctx, `UPDATE joint_part SET `+column+` = ? WHERE matter = ? AND part = ?`, value, m.ID, part); err != nil {
		return fmt.Errorf("going on with a part: %w", err)
	}
	return nil
}

// apply begins the application for a service.
func (x *Room) apply(ctx context.Context, tx *db.Tx, m Matter, p *Part, me people.Person) (string, error) {
	s, err := x.desk.Services().Find(p.Service)
	if err != nil {
		return "", err
	}
	place := ""
	for _, c := range x.desk.Places.Path(region.Code(me.Region)) {
		if c.Level() == region.OfTownship {
			place = string(c)
		}
	}
	d := casework.NewDraft(me, s, place)
	f := casework.Filling{Said: map[string]map[string]string{"": {}, casework.Applicant: {}}}
	for _, field := range m.Definition.Asks {
		if typed := m.Said.Typed[field.Name()]; typed != "" && typed != form.Unsure {
			about := ""
			if field.Def.Member() {
				about = casework.Applicant
			}
			f.Said[about][field.Name()] = typed
		}
	}
	d.Fill(s, f, tx.Now)
	if err := x.desk.SaveDraft(ctx, tx, d); err != nil {
		return "", err
	}
	return "/draft/" + d.ID, x.write(ctx, tx, m, p.Code, `ref`, d.ID)
}

// Containing returns the matter to which a case belongs, and the part of it;
// ok is false when it belongs to none.
func (x *Room) Containing(ctx context.Context, r db.Reader, c casework.Case) (m Matter, part string, ok bool, err error) {
	type row struct{ matter, part string }
	query, arg := `SELECT matter, part FROM joint_part_case WHERE case_id = ? ORDER BY matter LIMIT 1`, string(c.ID)
	if c.Draft() != "" {
		query, arg = `SELECT matter, part FROM joint_part WHERE ref = ? LIMIT 1`, c.Draft()
	}
	found, err := db.One(ctx, r, func(r db.Row) (v row, err error) { return v, r.Scan(&v.matter, &v.part) }, query, arg)
	if errors.Is(err, db.ErrNone) {
		return m, "", false, nil
	}
	if err != nil {
		return m, "", false, fmt.Errorf("finding the matter of a case: %w", err)
	}
	m, err = x.one(ctx, r, found.matter)
	return m, found.part, err == nil, err
}
