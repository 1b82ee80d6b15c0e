package rule

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestAPackedColumnGivesBackWhatWasTold(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		width := rapid.SampledFrom([]int64{1, 200, 60_000, 4_000_000_000, math.MaxInt64}).Draw(rt, "width")
		low := rapid.Int64Range(math.MinInt64+1, math.MaxInt64-width).Draw(rt, "low")
		values := rapid.SliceOfN(rapid.Int64Range(low, low+width), 1, 200).Draw(rt, "values")
		told := rapid.SliceOfN(rapid.Bool(), len(values), len(values)).Draw(rt, "told")
		if rapid.Bool().Draw(rt, "all told") {
			told = nil
		}
		c := pack(values, told)
		out, lost := make([]int64, len(values)), make([]int64, len(values))
		c.unpack(out)
		if c.absent != nil {
			c.lost(lost)
		}
		for i, want := range values {
			known := told == nil || told[i]
			got, ok := c.at(i)
			if ok != known || (lost[i] == 0) != known || known && (got != want || out[i] != want) {
				rt.Fatalf("value %d is %d and %d, told %t; want %d, told %t", i, got, out[i], ok, want, known)
			}
			if out[i] < c.low || out[i] > c.high {
				rt.Fatalf("%d lies outside %d to %d", out[i], c.low, c.high)
			}
		}
	})
}

func TestACivilDayIsTheCalendars(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		d := rapid.Int64Range(firstDay, lastDay).Draw(rt, "day")
		day := time.Unix(d*86400, 0).UTC()
		want := civil{int64(day.Year()), int64(day.Month()), int64(day.Day())}
		if got := civilOf(d); got != want {
			rt.Fatalf("day %d is %v, want %v", d, got, want)
		}
		if got := want.lastOfMonth(); got != (day.AddDate(0, 0, 1).Day() == 1) {
			rt.Fatalf("%v is the last of its month: %t", want, got)
		}
	})
}

func TestAnAgeLimitIsABirthdayLimit(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		on := rapid.Int32Range(-20000, 60000).Draw(rt, "on")
		if rapid.Bool().Draw(rt, "leap day") {
			on = int32(time.Date(1960+4*rapid.IntRange(0, 30).Draw(rt, "leap"), 2, 29, 0, 0, 0, 0, time.UTC).Unix() / 86400)
		}
		age := rapid.IntRange(0, 130).Draw(rt, "age")
		last := lastBirthday(age, on)
		for _, born := range []int64{last - 1, last, last + 1, last + int64(rapid.IntRange(-800, 800).Draw(rt, "near"))} {
			if reached := years(civilOf(born), civilOf(int64(on))) >= int64(age); reached != (born <= last) {
				rt.Fatalf("born on day %d, on day %d, has reached %d: %t, but the last birthday is %d", born, on, age, reached, last)
			}
		}
	})
}

func TestColumnsRoundAsFractionsDo(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.Int64Range(-1e12, 1e12).Draw(rt, "n")
		d := rapid.Int64Range(1, 1e6).Draw(rt, "d")
		how := rapid.SampledFrom([]rounding{nearest, up, down}).Draw(rt, "how")
		want, ok := reduce(n, d).round(1, how)
		if got := rounds64(n, d, how); !ok || got != want.n {
			rt.Fatalf("%d/%d rounds to %d, want %d", n, d, got, want.n)
		}
	})
}

func TestTheBranchlessComparisonsAreComparisons(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		x, y := rapid.Int64Range(-half, half).Draw(rt, "x"), rapid.Int64Range(-half, half).Draw(rt, "y")
		if less(x, y) != b2i(x < y) || isZero(x^y) != b2i(x == y) || notZero(x) != b2i(x != 0) {
			rt.Fatalf("%d and %d: less %d, zero %d, not zero %d", x, y, less(x, y), isZero(x^y), notZero(x))
		}
	})
}
