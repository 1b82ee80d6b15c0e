package rule_test

import (
	"fmt"
	"math/big"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"minzheng/kernel/fact"
)

// grower draws formulas.
type grower struct {
	t      *rapid.T
	book   *book
	member bool // inside an aggregate or a member's rule
}

// newGrower draws the parameters and the rules that formulas may read.
func newGrower(t *rapid.T) grower {
	g := grower{t: t, book: drawBook(t)}
	for i := range rapid.IntRange(0, 2).Draw(t, "rules") {
		each := rapid.Bool().Draw(t, "each")
		g.member = each
		kind := rapid.SampledFrom([]byte("nmbd")).Draw(t, "rule's kind")
		r := &ruleOf{set: fmt.Sprintf("规则%d", i+1), each: each, as: g.grow(kind, 2)}
		g.member = false
		g.book.rules = append(g.book.rules, r)
	}
	return g
}

func (g grower) pick(label string, all ...string) string {
	return rapid.SampledFrom(all).Draw(g.t, label)
}

// factsOf are the facts that formulas read, by kind.
var (
	familyFacts = map[byte][]string{'n': {"数一", "数二", "面积"}, 'm': {"额一", "额二"}, 'b': {"甲", "乙", "丙"}, 'd': {"日一", "日二"}, 'w': {"类别", "备注"}}
	memberFacts = map[byte][]string{'n': {"岁数", "占比"}, 'm': {"收入"}, 'b': {"在家", "患病"}, 'd': {"生日"}, 'w': {"等级", "关系"}}
)

func (g grower) leaf(kind byte) *tree {
	switch rapid.IntRange(0, 5).Draw(g.t, "leaf") {
	case 0:
		return g.literal(kind)
	case 1:
		if all := g.parameters(kind, ""); len(all) > 0 {
			return &tree{kind: kind, op: "parameter", text: g.pick("parameter", all...)}
		}
	case 2:
		if n := g.ruleLeaf(kind); n != nil {
			return n
		}
	}
	if g.member && rapid.Bool().Draw(g.t, "of the member") {
		return &tree{kind: kind, op: "member", text: g.pick("fact", memberFacts[kind]...)}
	}
	return &tree{kind: kind, op: "family", text: g.pick("fact", familyFacts[kind]...)}
}

// parameters are those of a kind with these axes.
func (g grower) parameters(kind byte, axes ...string) []string {
	var all []string
	for _, name := range g.book.names {
		if p := g.book.params[name]; p.kind == kind && slices.Contains(axes, p.axes) {
			all = append(all, name)
		}
	}
	return all
}

func (g grower) ruleLeaf(kind byte) *tree {
	var all []*ruleOf
	for _, r := range g.book.rules {
		if r.as.kind == kind && (!r.each || g.member) {
			all = append(all, r)
		}
	}
	if len(all) == 0 {
		return nil
	}
	r := rapid.SampledFrom(all).Draw(g.t, "rule")
	return &tree{kind: kind, op: "rule", text: r.set, args: []*tree{r.as}}
}

func (g grower) literal(kind byte) *tree {
	n := &tree{kind: kind, op: "literal", lit: new(big.Rat)}
	switch kind {
	case 'b':
		n.text = g.pick("word", "是", "否")
		n.lit = truth(n.text == "是").rat
	case 'd':
		if rapid.Bool().Draw(g.t, "today") {
			return &tree{kind: 'd', op: "今天", text: "今天"}
		}
		s := g.pick("day", leapDays...)
		n.text, n.lit = `日期("`+s+`")`, big.NewRat(int64(day(s)), 1)
	case 'w':
		n.word = g.pick("word", "一级", "二级", "无", "别的")
		n.text = `"` + n.word + `"`
	default:
		n.text = g.pick("number", "0", "1", "2", "0.1", "0.25", "3.07", "12")
		n.lit, _ = new(big.Rat).SetString(n.text)
		if kind == 'm' {
			n.text, n.lit = "元("+n.text+")", n.lit.Mul(n.lit, big.NewRat(100, 1))
		}
	}
	return n
}

func (g grower) node(kind byte, op string, args ...*tree) *tree {
	return &tree{kind: kind, op: op, args: args}
}

func (g grower) grow(kind byte, depth int) *tree {
	if depth == 0 {
		return g.leaf(kind)
	}
	d := depth - 1
	switch shape := rapid.IntRange(0, 9).Draw(g.t, "shape"); {
	case shape == 0:
		return g.leaf(kind)
	case shape == 1:
		return g.node(kind, "?", g.grow('b', d), g.grow(kind, d), g.grow(kind, d))
	case shape <= 3 && !g.member && strings.IndexByte("nmb", kind) >= 0:
		return g.aggregate(kind, d)
	case shape <= 5:
		if n := g.table(kind, d); n != nil {
			return n
		}
	}
	switch kind {
	case 'b':
		return g.boolean(d)
	case 'd':
		return g.date(d)
	case 'w':
		return g.leaf(kind)
	}
	return g.number(kind, d)
}

func (g grower) boolean(d int) *tree {
	switch rapid.IntRange(0, 7).Draw(g.t, "boolean") {
	case 0, 1, 2:
		return g.node('b', g.pick("word", "且", "或"), g.grow('b', d), g.grow('b', d))
	case 3:
		return g.node('b', "非", g.grow('b', d))
	case 4:
		n := g.node('b', g.pick("in", "in", "not in"), g.grow('w', d))
		n.words = rapid.SliceOfN(rapid.SampledFrom([]string{"一级", "二级", "无", "别的"}), 1, 3).Draw(g.t, "words")
		return n
	case 5:
		of := rapid.SampledFrom([]byte("nmdwb")).Draw(g.t, "compared")
		return g.node('b', g.pick("comparison", "==", "!="), g.grow(of, d), g.grow(of, d))
	}
	of := rapid.SampledFrom([]byte("nmd")).Draw(g.t, "compared")
	return g.node('b', g.pick("comparison", "<", "<=", ">", ">="), g.grow(of, d), g.grow(of, d))
}

func (g grower) date(d int) *tree {
	if rapid.Bool().Draw(g.t, "moved") {
		return g.node('d', g.pick("sum", "+", "-"), g.grow('d', d), g.grow('n', d))
	}
	return g.node('d', g.pick("choice", "较大", "较小"), g.grow('d', d), g.grow('d', d))
}

func (g grower) number(kind byte, d int) *tree {
	switch rapid.IntRange(0, 11).Draw(g.t, "number") {
	case 0:
		return g.node(kind, g.pick("sign", "-1", "+1"), g.grow(kind, d))
	case 1:
		return g.node(kind, g.pick("choice", "较大", "较小"), g.grow(kind, d), g.grow(kind, d))
	case 2, 3:
		return g.node(kind, g.pick("sum", "+", "-"), g.grow(kind, d), g.grow(kind, d))
	case 4, 8, 9:
		return g.node(kind, g.pick("rounding", "取整", "进位", "舍去"), g.grow(kind, d), g.unit(kind, d))
	case 5:
		if kind == 'm' {
			return g.node('m', "*", g.grow('n', d), g.grow('m', d))
		}
		return g.node('n', "/", g.grow('m', d), g.grow('m', d))
	case 6, 7:
		if kind == 'm' {
			return g.node('m', "元", g.grow('n', d))
		}
		return g.node('n', g.pick("dates", "年龄", "月数", "-"), g.grow('d', d), g.grow('d', d))
	}
	return g.node(kind, g.pick("product", "*", "/"), g.grow(kind, d), g.grow('n', d))
}

// unit is mostly one that can be.
func (g grower) unit(kind byte, d int) *tree {
	if rapid.IntRange(0, 4).Draw(g.t, "any unit") == 0 {
		return g.grow(kind, d)
	}
	s := g.pick("unit", "1", "10", "3")
	lit, _ := new(big.Rat).SetString(s)
	if kind == 'm' {
		return &tree{kind: kind, op: "literal", text: "元(" + s + ")", lit: lit.Mul(lit, big.NewRat(100, 1))}
	}
	return &tree{kind: kind, op: "literal", text: s, lit: lit}
}

// table looks up a table of the kind, if the book has one.
func (g grower) table(kind byte, d int) *tree {
	if step := map[byte]string{'n': "n", 'm': "m"}[kind]; step != "" && rapid.Bool().Draw(g.t, "in tiers") {
		if all := g.parameters('n', step); len(all) > 0 {
			return &tree{kind: kind, op: "累进", text: g.pick("tiers", all...), args: []*tree{g.grow(kind, d)}}
		}
	}
	var all []string
	for _, name := range g.book.names {
		if p := g.book.params[name]; p.kind == kind && p.axes != "" {
			all = append(all, name)
		}
	}
	if len(all) == 0 {
		return nil
	}
	n := &tree{kind: kind, op: "表", text: g.pick("table", all...)}
	for _, a := range g.book.params[n.text].axes {
		n.args = append(n.args, g.grow(map[rune]byte{'w': 'w', 'y': 'b', 'n': 'n', 'm': 'm'}[a], d))
	}
	return n
}

func (g grower) aggregate(kind byte, depth int) *tree {
	g.member = true
	n := &tree{kind: kind, op: g.pick("aggregate", "合计", "最大"), args: []*tree{nil}}
	switch kind {
	case 'b':
		n.op, n.args[0] = g.pick("aggregate", "任一", "全部"), g.grow('b', depth)
	case 'n':
		if rapid.Bool().Draw(g.t, "count") {
			n.op, n.args[0] = "人数", g.grow('b', depth)
			break
		}
		fallthrough
	default:
		n.args[0] = g.grow(kind, depth)
	}
	if rapid.Bool().Draw(g.t, "condition") {
		n.args = append(n.args, g.grow('b', depth))
	}
	return n
}

// drawWorld draws a case on the book's day and the facts of it for the rules;
// about a third of the facts is unknown.
func drawWorld(t *rapid.T, d *fact.Dictionary, b *book) (world, *fact.Set) {
	w, set := world{facts: map[string]outcome{}, book: b, on: b.on, big: new(bool)}, fact.NewSet(d)
	w.path = rapid.SampledFrom(paths).Draw(t, "region")
	tell := func(names map[byte][]string, about string) {
		for _, kind := range []byte("bnmdw") {
			for _, name := range names[kind] {
				if rapid.IntRange(0, 2).Draw(t, "told") == 0 {
					continue
				}
				full := strings.TrimPrefix(about+"."+name, ".")
				v, o := drawFact(t, d.Find(name), full)
				w.facts[full] = o
				set.Tell(fact.Statement{Name: name, About: about, Source: "self", Value: v})
			}
		}
	}
	tell(familyFacts, "")
	for i := range rapid.IntRange(0, 3).Draw(t, "members") {
		tell(memberFacts, fmt.Sprintf("m%d", i+1))
	}
	w.members = set.Members()
	return w, set
}

func drawFact(t *rapid.T, def *fact.Def, label string) (fact.Value, outcome) {
	word := func() string { return rapid.SampledFrom([]string{"一级", "二级", "无"}).Draw(t, label) }
	n, under := int64(0), int64(1)
	var v fact.Value
	switch def.Typed() {
	case fact.Bool:
		n = int64(rapid.IntRange(0, 1).Draw(t, label))
		v = fact.BoolOf(n == 1)
	case fact.Money:
		n = rapid.SampledFrom([]int64{0, 1, -1, 100, 307, -2500, 1250, 4050}).Draw(t, label)
		v = fact.MoneyOf(n)
	case fact.Date:
		n = int64(day(rapid.SampledFrom(leapDays).Draw(t, label))) + rapid.Int64Range(-1, 1).Draw(t, "beside")
		v = fact.DateOf(int32(n))
	case fact.Decimal:
		n = rapid.SampledFrom([]int64{0, 1, -1, 10, 250, -307}).Draw(t, label)
		v = fact.DecimalOf(n, def.Scale)
		for range def.Scale {
			under *= 10
		}
	case fact.Enum:
		w := word()
		return fact.EnumOf(w), outcome{known: true, rat: new(big.Rat), word: w}
	case fact.Text:
		w := word()
		return fact.TextOf(w), outcome{known: true, rat: new(big.Rat), word: w}
	default:
		n = rapid.Int64Range(-2, 4).Draw(t, label)
		v = fact.IntOf(n)
	}
	return v, known(big.NewRat(n, under))
}

// String lists what is known, for messages.
func (w world) String() string {
	var all []string
	for name, o := range w.facts {
		all = append(all, name+"="+o.word+o.rat.RatString())
	}
	slices.Sort(all)
	return fmt.Sprintf("%s in %s on %s", strings.Join(all, " "), w.path[0], w.on.Format("2006-01-02"))
}
