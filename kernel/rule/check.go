package rule

import (
	"errors"
	"fmt"
	"slices"
	"unicode"

	"github.com/expr-lang/expr/ast"
)

// checker turns one formula into nodes, checking types on the way.
type checker struct {
	rules  *Rules
	rule   *Rule
	source string
	member bool // inside a member's formula
	uses   []use
}

func (r *Rules) check(one *Rule, t *tree) error {
	c := &checker{rules: r, rule: one, source: t.source, member: one.Each == "member"}
	got, err := c.node(t.root)
	if err != nil {
		return r.said(one, err)
	}
	if got.kind == words {
		return r.said(one, errors.New("不能得出一个列表"))
	}
	if one.Why != "" && one.Law == "" {
		return r.said(one, errors.New("是一个条件，却没有写依据(law)"))
	}
	one.kind, one.root, one.uses = got.kind, got, c.uses
	return nil
}

func (c *checker) bad(n ast.Node, format string, args ...any) (*node, error) {
	return nil, &misread{at: n.Location().From, say: fmt.Sprintf(format, args...) + "（" + near(c.source, n.Location().From) + "）"}
}

func (c *checker) node(n ast.Node) (*node, error) {
	switch n := n.(type) {
	case *ast.IntegerNode:
		return constant(number, val{known: true, num: whole(int64(n.Value))}), nil
	case *ast.FloatNode:
		d, ok := parseNum(c.text(n)) // as it was written: a float would lose digits
		if !ok {
			return c.bad(n, "小数最多九位")
		}
		return constant(number, val{known: true, num: d}), nil
	case *ast.StringNode:
		return constant(word, val{known: true, num: num{0, 1}, text: n.Value}), nil
	case *ast.BoolNode:
		return constant(boolean, yes(n.Value)), nil
	case *ast.IdentifierNode:
		return c.name(n)
	case *ast.UnaryNode:
		return c.unary(n)
	case *ast.BinaryNode:
		return c.binary(n)
	case *ast.ConditionalNode:
		return c.conditional(n)
	case *ast.CallNode:
		return c.call(n)
	case *ast.ArrayNode:
		return c.array(n)
	}
	return c.bad(n, "这里的写法不能用在规则里")
}

// text is what was written for a number.
func (c *checker) text(n ast.Node) string {
	r := []rune(c.source)[n.Location().From:]
	end := slices.IndexFunc(r, func(r rune) bool { return r != '.' && r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if end < 0 {
		end = len(r)
	}
	return string(r[:end])
}

func (c *checker) array(n *ast.ArrayNode) (*node, error) {
	var list []string
	for _, one := range n.Nodes {
		s, ok := one.(*ast.StringNode)
		if !ok {
			return c.bad(n, "列表里只能写文字")
		}
		list = append(list, s.Value)
	}
	return &node{kind: words, words: list}, nil
}

// name resolves an identifier: today, a rule, a parameter or a fact.
func (c *checker) name(n *ast.IdentifierNode) (*node, error) {
	switch n.Value {
	case "是", "否":
		return constant(boolean, yes(n.Value == "是")), nil
	case "今天":
		return (&node{op: opToday, kind: date}).with(today), nil
	}
	if i, ok := c.rules.index[n.Value]; ok {
		return c.ruleName(n, i)
	}
	if p := c.rules.param[n.Value]; p != nil {
		return c.parameterName(n, p)
	}
	def := c.rules.dict.Find(n.Value)
	switch {
	case def == nil:
		return c.bad(n, "不认识“%s”，它不是事实、参数，也不是前面的规则", n.Value)
	case def.Member() && !c.member:
		return c.bad(n, "“%s”是每个人各有的，要写在 合计、人数、任一、全部 里", n.Value)
	}
	slot, each := c.rules.slot(def), def.Member()
	c.used(use{name: n.Value, def: def, index: slot, each: each})
	out := &node{op: opFact, kind: kindOf(def.Typed()), each: each, index: slot, def: def, name: n.Value}
	if each {
		return out.with(func(r *run) val { return r.told[slot*r.width+1+r.member] }), nil
	}
	return out.with(func(r *run) val { return r.told[slot*r.width] }), nil
}

func (c *checker) parameterName(n *ast.IdentifierNode, p *Parameter) (*node, error) {
	if len(p.By) > 0 {
		return c.bad(n, "“%s”是一张表，要写明按什么查，例如 %s(%s)", n.Value, n.Value, p.axes())
	}
	i := p.index
	c.used(use{name: n.Value, param: p, index: i})
	out := &node{op: opParameter, kind: p.kind, index: i, name: n.Value}
	return out.with(func(r *run) val { return r.parameter(i) }), nil
}

func (c *checker) ruleName(n *ast.IdentifierNode, i int) (*node, error) {
	other := c.rules.rules[i]
	each := other.Each != ""
	if each && !c.member {
		return c.bad(n, "“%s”是每个人各有的，要写在 合计、人数、任一、全部 里", n.Value)
	}
	c.used(use{name: n.Value, index: i, each: each})
	out := &node{op: opRule, kind: other.kind, each: each, index: i, name: n.Value}
	if each {
		return out.with(func(r *run) val { return r.done[i*r.width+1+r.member] }), nil
	}
	return out.with(func(r *run) val { return r.done[i*r.width] }), nil
}

func (c *checker) used(u use) {
	if !slices.ContainsFunc(c.uses, func(o use) bool { return o.name == u.name }) {
		c.uses = append(c.uses, u)
	}
}

func (c *checker) unary(n *ast.UnaryNode) (*node, error) {
	x, err := c.node(n.Node)
	if err != nil {
		return x, err
	}
	switch n.Operator {
	case "!", "not":
		if x.kind != boolean {
			return c.bad(n, "非 后面要是一个是否，不是%s", x.kind)
		}
		return made(opNot, boolean, x).with(func(r *run) val {
			v := x.eval(r)
			if v.known {
				return yes(v.num.n == 0)
			}
			return v
		}), nil
	case "-", "+":
		if x.kind != number && x.kind != money {
			return c.bad(n, "正负号后面要是数或金额")
		}
		if n.Operator == "+" {
			return x, nil
		}
		return made(opNegate, x.kind, x).with(func(r *run) val {
			v := x.eval(r)
			v.num = v.num.neg()
			return v
		}), nil
	}
	return c.bad(n, "不认识的符号 %s", n.Operator)
}

func (c *checker) conditional(n *ast.ConditionalNode) (*node, error) {
	var part [3]*node
	for i, one := range []ast.Node{n.Cond, n.Exp1, n.Exp2} {
		var err error
		if part[i], err = c.node(one); err != nil {
			return nil, err
		}
	}
	cond, a, b := part[0], part[1], part[2]
	if cond.kind != boolean {
		return c.bad(n, "? 前面要是一个是否")
	}
	if a.kind != b.kind || a.kind == words {
		return c.bad(n, "? 后面的两个结果要是同一类，这里是%s和%s", a.kind, b.kind)
	}
	return made(opChoose, a.kind, cond, a, b).with(func(r *run) val {
		v := cond.eval(r)
		if v.known {
			if v.num.n != 0 {
				return a.eval(r)
			}
			return b.eval(r)
		}
		x, y := a.eval(r), b.eval(r)
		if x.known && y.known && x.same(y) {
			return x
		}
		return unknown(v, x, y)
	}), nil
}
