package people

// Here is what goes wrong with citizen numbers (GB 11643). The check digit is
// mod 11 with weights that differ for neighbours, so no number that checks is
// one wrong digit, or one swap of neighbours, away from another that checks.
// What it does not see are swaps of two digits with the same weight.

var weights = [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} // nobody changes it

const checks = "10X98765432"

// Checks reports whether a number has 18 places and its check digit holds.
func Checks(number string) bool {
	if len(number) != 18 {
		return false
	}
	c, ok := checkOf(number)
	return ok && c == number[17]
}

func checkOf(number string) (byte, bool) {
	sum := 0
	for i, w := range weights {
		if number[i] < '0' || number[i] > '9' {
			return 0, false
		}
		sum += int(number[i]-'0') * w
	}
	return checks[sum%11], true
}

// Whole is an old number of 15 places as it is written today; others stay as
// they are.
func Whole(number string) string {
	if len(number) != 15 {
		return number
	}
	long := number[:6] + "19" + number[6:]
	c, ok := checkOf(long + "0")
	if !ok {
		return number
	}
	return long + string(c)
}

// Reason says why two rows may be one person.
type Reason string

// The reasons.
const (
	OldNumber  Reason = "old"     // one has the old number of the other
	OneDigit   Reason = "digit"   // the numbers differ in one place
	TwoSwapped Reason = "swapped" // two places have changed their digits
	SameBirth  Reason = "birth"   // the same name and birthday
)

// Differ says how two numbers of 18 places differ, where it is in one way that
// happens when numbers are copied; "" is in none. An old number is compared as
// it is written today, and then its check digit says nothing.
func Differ(a, b string) Reason {
	old := len(a) == 15 || len(b) == 15
	a, b = Whole(a), Whole(b)
	if len(a) != 18 || len(b) != 18 {
		return ""
	}
	if a == b {
		if old {
			return OldNumber
		}
		return ""
	}
	if r := apart(a, b); r != "" {
		return r
	}
	if r := apart(a[:17], b[:17]); r != "" && (old || Checks(a) && Checks(b)) {
		return r // the check digit was worked out anew from what was copied wrongly
	}
	return ""
}

// apart compares without keeping anything: most pairs are far apart.
func apart(a, b string) Reason {
	n, first, last := 0, 0, 0
	for i := range len(a) {
		if a[i] == b[i] {
			continue
		}
		if n++; n > 2 {
			return ""
		}
		if last = i; n == 1 {
			first = i
		}
	}
	switch {
	case n == 1:
		return OneDigit
	case n == 2 && a[first] == b[last] && a[last] == b[first]:
		return TwoSwapped
	}
	return ""
}

// Places are where two numbers differ, counted from 1.
func Places(a, b string) []int {
	var all []int
	a, b = Whole(a), Whole(b)
	if len(a) != len(b) {
		return nil
	}
	for i := range len(a) {
		if a[i] != b[i] {
			all = append(all, i+1)
		}
	}
	return all
}

// slips are all numbers that a number may be a slip of the pen for. Of one that
// checks these are few; of one that does not, some hundreds.
func slips(number string) []string {
	if len(number) == 15 {
		all := []string{Whole(number)}
		for _, one := range changed(number, 15) {
			all = append(all, Whole(one))
		}
		return all
	}
	if len(number) != 18 {
		return nil
	}
	if Checks(number) {
		return unseen(number)
	}
	return changed(number, 18)
}

// unseen are the swaps that the check digit does not see.
func unseen(number string) []string {
	var all []string
	for _, p := range [8][2]int{{0, 10}, {1, 11}, {2, 12}, {3, 13}, {4, 14}, {5, 15}, {6, 16}, {7, 17}} {
		if number[p[0]] != number[p[1]] && number[p[1]] != 'X' {
			all = append(all, swapped(number, p[0], p[1]))
		}
	}
	return all
}

// changed are all numbers with one digit else, or two digits swapped.
func changed(number string, places int) []string {
	var all []string
	for i := range places {
		for d := byte('0'); d <= '9'; d++ {
			if d != number[i] {
				all = append(all, number[:i]+string(d)+number[i+1:])
			}
		}
		for j := i + 1; j < places; j++ {
			if number[i] != number[j] {
				all = append(all, swapped(number, i, j))
			}
		}
	}
	if places == 18 && number[17] != 'X' {
		all = append(all, number[:17]+"X")
	}
	return all
}

func swapped(number string, i, j int) string {
	b := []byte(number)
	b[i], b[j] = b[j], b[i]
	return string(b)
}
