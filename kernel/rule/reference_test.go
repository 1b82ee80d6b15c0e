package rule_test

import (
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"
	"time"

	"minzheng/kernel/rule"
)

// The slow reference: formulas as trees, worked out by walking them with
// big.Rat and the calendar of package time. It shares nothing with the compiled
// rules but the meaning.

// tree is a formula. kind is n(umber), m(oney), b(oolean), d(ate) or w(ord).
type tree struct {
	kind  byte
	op    string
	text  string   // of a name or literal, as it stands in the formula
	lit   *big.Rat // of a literal; of money in 分, of a date in days
	word  string   // of a literal
	words []string // of in
	args  []*tree
}

// outcome is what the reference gives: a value, or what lacks, or a breakage.
type outcome struct {
	known  bool
	rat    *big.Rat
	word   string
	miss   map[string]bool
	broken bool
}

func known(r *big.Rat) outcome { return outcome{known: true, rat: r} }

func truth(b bool) outcome {
	if b {
		return known(big.NewRat(1, 1))
	}
	return known(new(big.Rat))
}

func (o outcome) holds() bool { return o.known && o.rat.Sign() != 0 }
func (o outcome) fails() bool { return o.known && o.rat.Sign() == 0 }

func (o outcome) same(p outcome) bool { return o.word == p.word && o.rat.Cmp(p.rat) == 0 }

func lacking(all ...outcome) outcome {
	sum := outcome{miss: map[string]bool{}}
	for _, o := range all {
		if !o.known {
			maps.Copy(sum.miss, o.miss)
			sum.broken = sum.broken || o.broken
		}
	}
	return sum
}

func lack(name string) outcome { return outcome{miss: map[string]bool{name: true}} }

// world is what is known in one case.
type world struct {
	facts   map[string]outcome // by name, or by member.name
	members []string
	member  string
	book    *book
	on      time.Time
	path    []string
	big     *bool // some number on the way needs more than 30 bits
}

func (w world) lookup(name string, each bool) outcome {
	if each {
		name = w.member + "." + name
	}
	if o, ok := w.facts[name]; ok {
		return o
	}
	return lack(name)
}

func (n *tree) work(w world) outcome {
	o := n.worked(w)
	if o.known && (o.rat.Num().BitLen() > 30 || o.rat.Denom().BitLen() > 30) {
		*w.big = true
	}
	return o
}

func (n *tree) worked(w world) outcome {
	switch n.op {
	case "literal":
		return outcome{known: true, rat: n.lit, word: n.word}
	case "family", "member":
		return w.lookup(n.text, n.op == "member")
	case "今天":
		return known(big.NewRat(w.on.Unix()/86400, 1))
	case "parameter":
		return w.book.value(n.text, w)
	case "表", "累进":
		return n.table(w)
	case "合计", "人数", "任一", "全部", "最大":
		return n.aggregate(w)
	}
	var all []outcome
	for _, a := range n.args {
		all = append(all, a.work(w))
	}
	if o, ok := n.unknowing(all); ok {
		return o
	}
	for _, o := range all {
		if !o.known {
			return lacking(all...)
		}
	}
	if len(all) == 1 {
		return one1(n, all[0])
	}
	return two(n, all[0], all[1])
}

// unknowing works out what may be known though a part of it is not.
func (n *tree) unknowing(all []outcome) (outcome, bool) {
	a := all[0]
	switch n.op {
	case "rule":
		return a, true
	case "且", "或":
		b, settles := all[1], outcome.fails
		if n.op == "或" {
			settles = outcome.holds
		}
		if settles(a) || settles(b) {
			return truth(n.op == "或"), true
		}
		if a.known && b.known {
			return truth(n.op == "且"), true
		}
	case "?":
		switch {
		case a.holds():
			return all[1], true
		case a.fails():
			return all[2], true
		case all[1].known && all[2].known && all[1].same(all[2]):
			return all[1], true
		}
	case "*":
		if a.fails() || all[1].fails() {
			return known(new(big.Rat)), true
		}
	}
	return outcome{}, false
}

func one1(n *tree, a outcome) outcome {
	switch n.op {
	case "非":
		return truth(a.fails())
	case "-1":
		return known(new(big.Rat).Neg(a.rat))
	case "+1":
		return a
	case "元":
		return known(new(big.Rat).Mul(a.rat, big.NewRat(100, 1)))
	case "in":
		return truth(slices.Contains(n.words, a.word))
	case "not in":
		return truth(!slices.Contains(n.words, a.word))
	}
	panic(n.op)
}

func two(n *tree, x, y outcome) outcome {
	a, b := x.rat, y.rat
	switch n.op {
	case "+", "-", "*":
		return sum(n, a, b)
	case "/":
		if b.Sign() == 0 {
			return outcome{broken: true}
		}
		return known(new(big.Rat).Quo(a, b))
	case "<":
		return truth(a.Cmp(b) < 0)
	case "<=":
		return truth(a.Cmp(b) <= 0)
	case ">":
		return truth(a.Cmp(b) > 0)
	case ">=":
		return truth(a.Cmp(b) >= 0)
	case "==":
		return truth(x.same(y))
	case "!=":
		return truth(!x.same(y))
	case "较大":
		if a.Cmp(b) > 0 {
			return x
		}
		return y
	case "较小":
		if a.Cmp(b) < 0 {
			return x
		}
		return y
	case "取整", "进位", "舍去":
		return roundTo(n.op, a, b)
	case "年龄":
		return known(big.NewRat(fullYears(dayOf(a), dayOf(b)), 1))
	case "月数":
		return known(big.NewRat(fullMonths(dayOf(a), dayOf(b)), 1))
	}
	panic(n.op)
}

func sum(n *tree, a, b *big.Rat) outcome {
	out := new(big.Rat)
	switch n.op {
	case "+":
		out.Add(a, b)
	case "-":
		out.Sub(a, b)
	default:
		out.Mul(a, b)
	}
	if n.kind == 'd' && (!out.IsInt() || dayOf(out).Year() < 1 || dayOf(out).Year() > 9999) {
		return outcome{broken: true}
	}
	return known(out)
}

// roundTo goes to the next multiple below, then looks whether the one above is
// wanted.
func roundTo(how string, a, unit *big.Rat) outcome {
	if !unit.IsInt() || unit.Sign() <= 0 {
		return outcome{broken: true}
	}
	parts := new(big.Rat).Quo(a, unit)
	floor := new(big.Int).Div(parts.Num(), parts.Denom()) // towards less: the divisor is positive
	over := new(big.Rat).Sub(parts, new(big.Rat).SetInt(floor))
	half := over.Cmp(big.NewRat(1, 2))
	if how == "进位" && over.Sign() > 0 || how == "取整" && (half > 0 || half == 0 && a.Sign() > 0) {
		floor.Add(floor, big.NewInt(1))
	}
	return known(new(big.Rat).Mul(new(big.Rat).SetInt(floor), unit))
}

func dayOf(r *big.Rat) time.Time {
	n := new(big.Int).Div(r.Num(), r.Denom())
	return time.Unix(n.Int64()*86400, 0).UTC()
}

// fullYears counts birthdays; that of 29 February is 1 March in a common year.
func fullYears(born, on time.Time) int64 {
	n := on.Year() - born.Year()
	if time.Date(on.Year(), born.Month(), born.Day(), 0, 0, 0, 0, time.UTC).After(on) {
		n--
	}
	return int64(n)
}

// fullMonths counts the days on which a month ends: the same day of the month,
// or its last one when it has no such day.
func fullMonths(from, to time.Time) int64 {
	n := 12*(to.Year()-from.Year()) + int(to.Month()-from.Month())
	last := time.Date(to.Year(), to.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day()
	if to.Day() < min(from.Day(), last) {
		n--
	}
	return int64(n)
}

// aggregate tries all that the unknown conditions and values could be: the
// outcome is known if it is always the same, and what lacks is what can make
// a difference.
func (n *tree) aggregate(w world) outcome {
	if len(w.members) == 0 {
		return lack("成员")
	}
	var slots []outcome // condition and value of each member
	for _, m := range w.members {
		w.member = m
		in := truth(true)
		if len(n.args) == 2 {
			in = n.args[1].work(w)
		}
		slots = append(slots, in, n.args[0].work(w))
	}
	var ways [][]*big.Rat
	spread(slots, n.args[0].kind == 'b', nil, &ways)
	matters := map[int]bool{}
	for _, a := range ways {
		for _, b := range ways {
			if i, one := onlyDifference(a, b); one && n.join(a).Cmp(n.join(b)) != 0 {
				matters[i] = true
			}
		}
	}
	if len(matters) == 0 {
		return known(n.join(ways[0]))
	}
	var lacks []outcome
	for i := range matters {
		lacks = append(lacks, slots[i])
	}
	return lacking(lacks...)
}

// spread lists all that the slots can be; an unknown number is tried low and high.
func spread(slots []outcome, yesNo bool, sofar []*big.Rat, ways *[][]*big.Rat) {
	i := len(sofar)
	if i == len(slots) {
		*ways = append(*ways, slices.Clone(sofar))
		return
	}
	can := []*big.Rat{slots[i].rat}
	if !slots[i].known {
		can = []*big.Rat{new(big.Rat), big.NewRat(1, 1)}
		if i%2 == 1 && !yesNo {
			can = []*big.Rat{big.NewRat(-1e18, 1), big.NewRat(1e18, 1)}
		}
	}
	for _, c := range can {
		spread(slots, yesNo, append(sofar, c), ways)
	}
}

func onlyDifference(a, b []*big.Rat) (at int, one bool) {
	n := 0
	for i := range a {
		if a[i].Cmp(b[i]) != 0 {
			at = i
			n++
		}
	}
	return at, n == 1
}

func (n *tree) join(way []*big.Rat) *big.Rat {
	var in []*big.Rat
	for i := 0; i < len(way); i += 2 {
		if way[i].Sign() != 0 {
			in = append(in, way[i+1])
		}
	}
	sum := new(big.Rat)
	for _, v := range in {
		sum.Add(sum, v)
	}
	switch n.op {
	case "任一":
		return truth(sum.Sign() > 0).rat
	case "全部":
		return truth(sum.Cmp(big.NewRat(int64(len(in)), 1)) == 0).rat
	case "最大":
		if len(in) == 0 {
			return new(big.Rat)
		}
		return slices.MaxFunc(in, (*big.Rat).Cmp)
	}
	return sum
}

// String writes the formula as rules.yaml would.
func (n *tree) String() string {
	var all []string
	for _, a := range n.args {
		all = append(all, a.String())
	}
	inside := strings.Join(all, ", ")
	switch n.op {
	case "literal", "family", "member", "今天", "parameter", "rule":
		return n.text
	case "非", "-1", "+1":
		return strings.TrimSuffix(n.op, "1") + " (" + inside + ")"
	case "?":
		return fmt.Sprintf("(%s ? %s : %s)", n.args[0], n.args[1], n.args[2])
	case "in", "not in":
		return fmt.Sprintf("(%s %s [%s])", inside, n.op, strings.Join(quoted(n.words), ", "))
	case "表":
		return n.text + "(" + inside + ")"
	case "累进":
		return "累进(" + n.text + ", " + inside + ")"
	case "合计", "人数", "任一", "全部", "最大":
		return n.op + "(成员, " + inside + ")"
	case "较大", "较小", "取整", "进位", "舍去", "年龄", "月数", "元":
		return n.op + "(" + inside + ")"
	}
	return fmt.Sprintf("(%s %s %s)", n.args[0], n.op, n.args[1])
}

func quoted(words []string) []string {
	var all []string
	for _, w := range words {
		all = append(all, `"`+w+`"`)
	}
	return all
}

// written is a known outcome as a value is encoded; false of a fraction.
func written(kind byte, o outcome) (string, bool) {
	if kind == 'w' {
		return "t:" + o.word, true
	}
	if kind == 'd' {
		return "d:" + dayOf(o.rat).Format(time.DateOnly), true
	}
	return map[byte]string{'n': "i:", 'm': "m:", 'b': "b:"}[kind] + o.rat.Num().String(), o.rat.IsInt()
}

// claim writes a number or an amount as a formula that is true of 结果.
func claim(kind byte, o outcome) string {
	n, d := new(big.Int).Abs(o.rat.Num()), new(big.Int).Set(o.rat.Denom())
	if kind == 'm' {
		d.Mul(d, big.NewInt(100))
	}
	s := fmt.Sprintf("%s / %s", n, d)
	if o.rat.Sign() < 0 {
		s = "-" + s
	}
	if kind == 'm' {
		s = "元(" + s + ")"
	}
	return "结果 == " + s
}

// named is how the reference calls what lacks.
func named(m rule.Missing) string {
	if m.Parameter {
		return "#" + m.Name
	}
	return strings.TrimPrefix(m.About+"."+m.Name, ".")
}
