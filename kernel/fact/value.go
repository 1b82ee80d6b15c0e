// Package fact holds named values, each with the source that vouches for it
// and its time.
//
// Forms, departments, devices and rules write facts; rules, letters and pages
// read them; nobody changes one. When sources disagree all they said is kept,
// and the dictionary's rank decides which is used. What nobody said is unknown,
// which is not the same as no, zero or empty.
package fact

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Type is what kind of value a fact has.
type Type uint8

// The types.
const (
	None  Type = iota
	Money      // 分
	Int        // a whole number
	Bool       // yes or no
	Date       // a day
	Enum       // one of the words that the dictionary lists
	Text
	Decimal // a number with a fixed count of places
)

var typeNames = map[string]Type{"money": Money, "int": Int, "bool": Bool, "date": Date, "enum": Enum, "text": Text, "decimal": Decimal}

// Value is one value of a fact. Values of the same meaning are ==.
type Value struct {
	typ   Type
	scale uint8 // of a decimal: its places
	n     int64
	text  string
}

// MoneyOf is an amount in 分.
func MoneyOf(fen int64) Value { return Value{typ: Money, n: fen} }

// IntOf is a whole number.
func IntOf(n int64) Value { return Value{typ: Int, n: n} }

// DecimalOf is n parts of ten to the power of places: DecimalOf(1234, 2) is
// 12.34. It has at most nine places.
func DecimalOf(n int64, places int) Value {
	return Value{typ: Decimal, scale: uint8(min(max(places, 0), 9)), n: n}
}

// ParseDecimal reads a decimal of exactly so many places or fewer; false when
// it is none.
func ParseDecimal(s string, places int) (Value, bool) {
	whole, frac, dotted := strings.Cut(s, ".")
	digits := strings.TrimLeft(whole, "+-")
	if digits == "" || len(frac) > places || dotted && frac == "" || strings.ContainsAny(frac, "+-") || places > 9 || places < 0 {
		return Value{}, false
	}
	n, err := strconv.ParseInt(whole+frac+strings.Repeat("0", places-len(frac)), 10, 64)
	return DecimalOf(n, places), err == nil
}

// BoolOf is yes or no.
func BoolOf(b bool) Value {
	if b {
		return Value{typ: Bool, n: 1}
	}
	return Value{typ: Bool}
}

// DateOf is a day, counted from 1970-01-01.
func DateOf(days int32) Value { return Value{typ: Date, n: int64(days)} }

// EnumOf is a word from the dictionary's list.
func EnumOf(word string) Value { return Value{typ: Enum, text: word} }

// TextOf is free text.
func TextOf(s string) Value { return Value{typ: Text, text: s} }

// Type returns the value's type; None for the zero Value.
func (v Value) Type() Type { return v.typ }

// Int64 returns the number: 分, the whole number, the days, 1 for yes, or a
// decimal without its point.
func (v Value) Int64() int64 { return v.n }

// Scale returns how many places a decimal has; 0 for all other values.
func (v Value) Scale() int { return int(v.scale) }

// Bool reports whether the value is yes.
func (v Value) Bool() bool { return v.typ == Bool && v.n == 1 }

// Word returns the word or text.
func (v Value) Word() string { return v.text }

// Encode writes the value so that Decode reads the same: "m:121000", "b:1",
// "d:2026-03-02", "e:在校", "t:…", "i:3", "n:12.340".
func (v Value) Encode() string {
	switch v.typ {
	case Money:
		return "m:" + strconv.FormatInt(v.n, 10)
	case Int:
		return "i:" + strconv.FormatInt(v.n, 10)
	case Bool:
		return "b:" + strconv.FormatInt(v.n, 10)
	case Date:
		return "d:" + v.day()
	case Enum:
		return "e:" + v.text
	case Text:
		return "t:" + v.text
	case Decimal:
		return "n:" + v.decimal()
	}
	return ""
}

func (v Value) decimal() string {
	sign, u := "", uint64(v.n)
	if v.n < 0 {
		sign, u = "-", -uint64(v.n)
	}
	if v.scale == 0 {
		return sign + strconv.FormatUint(u, 10)
	}
	s := fmt.Sprintf("%0*d", int(v.scale)+1, u)
	return sign + s[:len(s)-int(v.scale)] + "." + s[len(s)-int(v.scale):]
}

func (v Value) day() string {
	return time.Unix(v.n*86400, 0).UTC().Format(time.DateOnly)
}

// Decode reads what Encode wrote.
func Decode(s string) (Value, error) {
	kind, rest, ok := strings.Cut(s, ":")
	if !ok {
		return Value{}, fmt.Errorf("a value without its type")
	}
	switch kind {
	case "e":
		return EnumOf(rest), nil
	case "t":
		return TextOf(rest), nil
	case "n":
		_, frac, _ := strings.Cut(rest, ".")
		if v, ok := ParseDecimal(rest, len(frac)); ok {
			return v, nil
		}
		return Value{}, fmt.Errorf("a value is not a decimal")
	case "d":
		d, err := time.Parse(time.DateOnly, rest)
		if err != nil {
			return Value{}, fmt.Errorf("a value is not a day")
		}
		return DateOf(int32(d.Unix() / 86400)), nil
	}
	n, err := strconv.ParseInt(rest, 10, 64)
	if err != nil {
		return Value{}, fmt.Errorf("a value is not a number")
	}
	switch {
	case kind == "m":
		return MoneyOf(n), nil
	case kind == "i":
		return IntOf(n), nil
	case kind == "b" && (n == 0 || n == 1):
		return BoolOf(n == 1), nil
	}
	return Value{}, fmt.Errorf("a value of an unknown type")
}

// MarshalText and UnmarshalText make a Value a JSON string of its Encode form.
func (v Value) MarshalText() ([]byte, error) { return []byte(v.Encode()), nil }

// UnmarshalText reads what MarshalText wrote.
func (v *Value) UnmarshalText(b []byte) (err error) {
	if len(b) == 0 {
		*v = Value{}
		return nil
	}
	*v, err = Decode(string(b))
	return err
}

// String shows the value to a Chinese reader: ¥1,210.00, 3, 是, 2026年3月2日.
func (v Value) String() string {
	switch v.typ {
	case Money:
		return Yuan(v.n)
	case Int:
		return strconv.FormatInt(v.n, 10)
	case Bool:
		if v.n == 1 {
			return "是"
		}
		return "否"
	case Date:
		t := time.Unix(v.n*86400, 0).UTC()
		return fmt.Sprintf("%d年%d月%d日", t.Year(), t.Month(), t.Day())
	case Enum, Text:
		return v.text
	case Decimal:
		return v.decimal()
	}
	return "未知"
}

// Yuan shows an amount of 分 as ¥1,210.00.
func Yuan(fen int64) string {
	sign := ""
	u := uint64(fen)
	if fen < 0 {
		sign, u = "-", -uint64(fen)
	}
	whole := strconv.FormatUint(u/100, 10)
	var b strings.Builder
	for i, r := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(r)
	}
	return fmt.Sprintf("%s¥%s.%02d", sign, b.String(), u%100)
}

// ParseYuan reads an amount that a person typed: 1210, 1,210.5, ¥1210.00 or
// 1210元. It returns 分, and false when it is no amount, has parts of a 分, or
// could mean two things, such as 12,5 or 12元50.
func ParseYuan(s string) (int64, bool) {
	s = strings.TrimPrefix(strings.TrimPrefix(strings.TrimSpace(s), "¥"), "￥")
	s = strings.TrimSpace(strings.TrimSuffix(s, "元"))
	whole, cents, dotted := strings.Cut(s, ".")
	whole, ok := ungroup(whole)
	if !ok || whole == "" || len(whole) > 12 || dotted && (len(cents) == 0 || len(cents) > 2) {
		return 0, false
	}
	for _, r := range whole + cents {
		if r < '0' || r > '9' {
			return 0, false
		}
	}
	n, err := strconv.ParseInt((whole + cents + "00")[:len(whole)+2], 10, 64)
	return n, err == nil
}

// ungroup takes out what parts the thousands; it does so nowhere else.
func ungroup(whole string) (string, bool) {
	groups := strings.Split(strings.NewReplacer("，", ",", " ", ",").Replace(whole), ",")
	for i, g := range groups[1:] {
		if len(g) != 3 || i == 0 && (groups[0] == "" || len(groups[0]) > 3) {
			return "", false
		}
	}
	return strings.Join(groups, ""), true
}
