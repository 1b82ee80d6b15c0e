package fact_test

import (
	"encoding/json"
	"math"
	"math/big"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"minzheng/kernel/fact"
)

// day is a date in days since 1970-01-01.
func day(t testing.TB, s string) int32 {
	t.Helper()
	d, err := time.Parse(time.DateOnly, s)
	if err != nil {
		t.Fatal(err)
	}
	return int32(d.Unix() / 86400)
}

// values draws a value of any type; days lie in the years that can be written.
func values(t *rapid.T) fact.Value {
	text := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", "𠮷野", "a:b", "m:1", "在校\n"}))
	switch rapid.IntRange(0, 6).Draw(t, "type") {
	case 5:
		return fact.DecimalOf(rapid.Int64().Draw(t, "decimal"), rapid.IntRange(1, 9).Draw(t, "places"))
	case 0:
		return fact.MoneyOf(rapid.Int64().Draw(t, "fen"))
	case 1:
		return fact.IntOf(rapid.Int64().Draw(t, "int"))
	case 2:
		return fact.BoolOf(rapid.Bool().Draw(t, "bool"))
	case 3:
		return fact.DateOf(rapid.Int32Range(-719528, 2932896).Draw(t, "days"))
	case 4:
		return fact.EnumOf(text.Draw(t, "word"))
	}
	return fact.TextOf(text.Draw(t, "text"))
}

func TestDecodeReadsWhatEncodeWrote(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		v := values(t)
		got, err := fact.Decode(v.Encode())
		if err != nil || got != v {
			t.Fatalf("%q was read as %#v, %v; want %#v", v.Encode(), got, err, v)
		}
	})
}

func TestAValueGoesThroughJSONUnchanged(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		v := values(t)
		if !utf8.ValidString(v.Word()) {
			t.Skip("JSON holds only text")
		}
		written, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		var got fact.Value
		if err := json.Unmarshal(written, &got); err != nil || got != v {
			t.Fatalf("%s was read as %#v, %v; want %#v", written, got, err, v)
		}
	})
}

func TestUnknownGoesThroughJSONAsUnknown(t *testing.T) {
	t.Parallel()
	written, err := json.Marshal(fact.Value{})
	if err != nil || string(written) != `""` {
		t.Fatalf("written as %s, %v; want empty", written, err)
	}
	got := fact.BoolOf(true)
	if err := json.Unmarshal(written, &got); err != nil || got.Type() != fact.None {
		t.Errorf("read as %v, %v; want unknown", got, err)
	}
}

func TestDecodeRefusesWhatEncodeNeverWrites(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		"", "1210", "m:", "m:12.10", "n:", "n:.5", "n:5.", "n:-", "n:1.2.3", "n:1.-2", "n:1e3", "n:1.0000000001", "n:9223372036854775.808", "m:1e3", "m:9223372036854775808", "i:", "i:三", "b:2", "b:-1", "b:true",
		"d:", "d:2026-02-30", "d:2026-3-2", "d:20260302", "x:1", ":1", "M:1", "money:1",
	} {
		if v, err := fact.Decode(s); err == nil {
			t.Errorf("%q was read as %v", s, v)
		}
	}
}

func TestDecodeDoesNotRepeatAValueInItsError(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"m:秘密", "d:秘密", "秘密:1", "秘密"} {
		if _, err := fact.Decode(s); err == nil || strings.Contains(err.Error(), "秘密") {
			t.Errorf("the error of %q is %v", s, err)
		}
	}
}

func TestAValueIsShownAsAReaderWouldWriteIt(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		value fact.Value
		want  string
	}{
		{fact.MoneyOf(121000), "¥1,210.00"},
		{fact.IntOf(-3), "-3"},
		{fact.DecimalOf(1234, 2), "12.34"},
		{fact.DecimalOf(5, 2), "0.05"},
		{fact.DecimalOf(-5, 2), "-0.05"},
		{fact.DecimalOf(-1200, 1), "-120.0"},
		{fact.DecimalOf(1, 9), "0.000000001"},
		{fact.DecimalOf(math.MinInt64, 9), "-9223372036.854775808"},
		{fact.BoolOf(true), "是"},
		{fact.BoolOf(false), "否"},
		{fact.DateOf(day(t, "2026-03-02")), "2026年3月2日"},
		{fact.DateOf(day(t, "1969-12-31")), "1969年12月31日"},
		{fact.EnumOf("在校"), "在校"},
		{fact.TextOf(""), ""},
		{fact.Value{}, "未知"},
	} {
		if got := c.value.String(); got != c.want {
			t.Errorf("%q is shown as %q, want %q", c.value.Encode(), got, c.want)
		}
	}
}

func TestYuan(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		fen  int64
		want string
	}{
		{0, "¥0.00"}, {1, "¥0.01"}, {-1, "-¥0.01"}, {99, "¥0.99"}, {100, "¥1.00"},
		{99999, "¥999.99"}, {100000, "¥1,000.00"}, {-123456789, "-¥1,234,567.89"},
		{math.MaxInt64, "¥92,233,720,368,547,758.07"},
		{math.MinInt64, "-¥92,233,720,368,547,758.08"},
	} {
		if got := fact.Yuan(c.fen); got != c.want {
			t.Errorf("%d 分 is shown as %s, want %s", c.fen, got, c.want)
		}
	}
}

func TestYuanHidesNoFen(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		fen := rapid.Int64().Draw(t, "fen")
		digits := strings.NewReplacer("¥", "", ",", "", ".", "").Replace(fact.Yuan(fen))
		if n, ok := new(big.Int).SetString(digits, 10); !ok || !n.IsInt64() || n.Int64() != fen {
			t.Fatalf("%d 分 is shown as %s", fen, fact.Yuan(fen))
		}
	})
}

func TestParseYuanReadsWhatPeopleType(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		typed string
		want  int64
	}{
		{"0", 0}, {"0.00", 0}, {"1210", 121000}, {"1210.5", 121050}, {"1210.05", 121005}, {"0.1", 10},
		{" 1210 ", 121000}, {"1,210.5", 121050}, {"1，210", 121000}, {"1 210", 121000}, {"12,345,678.90", 1234567890},
		{"¥1210.00", 121000}, {"￥1210", 121000}, {"¥ 1,210.00", 121000}, {"1210元", 121000}, {"1210 元", 121000},
		{"￥1，210元", 121000}, {"007", 700},
		{"999999999999.99", 99999999999999},
	} {
		got, ok := fact.ParseYuan(c.typed)
		if !ok || got != c.want {
			t.Errorf("%q was read as %d, %t; want %d 分", c.typed, got, ok, c.want)
		}
	}
}

func TestParseYuanRefusesRatherThanGuesses(t *testing.T) {
	t.Parallel()
	for _, typed := range []string{
		"", " ", "元", "¥", ".", ".5", "5.", "1.234", "1.2.3", "-5", "－5", "+5", "1e3", "0x10", "一千", "1210块",
		"12元50", "1元2", "3元5角", "1¥2", "1 2", "12,5", "1,21", "1,2100", ",210", "1,,210", "1,210.5,0", "1210,",
		"1000000000000", "99999999999999999999", "9223372036854775807", "NaN", "Inf", "1\x002", "<b>1</b>",
	} {
		if fen, ok := fact.ParseYuan(typed); ok {
			t.Errorf("%q was read as %d 分", typed, fen)
		}
	}
}

func TestParseYuanReadsWhatYuanShows(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		fen := rapid.Int64Range(0, 99999999999999).Draw(t, "fen")
		if got, ok := fact.ParseYuan(fact.Yuan(fen)); !ok || got != fen {
			t.Fatalf("%s was read as %d, %t; want %d", fact.Yuan(fen), got, ok, fen)
		}
	})
}

func TestParseDecimalReadsAtMostItsPlaces(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		typed  string
		places int
		want   int64
		ok     bool
	}{
		{"12.34", 2, 1234, true}, {"12.3", 2, 1230, true}, {"12", 2, 1200, true}, {"-0.05", 2, -5, true}, {"0", 1, 0, true}, {"+1.5", 1, 15, true},
		{"1.000000001", 9, 1000000001, true}, {"9223372036.854775807", 9, math.MaxInt64, true},
		{"12.345", 2, 0, false}, {"12.", 2, 0, false}, {".5", 2, 0, false}, {"", 2, 0, false}, {"-", 2, 0, false}, {"+", 1, 0, false}, {".", 2, 0, false},
		{"1.-2", 2, 0, false}, {"--1", 1, 0, false}, {"1.2.3", 3, 0, false}, {"1e3", 2, 0, false}, {"１", 1, 0, false}, {"1 ", 1, 0, false},
		{"9223372036.854775808", 9, 0, false}, {"1", 10, 0, false}, {"1", -1, 0, false},
	} {
		v, ok := fact.ParseDecimal(c.typed, c.places)
		if ok != c.ok || ok && v != fact.DecimalOf(c.want, c.places) {
			t.Errorf("%q with %d places was read as %v, %t; want %d, %t", c.typed, c.places, v, ok, c.want, c.ok)
		}
	}
}

func FuzzParseDecimal(f *testing.F) {
	for _, s := range []string{"12.34", "-0.05", "", "-", ".5", "5.", "1.2.3", "9223372036.854775808", "+0"} {
		f.Add(s, 2)
		f.Add(s, 9)
	}
	f.Fuzz(func(t *testing.T, s string, places int) {
		v, ok := fact.ParseDecimal(s, places)
		if !ok {
			return
		}
		if v.Scale() != places || v.Type() != fact.Decimal {
			t.Errorf("%q was read as %#v", s, v)
		}
		if again, ok := fact.ParseDecimal(v.String(), places); !ok || again != v {
			t.Errorf("%q was read as %#v, and its %s as %#v, %t", s, v, v, again, ok)
		}
	})
}

func FuzzDecode(f *testing.F) {
	for _, s := range []string{"m:121000", "i:3", "b:1", "d:2026-03-02", "e:在校", "t:𠮷", "", "d:0000-01-01", "m:-9223372036854775808", "t:a:b", "n:12.340", "n:-0.05", "n:5"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		v, err := fact.Decode(s)
		if err != nil {
			return
		}
		if again, err := fact.Decode(v.Encode()); err != nil || again != v {
			t.Errorf("%q was read as %#v, and that as %#v, %v", s, v, again, err)
		}
		_ = v.String()
	})
}

func FuzzParseYuan(f *testing.F) {
	for _, s := range []string{"1210", "1,210.5", "￥1，210元", "1 210", "12元50", "", "999999999999.99", "-5", "．５"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		fen, ok := fact.ParseYuan(s)
		if !ok {
			return
		}
		if fen < 0 || fen > 99999999999999 {
			t.Errorf("%q was read as %d", s, fen)
		}
		if again, ok := fact.ParseYuan(fact.Yuan(fen)); !ok || again != fen {
			t.Errorf("%q was read as %d, and its %s as %d, %t", s, fen, fact.Yuan(fen), again, ok)
		}
	})
}
