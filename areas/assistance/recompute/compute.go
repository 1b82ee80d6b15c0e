package recompute

import (
	"context"
	"errors"
	"fmt"
	"time"

	"minzheng/areas/assistance/ledger"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/fact"
	"minzheng/kernel/job"
)

// The kinds of jobs.
const (
	ComputeKind = "assistance.recompute"
	WriteKind   = "assistance.recompute.write"
)

// errTaken says that another worker has gone on with the run.
var errTaken = errors.New("somebody else is at this run")

// Compute works runs out. It may be killed at any moment: each page of lines
// stands or falls with the place that it brings the run to.
func (m *Room) Compute(ctx context.Context, j job.Job) (func(context.Context, *db.Tx) error, error) {
	return m.along(ctx, j, ComputeKind, m.computePage)
}

// along does page after page until the run is through, or hands over to a job
// of its own when it has taken as long as a job may.
func (m *Room) along(ctx context.Context, j job.Job, kind string, page func(context.Context, string) (more bool, err error)) (func(context.Context, *db.Tx) error, error) {
	id, err := job.Read[string](j)
	if err != nil {
		return nil, err
	}
	for began := time.Now(); ; {
		more, err := page(ctx, id)
		if errors.Is(err, errTaken) {
			return nil, nil
		}
		if err != nil {
			return nil, errors.Join(err, m.failed(ctx, id))
		}
		if !more {
			return nil, nil
		}
		if time.Since(began) >= m.work {
			break
		}
	}
	return func(ctx context.Context, tx *db.Tx) error {
		return job.Enqueue(ctx, tx, job.New{Kind: kind, Key: id, Payload: id})
	}, nil
}

// failed tells the reader that it did not go on.
func (m *Room) failed(ctx context.Context, id string) error {
	return m.desk.DB.Do(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE assistance_recompute SET failure = ? WHERE id = ?`, "出了点问题，系统会自动接着做。一直不动的，请找维护人员。", id)
		return err
	})
}

// computePage works out the next families and keeps them with how far it came.
func (m *Room) computePage(ctx context.Context, id string) (more bool, err error) {
	run, err := find(ctx, m.desk.DB, id)
	if err != nil && !errs.Is(err, errs.NotFound) {
		return false, err
	}
	if err != nil || run.State != Computing {
		return false, nil
	}
	accounts, err := m.walk(run).After(ctx, m.desk.DB, run.cursor.region, run.cursor.id, m.page)
	if err != nil {
		return false, err
	}
	if len(accounts) == 0 {
		return false, m.computed(ctx, run)
	}
	lines, err := m.drafts(ctx, run, accounts)
	if err != nil {
		return false, err
	}
	last := accounts[len(accounts)-1]
	return true, m.desk.DB.Do(ctx, func(tx *db.Tx) error {
		if err := move(ctx, tx, run, cursor{last.Region, last.ID}, len(lines)); err != nil {
			return err
		}
		if err := addLines(ctx, tx, run.ID, lines); err != nil {
			return err
		}
		return addSums(ctx, tx, run.ID, sums(lines))
	})
}

// move brings a run from where it was read to a new place, so that no page is
// done twice however many workers are at it.
func move(ctx context.Context, tx *db.Tx, run Run, to cursor, done int) error {
	n, err := tx.Exec(ctx, `UPDATE assistance_recompute SET cursor_region = ?, cursor_id = ?, done = done + ?, failure = '',
		total = CASE WHEN total < done + ? THEN done + ? ELSE total END
		WHERE id = ? AND state = ? AND cursor_region = ? AND cursor_id = ?`,
		to.region, to.id, done, done, done, run.ID, string(run.State), run.cursor.region, run.cursor.id)
	if err != nil {
		return fmt.Errorf("moving run %s on: %w", run.ID, err)
	}
	if n == 0 {
		return errTaken
	}
	return nil
}

func (m *Room) computed(ctx context.Context, run Run) error {
	return m.desk.DB.Do(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE assistance_recompute SET state = 'ready', computed_at = ?, total = done, failure = ''
			WHERE id = ? AND state = 'computing' AND cursor_region = ? AND cursor_id = ?`, db.Millis(tx.Now), run.ID, run.cursor.region, run.cursor.id)
		if err != nil {
			return fmt.Errorf("ending run %s: %w", run.ID, err)
		}
		return nil
	})
}

// drafts are the lines of some accounts.
func (m *Room) drafts(ctx context.Context, run Run, accounts []ledger.Account) ([]Line, error) {
	s, err := m.desk.Services().Version(ctx, m.desk.DB, run.Version)
	if err != nil {
		return nil, err
	}
	k, err := newReckoner(s, m.desk.Places)
	if err != nil {
		return nil, err
	}
	facts, err := m.facts(ctx, accounts)
	if err != nil {
		return nil, err
	}
	due, err := k.amounts(ctx, accounts, facts, append(run.Months(), run.Next()))
	if err != nil {
		return nil, err
	}
	lines := make([]Line, len(accounts))
	for i, a := range accounts {
		lines[i] = draft(run, a, due[i])
		lines[i].Township = m.township(a.Region)
	}
	return lines, nil
}

func (m *Room) facts(ctx context.Context, accounts []ledger.Account) (map[casework.ID]*fact.Set, error) {
	var ids []casework.ID
	for _, a := range accounts {
		for _, id := range a.Cases() {
			ids = append(ids, casework.ID(id))
		}
	}
	return m.desk.FactsOf(ctx, m.desk.DB, ids)
}
