package catalog

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"minzheng/kernel/auth"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/rule"
)

// Sharing returns the other services in whose folders a standard of the same
// name and type stands, as they are today.
func Sharing(all []*Service, service, parameter string) []*Service {
	i := slices.IndexFunc(all, func(s *Service) bool { return s.Code == service })
	if i < 0 {
		return nil
	}
	own := all[i].Rules.Parameters()[parameter]
	return slices.DeleteFunc(slices.Clone(all), func(s *Service) bool {
		return s.Code == service || !sameKind(own, s.Rules.Parameters()[parameter])
	})
}

func sameKind(a, b *rule.Parameter) bool {
	return a != nil && b != nil && a.Type == b.Type && len(a.By)+len(b.By) == 0
}

// ProposeAll proposes one change for a service and, of the same standard, for
// others: each is weighed by itself, and all can be activated in one act.
func (c *Changes) ProposeAll(ctx context.Context, tx *db.Tx, who auth.Who, p Proposal, others []string) ([]Change, error) {
	first, err := c.Propose(ctx, tx, who, p)
	if err != nil {
		return nil, err
	}
	all, key := []Change{first}, p.Key
	shared := Sharing(c.Services, p.Service, p.Parameter)
	for _, code := range others {
		i := slices.IndexFunc(shared, func(s *Service) bool { return s.Code == code })
		if i < 0 {
			return nil, errs.Problems{{Field: "also", Sentence: "有一个事项里没有这个标准，请重新勾选。"}}
		}
		p.Service, p.Key, p.together = code, key+"/"+code, first.ID
		one, err := c.Propose(ctx, tx, who, p)
		if err != nil {
			return nil, otherwise(shared[i].Title, err)
		}
		all = append(all, one)
	}
	if len(all) > 1 && first.Together == "" {
		if _, err := tx.Exec(ctx, `UPDATE catalog_change SET together = id WHERE id = ?`, first.ID); err != nil {
			return nil, fmt.Errorf("joining changes: %w", err)
		}
		all[0].Together = first.ID
	}
	return all, nil
}

// otherwise says of which service it is that a change does not fit.
func otherwise(title string, err error) error {
	var problems errs.Problems
	if errors.As(err, &problems) {
		return errs.Problems{{Field: "also", Sentence: title + "：" + problems[0].Sentence}}
	}
	return err
}

// Siblings returns the changes that were proposed with one, itself among them,
// in the order of the services; none when it was proposed alone.
func (c *Changes) Siblings(ctx context.Context, r db.Reader, one Change) ([]Change, error) {
	if one.Together == "" {
		return nil, nil
	}
	all, err := db.All(ctx, r, scanChange, `SELECT `+changeColumns+` FROM catalog_change WHERE together = ? ORDER BY service, id`, one.Together)
	if err != nil {
		return nil, fmt.Errorf("listing the changes proposed together: %w", err)
	}
	return all, nil
}

// Seen is a change with the mark of the impact that its reader was shown.
type Seen struct{ Change, Mark string }

// ActivateAll has several changes hold from the same moment on, or none.
func (c *Changes) ActivateAll(ctx context.Context, tx *db.Tx, who auth.Who, all []Seen) error {
	for _, one := range all {
		if err := c.Activate(ctx, tx, who, one.Change, one.Mark); err != nil {
			return err
		}
	}
	return nil
}
