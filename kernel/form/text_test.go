package form_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"minzheng/kernel/form"
)

// now is the morning of 2 March 2026 in Shanghai, and still 1 March in UTC.
var now = time.Date(2026, 3, 1, 17, 30, 0, 0, time.UTC)

// withCheckDigit ends 17 digits as GB 11643 says; it is written apart from the
// code it tests: the weights are the powers of two modulo eleven.
func withCheckDigit(digits string) string {
	sum := 0
	for i, r := range digits {
		weight := 1
		for range 17 - i {
			weight = weight * 2 % 11
		}
		sum += int(r-'0') * weight
	}
	return digits + "10X98765432"[sum%11:sum%11+1]
}

// number draws a valid number of somebody born before now.
func number(t *rapid.T) string {
	born := time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rapid.IntRange(0, 46000).Draw(t, "born"))
	place := rapid.IntRange(110000, 999999).Draw(t, "place")
	return withCheckDigit(fmt.Sprintf("%06d%s%03d", place, born.Format("20060102"), rapid.IntRange(0, 999).Draw(t, "sequence")))
}

func TestNumbersOfTheStandardAreAccepted(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, number string }{
		{"the standard's example with X", "11010519491231002X"},
		{"the standard's example for a child", "440524188001010014"},
		{"lower-case x", "11010519491231002x"},
		{"spaces as on the card", " 110105 19491231 002X "},
		{"hyphens", "110105-19491231-002X"},
		{"full-width digits", "１１０１０５１９４９１２３１００２Ｘ"},
		{"full-width lower-case x", "11010519491231002ｘ"},
		{"full-width spaces", "110105　19491231　002X"},
		{"residence permit of Hong Kong", withCheckDigit("81000019800101001")},
		{"residence permit of Macao", withCheckDigit("82000019800101001")},
		{"residence permit of Taiwan", withCheckDigit("83000019800101001")},
		{"foreigner's permanent residence card", withCheckDigit("91133019850203001")},
		{"born on 29 February of a leap year", withCheckDigit("39012120000229001")},
		{"born today, which in UTC is tomorrow", withCheckDigit("39012120260302001")},
	} {
		if got := form.CheckNumber(c.number, now); got != "" {
			t.Errorf("%s, %s: %s", c.name, c.number, got)
		}
	}
}

func TestNumbersThatCannotBeAreRefusedWithWhatIsWrong(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, number, want string }{
		{"empty", "", "现在是 0 位"},
		{"fifteen digits, as before 1999", "110105491231002", "现在是 15 位"},
		{"seventeen digits", "11010519491231002", "现在是 17 位"},
		{"nineteen digits", "11010519491231002X0", "现在是 19 位"},
		{"very long", strings.Repeat("1", 5000), "很多"},
		{"wrong check digit", "110105194912310021", "有一位不对"},
		{"another check digit", "440524188001010015", "有一位不对"},
		{"X in the middle", "1101051949123100X2", "数字"},
		{"letters", "ABCDEFGHIJKLMNOPQR", "数字"},
		{"eighteen characters that are no digits", "一二三四五六七八九十一二三四五六七八", "只有数字"},
		{"Arabic-Indic digits", "١١٠١٠٥١٩٤٩١٢٣١٠٠٢X", "只有数字"},
		{"HTML", "<script>alert(1)</", "数字"},
		{"NUL", "11010519491231\x00002", "数字"},
		{"place that begins with 0", withCheckDigit("01010519491231002"), "有一位不对"},
		{"31 April", withCheckDigit("39012119800431001"), "出生日期"},
		{"29 February of a common year", withCheckDigit("39012119990229001"), "出生日期"},
		{"29 February 1900", withCheckDigit("39012119000229001"), "出生日期"},
		{"month 13", withCheckDigit("39012119801301001"), "出生日期"},
		{"month 0", withCheckDigit("39012119800001001"), "出生日期"},
		{"day 0", withCheckDigit("39012119800100001"), "出生日期"},
		{"born tomorrow", withCheckDigit("39012120260303001"), "出生日期"},
		{"born in 2087", withCheckDigit("39012120870101001"), "出生日期"},
		{"born in 1879", withCheckDigit("39012118791231001"), "出生日期"},
	} {
		got := form.CheckNumber(c.number, now)
		if !strings.Contains(got, c.want) {
			t.Errorf("%s, %q: %q, want it to say %s", c.name, c.number, got, c.want)
		}
		if len(c.number) > 3 && strings.Contains(got, c.number) {
			t.Errorf("%s: the sentence repeats the number: %s", c.name, got)
		}
	}
}

func TestEveryWrongDigitIsFound(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := number(t)
		if got := form.CheckNumber(n, now); got != "" {
			t.Fatalf("%s: %s", n, got)
		}
		at := rapid.IntRange(0, 17).Draw(t, "at")
		wrong := rapid.SampledFrom(strings.Split("0123456789X", "")).Draw(t, "digit")
		if wrong == n[at:at+1] {
			t.Skip("the same digit")
		}
		if changed := n[:at] + wrong + n[at+1:]; form.CheckNumber(changed, now) == "" {
			t.Fatalf("%s, once %s, is accepted", changed, n)
		}
	})
}

func TestSwappedNeighboursAreFound(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := []byte(number(t))
		at := rapid.IntRange(0, 15).Draw(t, "at")
		if n[at] == n[at+1] {
			t.Skip("the same digit")
		}
		n[at], n[at+1] = n[at+1], n[at]
		if form.CheckNumber(string(n), now) == "" {
			t.Fatalf("%s is accepted", n)
		}
	})
}

func TestANumberTellsBirthAndSex(t *testing.T) {
	t.Parallel()
	born, ok := form.Born("11010519491231002X")
	if !ok || born.Format(time.DateOnly) != "1949-12-31" {
		t.Errorf("born %v, %t; want 1949-12-31", born, ok)
	}
	if !form.Female("11010519491231002X") || form.Female("440524188001010014") {
		t.Error("the 17th digit is even for women, odd for men")
	}
	for _, n := range []string{"", "1101", "11010519491331002X"} {
		if born, ok := form.Born(n); ok {
			t.Errorf("%q was born %v", n, born)
		}
	}
}

func TestTextsAreCheckedByKind(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		check, text string
		ok          bool
	}{
		{"name", "王秀兰", true},
		{"name", "𠮷野", true},
		{"name", "䶮㛃", true},
		{"name", "阿卜杜热西提·买买提", true},
		{"name", "古丽•艾山", true},
		{"name", "John A. Smith", true},
		{"name", "一", true},
		{"name", strings.Repeat("长", 50), true},
		{"name", strings.Repeat("长", 51), false},
		{"name", "", false},
		{"name", "·", false},
		{"name", ". .", false},
		{"name", "王1", false},
		{"name", "<b>王</b>", false},
		{"name", "王\n秀兰", false},
		{"name", "王秀兰；DROP TABLE", false},
		{"name", "😀", false},
		{"phone", "13800001111", true},
		{"phone", "138 0000 1111", true},
		{"phone", "138-0000-1111", true},
		{"phone", "+8613800001111", true},
		{"phone", "+86 138 0000 1111", true},
		{"phone", "１３８００００１１１１", true},
		{"phone", "1380000111", false},
		{"phone", "138000011112", false},
		{"phone", "23800001111", false},
		{"phone", "0571-88888888", false},
		{"phone", "138+8600001111", false},
		{"phone", "1380000111a", false},
		{"phone", "13800001111\n1", false},
		{"bank", "6222020200112233445", true},
		{"bank", "6222 0202 0011 2233", true},
		{"bank", "６２２２０２０２００１１２２３３", true},
		{"bank", "622202020011", true},
		{"bank", "62220202001", false},
		{"bank", "62220202001122334455", false},
		{"bank", "6222O20200112233", false},
		{"", strings.Repeat("字", 120), true},
		{"", strings.Repeat("字", 121), false},
		{"long", strings.Repeat("𠮷", 1000), true},
		{"long", strings.Repeat("𠮷", 1001), false},
		{"long", "家里失火了。<b>很急</b>\n第二行", true},
	} {
		got := form.CheckText(c.check, "这一项", c.text, now)
		if (got == "") != c.ok {
			t.Errorf("%s %q: %q, want accepted %t", c.check, c.text, got, c.ok)
		}
		if c.text != "" && len(c.text) > 3 && strings.Contains(got, c.text) {
			t.Errorf("%s: the sentence repeats what was typed: %s", c.check, got)
		}
	}
}

func TestTidyTakesOutWhatPeopleTypeBetweenDigits(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ check, typed, want string }{
		{"number", " 110105-19491231 002x ", "11010519491231002X"},
		{"number", "１１０１０５１９４９１２３１００２ｘ", "11010519491231002X"},
		{"phone", "+86 138-0000-1111", "13800001111"},
		{"bank", "6222 0202 0011 2233", "6222020200112233"},
		{"", " 文昌路 18 号 ", "文昌路 18 号"},
		{"long", "（很急）", "（很急）"},
	} {
		if got := form.Tidy(c.check, c.typed); got != c.want {
			t.Errorf("%s %q became %q, want %q", c.check, c.typed, got, c.want)
		}
	}
}

func TestTidyingTwiceChangesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		check := rapid.SampledFrom([]string{"", "name", "number", "phone", "bank", "long"}).Draw(t, "check")
		typed := rapid.OneOf(rapid.String(), rapid.StringMatching(`[ 0-9xX\-+]{0,20}`)).Draw(t, "typed")
		once := form.Tidy(check, typed)
		if twice := form.Tidy(check, once); check == "number" && twice != once {
			t.Fatalf("%q became %q, then %q", typed, once, twice)
		}
		if (form.CheckText(check, "", typed, now) == "") && form.CheckText(check, "", once, now) != "" {
			t.Fatalf("%q is accepted, but tidied to %q it is not", typed, once)
		}
	})
}

func FuzzCheckNumber(f *testing.F) {
	for _, s := range []string{"11010519491231002X", "440524188001010014", "１１０１０５", "", "x", "11010519491231\x0002", "\xff\xfe", "一二三四五六七八九十一二三四五六七八"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if form.CheckNumber(s, now) != "" {
			return
		}
		tidy := form.Tidy("number", s)
		if born, ok := form.Born(tidy); len(tidy) != 18 || !ok || born.After(now.AddDate(0, 0, 1)) {
			t.Errorf("%q is accepted, tidied to %q", s, tidy)
		}
		if withCheckDigit(tidy[:17]) != tidy {
			t.Errorf("%q is accepted with a wrong check digit", tidy)
		}
	})
}
