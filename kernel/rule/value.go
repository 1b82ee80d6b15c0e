package rule

import (
	"math"
	"slices"

	"minzheng/kernel/fact"
)

// kind is what a formula yields.
type kind uint8

const (
	none kind = iota
	boolean
	number
	money
	date
	word
	words // a list written in the formula
)

func (k kind) String() string {
	return [...]string{"空", "是否", "数", "金额", "日期", "文字", "文字列表"}[k]
}

func (k kind) factType() fact.Type {
	return [...]fact.Type{fact.None, fact.Bool, fact.Int, fact.Money, fact.Date, fact.Text, fact.None}[k]
}

func kindOf(t fact.Type) kind {
	switch t {
	case fact.Bool:
		return boolean
	case fact.Int, fact.Decimal:
		return number
	case fact.Money:
		return money
	case fact.Date:
		return date
	}
	return word
}

// Missing names a fact or a parameter that nobody has told and that could
// still change a result.
type Missing struct {
	Name      string `json:"name"`
	About     string `json:"about,omitempty"`
	Parameter bool   `json:"parameter,omitempty"`
}

// val is a value while it is worked out. When it is not known, lack says why.
type val struct {
	known bool
	num   num
	text  string
	lack  *lack
}

// lack is why a value is not known: what nobody told, or why it cannot be
// worked out.
type lack struct {
	miss   []Missing
	broken string
}

func yes(b bool) val { return val{known: true, num: num{b2i(b), 1}} }

func (v val) holds() bool { return v.known && v.num.n != 0 }
func (v val) fails() bool { return v.known && v.num.n == 0 }

func (v val) same(o val) bool { return v.text == o.text && v.num.cmp(o.num) == 0 }

func broken(why string) val { return val{lack: &lack{broken: why}} }

func missing(all ...Missing) val { return val{lack: &lack{miss: all}} }

// unknown joins what all unknown operands lack.
func unknown(all ...val) val {
	var sum *lack
	owned := false
	for _, v := range all {
		switch {
		case v.known || v.lack == sum:
			continue
		case sum == nil:
			sum = v.lack
			continue
		case !owned:
			sum, owned = &lack{miss: slices.Clone(sum.miss), broken: sum.broken}, true
		}
		if sum.broken == "" {
			sum.broken = v.lack.broken
		}
		for _, m := range v.lack.miss {
			if !slices.Contains(sum.miss, m) {
				sum.miss = append(sum.miss, m)
			}
		}
	}
	return val{lack: sum}
}

func fromFact(v fact.Value) val {
	if v.Int64() == math.MinInt64 {
		return broken(tooBig)
	}
	n := whole(v.Int64())
	if v.Type() == fact.Decimal {
		n = reduce(n.n, tenTo(v.Scale()))
	}
	return val{known: true, num: n, text: v.Word()}
}

func tenTo(places int) int64 {
	n := int64(1)
	for range places {
		n *= 10
	}
	return n
}

// fact turns a known value into a fact's; fractions of a 分 or of a number are
// rounded for it.
func (v val) fact(k kind) fact.Value {
	switch k {
	case boolean:
		return fact.BoolOf(v.num.n != 0)
	case money:
		n, _ := v.num.round(1, nearest)
		return fact.MoneyOf(n.n)
	case number:
		if v.num.d == 1 {
			return fact.IntOf(v.num.n)
		}
		return fact.TextOf(v.num.show())
	case date:
		return fact.DateOf(int32(v.num.n))
	}
	return fact.TextOf(v.text)
}

func b2i(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
