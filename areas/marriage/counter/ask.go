package counter

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"minzheng/areas/marriage/register"
	"minzheng/kernel/db"
	"minzheng/kernel/exchange"
)

const (
	purpose = "办理结婚登记，核对双方身份和婚姻状况"
	law     = "婚姻登记条例 第10条"
)

// The sources that are asked.
const (
	police = "police.household"
	civil  = "civil.marriage"
	death  = "civil.death"
	court  = "court.divorce"
	health = "health.premarital"
)

// optionalWait is how long a source may take that is only asked out of care.
const optionalWait = time.Second

// lookup is one question about one of the two.
type lookup struct {
	side   int
	source string
	fields []string
	why    string // "" is the purpose of all
}

// questions are what has to be asked about a couple: of a court only where
// somebody says to be divorced.
func questions(v Visit) []lookup {
	var all []lookup
	for side, p := range v.Couple.People {
		all = append(all,
			lookup{side, police, []string{"name", "birth", "sex", "book_marital", "number_shared"}, ""},
			lookup{side, civil, []string{"marital"}, ""},
			lookup{side, death, []string{"dead"}, ""},
			lookup{side, health, []string{"premarital_checked"}, "提醒婚前医学检查，只问做没做"})
		if p.Declared == "离异" {
			all = append(all, lookup{side, court, []string{"divorce_judged"}, ""})
		}
	}
	return all
}

// asking are the answers of one visit while they come.
type asking struct {
	mu   sync.Mutex
	got  []Got
	left int
	done chan struct{}
}

func (a *asking) take(g Got) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.got, a.left = append(a.got, g), a.left-1
}

// ask asks side by side and returns at once; what has come is kept in one
// transaction when all have answered or had their time.
func (m *Room) ask(ctx context.Context, v Visit, who register.Clerk, all []lookup) {
	a := &asking{left: len(all), done: make(chan struct{})}
	m.mu.Lock()
	if m.asking[v.ID] != nil || len(all) == 0 {
		m.mu.Unlock()
		return // it is being asked just now
	}
	m.asking[v.ID] = a
	m.mu.Unlock()
	go func() {
		ctx := context.WithoutCancel(ctx)
		defer func() {
			m.mu.Lock()
			delete(m.asking, v.ID)
			m.mu.Unlock()
			close(a.done)
		}()
		if err := m.keep(ctx, v.ID, m.gather(ctx, v, who, a, all)); err != nil {
			m.Log.Error("keeping the answers of a visit", "visit", v.ID, "err", err)
		}
	}()
}

// answered is one answer with the exchange's own receipt of it.
type answered struct {
	Got
	answer exchange.Answer
}

func (m *Room) gather(ctx context.Context, v Visit, who register.Clerk, a *asking, all []lookup) []answered {
	out := make([]answered, len(all))
	var wait sync.WaitGroup
	for i, l := range all {
		wait.Go(func() {
			out[i] = m.one(ctx, v, who, l)
			a.take(out[i].Got)
		})
	}
	wait.Wait()
	return out
}

func (m *Room) one(ctx context.Context, v Visit, who register.Clerk, l lookup) answered {
	if l.source == health {
		short, cancel := context.WithTimeout(ctx, optionalWait)
		defer cancel()
		ctx = short
	}
	p := v.Couple.People[l.side]
	q := exchange.Question{Source: l.source, Subject: v.Subject(), Number: p.Number, Name: p.Name, Index: m.Desk.People.Index(p.Number),
		County: v.Office, Fields: l.fields, Actor: who.ID, Purpose: purpose, Law: law}
	if l.why != "" {
		q.Purpose = l.why
	}
	ans := m.Exchange.Ask(ctx, []exchange.Question{q})[0]
	return answered{Got{Side: l.side, Source: l.source, Outcome: string(ans.Outcome), Values: ans.Values, At: ans.At, Took: ans.Took.Milliseconds(), Tries: 1}, ans}
}

// keep writes answers over what the same sources said before.
func (m *Room) keep(ctx context.Context, id string, all []answered) error {
	return m.DB.Do(ctx, func(tx *db.Tx) error {
		if err := tx.Lock(ctx, "marriage-visit/"+id); err != nil {
			return err
		}
		v, err := m.Find(ctx, tx, id)
		if err != nil {
			return err
		}
		answers := make([]exchange.Answer, len(all))
		got := v.Got
		for i, one := range all {
			answers[i] = one.answer
			got = lay(got, one.Got)
		}
		sealed, err := m.seal(got)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE marriage_visit SET answers = ? WHERE id = ?`, sealed, id); err != nil {
			return fmt.Errorf("keeping answers: %w", err)
		}
		return exchange.Keep(ctx, tx, answers)
	})
}

// lay puts an answer over an earlier one of the same source. Silence does not
// take away what was told before on the same day.
func lay(all []Got, g Got) []Got {
	i := slices.IndexFunc(all, func(o Got) bool { return o.Side == g.Side && o.Source == g.Source })
	if i < 0 {
		return append(all, g)
	}
	g.Tries += all[i].Tries
	if g.answered() || !all[i].answered() {
		all[i] = g
	}
	return all
}

func (g Got) answered() bool {
	return g.Outcome == string(exchange.Found) || g.Outcome == string(exchange.Absent)
}

// Again asks once more: those that were silent, or all.
func (m *Room) Again(ctx context.Context, who register.Clerk, id string, everything bool) (Visit, error) {
	v, err := m.Find(ctx, m.DB, id)
	if err != nil || v.State != Open {
		return v, err
	}
	var all []lookup
	for _, l := range questions(v) {
		told := slices.ContainsFunc(v.Got, func(g Got) bool { return g.Side == l.side && g.Source == l.source && g.answered() })
		if everything || !told {
			all = append(all, l)
		}
	}
	m.ask(ctx, v, who, all)
	return v, nil
}

// Wait returns when a visit's answers are there, or ctx ends.
func (m *Room) Wait(ctx context.Context, id string) {
	m.mu.Lock()
	a := m.asking[id]
	m.mu.Unlock()
	if a == nil {
		return
	}
	select {
	case <-a.done:
	case <-ctx.Done():
	}
}

// underway lays what has just come over a visit, and tells how many are still out.
func (m *Room) underway(v *Visit) (left int) {
	m.mu.Lock()
	a := m.asking[v.ID]
	m.mu.Unlock()
	if a == nil {
		return 0
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, g := range a.got {
		v.Got = lay(v.Got, g)
	}
	return max(a.left, 1) // all are here, and not yet kept
}
