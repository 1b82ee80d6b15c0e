package people

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/region"
)

// Merge is two rows that somebody has found to be one person. Both rows stay:
// the one that went leads to the other, so either number finds the person.
type Merge struct {
	ID         string
	Kept, Gone ID
	Region     string
	Reason     string
	Moved      map[string][]string // what followed, by room
	At         time.Time
	By         By
	Undone     time.Time // zero: it stands
	UndoneBy   By
}

// Stands reports whether nobody has taken a merge back.
func (m Merge) Stands() bool { return m.Undone.IsZero() }

const mergeColumns = `id, kept, gone, region, reason, moved, at, by_id, by_name, undone, undone_by, undone_name, undone_why`

func (g *Register) scanMerge(r db.Row) (m Merge, err error) {
	var at, undone int64
	var reason, moved, why string
	if err := r.Scan(&m.ID, &m.Kept, &m.Gone, &m.Region, &reason, &moved, &at, &m.By.ID, &m.By.Name, &undone, &m.UndoneBy.ID, &m.UndoneBy.Name, &why); err != nil {
		return m, err
	}
	m.At, m.Undone = db.Time(at), db.Time(undone)
	if m.Reason, err = g.box.UnsealText(reason, "people/note"); err != nil {
		return m, err
	}
	if why != "" {
		if m.UndoneBy.Note, err = g.box.UnsealText(why, "people/note"); err != nil {
			return m, err
		}
	}
	return m, json.Unmarshal([]byte(moved), &m.Moved)
}

// tieKey is one tie as a merge remembers it.
type tieKey struct {
	Tie
	Was bool // a tie like it was there already, so it is not taken away again
}

// Merge has gone lead to kept: its ties move, and its row stays as the trail of
// its number. What other rooms keep of it is moved by the caller, who hands in
// what has followed. No machine merges.
func (g *Register) Merge(ctx context.Context, tx *db.Tx, m Merge) (Merge, error) {
	kept, gone, err := g.both(ctx, tx, m)
	if err != nil {
		return m, err
	}
	if m.Reason = strings.TrimSpace(m.Reason); m.Reason == "" || len([]rune(m.Reason)) > 500 {
		return m, errs.Problems{{Field: "reason", Sentence: "请写明怎么知道是同一个人，最多 500 个字。"}}
	}
	n, err := tx.Exec(ctx, `UPDATE people_person SET merged = ? WHERE id = ? AND merged = ''`, kept.ID, gone.ID)
	if err != nil {
		return m, fmt.Errorf("merging: %w", err)
	}
	if n == 0 {
		return m, errs.New(errs.Conflict, "这个人刚刚已经合并了，请刷新后再看。")
	}
	ties, err := g.moveTies(ctx, tx, gone.ID, kept.ID)
	if err != nil {
		return m, err
	}
	if m.Moved == nil {
		m.Moved = map[string][]string{}
	}
	m.ID, m.Region, m.At, m.Moved["people"] = db.NewID(), kept.Region, tx.Now, ties
	moved, err := json.Marshal(m.Moved)
	if err != nil {
		return m, fmt.Errorf("writing a merge: %w", err)
	}
	_, err = tx.Exec(ctx, `INSERT INTO people_merge (`+mergeColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, '', '', '')`,
		m.ID, m.Kept, m.Gone, m.Region, g.box.SealText(m.Reason, "people/note"), string(moved), db.Millis(tx.Now), m.By.ID, m.By.Name)
	if err != nil {
		return m, fmt.Errorf("writing a merge: %w", err)
	}
	return m, g.closePair(ctx, tx, m)
}

// both finds the two of a merge, neither of whom may have been merged before.
func (g *Register) both(ctx context.Context, tx *db.Tx, m Merge) (kept, gone Person, err error) {
	if m.Kept == m.Gone {
		return kept, gone, errs.New(errs.Invalid, "同一条记录不能和自己合并。")
	}
	if err := tx.Lock(ctx, "people/merge"); err != nil {
		return kept, gone, err
	}
	if kept, err = g.Find(ctx, tx, m.Kept); err != nil {
		return kept, gone, err
	}
	if gone, err = g.Find(ctx, tx, m.Gone); err != nil {
		return kept, gone, err
	}
	n, err := db.One(ctx, tx, db.Value[int], `SELECT COUNT(*) FROM people_person WHERE merged = ? OR (id = ? OR id = ?) AND merged <> ''`, m.Gone, m.Kept, m.Gone)
	if err == nil && n > 0 {
		err = errs.New(errs.Conflict, "其中一条已经和别人合并过。先看清楚那一次，要撤销的先撤销。")
	}
	return kept, gone, err
}

func (g *Register) closePair(ctx context.Context, tx *db.Tx, m Merge) error {
	key := string(min(m.Kept, m.Gone)) + "/" + string(max(m.Kept, m.Gone))
	_, err := tx.Exec(ctx, `UPDATE people_twin SET outcome = 'merged', closed = ?, by_id = ?, by_name = ?, note = ? WHERE pair_key = ?`,
		db.Millis(tx.Now), m.By.ID, m.By.Name, g.box.SealText(m.Reason, "people/note"), key)
	if err != nil {
		return fmt.Errorf("closing who may be one: %w", err)
	}
	return nil
}

// moveTies has all ties of one person be another's. A tie between both goes.
func (g *Register) moveTies(ctx context.Context, tx *db.Tx, from, to ID) ([]string, error) {
	ties, err := db.All(ctx, tx, func(r db.Row) (t Tie, err error) { return t, r.Scan(&t.Person, &t.Kind, &t.Other) },
		`SELECT person, kind, other FROM people_tie WHERE person = ? OR other = ? ORDER BY person, kind, other`, from, from)
	if err != nil {
		return nil, fmt.Errorf("reading ties: %w", err)
	}
	var keys []string
	for _, t := range ties {
		n := t.with(from, to)
		was, err := db.One(ctx, tx, db.Value[int], `SELECT COUNT(*) FROM people_tie WHERE person = ? AND kind = ? AND other = ?`, n.Person, n.Kind, n.Other)
		if err != nil {
			return nil, fmt.Errorf("reading ties: %w", err)
		}
		if _, err := tx.Exec(ctx, `DELETE FROM people_tie WHERE person = ? AND kind = ? AND other = ?`, t.Person, t.Kind, t.Other); err != nil {
			return nil, fmt.Errorf("moving a tie: %w", err)
		}
		if n.Person != n.Other {
			if err := g.Bind(ctx, tx, n); err != nil {
				return nil, err
			}
		}
		b, err := json.Marshal(tieKey{t, was > 0})
		if err != nil {
			return nil, err
		}
		keys = append(keys, string(b))
	}
	return keys, nil
}

func (t Tie) with(from, to ID) Tie {
	if t.Person == from {
		t.Person = to
	}
	if t.Other == from {
		t.Other = to
	}
	return t
}

func (g *Register) moveTiesBack(ctx context.Context, tx *db.Tx, m Merge) error {
	for _, key := range m.Moved["people"] {
		var k tieKey
		if err := json.Unmarshal([]byte(key), &k); err != nil {
			return fmt.Errorf("reading a merge: %w", err)
		}
		n := k.Tie.with(m.Gone, m.Kept)
		if !k.Was {
			if _, err := tx.Exec(ctx, `DELETE FROM people_tie WHERE person = ? AND kind = ? AND other = ?`, n.Person, n.Kind, n.Other); err != nil {
				return fmt.Errorf("moving a tie back: %w", err)
			}
		}
		if err := g.Bind(ctx, tx, k.Tie); err != nil {
			return err
		}
	}
	return nil
}

// Unmerge takes a merge back, so that both are as they were. It needs a second
// officer: who merged does not take it back.
func (g *Register) Unmerge(ctx context.Context, tx *db.Tx, m Merge, by By) error {
	if by.ID == m.By.ID {
		return errs.New(errs.Forbidden, "合并要由另一位工作人员来撤销。")
	}
	if by.Note = strings.TrimSpace(by.Note); by.Note == "" || len([]rune(by.Note)) > 500 {
		return errs.Problems{{Field: "why-" + m.ID, Sentence: "请写明为什么撤销，最多 500 个字。"}}
	}
	n, err := tx.Exec(ctx, `UPDATE people_merge SET undone = ?, undone_by = ?, undone_name = ?, undone_why = ? WHERE id = ? AND undone = 0`,
		db.Millis(tx.Now), by.ID, by.Name, g.box.SealText(by.Note, "people/note"), m.ID)
	if err != nil {
		return fmt.Errorf("taking a merge back: %w", err)
	}
	if n == 0 {
		return errs.New(errs.Conflict, "这次合并刚刚已经撤销了，请刷新后再看。")
	}
	if _, err := tx.Exec(ctx, `UPDATE people_person SET merged = '' WHERE id = ?`, m.Gone); err != nil {
		return fmt.Errorf("taking a merge back: %w", err)
	}
	return g.moveTiesBack(ctx, tx, m)
}

// Merges returns the last merges in some places, those that were taken back
// too, the newest first.
func (g *Register) Merges(ctx context.Context, r db.Reader, places []region.Range, most int) ([]Merge, error) {
	in, args := []string{`1 = 0`}, []any{}
	for _, p := range places {
		in, args = append(in, `region BETWEEN ? AND ?`), append(args, p.Low, p.High)
	}
	all, err := db.All(ctx, r, g.scanMerge, `SELECT `+mergeColumns+` FROM people_merge WHERE `+strings.Join(in, ` OR `)+` ORDER BY at DESC, id DESC LIMIT ?`, append(args, most)...)
	if err != nil {
		return nil, fmt.Errorf("reading merges: %w", err)
	}
	return all, nil
}

// FindMerge returns a merge, or an error of kind NotFound.
func (g *Register) FindMerge(ctx context.Context, r db.Reader, id string) (Merge, error) {
	m, err := db.One(ctx, r, g.scanMerge, `SELECT `+mergeColumns+` FROM people_merge WHERE id = ?`, id)
	if errors.Is(err, db.ErrNone) {
		return m, errs.New(errs.NotFound, "没有找到这次合并。")
	}
	if err != nil {
		return m, fmt.Errorf("finding a merge: %w", err)
	}
	return m, nil
}
