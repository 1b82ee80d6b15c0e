package payment

import (
	"context"
	"errors"
	"fmt"
	"time"

	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/fact"
	"minzheng/kernel/job"
	"minzheng/kernel/rule"
)

// MakeKind is the kind of job that makes a roll.
const MakeKind = "assistance.roll"

const (
	pageSize  = 500
	mostSlice = 10 * time.Second // then the job gives others a turn
)

// The phases of making a roll.
const (
	ofBenefits = iota
	ofFailures
	finished
)

// errOvertaken says that another process has gone on with a roll, or that it
// was dropped.
var errOvertaken = errors.New("somebody else has gone on with the roll")

// Make makes a roll, page by page. How far it is stands in the roll and moves
// in the transaction that adds the lines, so that whoever goes on after a crash
// adds none twice and leaves none out.
func (p *Paymaster) Make(ctx context.Context, j job.Job) (func(context.Context, *db.Tx) error, error) {
	id, err := job.Read[string](j)
	if err != nil {
		return nil, err
	}
	o, err := one(ctx, p.DB, id)
	if err != nil || o.State != Making {
		return nil, err
	}
	err = p.advance(ctx, o, time.Now().Add(mostSlice))
	switch {
	case errors.Is(err, errOvertaken):
		return nil, nil
	case errors.Is(err, errSlice):
		return nil, job.Again{At: p.DB.Now()}
	}
	return nil, err
}

var errSlice = errors.New("the slice of time is over")

// advance goes on with a roll until it is made or the time is over. One page is
// worked out while the one before is written.
func (p *Paymaster) advance(ctx context.Context, o Roll, until time.Time) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	w, err := p.worker(o)
	if err != nil {
		return err
	}
	pages := make(chan page)
	failed := make(chan error, 1)
	go func() {
		defer close(pages)
		failed <- w.work(ctx, pages)
	}()
	for pg := range pages {
		if o, err = p.write(ctx, o, pg); err != nil {
			return err
		}
		if o.State == Making && time.Now().After(until) {
			return errSlice
		}
	}
	return <-failed
}

// worker works out the pages of one roll.
type worker struct {
	*Paymaster
	roll    Roll
	service *catalog.Service
	plan    *rule.Plan // nil where the service's rules do not run over columns
	share   int64      // how many per cent of a month's amount may be taken back
	read    []*fact.Def
	mark    string // of what is read
}

func (p *Paymaster) worker(o Roll) (*worker, error) {
	s, err := p.Services().Find(o.Service)
	if err != nil {
		return nil, err
	}
	w := &worker{Paymaster: p, roll: o, service: s}
	if w.share, err = p.shareOf(o); err != nil {
		return nil, err
	}
	w.read, w.mark = w.reads()
	wanted := []string{s.Decides}
	if s.Amount != "" {
		wanted = append(wanted, s.Amount)
	}
	w.plan, _ = s.Rules.Plan(wanted...) // what cannot be compiled is judged one by one
	return w, nil
}

// page is what one transaction adds to a roll.
type page struct {
	seen   int
	phase  int // where the making stands afterwards
	region string
	at     string
	lines  []Line // without place and hash
	parts  []part
	tasks  []Task
	well   []string    // benefits of which the rules give what was decided
	again  []string    // failed lines that are paid again
	known  [][2]string // benefits with their packed facts
	mark   string
}

// part is how much of what is owed a line settles.
type part struct {
	line, due string
	amount    int64
}

// work hands over the pages that are left.
func (w *worker) work(ctx context.Context, pages chan<- page) error {
	at := page{phase: w.roll.phase, region: w.roll.region, at: w.roll.at}
	for at.phase != finished {
		next, err := w.next(ctx, at)
		if err != nil {
			return fmt.Errorf("roll %s: %w", w.roll.ID, err)
		}
		select {
		case pages <- next:
		case <-ctx.Done():
			return ctx.Err()
		}
		at = next
	}
	return nil
}

func (w *worker) next(ctx context.Context, at page) (page, error) {
	if at.phase == ofFailures {
		return w.failures(ctx, at)
	}
	return w.benefits(ctx, at)
}
