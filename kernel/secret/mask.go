package secret

import "strings"

// MaskName is a name as a public notice shows it: 李秀芬 → 李**.
func MaskName(name string) string {
	r := []rune(name)
	if len(r) < 2 {
		return stars(len(r))
	}
	return string(r[:1]) + stars(len(r)-1)
}

// MaskNumber keeps three characters at the front of a number and four at its
// end: 390***********1234.
func MaskNumber(number string) string { return keep(number, 3, 4) }

// MaskPhone is a telephone number as its owner recognises it: 138****6217.
func MaskPhone(phone string) string { return keep(phone, 3, 4) }

// keep hides at least as much as it would show of a short text: all of it.
func keep(s string, front, back int) string {
	r := []rune(s)
	hidden := len(r) - front - back
	if hidden < 4 {
		return stars(len(r))
	}
	return string(r[:front]) + stars(hidden) + string(r[len(r)-back:])
}

func stars(n int) string { return strings.Repeat("*", n) }
