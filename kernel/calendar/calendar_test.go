package calendar

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"pgregory.net/rapid"
)

func loaded(t testing.TB) *Calendar {
	t.Helper()
	c, err := National()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestWorkdaysOfWholeYears(t *testing.T) {
	t.Parallel()
	c := loaded(t)
	for year, want := range map[int]int{2025: 248, 2026: 248} {
		got, provisional := c.Workdays(Date(year-1, 12, 31), Date(year, 12, 31))
		if got != want || provisional {
			t.Errorf("%d has %d working days (provisional %v), want %d", year, got, provisional, want)
		}
	}
}

func TestDaysOfTheNotices(t *testing.T) {
	t.Parallel()
	c := loaded(t)
	for s, want := range map[string]bool{
		"2026-01-04": true, "2026-02-14": true, "2026-02-28": true, "2026-05-09": true, "2026-09-20": true, "2026-10-10": true,
		"2026-02-23": false, "2026-02-24": true, "2026-10-07": false, "2026-10-08": true, "2026-09-25": false,
		"2025-01-26": true, "2025-02-08": true, "2025-04-27": true, "2025-09-28": true, "2025-10-11": true,
		"2025-02-04": false, "2025-06-02": false, "2025-10-08": false, "2025-10-09": true, "2025-03-08": false,
	} {
		if got, err := c.IsWorkday(day(t, s)); err != nil || got != want {
			t.Errorf("IsWorkday(%s) = %v, %v, want %v", s, got, err, want)
		}
	}
	if c.Notice(2026) != "国办发明电〔2025〕7号" || c.Notice(2027) != "" {
		t.Error("the notices do not carry their numbers")
	}
}

func TestUnloadedYearIsAnErrorNotAGuess(t *testing.T) {
	t.Parallel()
	if _, err := loaded(t).IsWorkday(Date(2027, 3, 1)); !errors.Is(err, ErrUnloaded) || !strings.Contains(err.Error(), "2027") {
		t.Errorf("asked about 2027 the calendar says %v", err)
	}
}

func TestStatutoryClocks(t *testing.T) {
	t.Parallel()
	c := loaded(t)
	for _, v := range []struct {
		from string
		n    int
		want string
	}{
		{"2026-02-10", 3, "2026-02-13"},
		{"2026-02-10", 10, "2026-03-02"},
		{"2026-09-18", 15, "2026-10-15"},
		{"2026-09-18", 30, "2026-11-05"},
		{"2026-03-02", 30, "2026-04-14"},
		{"2026-02-14", 0, "2026-02-14"},
	} {
		got := c.AddWorkdays(day(t, v.from), v.n)
		if got.Day.String() != v.want || got.Provisional || got.Note() != "" {
			t.Errorf("%d working days from %s: %v %q, want %s", v.n, v.from, got.Day, got.Note(), v.want)
		}
	}
}

func TestDivorceClocks(t *testing.T) {
	t.Parallel()
	c := loaded(t)
	for _, v := range []struct{ applied, withdrawUntil, windowEnds string }{
		{"2026-03-02", "2026-04-01", "2026-05-06"},
		{"2026-01-16", "2026-02-24", "2026-03-26"},
	} {
		until := c.RollToWorkday(AddDays(day(t, v.applied), 30)).Day
		ends := c.RollToWorkday(AddDays(until, 30)).Day
		if until.String() != v.withdrawUntil || ends.String() != v.windowEnds {
			t.Errorf("applied %s: withdraw until %s, window to %s; want %s, %s", v.applied, until, ends, v.withdrawUntil, v.windowEnds)
		}
	}
}

func TestDeadlineInAnUnloadedYearIsProvisional(t *testing.T) {
	t.Parallel()
	c := loaded(t)
	got := c.AddWorkdays(day(t, "2026-12-30"), 3)
	want := Deadline{Day: day(t, "2027-01-04"), Provisional: true, Unloaded: 2027}
	if got != want || got.Note() != "暂定：2027年放假安排还没有公布" {
		t.Errorf("got %+v %q, want %+v", got, got.Note(), want)
	}
	if firm := c.AddWorkdays(day(t, "2026-12-30"), 1); firm.Provisional {
		t.Error("a deadline inside 2026 is marked provisional")
	}
	if _, provisional := c.Workdays(day(t, "2026-12-30"), day(t, "2027-01-02")); !provisional {
		t.Error("a count that runs into 2027 is not marked provisional")
	}
	if rolled := c.RollToWorkday(day(t, "2027-01-02")); rolled.Day != day(t, "2027-01-04") || rolled.Unloaded != 2027 {
		t.Errorf("rolled to %+v", rolled)
	}
}

func TestBureauMayLayANewYearBeside(t *testing.T) {
	t.Parallel()
	years, err := Load(fstest.MapFS{"2027.json": {Data: []byte(`{"year": 2027, "notice": "试〔2026〕1号",
		"off": [{"name": "元旦", "from": "2026-12-31", "to": "2027-01-03"}, {"name": "国庆节", "from": "2027-10-01", "to": "2027-10-07"}],
		"work": ["2026-12-26"]}`)}})
	if err != nil {
		t.Fatal(err)
	}
	old := loaded(t)
	c, err := old.With(years...)
	if err != nil {
		t.Fatal(err)
	}
	for s, want := range map[string]bool{"2026-12-26": true, "2026-12-31": false, "2027-01-04": true, "2026-02-14": true} {
		if got, err := c.IsWorkday(day(t, s)); err != nil || got != want {
			t.Errorf("IsWorkday(%s) = %v, %v, want %v", s, got, err, want)
		}
	}
	if old.Loaded(2027) {
		t.Error("the older calendar has changed")
	}
}

func TestStrangeYearFilesAreRefusedByName(t *testing.T) {
	t.Parallel()
	whole := `"notice": "试1号", "off": [{"name": "元旦", "from": "2027-01-01", "to": "2027-01-01"}, {"name": "国庆节", "from": "2027-10-01", "to": "2027-10-03"}]`
	for name, data := range map[string]string{
		"empty.json":    `{"year": 2027, "notice": "试1号", "off": [], "work": []}`,
		"unknown.json":  `{"year": 2027, ` + whole + `, "rest": []}`,
		"tail.json":     `{"year": 2027, ` + whole + `} {}`,
		"weekday.json":  `{"year": 2027, ` + whole + `, "work": ["2027-03-01"]}`,
		"other.json":    `{"year": 2028, ` + whole + `}`,
		"twice.json":    `{"year": 2027, ` + whole + `, "work": ["2027-10-09", "2027-10-09"]}`,
		"holiday.json":  `{"year": 2027, ` + whole + `, "work": ["2027-10-02"]}`,
		"date.json":     `{"year": 2027, ` + whole + `, "work": ["2027-2-30"]}`,
		"unnumber.json": `{"year": 2027, "off": [{"name": "元旦", "from": "2027-01-01", "to": "2027-01-01"}]}`,
	} {
		if _, err := Load(fstest.MapFS{name: {Data: []byte(data)}}); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: got error %v", name, err)
		}
	}
	if _, err := Load(fstest.MapFS{"a.json": {Data: []byte(`{"year": 2027, ` + whole + `}`)}}); err != nil {
		t.Errorf("a whole year is refused: %v", err)
	}
}

func TestAddingAndCountingWorkdaysAreInverse(t *testing.T) {
	t.Parallel()
	c := loaded(t)
	first, last := int32(Date(2024, 6, 1)), int32(Date(2027, 6, 1))
	rapid.Check(t, func(t *rapid.T) {
		from := Day(rapid.Int32Range(first, last).Draw(t, "from"))
		n := rapid.IntRange(0, 120).Draw(t, "n")
		dl := c.AddWorkdays(from, n)
		got, provisional := c.Workdays(from, dl.Day)
		if got != n || provisional != dl.Provisional {
			t.Fatalf("%s + %d = %+v, but counted back it is %d, provisional %v", from, n, dl, got, provisional)
		}
		if n > 0 && c.RollToWorkday(dl.Day).Day != dl.Day {
			t.Fatalf("%s + %d ends on %s, which is not worked", from, n, dl.Day)
		}
		if more := c.AddWorkdays(from, n+1); more.Day <= dl.Day {
			t.Fatalf("one working day more than %s is %s", dl.Day, more.Day)
		}
	})
}

func FuzzYear(f *testing.F) {
	f.Add(`{"year": 2027, "notice": "试1号", "off": [{"name": "元旦", "from": "2027-01-01", "to": "2027-01-01"}]}`)
	f.Add(`{"year": 2027, "work": ["2027-01-02"]}`)
	f.Add(`[]`)
	f.Fuzz(func(t *testing.T, data string) {
		y, err := parseYear(data)
		if err != nil {
			return
		}
		c, err := (&Calendar{}).With(y)
		if err != nil {
			t.Fatalf("a year that was read is refused: %v", err)
		}
		if off, err := c.IsWorkday(Date(y.Year, 10, 1)); err != nil || off {
			t.Fatalf("National Day of %d is worked (%v)", y.Year, err)
		}
	})
}
