package calendar

import (
	"encoding/json"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func day(t testing.TB, s string) Day {
	t.Helper()
	d, err := Parse(s)
	if err != nil {
		t.Fatalf("Parse(%q): %v", s, err)
	}
	return d
}

func TestDayIsTheDateInShanghai(t *testing.T) {
	t.Parallel()
	for at, want := range map[string]string{
		"2026-03-01T15:59:59Z":      "2026-03-01",
		"2026-03-01T16:00:00Z":      "2026-03-02",
		"2026-03-02T00:00:00+08:00": "2026-03-02",
		"1949-12-31T15:00:00Z":      "1949-12-31",
		"1949-12-31T16:00:00Z":      "1950-01-01",
	} {
		moment, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		if got := DayOf(moment).String(); got != want {
			t.Errorf("DayOf(%s) = %s, want %s", at, got, want)
		}
	}
}

func TestDayIsWrittenAsReadersExpect(t *testing.T) {
	t.Parallel()
	d := Date(2026, 3, 2)
	for got, want := range map[string]string{
		d.String(): "2026-03-02", d.Long(): "2026年3月2日", d.Short(): "3月2日 周一",
		Date(2026, 3, 8).Short():          "3月8日 周日",
		d.Start().Format(time.RFC3339):    "2026-03-02T00:00:00+08:00",
		Date(1936, 2, 29).Long():          "1936年2月29日",
		Date(1969, 12, 31).Short():        "12月31日 周三",
		Date(2026, 13, 1).String():        "2027-01-01",
		Day(0).String():                   "1970-01-01",
		Date(1958, 7, 9).Start().String(): "1958-07-09 00:00:00 +0800 Asia/Shanghai",
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	if d.Year() != 2026 || d.Month() != 3 || d.DayOfMonth() != 2 || d.Weekday() != time.Monday {
		t.Errorf("parts of %s are wrong", d)
	}
}

func TestParseTakesOnlyRealDates(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", "2026-3-2", "2026-02-29", "2026-03-02 ", "2026/03/02", "20260302", "2026-13-01", "2026-03-02T00:00:00Z", "+026-03-02"} {
		if d, err := Parse(s); err == nil {
			t.Errorf("Parse(%q) = %s, want an error", s, d)
		}
	}
}

func TestMonthsEndAtMonthEnd(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		from string
		n    int
		want string
	}{
		{"2026-08-31", 6, "2027-02-28"},
		{"2027-08-31", 6, "2028-02-29"},
		{"2026-01-31", 1, "2026-02-28"},
		{"2026-03-31", -1, "2026-02-28"},
		{"2026-01-15", 12, "2027-01-15"},
		{"2026-01-15", -13, "2024-12-15"},
	} {
		if got := day(t, c.from).AddMonths(c.n).String(); got != c.want {
			t.Errorf("%s + %d months = %s, want %s", c.from, c.n, got, c.want)
		}
	}
}

func TestAgeCountsFullYears(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		birth, on string
		want      int
	}{
		{"1980-01-15", "2026-01-14", 45},
		{"1980-01-15", "2026-01-15", 46},
		{"2008-02-29", "2026-02-27", 17},
		{"2008-02-29", "2026-02-28", 18},
		{"2008-02-29", "2028-02-28", 19},
		{"2026-05-01", "2026-04-30", -1},
		{"1950-06-01", "1969-06-01", 19},
	} {
		if got := Age(day(t, c.birth), day(t, c.on)); got != c.want {
			t.Errorf("Age(%s, %s) = %d, want %d", c.birth, c.on, got, c.want)
		}
	}
}

func TestDaySurvivesTextJSONAndDatabase(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := Day(rapid.Int32Range(-719528, 2932896).Draw(t, "day")) // years 0000 to 9999
		data, err := json.Marshal(map[Day]Day{d: d})
		if err != nil {
			t.Fatal(err)
		}
		var back map[Day]Day
		if err := json.Unmarshal(data, &back); err != nil || back[d] != d {
			t.Fatalf("%s came back as %v (%v)", data, back, err)
		}
		stored, err := d.Value()
		if err != nil {
			t.Fatal(err)
		}
		var fromText, fromBytes Day
		if fromText.Scan(stored) != nil || fromBytes.Scan([]byte(stored.(string))) != nil || fromText != d || fromBytes != d {
			t.Fatalf("stored %v came back as %s and %s", stored, fromText, fromBytes)
		}
		if DayOf(d.Start()) != d || Date(d.Year(), d.Month(), d.DayOfMonth()) != d || d.Weekday() != d.Start().Weekday() {
			t.Fatalf("%s does not agree with its parts", d)
		}
	})
	var d Day
	if d.Scan(nil) == nil || d.Scan(int64(3)) == nil || d.UnmarshalText([]byte("today")) == nil {
		t.Error("what is no stored day was read as one")
	}
	if _, err := Day(1 << 30).Value(); err == nil {
		t.Error("a year with more than four digits was stored")
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"2026-03-02", "2024-02-29", "0000-01-01", "9999-12-31", "2026-00-00", "二〇二六"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if d, err := Parse(s); err == nil && d.String() != s {
			t.Fatalf("Parse(%q) is written back as %s", s, d)
		}
	})
}
