package rule

import (
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

func (a num) rat() *big.Rat { return big.NewRat(a.n, a.d) }

// anyNum draws fractions, often near the edges of int64.
func anyNum(t *rapid.T, label string) num {
	edge := rapid.SampledFrom([]int64{0, 1, -1, 2, 3, 10, 100, math.MaxInt64, math.MaxInt64 - 1, -math.MaxInt64, math.MaxInt32, 1 << 62, -(1 << 62)})
	n := rapid.OneOf(rapid.Int64Range(-math.MaxInt64, math.MaxInt64), rapid.Int64Range(-100000, 100000), edge).Draw(t, label+" over")
	d := rapid.OneOf(rapid.Int64Range(1, math.MaxInt64), rapid.Int64Range(1, 1000), rapid.Just(int64(1)), rapid.Just(int64(math.MaxInt64))).Draw(t, label+" under")
	return reduce(n, d)
}

// same fails unless got is want in lowest terms, or says that it does not fit.
func same(t *rapid.T, what string, got num, ok bool, want *big.Rat) {
	t.Helper()
	if !ok {
		return
	}
	if got.d < 1 || got.rat().Cmp(want) != 0 {
		t.Fatalf("%s is %d/%d, want %s", what, got.n, got.d, want)
	}
	if got.n == math.MinInt64 || got.n != 0 && gcd(got.n, got.d) != 1 || got.n == 0 && got.d != 1 {
		t.Fatalf("%s is %d/%d, which is not in lowest terms", what, got.n, got.d)
	}
}

func TestArithmeticIsExactOrSaysThatItDoesNotFit(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := anyNum(t, "a"), anyNum(t, "b")
		sum, ok := a.add(b)
		same(t, "a+b", sum, ok, new(big.Rat).Add(a.rat(), b.rat()))
		difference, ok := a.add(b.neg())
		same(t, "a-b", difference, ok, new(big.Rat).Sub(a.rat(), b.rat()))
		product, ok := a.mul(b)
		same(t, "a*b", product, ok, new(big.Rat).Mul(a.rat(), b.rat()))
		quotient, ok := a.div(b)
		if b.n == 0 {
			if ok {
				t.Fatalf("%v / 0 is %v", a, quotient)
			}
			return
		}
		same(t, "a/b", quotient, ok, new(big.Rat).Quo(a.rat(), b.rat()))
	})
}

func TestEverydayAmountsAlwaysFit(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a := reduce(rapid.Int64Range(-1e9, 1e9).Draw(t, "a over"), rapid.Int64Range(1, 1000).Draw(t, "a under"))
		b := reduce(rapid.Int64Range(-1e9, 1e9).Draw(t, "b over"), rapid.Int64Range(1, 1000).Draw(t, "b under"))
		for what, reckoned := range map[string]func(num) (num, bool){"+": a.add, "*": a.mul, "/": a.div} {
			if _, ok := reckoned(b); !ok && !(what == "/" && b.n == 0) {
				t.Fatalf("%v %s %v is said not to fit", a, what, b)
			}
		}
	})
}

func TestComparisonIsExact(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := anyNum(t, "a"), anyNum(t, "b")
		if got, want := a.cmp(b), a.rat().Cmp(b.rat()); got != want {
			t.Fatalf("%d/%d against %d/%d is %d, want %d", a.n, a.d, b.n, b.d, got, want)
		}
	})
}

// rounding with big numbers: the multiple of unit that is meant.
func roundBig(a num, unit int64, how rounding) *big.Int {
	units := new(big.Rat).Quo(a.rat(), new(big.Rat).SetInt64(unit))
	floor := new(big.Int).Div(units.Num(), units.Denom()) // Euclid: down, for the denominator is positive
	rest := new(big.Rat).Sub(units, new(big.Rat).SetInt(floor))
	half := rest.Cmp(big.NewRat(1, 2))
	if how == up && rest.Sign() > 0 || how == nearest && (half > 0 || half == 0 && a.n > 0) {
		floor.Add(floor, big.NewInt(1))
	}
	return floor.Mul(floor, big.NewInt(unit))
}

func TestRoundingIsExactOrSaysThatItDoesNotFit(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a := anyNum(t, "a")
		unit := rapid.OneOf(rapid.Int64Range(1, 1000), rapid.Int64Range(1, math.MaxInt64)).Draw(t, "unit")
		for _, how := range []rounding{nearest, up, down} {
			got, ok := a.round(unit, how)
			same(t, "rounded", got, ok, new(big.Rat).SetInt(roundBig(a, unit, how)))
		}
	})
}

func TestRounding(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		n, d, unit        int64
		nearest, up, down int64
	}{
		{10, 1, 1, 10, 10, 10},
		{1, 2, 1, 1, 1, 0},
		{-1, 2, 1, -1, 0, -1},
		{3, 2, 1, 2, 2, 1},
		{-3, 2, 1, -2, -1, -2},
		{149, 1, 100, 100, 200, 100},
		{150, 1, 100, 200, 200, 100},
		{-150, 1, 100, -200, -100, -200},
		{1, 3, 100, 0, 100, 0},
		{0, 1, 100, 0, 0, 0},
	} {
		for how, want := range []int64{c.nearest, c.up, c.down} {
			if got, ok := (num{c.n, c.d}).round(c.unit, rounding(how)); !ok || got != whole(want) {
				t.Errorf("%d/%d by %d, way %d, is %v, %t; want %d", c.n, c.d, c.unit, how, got, ok, want)
			}
		}
	}
	for _, unit := range []int64{0, -1, math.MinInt64} {
		if got, ok := whole(5).round(unit, nearest); ok {
			t.Errorf("rounded by %d to %v", unit, got)
		}
	}
}

func TestDecimalsAreReadExactly(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text string
		n, d int64
	}{
		{"0", 0, 1}, {"1210.00", 1210, 1}, {"0.1", 1, 10}, {"1.5", 3, 2}, {"-0.5", -1, 2}, {".5", 1, 2}, {"5.", 5, 1},
		{"1_000", 1000, 1}, {"0.000000001", 1, 1000000000}, {"9223372036854775807", math.MaxInt64, 1},
		{"9007199254740993.5", 18014398509481987, 2},
	} {
		if got, ok := parseNum(c.text); !ok || got != (num{c.n, c.d}) {
			t.Errorf("%q was read as %v, %t; want %d/%d", c.text, got, ok, c.n, c.d)
		}
	}
	for _, text := range []string{"", ".", "-", "1e3", "0x10", "1.2.3", "一", "0.0000000001", "9223372036854775808",
		"-9223372036854775808", ".-5", ".+5", "1.-5", "NaN", "1/2"} {
		if got, ok := parseNum(text); ok {
			t.Errorf("%q was read as %v", text, got)
		}
	}
}

func TestANumberIsShownWithAtMostFourPlaces(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		number num
		want   string
	}{
		{whole(3), "3"}, {whole(-100), "-100"}, {num{1, 2}, "0.5"}, {num{-1, 3}, "-0.3333"}, {num{2, 3}, "0.6667"},
		{num{201, 2}, "100.5"}, {num{1, 100000}, "0"}, {num{-1, 100000}, "0"}, {num{99999, 100000}, "1"},
		{num{math.MaxInt64, 2}, "9223372036854775807/2"},
	} {
		if got := c.number.show(); got != c.want {
			t.Errorf("%v is shown as %s, want %s", c.number, got, c.want)
		}
	}
}
