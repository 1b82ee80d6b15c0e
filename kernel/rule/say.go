package rule

import (
	"strings"

	"minzheng/kernel/fact"
)

// Say tells a turning in plain Chinese: 人均月收入再低 35.00 元即符合. Who gives
// the name of a member.
func (t Turning) Say(who func(about string) string) string {
	var all []string
	for _, m := range t.Moves {
		all = append(all, m.Say(who))
	}
	end := "就不符合"
	if t.Holds {
		end = "即符合"
	}
	said := strings.Join(all, "，并且")
	if last := said[len(said)-1]; '0' <= last && last <= '9' {
		said += " "
	}
	return said + end
}

// Say tells one move: 张三的存款少 2,000.00 元.
func (m Move) Say(who func(about string) string) string {
	name := m.Name
	if m.About != "" {
		name = who(m.About) + "的" + m.Name
	}
	switch m.From.Type() {
	case fact.Bool, fact.Enum:
		return name + "改为“" + m.To.String() + "”"
	case fact.Date:
		return name + pick2(m.Less, "早 ", "晚 ") + m.By.String() + " 天"
	}
	by := m.By.String()
	unit := m.unit
	rate := strings.Contains(m.unit, "/") // 元/月, 元/人·月
	if m.By.Type() == fact.Money {
		by, unit = strings.TrimPrefix(by, "¥"), "元"
	} else {
		unit, _, _ = strings.Cut(unit, "/")
	}
	if unit != "" {
		by += " " + unit
	}
	if rate {
		return name + pick2(m.Less, "再低 ", "再高 ") + by
	}
	return name + pick2(m.Less, "少 ", "多 ") + by
}

func pick2(first bool, a, b string) string {
	if first {
		return a
	}
	return b
}
