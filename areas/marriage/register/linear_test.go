package register_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"minzheng/areas/marriage/register"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
)

const folk = 4 // men, and as many women

// wish is what a clerk tries: to marry a man and a woman, to part them, or to
// look whom the man is married to.
type wish struct {
	verb     string
	man, wom int
}

// outcome is what came of it.
type outcome struct {
	done bool
	with int // of a look: the woman, or -1
}

// pairs is who is married to whom: the woman of each man, or -1.
type pairs [folk]int

// oneAtATime is the register as it would be with a single clerk.
func oneAtATime() porcupine.Model {
	return porcupine.Model{
		Init: func() any {
			var p pairs
			for i := range p {
				p[i] = -1
			}
			return p
		},
		Step: func(state, input, output any) (bool, any) {
			p, w, got := state.(pairs), input.(wish), output.(outcome)
			switch w.verb {
			case "look":
				return got.with == p[w.man], p
			case "part":
				may := p[w.man] == w.wom
				if may && got.done {
					p[w.man] = -1
				}
				return may == got.done, p
			}
			may := p[w.man] == -1
			for _, other := range p {
				may = may && other != w.wom
			}
			if may && got.done {
				p[w.man] = w.wom
			}
			return may == got.done, p
		},
		Equal:             func(a, b any) bool { return a.(pairs) == b.(pairs) },
		DescribeOperation: func(in, out any) string { return fmt.Sprintf("%+v -> %+v", in, out) },
	}
}

func TestManyClerksAtOnceRegisterAsIfOneDidItAllAlone(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		const clerks, wishes = 8, 25
		var mu sync.Mutex
		var history []porcupine.Operation
		var wait sync.WaitGroup
		began := time.Now()
		for c := range clerks {
			wait.Go(func() {
				dice := rand.New(rand.NewPCG(uint64(c), 520))
				for range wishes {
					w := wish{[]string{"marry", "marry", "part", "look"}[dice.IntN(4)], dice.IntN(folk), dice.IntN(folk)}
					call := time.Since(began).Nanoseconds()
					got, err := h.try(w, c)
					back := time.Since(began).Nanoseconds()
					if err != nil {
						t.Errorf("%+v: %v", w, err)
						return
					}
					mu.Lock()
					history = append(history, porcupine.Operation{ClientId: c, Input: w, Call: call, Output: got, Return: back})
					mu.Unlock()
				}
			})
		}
		wait.Wait()
		done := 0
		for _, o := range history {
			if o.Input.(wish).verb == "marry" && o.Output.(outcome).done {
				done++
			}
		}
		if done < 3 || done == len(history) {
			t.Fatalf("%d marriages of %d tries: the test tries nothing", done, len(history))
		}
		if got := porcupine.CheckOperationsTimeout(oneAtATime(), history, 60*time.Second); got != porcupine.Ok {
			t.Fatalf("the history of %d operations is not that of one register: %s", len(history), got)
		}
		h.sound()
	})
}

// try does what a clerk wishes, each in a transaction as a counter does it.
func (h *house) try(w wish, clerkNo int) (outcome, error) {
	ctx := h.t.Context()
	a, b := man(w.man), woman(w.wom)
	if w.verb == "look" {
		v, err := h.LiveOf(ctx, h.d, a.Number)
		if errs.Is(err, errs.NotFound) {
			return outcome{with: -1}, nil
		}
		for i := range folk {
			if err == nil && v.Parties[1].Number == woman(i).Number {
				return outcome{with: i}, nil
			}
		}
		return outcome{}, fmt.Errorf("married to nobody we know: %w", err)
	}
	err := h.do(func(tx *db.Tx) error {
		if w.verb == "marry" {
			_, err := h.Marry(ctx, tx, [2]register.Party{a, b}, clerk(clerkNo), "")
			return err
		}
		v, err := h.LiveOf(ctx, tx, a.Number)
		if err == nil && v.Parties[1].Number != b.Number {
			return errs.New(errs.Conflict, "不是这两个人的婚姻。")
		}
		if err == nil {
			_, err = h.Part(ctx, tx, v.ID, clerk(clerkNo), "")
		}
		return err
	})
	if err == nil || errs.Is(err, errs.Conflict) || errs.Is(err, errs.NotFound) {
		return outcome{done: err == nil}, nil
	}
	return outcome{}, err
}

// sound fails when somebody has two live marriages, or a live marriage does
// not bind exactly its two.
func (h *house) sound() {
	h.t.Helper()
	twice, err := db.One(h.t.Context(), h.d, db.Value[int64], `SELECT COUNT(*) FROM (SELECT p.person FROM marriage_party p JOIN marriage_record r ON r.id = p.record_id
		WHERE r.kind = 'J' AND r.state = 'live' GROUP BY p.person HAVING COUNT(*) > 1) AS doubles`)
	h.must(err)
	loose, err := db.One(h.t.Context(), h.d, db.Value[int64], `SELECT COUNT(*) FROM marriage_record r WHERE r.kind = 'J' AND
		(CASE WHEN r.state = 'live' THEN 2 ELSE 0 END) <> (SELECT COUNT(*) FROM marriage_live l WHERE l.record_id = r.id)`)
	h.must(err)
	if twice != 0 || loose != 0 {
		h.t.Fatalf("%d people have two live marriages, %d marriages do not bind their two", twice, loose)
	}
}
