package rule

import "time"

// opBorn is an age against a whole number: an age limit is a birthday limit,
// and comparing days is many times as fast as counting years.
const opBorn = op(254)

// born recognises 年龄(日) >= 60 and its like. index is the age that must be
// reached; how is down when it must not be.
func born(n *node) (*node, bool) {
	if n.op < opLess || n.op > opMoreEqual || n.args[0].op != opAge || n.args[0].args[1].op != opToday || n.args[1].op != opConst {
		return nil, false
	}
	limit := n.args[1].value.num
	if limit.d != 1 || limit.n < 0 || limit.n > 200 {
		return nil, false
	}
	out := &node{op: opBorn, kind: boolean, args: n.args[0].args[:1], index: int(limit.n)}
	if n.op == opLessEqual || n.op == opMore {
		out.index++
	}
	if n.op == opLess || n.op == opLessEqual {
		out.how = down
	}
	return out, true
}

// lastBirthday is the last day on which one was born who has reached an age
// today. Who was born on 29 February reaches it on 1 March of a common year.
func lastBirthday(age int, on int32) int64 {
	today := civilOf(int64(on))
	year := int(today.year) - age
	day := time.Date(year, time.Month(today.month), int(today.day), 0, 0, 0, 0, time.UTC)
	if int64(day.Month()) != today.month {
		day = day.AddDate(0, 0, -1)
	}
	return day.Unix() / 86400
}

func (w *worker) born(s *step, v, a *vector, rows int) {
	last := w.birthdays[s.index]
	n := v.take(rows)
	an := a.n[:len(n)]
	if s.how == down {
		for i, x := range an {
			n[i] = less(last, x)
		}
	} else {
		for i, x := range an {
			n[i] = less(last, x) ^ 1
		}
	}
	v.top, v.same, v.lost = 1, a.same, a.lost
	v.hush()
}
