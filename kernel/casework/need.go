package casework

import (
	"context"
	"fmt"
	"strings"

	"minzheng/kernel/calendar"
	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/fact"
)

// Choice is an act as somebody may see it: doable, or with what blocks it.
type Choice struct {
	*catalog.Act
	Blocked string // "" when it can be done now
}

// Choices returns the acts that somebody of a kind (staff, citizen) has in a
// case now. What cannot be done yet is returned too, with the reason.
func (d *Desk) Choices(ctx context.Context, r db.Reader, c Case, who Actor) ([]Choice, error) {
	s, err := d.shelf.Version(ctx, r, c.Version)
	if err != nil || !c.IsOpen() {
		return nil, err
	}
	st := s.Step(c.Step)
	if st == nil {
		return nil, nil
	}
	m := &move{c: &c, service: s, step: st, today: calendar.DayOf(d.DB.Now())}
	m.Who = who
	if m.facts, err = d.Facts(ctx, r, c.ID); err != nil {
		return nil, err
	}
	if m.away, err = elsewhere(ctx, r, c.ID); err != nil {
		return nil, err
	}
	if m.past, err = d.Timeline(ctx, r, c.ID); err != nil {
		return nil, err
	}
	if m.filed, err = d.Avoiding(ctx, r, c.ID); err != nil {
		return nil, err
	}
	kind := "staff"
	if who.Role == "citizen" {
		kind = "citizen"
	}
	var all []Choice
	for i := range st.Acts {
		if m.act = &st.Acts[i]; m.act.Doer() == kind {
			all = append(all, Choice{m.act, d.blocked(m)})
		}
	}
	return all, nil
}

// blocked says what stands in the way of an act, or "".
func (d *Desk) blocked(m *move) string {
	var why []string
	if m.away != "" && m.act.Doer() == "staff" && !m.act.Missing {
		return m.away
	}
	for _, n := range m.act.Needs {
		kind, rest, _ := strings.Cut(n, ":")
		switch kind {
		case "settled":
			if open := d.open(m.service, m.facts); len(open) > 0 {
				why = append(why, fmt.Sprintf("还有 %d 处数据不一致没有定", len(open)))
			}
		case "judged":
			if lacks := d.lacks(m); lacks != "" {
				why = append(why, "规则还下不了结论，缺 "+lacks)
			}
		case "done":
			if !did(m.past, rest, "") {
				why = append(why, "前面有一步还没有办")
			}
		case "filed":
			if len(m.filed) > 0 && !did(m.past, rest, "") {
				why = append(why, "这一家有近亲属备案，要先“"+m.service.ActTitle(rest)+"”")
			}
		case "not-same":
			if m.Who.ID != "" && did(m.past, rest, m.Who.ID) {
				why = append(why, "前一步是您办的，这一步要换一个人")
			}
		}
	}
	return strings.Join(why, "；")
}

func did(past []Event, act, by string) bool {
	for i := len(past) - 1; i >= 0; i-- {
		if past[i].Code == act {
			return by == "" || past[i].Actor.ID == by
		}
	}
	return false
}

func (d *Desk) lacks(m *move) string {
	j := d.Judge(*m.c, m.service, m.facts, m.today)
	r, ok := j.Find(m.service.Decides)
	if !ok || r.Known {
		return ""
	}
	if r.Broken != "" {
		return r.Broken
	}
	return strings.Join(MissingNames(m.facts, r.Missing), "、")
}

// Settle has a clerk decide what counts where sources disagree, or what is
// true where nobody answered, with the reason.
func (d *Desk) Settle(ctx context.Context, tx *db.Tx, id ID, s Settling) error {
	c, err := hold(ctx, tx, id)
	if err != nil {
		return err
	}
	return d.settle(ctx, tx, c, s)
}

// Settling is a decision about one fact.
type Settling struct {
	Fact   string
	About  string
	Value  fact.Value
	Reason string
	Who    Actor
}
