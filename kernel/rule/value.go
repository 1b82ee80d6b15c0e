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
	case fact.Int:
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

// val is a value while it is worked out. When it is not known, miss says what
// lacks, or broken why it cannot be worked out.
type val struct {
	known  bool
	num    num
	text   string
	miss   []Missing
	broken string
}

func yes(b bool) val { return val{known: true, num: num{b2i(b), 1}} }

func (v val) holds() bool { return v.known && v.num.n != 0 }

func broken(why string) val { return val{broken: why} }

// unknown joins what all unknown operands lack.
func unknown(all ...val) val {
	var sum val
	for _, v := range all {
		if v.known {
			continue
		}
		if sum.broken == "" {
			sum.broken = v.broken
		}
		for _, m := range v.miss {
			if !slices.Contains(sum.miss, m) {
				sum.miss = append(sum.miss, m)
			}
		}
	}
	return sum
}

func fromFact(v fact.Value) val {
	if v.Int64() == math.MinInt64 {
		return broken(tooBig)
	}
	return val{known: true, num: whole(v.Int64()), text: v.Word()}
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
