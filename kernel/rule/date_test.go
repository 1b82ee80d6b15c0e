package rule_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestAgeIsInFullYears(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ born, on, want string }{
		{"1966-03-02", "2026-03-01", "59"},
		{"1966-03-02", "2026-03-02", "60"},
		{"1966-03-02", "2026-03-03", "60"},
		{"2026-03-02", "2026-03-02", "0"},
		{"2008-02-29", "2026-02-28", "17"}, // older on 1 March in a common year
		{"2008-02-29", "2026-03-01", "18"},
		{"2008-02-29", "2028-02-28", "19"},
		{"2008-02-29", "2028-02-29", "20"},
		{"2000-12-31", "2001-01-01", "0"},
		{"1969-12-31", "1970-12-31", "1"},
		{"2026-03-03", "2026-03-02", "-1"},
	} {
		if got := say(work(t, "年龄(日一, 日二)", "日一="+c.born, "日二="+c.on)); got != c.want {
			t.Errorf("born %s, on %s: %s years, want %s", c.born, c.on, got, c.want)
		}
	}
}

func TestAgeWithoutADayIsTheAgeOnTheDayThatIsJudged(t *testing.T) {
	t.Parallel()
	checkFormulas(t, []formula{ // judged on 2026-03-02
		{"年龄(日一)", "日一=1966-03-02", "60"},
		{"年龄(日一)", "日一=1966-03-03", "59"},
		{"今天", "", "2026年3月2日"},
		{"合计(成员, 年龄(生日))", "m1.生日=1966-03-02 m2.生日=2016-03-03", "69"},
	})
}

func TestAgeAgreesWithTheBirthdaysThatWerePassed(t *testing.T) {
	t.Parallel()
	r := load(t, one("年龄(日一, 日二)"))
	rapid.Check(t, func(rt *rapid.T) {
		born := time.Unix(int64(rapid.IntRange(-20000, 20000).Draw(rt, "born"))*86400, 0).UTC()
		on := born.AddDate(0, 0, rapid.IntRange(0, 40000).Draw(rt, "days"))
		birthdays := 0
		for !time.Date(born.Year()+birthdays+1, born.Month(), born.Day(), 0, 0, 0, 0, time.UTC).After(on) {
			birthdays++
		}
		got := find(t, judge(t, r, "日一="+born.Format(time.DateOnly), "日二="+on.Format(time.DateOnly)), "结果")
		if got.Value.Int64() != int64(birthdays) {
			rt.Fatalf("born %s, on %s: %s years, want %d", born, on, got.Shown(), birthdays)
		}
	})
}

func TestMonthsAreFullMonths(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ from, to, want string }{
		{"2026-01-15", "2026-02-14", "0"},
		{"2026-01-15", "2026-02-15", "1"},
		{"2026-01-31", "2026-02-27", "0"},
		{"2026-01-31", "2026-02-28", "1"}, // the month's last day (民法典 第202条)
		{"2026-01-31", "2026-03-01", "1"},
		{"2024-01-31", "2024-02-28", "0"},
		{"2024-01-31", "2024-02-29", "1"},
		{"2026-08-31", "2027-02-28", "6"},
		{"2025-12-31", "2026-12-31", "12"},
		{"2026-03-02", "2026-03-02", "0"},
	} {
		if got := say(work(t, "月数(日一, 日二)", "日一="+c.from, "日二="+c.to)); got != c.want {
			t.Errorf("from %s to %s: %s months, want %s", c.from, c.to, got, c.want)
		}
	}
}

func TestDaysAreComparedMovedAndCounted(t *testing.T) {
	t.Parallel()
	checkFormulas(t, []formula{
		{"日一 < 日二", "日一=2026-02-28 日二=2026-03-01", "是"},
		{"日二 - 日一", "日一=2026-02-28 日二=2026-03-01", "1"},
		{"日二 - 日一", "日一=2024-02-28 日二=2024-03-01", "2"},
		{"日一 + 30", "日一=2026-01-31", "2026年3月2日"},
		{"日一 - 1", "日一=2026-01-01", "2025年12月31日"},
		{"今天 - 日一", "日一=2026-03-01", "1"},
		{`日一 >= 日期("2026-01-01")`, "日一=2026-01-01", "是"},
		{`日期('2026-01-01') == 日一`, "日一=2026-01-01", "是"},
		{`日一 < 日期("1970-01-01")`, "日一=1969-12-31", "是"},
	})
}

func TestADayMovesOnlyByWholeDaysAndNotOutOfTheCalendar(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ as, n string }{
		{"日一 + 1 / 2", "0"}, {"日一 + 数一 / 2", "3"}, {"日一 - 数一", "3000000"}, {"日一 + 数一", "3000000"},
		{"日一 + 数一", "4294967296"}, {"年龄(日一 + 数一)", "9000000000000000000"},
	} {
		r := work(t, c.as, "日一=2026-01-01", "数一="+c.n)
		if r.Known || !strings.Contains(r.Broken, "日期") {
			t.Errorf("%s with %s gives %s, want it broken for its 日期", c.as, c.n, say(r))
		}
	}
}
