package rule

import (
	"slices"

	"github.com/expr-lang/expr/ast"
)

const (
	tooBig   = "数太大，算不了"
	firstDay = -719162 // 0001-01-01
	lastDay  = 2932896 // 9999-12-31
)

func (c *compiler) binary(n *ast.BinaryNode) (typed, error) {
	a, err := c.node(n.Left)
	if err != nil {
		return a, err
	}
	b, err := c.node(n.Right)
	if err != nil {
		return b, err
	}
	switch n.Operator {
	case "&&", "and", "||", "or":
		if a.kind != boolean || b.kind != boolean {
			return c.bad(n, "且、或 两边都要是一个是否，这里是%s和%s", a.kind, b.kind)
		}
		return typed{kind: boolean, eval: logic(a.eval, b.eval, n.Operator == "||" || n.Operator == "or")}, nil
	case "<", "<=", ">", ">=":
		if a.kind != b.kind || a.kind != number && a.kind != money && a.kind != date {
			return c.bad(n, "%s和%s不能比大小", a.kind, b.kind)
		}
		return typed{kind: boolean, eval: compare(a.eval, b.eval, n.Operator)}, nil
	case "==", "!=":
		if a.kind != b.kind || a.kind == words {
			return c.bad(n, "%s和%s不能比是否相同", a.kind, b.kind)
		}
		return typed{kind: boolean, eval: equal(a.eval, b.eval, n.Operator == "==")}, nil
	case "in":
		if a.kind != word || b.kind != words {
			return c.bad(n, "in 左边要是文字，右边要是列表")
		}
		return typed{kind: boolean, eval: within(a.eval, b.list)}, nil
	case "+", "-", "*", "/":
		return c.arithmetic(n, a, b)
	}
	return c.bad(n, "不认识的符号 %s", n.Operator)
}

// logic is three-valued: a side that settles the matter settles it whatever
// the other side says.
func logic(a, b eval, or bool) eval {
	return func(r *run) val {
		x := a(r)
		if x.known && (x.num.n != 0) == or {
			return x
		}
		y := b(r)
		if y.known && (y.num.n != 0) == or || x.known && y.known {
			return y
		}
		return unknown(x, y)
	}
}

func compare(a, b eval, op string) eval {
	want := map[string][3]bool{"<": {true, false, false}, "<=": {true, true, false},
		">": {false, false, true}, ">=": {false, true, true}}[op]
	return func(r *run) val {
		x, y := a(r), b(r)
		if !x.known || !y.known {
			return unknown(x, y)
		}
		return yes(want[x.num.cmp(y.num)+1])
	}
}

func equal(a, b eval, same bool) eval {
	return func(r *run) val {
		x, y := a(r), b(r)
		if !x.known || !y.known {
			return unknown(x, y)
		}
		return yes((x.text == y.text && x.num.cmp(y.num) == 0) == same)
	}
}

func within(a eval, list []string) eval {
	return func(r *run) val {
		x := a(r)
		if !x.known {
			return x
		}
		return yes(slices.Contains(list, x.text))
	}
}

// arithmetic knows what may be reckoned with what: amounts add to amounts,
// and are multiplied or divided by numbers; a day moves by whole days.
func (c *compiler) arithmetic(n *ast.BinaryNode, a, b typed) (typed, error) {
	sum := n.Operator == "+" || n.Operator == "-"
	var k kind
	switch {
	case a.kind == number && b.kind == number:
		k = number
	case sum && a.kind == money && b.kind == money:
		k = money
	case sum && a.kind == date && b.kind == number:
		k = date
	case n.Operator == "-" && a.kind == date && b.kind == date:
		k = number
	case !sum && a.kind == money && b.kind == number, n.Operator == "*" && a.kind == number && b.kind == money:
		k = money
	case n.Operator == "/" && a.kind == money && b.kind == money:
		k = number
	default:
		return c.bad(n, "%s和%s不能这样算（%s）", a.kind, b.kind, n.Operator)
	}
	if k == date {
		return typed{kind: k, eval: wholeDay(reckon(a.eval, b.eval, n.Operator))}, nil
	}
	return typed{kind: k, eval: reckon(a.eval, b.eval, n.Operator)}, nil
}

// wholeDay refuses what is no day between the years 1 and 9999.
func wholeDay(e eval) eval {
	return func(r *run) val {
		v := e(r)
		if v.known && (v.num.d != 1 || v.num.n < firstDay || v.num.n > lastDay) {
			return broken("日期只能加减整天，也不能太远")
		}
		return v
	}
}

func reckon(a, b eval, op string) eval {
	return func(r *run) val {
		x, y := a(r), b(r)
		if !x.known || !y.known {
			if op == "*" && (x.known && x.num.n == 0 || y.known && y.num.n == 0) {
				return val{known: true, num: num{0, 1}}
			}
			return unknown(x, y)
		}
		var out num
		var ok bool
		switch op {
		case "+":
			out, ok = x.num.add(y.num)
		case "-":
			out, ok = x.num.add(y.num.neg())
		case "*":
			out, ok = x.num.mul(y.num)
		case "/":
			if y.num.n == 0 {
				return broken("除数是 0")
			}
			out, ok = x.num.div(y.num)
		}
		if !ok {
			return broken(tooBig)
		}
		return val{known: true, num: out}
	}
}
