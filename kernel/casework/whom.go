package casework

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/form"
	"minzheng/kernel/people"
)

// CheckNeeds says which of the people that a service cannot do without are not
// among the members. Who does not know a number gets help at the counter.
func CheckNeeds(s *catalog.Service, relations []string) error {
	var p errs.Problems
	if s.Household == nil {
		return nil
	}
	var lacks []string
	for _, need := range s.Household.Needs {
		n := 0
		for _, r := range relations {
			if r == need {
				n++
			}
		}
		switch {
		case n == 0:
			lacks = append(lacks, need)
		case n > 1:
			p.Add("", need+"只能写一位，请看看关系是不是选错了。")
		}
	}
	if len(lacks) > 0 {
		p.Add("", "还要写上"+strings.Join(lacks, "、")+"。不知道身份证号的，请到乡镇（街道）柜台，我们帮您查。")
	}
	return p.Err()
}

// checkFor checks that those whom the service cannot do without are there, and
// that nobody applies for the same person at the same time.
func (d *Desk) checkFor(ctx context.Context, tx *db.Tx, a Application) error {
	var relations []string
	for _, m := range a.Members {
		relations = append(relations, m.Relation)
	}
	if err := CheckNeeds(a.Service, relations); err != nil || a.Service.For == "" {
		return err
	}
	i := slices.Index(relations, a.Service.For)
	n, err := db.One(ctx, tx, db.Value[int], `SELECT COUNT(*) FROM casework_case c JOIN casework_member m ON m.case_id = c.id
		WHERE c.service = ? AND c.state = 'open' AND m.number_ix = ? AND m.relation = ?`, a.Service.Code, d.People.Index(a.Members[i].Number), a.Service.For)
	if err != nil {
		return fmt.Errorf("looking for another application: %w", err)
	}
	if n > 0 {
		return errs.New(errs.Conflict, "已经有人为"+a.Members[i].Name+"申请了，正在办，不用再交一次。")
	}
	return nil
}

// meant is the member whom a case is for.
func (d *Desk) meant(ctx context.Context, r db.Reader, m *move) (Member, error) {
	all, err := d.Members(ctx, r, m.c.ID)
	if err != nil {
		return Member{}, err
	}
	i := slices.IndexFunc(all, func(one Member) bool {
		return m.service.For == "" && one.Key == Applicant || m.service.For != "" && one.Relation == m.service.For
	})
	if i < 0 {
		return Member{}, fmt.Errorf("case %s has nobody whom it is for", m.c.ID)
	}
	return all[i], nil
}

// beneficiary is whom a case is for in the register; somebody whom it does not
// know yet is put there.
func (d *Desk) beneficiary(ctx context.Context, tx *db.Tx, m *move) (people.ID, error) {
	if m.service.For == "" {
		return m.c.Applicant, nil
	}
	whom, err := d.meant(ctx, tx, m)
	if err != nil {
		return "", err
	}
	p, err := d.People.ByNumber(ctx, tx, whom.Number)
	if !errs.Is(err, errs.NotFound) {
		return p.ID, err
	}
	sex := "男"
	if form.Female(whom.Number) {
		sex = "女"
	}
	return d.People.Add(ctx, tx, people.Person{Name: whom.Name, Number: whom.Number, Sex: sex, Birth: whom.Birth, Region: m.c.Region})
}
