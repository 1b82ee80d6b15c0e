package form

import (
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"minzheng/kernel/calendar"
)

var (
	phone = regexp.MustCompile(`^1\d{10}$`)
	bank  = regexp.MustCompile(`^\d{12,19}$`)
)

// CheckText says what is wrong with a text of a kind, or "".
func CheckText(check, label, s string, now time.Time) string {
	switch check {
	case "name":
		if !validName(s) {
			return label + "请写身份证上的姓名。"
		}
	case "number":
		return CheckNumber(s, now)
	case "phone":
		if p := Tidy("phone", s); !phone.MatchString(p) {
			return label + "要 11 位数字，以 1 开头。"
		}
	case "bank":
		if !bank.MatchString(Tidy("bank", s)) {
			return label + "要 12 到 19 位数字，写在银行卡或存折上。"
		}
	case "long":
		if utf8.RuneCountInString(s) > 1000 {
			return label + "最多写 1000 个字。"
		}
	default:
		if utf8.RuneCountInString(s) > 120 {
			return label + "最多写 120 个字。"
		}
	}
	return ""
}

// Tidy takes out what people type between digits, and writes an ID number's x
// as X.
func Tidy(check, s string) string {
	s = strings.TrimSpace(s)
	switch check {
	case "number":
		return strings.NewReplacer(" ", "", "-", "", "x", "X").Replace(narrow(s))
	case "phone", "bank":
		return strings.TrimPrefix(strings.NewReplacer(" ", "", "-", "").Replace(narrow(s)), "+86")
	}
	return s
}

// narrow writes full-width digits, letters and signs as the usual ones.
func narrow(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\u3000':
			return ' '
		case r >= '！' && r <= '～':
			return r - '！' + '!'
		}
		return r
	}, s)
}

func validName(s string) bool {
	if utf8.RuneCountInString(s) > 50 || !strings.ContainsFunc(s, unicode.IsLetter) {
		return false
	}
	for _, r := range s {
		if !unicode.IsLetter(r) && r != '·' && r != '•' && r != ' ' && r != '.' {
			return false
		}
	}
	return true
}

var weights = [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}

// CheckNumber says what is wrong with a citizen number (GB 11643-1999), or "".
// Numbers of residence permits for 港澳台 residents and of foreigners'
// permanent residence cards follow the same rule.
func CheckNumber(s string, now time.Time) string {
	s = Tidy("number", s)
	if n := utf8.RuneCountInString(s); len(s) != 18 && n == 18 {
		return "身份证号里只有数字，最后一位也可以是 X。"
	} else if n != 18 {
		return "身份证号要 18 位，现在是 " + itoa(n) + " 位。"
	}
	sum := 0
	for i := range 17 {
		if s[i] < '0' || s[i] > '9' {
			return "身份证号前 17 位都要是数字。"
		}
		sum += int(s[i]-'0') * weights[i]
	}
	if s[17] != "10X98765432"[sum%11] {
		return "身份证号有一位不对，请对着身份证再看一遍。"
	}
	if s[0] == '0' {
		return "身份证号有一位不对，请对着身份证再看一遍。"
	}
	born, ok := Born(s)
	if !ok || calendar.DayOf(born) > calendar.DayOf(now) || born.Year() < 1880 {
		return "身份证号里的出生日期不对，请对着身份证再看一遍。"
	}
	return ""
}

// Born reads the date of birth in a citizen number.
func Born(number string) (time.Time, bool) {
	if len(number) != 18 {
		return time.Time{}, false
	}
	d, err := time.Parse("20060102", number[6:14])
	return d, err == nil
}

// Female reads the sex in a citizen number; the register counts where they differ.
func Female(number string) bool {
	return len(number) == 18 && (number[16]-'0')%2 == 0
}

func itoa(n int) string {
	if n > 99 {
		return "很多"
	}
	s := ""
	if n >= 10 {
		s = string(rune('0' + n/10))
	}
	return s + string(rune('0'+n%10))
}
