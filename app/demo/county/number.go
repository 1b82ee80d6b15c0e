package county

import (
	"fmt"
	"strings"

	"minzheng/kernel/calendar"
)

// checkDigit returns the last character of a citizen number (GB 11643).
func checkDigit(first17 string) byte {
	sum := 0
	for i := range 17 {
		sum += int(first17[i]-'0') * (1 << (17 - i) % 11)
	}
	return "10X98765432"[sum%11]
}

// number returns a citizen number that nobody in the county has. Most have the
// county's code; some were born elsewhere in the prefecture.
func (b *builder) number(sex Sex, birth calendar.Day) string {
	address := "390121"
	if b.chance(60) {
		address = pick(b.dice, []string{"390102", "390122"})
	}
	seq := b.between(1, 498) * 2
	if sex == Male {
		seq++
	}
	day := strings.ReplaceAll(birth.String(), "-", "")
	for ; ; seq = seq%1000 + 2 {
		first17 := fmt.Sprintf("%s%s%03d", address, day, seq%1000)
		full := first17 + string(checkDigit(first17))
		if _, taken := b.c.numbers[full]; !taken {
			return full
		}
	}
}

// credit returns a 统一社会信用代码 (GB 32100) of the kind, such as 91 for a
// company or 92 for a trader, from a number of eight digits.
func credit(kind string, n int) string {
	const alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
	organ := fmt.Sprintf("%08d", n)
	sum := 0
	for i, w := range []int{3, 7, 9, 10, 5, 8, 4, 2} {
		sum += int(organ[i]-'0') * w
	}
	code := kind + "390121" + organ + string("0123456789X0"[(11-sum%11)%11])
	sum = 0
	weight := 1
	for i := range code {
		sum += strings.IndexByte(alphabet, code[i]) * weight
		weight = weight * 3 % 31
	}
	return code + string(alphabet[(31-sum%31)%31])
}
