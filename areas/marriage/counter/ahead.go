package counter

import (
	"context"
	"slices"

	"minzheng/areas/marriage/register"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/exchange"
)

// Ahead asks in advance about one of a couple and says what they had better
// bring. keep writes the receipts; nothing else of the answers is kept.
func (m *Room) Ahead(ctx context.Context, v Visit, side int) (hints []string, keep func(context.Context, *db.Tx) error) {
	var all []lookup
	for _, l := range questions(v) {
		if l.side == side && l.source != health {
			l.why = "预约结婚登记，提前核对本人要带什么"
			all = append(all, l)
		}
	}
	got := m.gather(ctx, v, register.Clerk{ID: casework.System.ID}, &asking{}, all)
	answers := make([]exchange.Answer, len(got))
	for i, one := range got {
		v.Got = append(v.Got, one.Got)
		answers[i] = one.answer
	}
	for _, c := range Weigh(v, Known{On: v.Day}).Clauses {
		verdict := c.Sides[side]
		silent := slices.ContainsFunc(verdict.Ways, func(w Way) bool { return w.Kind == "ask" })
		if verdict.Standing == Met || silent || verdict.Standing == Unclear && len(verdict.Ways) == 0 {
			continue // what nobody answered is asked again at the counter
		}
		hints = append(hints, verdict.Says+first(verdict.Ways))
	}
	return hints, func(ctx context.Context, tx *db.Tx) error { return exchange.Keep(ctx, tx, answers) }
}

// first is what to do, where an original helps.
func first(ways []Way) string {
	for _, w := range ways {
		if w.Kind == "evidence" {
			return w.Say
		}
	}
	return "来之前请先打电话问我们。"
}
