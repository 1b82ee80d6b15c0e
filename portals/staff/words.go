package staff

import (
	"strconv"
	"strings"
	"time"

	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/catalog"
	"minzheng/kernel/fact"
	"minzheng/kernel/secret"
	"minzheng/kernel/web"
)

// dated is a day as pages write it: without the year where it is this one.
func dated(d, today calendar.Day) string {
	if d.Year() == today.Year() {
		return d.Short()
	}
	return d.Long()
}

// timed is a time as pages write it: 3月9日 周一 10:22.
func timed(t time.Time, today calendar.Day) string {
	d := calendar.DayOf(t)
	return dated(d, today) + " " + t.In(d.Start().Location()).Format("15:04")
}

// worded is a fact's value for readers, with its unit; private texts are masked.
func worded(def *fact.Def, v fact.Value) string {
	if def == nil {
		return v.String()
	}
	switch {
	case v.Type() == fact.Money && strings.HasSuffix(def.Unit, "/月"):
		return v.String() + "/月"
	case v.Type() == fact.Int && def.Unit != "":
		return v.String() + " " + def.Unit
	case v.Type() == fact.Text && def.Private:
		return secret.MaskPhone(v.Word())
	}
	return v.String()
}

// nothing reports whether a value says that there is none of something: what
// most members have none of need not fill the page.
func nothing(v fact.Value) bool {
	switch v.Type() {
	case fact.Money, fact.Int, fact.Bool:
		return v.Int64() == 0
	case fact.Enum, fact.Text:
		return v.Word() == "" || v.Word() == "无" || strings.HasPrefix(v.Word(), "不")
	}
	return false
}

func perMonth(fen int64) string { return fact.Yuan(fen) + "/月" }

func cut(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

// clockView is where a case stands in its period: the statutory one once it
// runs, the step's own before. shown is false where none runs.
func (p *Portal) clockView(c casework.Case, s *catalog.Service, today calendar.Day) (v web.ClockView, shown bool) {
	if k, ok := p.Desk.Clock(c, s, today); ok {
		v = web.ClockView{Day: k.Day, Total: k.Total, Overdue: c.IsOpen() && k.Left < 0, Unit: k.Unit, Word: k.Word}
		v.Note = dated(k.Due, today) + "到期"
		if c.IsOpen() && k.Left >= 0 {
			v.Note += "，剩 " + itoa(k.Left) + " " + k.Unit
		} else if c.IsOpen() {
			v.Note += "，已超过 " + itoa(-k.Left) + " " + k.Unit
		} else {
			v.Sentence = "第 " + itoa(max(k.Day, 1)) + " " + k.Unit + "办结，" + k.Word + " " + itoa(k.Total) + " " + k.Unit
		}
		if c.IsOpen() && k.Day == 0 {
			v.Sentence = "从下一" + k.Unit + "起算，" + k.Word + " " + itoa(k.Total) + " " + k.Unit
		}
		if k.Provisional {
			v.Note += "（暂定，" + itoa(k.Year) + "年放假安排还没有公布）"
		}
		return v, true
	}
	st := s.Step(c.Step)
	if !c.IsOpen() || st == nil || st.Within == 0 || c.StepDue == 0 {
		return web.ClockView{}, false
	}
	day, _ := p.Desk.Calendar.Workdays(calendar.DayOf(c.StepSince), today)
	v = web.ClockView{Day: day, Total: st.Within, Overdue: today > c.StepDue}
	v.Sentence = "还没有受理，" + s.Clock.Word() + "期限没有开始"
	if s.Process != nil {
		v.Sentence = "这一步第 " + itoa(max(day, 1)) + " 个工作日，共 " + itoa(st.Within) + " 个"
	}
	v.Note = "这一步最晚 " + dated(c.StepDue, today)
	return v, true
}

// stepLate reports whether the step's own deadline is over.
func stepLate(c casework.Case, today calendar.Day) bool {
	return c.IsOpen() && c.StepDue != 0 && c.StepDue < today
}

// stepNote tells of a deadline that is nearer than the statutory one.
func stepNote(c casework.Case, s *catalog.Service, today calendar.Day) string {
	st := s.Step(c.Step)
	switch {
	case st == nil || !c.IsOpen() || c.StepDue == 0:
		return ""
	case st.Publicity != nil:
		return "公示到 " + dated(c.StepDue, today)
	case c.Due == 0 && s.Process != nil:
		return "这一步最晚 " + dated(c.StepDue, today)
	case c.Due == 0:
		return "受理前，最晚 " + dated(c.StepDue, today)
	case c.StepDue < c.Due && stepLate(c, today):
		return "这一步已过 " + dated(c.StepDue, today)
	case c.StepDue < c.Due:
		return "这一步最晚 " + dated(c.StepDue, today)
	}
	return ""
}

// stateChip says how a case ended.
func stateChip(c casework.Case) chip {
	switch c.State {
	case casework.Approved:
		return chip{web.OK, "circle-check", "已批准"}
	case casework.Refused:
		return chip{web.Bad, "circle-x", "没有批准"}
	case casework.Withdrawn:
		return chip{web.Mute, "minus", "已撤回"}
	}
	return chip{web.Mute, "minus", "已结束"}
}

// verdictChip says what the rules have given so far.
func verdictChip(c casework.Case) chip {
	switch c.Verdict {
	case "yes":
		return chip{web.OK, "check", "算下来符合"}
	case "no":
		return chip{web.Bad, "x", "算下来不符合"}
	}
	return chip{web.Mute, "help-circle", "还不知道"}
}

func itoa(n int) string { return strconv.Itoa(n) }
