package rule

import (
	"slices"

	"github.com/expr-lang/expr/ast"
)

const (
	tooBig   = "数太大，算不了"
	zeroDiv  = "除数是 0"
	badUnit  = "取整的单位不对"
	firstDay = -719162 // 0001-01-01
	lastDay  = 2932896 // 9999-12-31
)

func (c *checker) binary(n *ast.BinaryNode) (*node, error) {
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
		if n.Operator == "||" || n.Operator == "or" {
			return made(opOr, boolean, a, b).with(logic(a.eval, b.eval, true)), nil
		}
		return made(opAnd, boolean, a, b).with(logic(a.eval, b.eval, false)), nil
	case "<", "<=", ">", ">=":
		if a.kind != b.kind || a.kind != number && a.kind != money && a.kind != date {
			return c.bad(n, "%s和%s不能比大小", a.kind, b.kind)
		}
		return made(comparisons[n.Operator], boolean, a, b).with(compare(a.eval, b.eval, comparisons[n.Operator])), nil
	case "==", "!=":
		if a.kind != b.kind || a.kind == words {
			return c.bad(n, "%s和%s不能比是否相同", a.kind, b.kind)
		}
		if n.Operator == "==" {
			return made(opSame, boolean, a, b).with(equal(a.eval, b.eval, true)), nil
		}
		return made(opDiffers, boolean, a, b).with(equal(a.eval, b.eval, false)), nil
	case "in":
		if a.kind != word || b.kind != words {
			return c.bad(n, "in 左边要是文字，右边要是列表")
		}
		in := made(opWithin, boolean, a).with(within(a.eval, b.words))
		in.words = b.words
		return in, nil
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

var (
	comparisons = map[string]op{"<": opLess, "<=": opLessEqual, ">": opMore, ">=": opMoreEqual}
	arithmetics = map[string]op{"+": opAdd, "-": opSubtract, "*": opMultiply, "/": opDivide}
)

// meets tells whether an order of -1, 0 or 1 is what a comparison wants.
func meets(o op, order int) bool {
	switch o {
	case opLess:
		return order < 0
	case opLessEqual:
		return order <= 0
	case opMore:
		return order > 0
	}
	return order >= 0
}

func compare(a, b eval, o op) eval {
	return func(r *run) val {
		x, y := a(r), b(r)
		if !x.known || !y.known {
			return unknown(x, y)
		}
		return yes(meets(o, x.num.cmp(y.num)))
	}
}

func equal(a, b eval, same bool) eval {
	return func(r *run) val {
		x, y := a(r), b(r)
		if !x.known || !y.known {
			return unknown(x, y)
		}
		return yes(x.same(y) == same)
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
func (c *checker) arithmetic(n *ast.BinaryNode, a, b *node) (*node, error) {
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
	out := made(arithmetics[n.Operator], k, a, b).with(reckon(a.eval, b.eval, n.Operator[0]))
	if k == date {
		return made(opWholeDay, k, out).with(wholeDay(out.eval)), nil
	}
	return out, nil
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

func reckon(a, b eval, sign byte) eval {
	return func(r *run) val {
		x, y := a(r), b(r)
		if !x.known || !y.known {
			if sign == '*' && (x.fails() || y.fails()) {
				return val{known: true, num: num{0, 1}}
			}
			return unknown(x, y)
		}
		if sign == '/' && y.num.n == 0 {
			return broken(zeroDiv)
		}
		out, ok := figure(x.num, y.num, sign)
		if !ok {
			return broken(tooBig)
		}
		return val{known: true, num: out}
	}
}

func figure(x, y num, sign byte) (num, bool) {
	switch sign {
	case '+':
		return x.add(y)
	case '-':
		return x.add(y.neg())
	case '*':
		return x.mul(y)
	}
	return x.div(y)
}
