package app

import (
	"context"
	"fmt"
	"io/fs"
	"os"

	"minzheng/kernel/casework"
	"minzheng/kernel/catalog"
	"minzheng/kernel/fact"
	"minzheng/kernel/people"
	"minzheng/kernel/secret"
)

// RegisterFamilies hands over every household of a bureau's register: those who
// have applied for something with all that is known from their last case, the
// others with what the register itself knows.
func RegisterFamilies(ctx context.Context, c Config, each func(catalog.Family) error) error {
	if _, err := os.Stat(secret.File(c.Dir)); err != nil {
		return fmt.Errorf("%w: %s is not a data directory of minzheng", fs.ErrNotExist, c.Dir)
	}
	a, err := Open(ctx, c)
	if err != nil {
		return err
	}
	defer a.Close()
	return a.Families(ctx, each)
}

// Families is RegisterFamilies of an open bureau.
func (a *App) Families(ctx context.Context, each func(catalog.Family) error) error {
	cases, err := casework.Newest(ctx, a.DB)
	if err != nil {
		return err
	}
	return a.People.Walk(ctx, a.DB, func(members []people.Person) error {
		f, err := a.family(ctx, members, cases)
		if err != nil {
			return err
		}
		return each(f)
	})
}

func (a *App) family(ctx context.Context, members []people.Person, cases map[people.ID]casework.Last) (catalog.Family, error) {
	for _, p := range members {
		last, ok := cases[p.ID]
		if !ok {
			continue
		}
		facts, err := a.Desk.Facts(ctx, a.DB, last.Case)
		if err != nil {
			return catalog.Family{}, err
		}
		return told(string(p.ID), last.Region, facts), nil
	}
	f := catalog.Family{ID: string(members[0].ID), Region: members[0].Region}
	for i, p := range members {
		f.Members = append(f.Members, a.registered(p, i == 0))
	}
	return f, nil
}

// registered is what the register knows of a person.
func (a *App) registered(p people.Person, head bool) map[string]catalog.Typed {
	facts := map[string]catalog.Typed{"姓名": catalog.Typed(p.Name), "与申请人关系": "家人", "性别": catalog.Typed(p.Sex), "已去世": yesNo(p.Died != 0)}
	if head {
		facts["与申请人关系"] = "本人"
	}
	if p.Birth != 0 {
		facts["出生日期"] = catalog.Typed(p.Birth.String())
	}
	if p.Sex == "" {
		delete(facts, "性别")
	}
	for name := range facts {
		if a.Catalogue.Known.Dictionary.Find(name) == nil {
			delete(facts, name)
		}
	}
	return facts
}

func yesNo(b bool) catalog.Typed {
	if b {
		return "是"
	}
	return "否"
}

// told is a family with what counts of a case.
func told(id, region string, facts *fact.Set) catalog.Family {
	f := catalog.Family{ID: id, Region: region, Facts: map[string]catalog.Typed{}}
	at := map[string]int{}
	for i, key := range facts.Members() {
		at[key] = i
		f.Members = append(f.Members, map[string]catalog.Typed{})
	}
	facts.Each(func(name, about string, said []fact.Statement) {
		v := catalog.Typed(Written(said[0].Value, true))
		if about == "" {
			f.Facts[name] = v
			return
		}
		f.Members[at[about]][name] = v
	})
	return f
}
