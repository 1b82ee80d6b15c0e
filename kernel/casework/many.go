package casework

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"sync"

	"minzheng/kernel/db"
	"minzheng/kernel/fact"
)

// sealedTold is what one source said of a case, as it is kept.
type sealedTold struct {
	id    ID
	facts string
}

// ManyFacts is Facts of many cases, in one question to the database and opened
// on all processors: for rolls and sweeps. A case of which nothing was told has
// an empty set.
func (d *Desk) ManyFacts(ctx context.Context, r db.Reader, ids []ID) (map[ID]*fact.Set, error) {
	all := make(map[ID]*fact.Set, len(ids))
	for _, id := range ids {
		all[id] = fact.NewSet(d.shelf.known.Dictionary)
	}
	if len(ids) == 0 {
		return all, nil
	}
	list, args := db.In(ids)
	rows, err := db.All(ctx, r, func(r db.Row) (v sealedTold, err error) { return v, r.Scan(&v.id, &v.facts) },
		`SELECT case_id, facts FROM casework_told WHERE case_id IN (`+list+`) ORDER BY case_id, seq`, args...)
	if err != nil {
		return nil, fmt.Errorf("reading the facts of %d cases: %w", len(ids), err)
	}
	opened, err := d.openAll(rows)
	if err != nil {
		return nil, err
	}
	for i, v := range rows {
		all[v.id].Tell(opened[i]...)
	}
	return all, nil
}

// openAll opens what was told, each processor a share of it.
func (d *Desk) openAll(rows []sealedTold) ([][]fact.Statement, error) {
	opened := make([][]fact.Statement, len(rows))
	workers := min(runtime.GOMAXPROCS(0), len(rows))
	failures := make([]error, workers)
	var all sync.WaitGroup
	for w := range workers {
		all.Go(func() {
			for i := w; i < len(rows); i += workers {
				plain, err := d.Box.UnsealText(rows[i].facts, sealFacts)
				if err == nil {
					err = json.Unmarshal([]byte(plain), &opened[i])
				}
				if err != nil {
					failures[w] = fmt.Errorf("opening the facts of case %s: %w", rows[i].id, err)
					return
				}
			}
		})
	}
	all.Wait()
	for _, err := range failures {
		if err != nil {
			return nil, err
		}
	}
	return opened, nil
}
