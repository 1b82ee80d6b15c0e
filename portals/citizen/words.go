package citizen

import (
	"fmt"
	"time"

	"minzheng/kernel/calendar"
)

var shanghai = time.FixedZone("CST", 8*3600)

func weekday(d calendar.Day) string {
	return "星期" + string([]rune("日一二三四五六")[d.Weekday()])
}

func hello(t time.Time) string {
	switch h := t.In(shanghai).Hour(); {
	case h < 5:
		return "夜里好"
	case h < 12:
		return "上午好"
	case h < 14:
		return "中午好"
	case h < 19:
		return "下午好"
	}
	return "晚上好"
}

// moment is a time for readers: 2026年3月2日 09:14.
func moment(t time.Time) string {
	return calendar.DayOf(t).Long() + " " + t.In(shanghai).Format("15:04")
}

// ago says how long ago something was kept.
func ago(t, now time.Time) string {
	switch d := now.Sub(t); {
	case d < time.Minute:
		return "刚刚"
	case d < time.Hour:
		return fmt.Sprintf("%d 分钟前", int(d.Minutes()))
	case d < 24*time.Hour:
		return fmt.Sprintf("%d 小时前", int(d.Hours()))
	}
	return calendar.DayOf(t).Long()
}
