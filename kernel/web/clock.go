package web

import (
	"fmt"
	"strings"
)

// ClockView is a statutory period: Day of Total days, working days unless Unit
// says otherwise.
type ClockView struct {
	Day, Total int // Day counts from 1; 0 is before the first
	Paused     bool
	Overdue    bool
	Sentence   string // "" is 第 n 个工作日，法定 m 个
	Note       string // until when, and what is left out
	Unit       string // 天; "" is 个工作日
	Word       string // 承诺; "" is 法定
}

// total is the whole period and whose it is: 法定 30 个.
func (v ClockView) total() string {
	word, unit := v.Word, v.Unit
	if word == "" {
		word = "法定"
	}
	if unit == "" || unit == "个工作日" {
		unit = "个"
	}
	return fmt.Sprintf("%s %d %s", word, v.Total, unit)
}

// unit is what is counted.
func (v ClockView) unit() string {
	if v.Unit == "" {
		return "个工作日"
	}
	return v.Unit
}

// nearly reports whether today is one of the last days.
func (v ClockView) nearly() bool { return v.Overdue || v.Total-v.Day <= 1 }

// past, today and ahead draw the ruler: one tick a working day.
func (v ClockView) past() string {
	if v.Overdue {
		return ticks(0, v.Total-1, v.Total)
	}
	return ticks(0, v.Day-1, v.Total)
}

func (v ClockView) today() string {
	if v.Overdue {
		return ticks(v.Total-1, v.Total, v.Total)
	}
	return ticks(v.Day-1, v.Day, v.Total)
}

func (v ClockView) ahead() string {
	if v.Overdue {
		return ""
	}
	return ticks(v.Day, v.Total, v.Total)
}

const rulerWidth = 600.0

// ticks is the path of the ticks from..to of n, within the ruler.
func ticks(from, to, n int) string {
	if n <= 0 {
		return ""
	}
	step := rulerWidth / float64(n)
	wide := step - min(3, step*0.3)
	var b strings.Builder
	for i := max(from, 0); i < min(to, n); i++ {
		fmt.Fprintf(&b, "M%.1f 0h%.1fv16h-%.1fz", float64(i)*step, wide, wide)
	}
	return b.String()
}

// leftText is the short form for a table: how much is left.
func (v ClockView) leftText() string {
	switch left := v.Total - v.Day; {
	case v.Paused:
		return "暂停"
	case v.Overdue || left < 0:
		return "已超期"
	case left == 0:
		return "今天到期"
	default:
		return fmt.Sprintf("剩 %d 天", left)
	}
}

func (v ClockView) tone() Tone {
	switch left := v.Total - v.Day; {
	case v.Paused:
		return Mute
	case v.Overdue || left <= 1:
		return Bad
	case left <= 5:
		return Wait
	}
	return Mute
}
