package catalog

import (
	"context"
	"errors"

	"minzheng/kernel/rule"
)

// Comparison works two versions of a service out for any number of families,
// many at a time, over the same columns.
type Comparison struct {
	q        Question
	old, new *rule.Plan
	path     func(string) []string
	workers  int
	now      *Families
	tally    *Tally
	done     int
}

// comparedAtOnce is how many families are held in columns at a time.
const comparedAtOnce = 50_000

// Compare begins a comparison. Rules that cannot be compiled are refused with
// their reason.
func Compare(q Question, path func(region string) []string, workers int) (*Comparison, error) {
	c := &Comparison{q: q, path: path, workers: workers, tally: NewTally(q)}
	var wrong [2]error
	c.old, wrong[0] = q.Old.Plan()
	c.new, wrong[1] = q.New.Plan()
	if err := errors.Join(wrong[:]...); err != nil {
		return nil, err
	}
	c.now = c.families()
	return c, nil
}

// Plan compiles the deciding rule and, where there is one, the amount.
func (s *Service) Plan() (*rule.Plan, error) {
	if s.Amount == "" {
		return s.Rules.Plan(s.Decides)
	}
	return s.Rules.Plan(s.Decides, s.Amount)
}

func (c *Comparison) families() *Families {
	return NewFamilies(c.q.New.Rules.Dictionary(), append(c.old.Facts(), c.new.Facts()...), c.path)
}

// Add takes one family.
func (c *Comparison) Add(ctx context.Context, one Family) error {
	if err := c.now.Add(one); err != nil {
		return err
	}
	if len(c.now.IDs) < comparedAtOnce {
		return nil
	}
	return c.flush(ctx)
}

// Impact returns what all families together came to.
func (c *Comparison) Impact(ctx context.Context) (Impact, error) {
	if err := c.flush(ctx); err != nil {
		return Impact{}, err
	}
	return c.tally.Impact(), nil
}

func (c *Comparison) flush(ctx context.Context) error {
	c.now.Population.Close()
	was, err := c.outcomes(ctx, c.old, c.q.Old)
	if err != nil {
		return err
	}
	is, err := c.outcomes(ctx, c.new, c.q.New)
	if err != nil {
		return err
	}
	for i, id := range c.now.IDs {
		c.tally.Count(id, was[i], is[i])
	}
	c.done += len(c.now.IDs)
	if c.q.Progress != nil {
		c.q.Progress(c.done, c.done)
	}
	c.now = c.families()
	return nil
}

func (c *Comparison) outcomes(ctx context.Context, p *rule.Plan, s *Service) ([]Outcome, error) {
	out := make([]Outcome, len(c.now.IDs))
	err := p.Run(ctx, c.now.Population, int32(c.q.On), c.workers, func(part *rule.Part) {
		for h := range part.Count {
			out[part.First+h] = partOutcome(part, h, s.Amount != "")
		}
	})
	return out, err
}

func partOutcome(p *rule.Part, h int, priced bool) Outcome {
	switch {
	case !p.Known(0, h):
		return Outcome{Verdict: Unsure, Priced: true}
	case p.Int64(0, h) == 0:
		return Outcome{Verdict: No, Priced: true}
	case !priced:
		return Outcome{Verdict: Yes, Priced: true}
	case !p.Known(1, h):
		return Outcome{Verdict: Yes}
	}
	return Outcome{Yes, p.Int64(1, h), true}
}
