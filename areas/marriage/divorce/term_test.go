package divorce_test

import (
	"testing"

	"pgregory.net/rapid"

	"minzheng/areas/marriage/divorce"
	"minzheng/kernel/calendar"
)

func national(t testing.TB) *calendar.Calendar {
	t.Helper()
	c, err := calendar.National()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func day(t testing.TB, s string) calendar.Day {
	t.Helper()
	d, err := calendar.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestTheDaysOfTheWorkedExamples(t *testing.T) {
	t.Parallel()
	for _, c := range [][4]string{
		{"2026-03-02", "2026-04-01", "2026-04-02", "2026-05-06"}, // the last day falls into the May holidays
		{"2026-01-16", "2026-02-24", "2026-02-25", "2026-03-26"}, // the first into 春节
	} {
		got := divorce.Count(national(t), day(t, c[0]))
		if got.Withdraw != day(t, c[1]) || got.From != day(t, c[2]) || got.Until != day(t, c[3]) || got.Note != "" {
			t.Errorf("applied on %s: withdraw until %s, window %s to %s (%s), want %v", c[0], got.Withdraw, got.From, got.Until, got.Note, c[1:])
		}
	}
}

func TestDaysOfAnUnannouncedYearAreSaidToBeProvisional(t *testing.T) {
	t.Parallel()
	if got := divorce.Count(national(t), day(t, "2026-11-24")); got.Note == "" {
		t.Errorf("the window ends on %s, and nothing says that this is provisional", got.Until)
	}
}

func TestEveryApplicationHasItsThirtyDaysTwice(t *testing.T) {
	t.Parallel()
	days := national(t)
	rapid.Check(t, func(rt *rapid.T) {
		applied := calendar.Date(2026, 1, 1) + calendar.Day(rapid.IntRange(0, 290).Draw(rt, "day"))
		got := divorce.Count(days, applied)
		for _, p := range [][2]calendar.Day{{applied, got.Withdraw}, {got.Withdraw, got.Until}} {
			if p[1]-p[0] < 30 {
				rt.Fatalf("only %d days after %s", p[1]-p[0], p[0])
			}
			if ok, err := days.IsWorkday(p[1]); err == nil && !ok {
				rt.Fatalf("a period ends on %s, when offices are closed", p[1])
			}
			for d := p[0] + 30; d < p[1]; d++ { // no longer than the holidays make it
				if ok, err := days.IsWorkday(d); err == nil && ok {
					rt.Fatalf("the period from %s runs on to %s past the working day %s", p[0], p[1], d)
				}
			}
		}
		if got.From != got.Withdraw+1 {
			rt.Fatalf("between the two periods lies a day: %s, %s", got.Withdraw, got.From)
		}
		for d, was := applied, divorce.Cooling; d <= got.Until+2; d++ {
			is := got.On(d)
			order := map[divorce.Stage]int{divorce.Cooling: 0, divorce.Coming: 1, divorce.Over: 2}
			if order[is] < order[was] || order[is] > order[was]+1 {
				rt.Fatalf("on %s it goes from %s to %s", d, was, is)
			}
			was = is
		}
	})
}
