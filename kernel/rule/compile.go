package rule

import (
	"fmt"
	"slices"
	"unicode"

	"github.com/expr-lang/expr/ast"

	"minzheng/kernel/fact"
)

// eval works out one node of a formula.
type eval func(*run) val

// use is one name that a rule reads.
type use struct {
	name  string
	def   *fact.Def  // a fact of the dictionary
	param *Parameter // a parameter
	rule  int        // else a rule, by index
	each  bool       // read of members
}

// compiler turns one formula into a function, checking types on the way.
type compiler struct {
	rules  *Rules
	rule   *Rule
	source string
	member bool // inside a member's formula
	uses   []use
}

// typed is a compiled node with what it yields.
type typed struct {
	kind kind
	eval eval
	list []string // of words
}

func (r *Rules) compile(one *Rule, t *tree) error {
	c := &compiler{rules: r, rule: one, source: t.source, member: one.Each == "member"}
	got, err := c.node(t.root)
	if err != nil {
		return fmt.Errorf("%s: 规则 %s 的公式%w", r.file, one.Set, err)
	}
	if got.kind == words {
		return fmt.Errorf("%s: 规则 %s 不能得出一个列表", r.file, one.Set)
	}
	if one.Why != "" && one.Law == "" {
		return fmt.Errorf("%s: 条件 %s 没有写依据(law)", r.file, one.Set)
	}
	one.kind, one.eval, one.uses = got.kind, got.eval, c.uses
	return nil
}

func (c *compiler) bad(n ast.Node, format string, args ...any) (typed, error) {
	return typed{}, fmt.Errorf("第 %d 个字：%s(%s)", n.Location().From+1, fmt.Sprintf(format, args...), near(c.source, n.Location().From))
}

func (c *compiler) node(n ast.Node) (typed, error) {
	switch n := n.(type) {
	case *ast.IntegerNode:
		v := val{known: true, num: whole(int64(n.Value))}
		return typed{kind: number, eval: func(*run) val { return v }}, nil
	case *ast.FloatNode:
		d, ok := parseNum(c.text(n)) // as it was written: a float would lose digits
		if !ok {
			return c.bad(n, "小数最多九位")
		}
		v := val{known: true, num: d}
		return typed{kind: number, eval: func(*run) val { return v }}, nil
	case *ast.StringNode:
		v := val{known: true, num: num{0, 1}, text: n.Value}
		return typed{kind: word, eval: func(*run) val { return v }}, nil
	case *ast.BoolNode:
		v := yes(n.Value)
		return typed{kind: boolean, eval: func(*run) val { return v }}, nil
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
func (c *compiler) text(n ast.Node) string {
	r := []rune(c.source)[n.Location().From:]
	end := slices.IndexFunc(r, func(r rune) bool { return r != '.' && r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if end < 0 {
		end = len(r)
	}
	return string(r[:end])
}

func (c *compiler) array(n *ast.ArrayNode) (typed, error) {
	var list []string
	for _, one := range n.Nodes {
		s, ok := one.(*ast.StringNode)
		if !ok {
			return c.bad(n, "列表里只能写文字")
		}
		list = append(list, s.Value)
	}
	return typed{kind: words, list: list}, nil
}

// name resolves an identifier: today, a rule, a parameter or a fact.
func (c *compiler) name(n *ast.IdentifierNode) (typed, error) {
	switch n.Value {
	case "是", "否":
		v := yes(n.Value == "是")
		return typed{kind: boolean, eval: func(*run) val { return v }}, nil
	case "今天":
		return typed{kind: date, eval: func(r *run) val { return val{known: true, num: whole(int64(r.on))} }}, nil
	}
	if i, ok := c.rules.index[n.Value]; ok {
		return c.ruleName(n, i)
	}
	if p := c.rules.param[n.Value]; p != nil {
		c.used(use{name: n.Value, param: p, rule: -1})
		name := n.Value
		return typed{kind: p.kind, eval: func(r *run) val { return r.parameter(name, p) }}, nil
	}
	def := c.rules.dict.Find(n.Value)
	switch {
	case def == nil:
		return c.bad(n, "不认识“%s”，它不是事实、参数，也不是前面的规则", n.Value)
	case def.Member() && !c.member:
		return c.bad(n, "“%s”是每个人各有的，要写在 合计、人数、任一、全部 里", n.Value)
	}
	c.used(use{name: n.Value, def: def, rule: -1, each: def.Member()})
	k, name, each := kindOf(def.Typed()), n.Value, def.Member()
	return typed{kind: k, eval: func(r *run) val { return r.fact(name, each) }}, nil
}

func (c *compiler) ruleName(n *ast.IdentifierNode, i int) (typed, error) {
	other := c.rules.rules[i]
	if other.Each != "" && !c.member {
		return c.bad(n, "“%s”是每个人各有的，要写在 合计、人数、任一、全部 里", n.Value)
	}
	c.used(use{name: n.Value, rule: i, each: other.Each != ""})
	if other.Each != "" {
		return typed{kind: other.kind, eval: func(r *run) val { return r.each[i][r.member] }}, nil
	}
	return typed{kind: other.kind, eval: func(r *run) val { return r.done[i] }}, nil
}

func (c *compiler) used(u use) {
	if !slices.ContainsFunc(c.uses, func(o use) bool { return o.name == u.name }) {
		c.uses = append(c.uses, u)
	}
}

func (c *compiler) unary(n *ast.UnaryNode) (typed, error) {
	x, err := c.node(n.Node)
	if err != nil {
		return x, err
	}
	switch n.Operator {
	case "!", "not":
		if x.kind != boolean {
			return c.bad(n, "非 后面要是一个是否，不是%s", x.kind)
		}
		return typed{kind: boolean, eval: func(r *run) val {
			v := x.eval(r)
			if v.known {
				return yes(v.num.n == 0)
			}
			return v
		}}, nil
	case "-", "+":
		if x.kind != number && x.kind != money {
			return c.bad(n, "正负号后面要是数或金额")
		}
		if n.Operator == "+" {
			return x, nil
		}
		return typed{kind: x.kind, eval: func(r *run) val {
			v := x.eval(r)
			v.num = v.num.neg()
			return v
		}}, nil
	}
	return c.bad(n, "不认识的符号 %s", n.Operator)
}

func (c *compiler) conditional(n *ast.ConditionalNode) (typed, error) {
	cond, err := c.node(n.Cond)
	if err != nil {
		return cond, err
	}
	a, err := c.node(n.Exp1)
	if err != nil {
		return a, err
	}
	b, err := c.node(n.Exp2)
	if err != nil {
		return b, err
	}
	if cond.kind != boolean {
		return c.bad(n, "? 前面要是一个是否")
	}
	if a.kind != b.kind || a.kind == words {
		return c.bad(n, "? 后面的两个结果要是同一类，这里是%s和%s", a.kind, b.kind)
	}
	return typed{kind: a.kind, eval: func(r *run) val {
		v := cond.eval(r)
		if v.known {
			if v.num.n != 0 {
				return a.eval(r)
			}
			return b.eval(r)
		}
		x, y := a.eval(r), b.eval(r)
		if x.known && y.known && x.text == y.text && x.num.cmp(y.num) == 0 {
			return x
		}
		return unknown(v, x, y)
	}}, nil
}
