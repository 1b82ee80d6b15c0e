package payment

import (
	"context"

	"minzheng/kernel/db"
	"minzheng/kernel/job"
)

// PackKind is the kind of job that packs what counted for a new benefit, so
// that the next roll need not gather it.
const PackKind = "assistance.pack"

// Pack does it. A benefit that is packed already, or gone, is left alone.
func (p *Paymaster) Pack(ctx context.Context, j job.Job) (func(context.Context, *db.Tx) error, error) {
	id, err := job.Read[string](j)
	if err != nil {
		return nil, err
	}
	all, err := accounts(ctx, p.DB, []string{id})
	if err != nil {
		return nil, err
	}
	s, err := p.Services().Find(all[0].Service)
	if err != nil || !Pays(s) {
		return nil, nil // a service that is no longer offered has no rolls
	}
	w := &worker{Paymaster: p, service: s}
	w.read, w.mark = w.reads()
	var pg page
	if _, err := w.knownOf(ctx, all, &pg); err != nil {
		return nil, err
	}
	return func(ctx context.Context, tx *db.Tx) error { return keepKnown(ctx, tx, w.mark, pg.known) }, nil
}
