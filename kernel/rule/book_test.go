package rule_test

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"pgregory.net/rapid"
)

// book is what a generated file says besides its last rule: parameters, tables
// and other rules.
type book struct {
	on     time.Time
	params map[string]*param
	names  []string // of the parameters, in the order in which they were drawn
	rules  []*ruleOf
}

// ruleOf is a rule that formulas may read.
type ruleOf struct {
	set  string
	each bool
	as   *tree
}

// param is a parameter; of a table, axes are w(ords), y(es or no), n(umber)
// or m(oney).
type param struct {
	kind   byte
	axes   string
	values []*dated
}

type dated struct {
	region      string
	from, until string // until is "" where it is open
	value       *big.Rat
	written     string
	rows        []row
}

type row struct {
	is      []string
	value   *big.Rat
	written string
}

var yamlTypes = map[byte]string{'n': "number", 'm': "money", 'b': "bool", 'd': "date"}

// shapes are the parameters that a book may have.
var shapes = []struct {
	name string
	kind byte
	axes string
}{
	{"标准", 'm', ""}, {"倍数", 'n', ""}, {"开关", 'b', ""}, {"起日", 'd', ""},
	{"等级表", 'm', "w"}, {"分档表", 'n', "wm"}, {"岁表", 'm', "n"}, {"双表", 'm', "yw"}, {"限日表", 'd', "y"}, {"许可表", 'b', "wn"},
	{"税率", 'n', "m"}, {"人率", 'n', "n"},
}

// paths are the regions of cases; what is set for 390122 is nobody's here but
// its own county's.
var paths = [][]string{
	{"390121001", "390121", "390100", "390000", "000000"}, {"390122", "390100", "390000", "000000"}, {"330102", "330000", "000000"}, {"000000"},
}

// leapDays are days about which calendars differ, and a few plain ones.
var leapDays = []string{"2024-02-29", "2026-02-28", "2026-03-01", "2025-12-31", "2026-01-01", "2028-02-29", "2026-03-31", "2026-04-30", "2008-02-29", "1966-03-02", "1970-01-01", "1969-12-31", "2010-07-15"}

func drawBook(t *rapid.T) *book {
	b := &book{params: map[string]*param{}}
	b.on = time.Unix(int64(day(rapid.SampledFrom(leapDays[:8]).Draw(t, "on")))*86400, 0).UTC()
	for _, s := range shapes {
		if rapid.Bool().Draw(t, s.name) {
			continue // a book of all parameters is long to read
		}
		p := &param{kind: s.kind, axes: s.axes}
		for _, region := range []string{"390121", "390000", "000000"} {
			p.draw(t, region)
		}
		if len(p.values) > 0 {
			b.params[s.name] = p
			b.names = append(b.names, s.name)
		}
	}
	return b
}

// draw draws the values of a region, on days about that of the case.
func (p *param) draw(t *rapid.T, region string) {
	years := []string{"2023", "2024", "2025", "2026", "2029"}
	from := rapid.SliceOfNDistinct(rapid.SampledFrom(years), 0, 2, rapid.ID[string]).Draw(t, "from")
	slices.Sort(from)
	ends := rapid.Bool().Draw(t, "ends") // what is open may not be followed by what ends
	for _, year := range from {
		v := &dated{region: region, from: year + rapid.SampledFrom([]string{"-01-01", "-02-28", "-03-01", "-12-31"}).Draw(t, "first")}
		if ends {
			v.until = year + rapid.SampledFrom([]string{"-12-31", v.from[4:]}).Draw(t, "last")
		}
		if p.axes == "" {
			v.value, v.written = writtenValue(t, p.kind)
		} else {
			v.rows = p.drawRows(t)
		}
		p.values = append(p.values, v)
	}
}

func writtenValue(t *rapid.T, kind byte) (*big.Rat, string) {
	switch kind {
	case 'b':
		yes := rapid.Bool().Draw(t, "value")
		return truth(yes).rat, fmt.Sprint(yes)
	case 'd':
		s := rapid.SampledFrom(leapDays).Draw(t, "value")
		return big.NewRat(int64(day(s)), 1), s
	}
	s := rapid.SampledFrom([]string{"0", "1", "2.50", "0.1", "-3", "12", "0.05"}).Draw(t, "value")
	r, _ := new(big.Rat).SetString(s)
	if kind == 'm' {
		r.Mul(r, big.NewRat(100, 1))
	}
	return r, s
}

func (p *param) drawRows(t *rapid.T) []row {
	cells := map[rune][]string{'w': {"一级", "二级", "其余"}, 'y': {"是", "否", "其余"}, 'n': {"-1", "0", "1", "2.5"}, 'm': {"-10", "0", "1.00", "12.5"}}
	keys := [][]string{{}}
	for _, a := range p.axes {
		var longer [][]string
		for _, k := range keys {
			for _, c := range cells[a] {
				longer = append(longer, append(slices.Clone(k), c))
			}
		}
		keys = longer
	}
	var all []row
	for _, k := range rapid.SliceOfNDistinct(rapid.SampledFrom(keys), 1, 5, func(k []string) string { return strings.Join(k, " ") }).Draw(t, "rows") {
		r := row{is: k}
		r.value, r.written = writtenValue(t, p.kind)
		all = append(all, r)
	}
	return all
}

// file is a whole rules.yaml with the formula as 结果.
func (b *book) file(formula *tree) string {
	var s strings.Builder
	if len(b.names) > 0 {
		s.WriteString("parameters:\n")
	}
	for _, name := range b.names {
		b.params[name].write(&s, name)
	}
	s.WriteString("rules:\n")
	for _, r := range append(slices.Clone(b.rules), &ruleOf{set: "结果", as: formula}) {
		fmt.Fprintf(&s, "  - set: %s\n", r.set)
		if r.each {
			s.WriteString("    each: member\n")
		}
		fmt.Fprintf(&s, "    as: '%s'\n", r.as)
	}
	return s.String()
}

func (p *param) write(s *strings.Builder, name string) {
	fmt.Fprintf(s, "  %s:\n    type: %s\n", name, yamlTypes[p.kind])
	if p.axes != "" {
		s.WriteString("    by:\n")
	}
	for i, a := range p.axes {
		fmt.Fprintf(s, "      - {of: 条件%d%s}\n", i+1, map[rune]string{'n': ", from: number", 'm': ", from: money"}[a])
	}
	s.WriteString("    values:\n")
	for _, v := range p.values {
		fmt.Fprintf(s, "      - {from: %s, region: %q, source: 示例", v.from, v.region)
		if v.until != "" {
			fmt.Fprintf(s, ", until: %s", v.until)
		}
		if p.axes == "" {
			fmt.Fprintf(s, ", value: %s}\n", v.written)
			continue
		}
		s.WriteString(", rows: [")
		for _, r := range v.rows {
			fmt.Fprintf(s, "{is: [%s], value: %s}, ", strings.Join(quoted(r.is), ", "), r.written)
		}
		s.WriteString("]}\n")
	}
}

func (b *book) day() int32 { return int32(b.on.Unix() / 86400) }

// dated finds the value of the day in the nearest region that has one. A later
// first day ends what is open.
func (p *param) dated(w world) *dated {
	today := w.on.Format(time.DateOnly)
	for _, region := range w.path {
		var best *dated
		for _, v := range p.values {
			if v.region == region && v.from <= today && (v.until == "" || today <= v.until) && (best == nil || v.from > best.from) {
				best = v
			}
		}
		if best != nil {
			return best
		}
	}
	return nil
}

func (b *book) value(name string, w world) outcome {
	if v := b.params[name].dated(w); v != nil {
		return known(v.value)
	}
	return lack("#" + name)
}

// table looks a table up, or adds up its slices.
func (n *tree) table(w world) outcome {
	p := w.book.params[n.text]
	v := p.dated(w)
	if v == nil {
		return lack("#" + n.text)
	}
	var all []outcome
	for _, a := range n.args {
		all = append(all, a.work(w))
	}
	for _, o := range all {
		if !o.known {
			return lacking(all...)
		}
	}
	if n.op == "累进" {
		return known(p.slices(v, all[0].rat))
	}
	return p.find(v, all, n.args)
}

// find looks axis by axis: where a row has the very word, the rows of 其余 are
// out; of steps the highest that is not above counts.
func (p *param) find(v *dated, key []outcome, args []*tree) outcome {
	left := slices.DeleteFunc(slices.Clone(v.rows), func(r row) bool {
		for i := range p.axes {
			if !p.answers(r, i, key[i], args[i]) {
				return true
			}
		}
		return false
	})
	for i, a := range p.axes {
		if a == 'n' || a == 'm' {
			slices.SortFunc(left, func(x, y row) int { return p.step(y, i).Cmp(p.step(x, i)) })
			continue
		}
		if slices.ContainsFunc(left, func(r row) bool { return r.is[i] != "其余" }) {
			left = slices.DeleteFunc(left, func(r row) bool { return r.is[i] == "其余" })
		}
	}
	if len(left) == 0 {
		return outcome{broken: true}
	}
	return known(left[0].value)
}

func (p *param) answers(r row, axis int, key outcome, arg *tree) bool {
	switch a := p.axes[axis]; {
	case a == 'n' || a == 'm':
		return p.step(r, axis).Cmp(key.rat) <= 0
	case r.is[axis] == "其余":
		return true
	case arg.kind == 'b':
		return r.is[axis] == map[bool]string{true: "是", false: "否"}[key.holds()]
	}
	return r.is[axis] == key.word
}

func (p *param) step(r row, axis int) *big.Rat {
	s, _ := new(big.Rat).SetString(r.is[axis])
	if p.axes[axis] == 'm' {
		s.Mul(s, big.NewRat(100, 1))
	}
	return s
}

// slices adds up, over all rows, what lies between a step and the next one.
func (p *param) slices(v *dated, x *big.Rat) *big.Rat {
	sum := new(big.Rat)
	for _, r := range v.rows {
		low, high := p.step(r, 0), x
		for _, o := range v.rows {
			if s := p.step(o, 0); s.Cmp(low) > 0 && s.Cmp(high) < 0 {
				high = s
			}
		}
		if high.Cmp(low) > 0 {
			sum.Add(sum, new(big.Rat).Mul(r.value, new(big.Rat).Sub(high, low)))
		}
	}
	return sum
}
