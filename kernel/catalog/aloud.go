package catalog

import (
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/parser"

	"minzheng/kernel/calendar"
	"minzheng/kernel/fact"
	"minzheng/kernel/rule"
)

// Reading is a formula as one would say it.
type Reading struct {
	Text  string   // in one sentence
	Cases []Choice // of a formula that chooses: the first that fits counts
}

// Choice is one line of a formula that chooses.
type Choice struct {
	When string // "" is everything else
	Then Reading
}

// Saying is how formulas of one service are said. The zero Values say names
// alone.
type Saying struct {
	Rules  *rule.Rules
	Values func(name string) string // what stands behind a name in one case; "" is nothing
}

// Aloud reads a formula as one would say it: 人均收入 < 标准 is 人均收入低于标准. Two
// formulas that mean something else are said differently. ok is false for what
// it has no words for; then the formula stands alone.
func (s Saying) Aloud(formula string) (said Reading, ok bool) {
	source := asParsed(formula)
	t, err := parser.Parse(source)
	if err != nil {
		return Reading{Text: formula}, false
	}
	r := &reader{Saying: s, source: []rune(source)}
	if said = r.reading(t.Node); r.lost {
		return Reading{Text: formula}, false
	}
	return said, true
}

// Names returns all that a formula names, tables and functions included, each
// once.
func Names(formula string) []string {
	t, err := parser.Parse(asParsed(formula))
	if err != nil {
		return nil
	}
	all := &namesIn{}
	ast.Walk(&t.Node, all)
	return all.names
}

type namesIn struct{ names []string }

func (v *namesIn) Visit(n *ast.Node) {
	if id, ok := (*n).(*ast.IdentifierNode); ok && !slices.Contains(v.names, id.Value) {
		v.names = append(v.names, id.Value)
	}
}

// phrase is a part with how tightly it holds together.
type phrase struct {
	text string
	bind int
	of   fact.Type
	name bool // a name alone
}

// How tightly parts hold together, loosest first.
const (
	chosen = iota
	joined
	compared
	summed
	multiplied
	single
)

// in writes a part where at least bind is needed.
func (p phrase) in(bind int) string {
	if p.bind < bind {
		return "（" + p.text + "）"
	}
	return p.text
}

// reader says one formula.
type reader struct {
	Saying
	source []rune
	lost   bool
}

// reading lists the cases of a choice, one below the other.
func (r *reader) reading(n ast.Node) Reading {
	out := Reading{Text: r.say(n).text}
	choice, ok := n.(*ast.ConditionalNode)
	for ok {
		out.Cases = append(out.Cases, Choice{r.say(choice.Cond).text, r.reading(choice.Exp1)})
		n = choice.Exp2
		choice, ok = n.(*ast.ConditionalNode)
	}
	if out.Cases != nil {
		out.Cases = append(out.Cases, Choice{"", r.reading(n)})
	}
	return out
}

func (r *reader) say(n ast.Node) phrase {
	switch n := n.(type) {
	case *ast.IntegerNode, *ast.FloatNode:
		return phrase{text: r.number(n), bind: single, of: fact.Int}
	case *ast.StringNode:
		return phrase{text: quoted(n.Value), bind: single, of: fact.Text}
	case *ast.BoolNode:
		return phrase{text: fact.BoolOf(n.Value).String(), bind: single, of: fact.Bool}
	case *ast.IdentifierNode:
		return phrase{n.Value + r.behind(n.Value), single, r.typeOf(n.Value), true}
	case *ast.UnaryNode:
		return r.unary(n)
	case *ast.BinaryNode:
		return r.binary(n)
	case *ast.ConditionalNode:
		return r.choice(n)
	case *ast.CallNode:
		return r.call(n)
	}
	r.lost = true
	return phrase{}
}

func quoted(s string) string { return "“" + s + "”" }

// number is what was written, so that 0.10 stays 0.10.
func (r *reader) number(n ast.Node) string {
	from := n.Location().From
	if from < 0 || from >= len(r.source) {
		r.lost = true
		return ""
	}
	rest := r.source[from:]
	end := slices.IndexFunc(rest, func(c rune) bool { return c != '.' && !inName(c) })
	if end < 0 {
		end = len(rest)
	}
	return string(rest[:end])
}

// behind is the value of a name in the case that is told, in brackets.
func (r *reader) behind(name string) string {
	if r.Values == nil {
		return ""
	}
	if v := r.Values(name); v != "" {
		return "（" + v + "）"
	}
	return ""
}

func (r *reader) typeOf(name string) fact.Type {
	switch {
	case name == "今天":
		return fact.Date
	case name == "是" || name == "否":
		return fact.Bool
	case r.Rules == nil:
		return fact.None
	}
	if def := r.Rules.Dictionary().Find(name); def != nil {
		return def.Typed()
	}
	if p := r.Rules.Parameters()[name]; p != nil {
		return map[string]fact.Type{"money": fact.Money, "number": fact.Int, "bool": fact.Bool, "date": fact.Date}[p.Type]
	}
	t, _ := r.Rules.Yields(name)
	return t
}

func (r *reader) unary(n *ast.UnaryNode) phrase {
	x := r.say(n.Node)
	switch n.Operator {
	case "!", "not":
		if x.name {
			return phrase{text: "不是“" + x.text + "”", bind: compared, of: fact.Bool}
		}
		return phrase{text: "不是（" + x.text + "）", bind: compared, of: fact.Bool}
	case "-":
		return phrase{text: "−" + x.in(single), bind: compared, of: x.of}
	case "+":
		return x
	}
	r.lost = true
	return phrase{}
}

// choice says a ? b : c within a sentence, one case after the other.
func (r *reader) choice(n *ast.ConditionalNode) phrase {
	then, other := r.say(n.Exp1), r.say(n.Exp2)
	last := "；其他的，" + other.text
	if other.bind == chosen {
		last = "；" + other.text
	}
	return phrase{text: r.say(n.Cond).in(joined) + "的，" + then.in(joined) + last, bind: chosen, of: then.of}
}

func (r *reader) binary(n *ast.BinaryNode) phrase {
	switch n.Operator {
	case "&&", "and":
		return phrase{text: strings.Join(r.row(n, "&&", "and"), "，并且"), bind: joined, of: fact.Bool}
	case "||", "or":
		return phrase{text: strings.Join(r.row(n, "||", "or"), "，或者"), bind: joined, of: fact.Bool}
	case "in":
		return r.within(n)
	}
	a, b := r.say(n.Left), r.say(n.Right)
	switch n.Operator {
	case "+":
		return phrase{text: a.in(summed) + " + " + b.in(summed), bind: summed, of: a.of}
	case "-":
		if a.of == fact.Date && b.of == fact.Date {
			a.of = fact.Int
		}
		return phrase{text: a.in(summed) + " − " + b.in(multiplied), bind: summed, of: a.of}
	case "*":
		return phrase{text: a.in(multiplied) + " × " + b.in(multiplied), bind: multiplied, of: fact.Int}
	case "/":
		return phrase{text: a.in(multiplied) + " ÷ " + b.in(single), bind: multiplied, of: fact.Int}
	}
	return r.comparison(n.Operator, a, b)
}

// row is the parts that one word joins.
func (r *reader) row(n ast.Node, words ...string) []string {
	if b, ok := n.(*ast.BinaryNode); ok && slices.Contains(words, b.Operator) {
		return append(r.row(b.Left, words...), r.row(b.Right, words...)...)
	}
	return []string{r.say(n).in(compared)}
}

func (r *reader) comparison(operator string, a, b phrase) phrase {
	words := map[string]string{"<": "低于", "<=": "不超过", ">": "高于", ">=": "不低于", "==": "等于", "!=": "不等于"}
	switch a.of {
	case fact.Date:
		words = map[string]string{"<": "早于", "<=": "不晚于", ">": "晚于", ">=": "不早于", "==": "就是", "!=": "不是"}
	case fact.Bool:
		words = map[string]string{"==": "为", "!=": "不为"}
		if alike := map[string]string{"==": "一样", "!=": "不一样"}[operator]; b.text != "是" && b.text != "否" && alike != "" {
			return phrase{text: a.in(summed) + "和" + b.in(summed) + alike, bind: compared, of: fact.Bool}
		}
	case fact.Text, fact.Enum, fact.None:
		words["=="], words["!="] = "是", "不是"
	}
	said := words[operator]
	r.lost = r.lost || said == ""
	return phrase{text: a.in(summed) + said + b.in(summed), bind: compared, of: fact.Bool}
}

func (r *reader) within(n *ast.BinaryNode) phrase {
	list, ok := n.Right.(*ast.ArrayNode)
	if !ok || len(list.Nodes) == 0 {
		r.lost = true
		return phrase{}
	}
	var all []string
	for _, one := range list.Nodes {
		all = append(all, r.say(one).text)
	}
	last := len(all) - 1
	text := all[last]
	if last > 0 {
		text = strings.Join(all[:last], "、") + "或" + text
	}
	return phrase{text: r.say(n.Left).in(summed) + "是" + text, bind: compared, of: fact.Bool}
}

// day is a date written in a formula, as one says it.
func day(quoted string) string {
	if d, err := calendar.Parse(strings.Trim(quoted, "“”")); err == nil {
		return d.Long()
	}
	return quoted
}
