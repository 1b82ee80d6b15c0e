package rule

import (
	"slices"
	"time"

	"github.com/expr-lang/expr/ast"
)

// call compiles the words that a formula may use as functions.
func (c *compiler) call(n *ast.CallNode) (typed, error) {
	id, ok := n.Callee.(*ast.IdentifierNode)
	if !ok {
		return c.bad(n, "这里的写法不能用在规则里")
	}
	switch id.Value {
	case "合计", "最大", "人数", "任一", "全部":
		return c.overMembers(n, id.Value)
	}
	args := make([]typed, len(n.Arguments))
	for i, a := range n.Arguments {
		var err error
		if args[i], err = c.node(a); err != nil {
			return args[i], err
		}
	}
	shape := ""
	for _, a := range args {
		shape += string("0bnmdwl"[a.kind])
	}
	switch id.Value + " " + shape {
	case "元 n":
		return typed{kind: money, eval: reckon(args[0].eval, constant(100), "*")}, nil
	case "年龄 d":
		return typed{kind: number, eval: twoDates(args[0].eval, today, years)}, nil
	case "年龄 dd":
		return typed{kind: number, eval: twoDates(args[0].eval, args[1].eval, years)}, nil
	case "月数 dd":
		return typed{kind: number, eval: twoDates(args[0].eval, args[1].eval, months)}, nil
	case "取整 mm", "取整 nn":
		return typed{kind: args[0].kind, eval: rounded(args, nearest)}, nil
	case "进位 mm", "进位 nn":
		return typed{kind: args[0].kind, eval: rounded(args, up)}, nil
	case "舍去 mm", "舍去 nn":
		return typed{kind: args[0].kind, eval: rounded(args, down)}, nil
	case "较大 mm", "较大 nn", "较大 dd":
		return typed{kind: args[0].kind, eval: choose(args, 1)}, nil
	case "较小 mm", "较小 nn", "较小 dd":
		return typed{kind: args[0].kind, eval: choose(args, -1)}, nil
	case "日期 w":
		return c.dateWritten(n)
	}
	return c.bad(n, "没有“%s”这个算法，或者里面写的个数、类型不对", id.Value)
}

func today(r *run) val { return val{known: true, num: whole(int64(r.on))} }

func constant(n int64) eval {
	v := val{known: true, num: whole(n)}
	return func(*run) val { return v }
}

func (c *compiler) dateWritten(n *ast.CallNode) (typed, error) {
	s, ok := n.Arguments[0].(*ast.StringNode)
	if !ok {
		return c.bad(n, "日期要直接写出来")
	}
	d, err := days(s.Value)
	if err != nil {
		return c.bad(n, "日期要写成 2026-01-01")
	}
	return typed{kind: date, eval: constant(d)}, nil
}

func twoDates(a, b eval, fn func(from, to time.Time) int64) eval {
	return func(r *run) val {
		x, y := a(r), b(r)
		if !x.known || !y.known {
			return unknown(x, y)
		}
		return val{known: true, num: whole(fn(time.Unix(x.num.n*86400, 0).UTC(), time.Unix(y.num.n*86400, 0).UTC()))}
	}
}

// years are the full years from a birth to a day; who is born on 29 February
// is a year older on 1 March of a common year.
func years(from, to time.Time) int64 {
	n := to.Year() - from.Year()
	if to.Month() < from.Month() || to.Month() == from.Month() && to.Day() < from.Day() {
		n--
	}
	return int64(n)
}

// months are the full months between two days.
func months(from, to time.Time) int64 {
	n := (to.Year()-from.Year())*12 + int(to.Month()) - int(from.Month())
	if to.Day() < from.Day() && to.AddDate(0, 0, 1).Month() == to.Month() {
		n--
	}
	return int64(n)
}

func rounded(args []typed, how rounding) eval {
	return func(r *run) val {
		x, u := args[0].eval(r), args[1].eval(r)
		if !x.known || !u.known {
			return unknown(x, u)
		}
		if u.num.d != 1 || u.num.n <= 0 {
			return broken("取整的单位不对")
		}
		out, ok := x.num.round(u.num.n, how)
		if !ok {
			return broken(tooBig)
		}
		return val{known: true, num: out}
	}
}

func choose(args []typed, want int) eval {
	return func(r *run) val {
		x, y := args[0].eval(r), args[1].eval(r)
		if !x.known || !y.known {
			return unknown(x, y)
		}
		if x.num.cmp(y.num) == want {
			return x
		}
		return y
	}
}

// overMembers compiles 合计(成员, 式, 条件) and its like: the formula and the
// condition are worked out for each member of the household.
func (c *compiler) overMembers(n *ast.CallNode, name string) (typed, error) {
	if c.member {
		return c.bad(n, "每个人的公式里不能再数成员")
	}
	if len(n.Arguments) < 2 || len(n.Arguments) > 3 || !isMembers(n.Arguments[0]) {
		return c.bad(n, "要写成 %s(成员, 公式) 或 %s(成员, 公式, 条件)", name, name)
	}
	c.member = true
	defer func() { c.member = false }()
	body, err := c.node(n.Arguments[1])
	if err != nil {
		return body, err
	}
	var only eval
	if len(n.Arguments) == 3 {
		cond, err := c.node(n.Arguments[2])
		if err != nil {
			return cond, err
		}
		if cond.kind != boolean {
			return c.bad(n.Arguments[2], "条件要是一个是否")
		}
		only = cond.eval
	}
	counting := name == "人数" || name == "任一" || name == "全部"
	if counting != (body.kind == boolean) || !counting && body.kind != number && body.kind != money {
		return c.bad(n.Arguments[1], "%s里不能是%s", name, body.kind)
	}
	switch name {
	case "合计":
		return typed{kind: body.kind, eval: fold(body.eval, only, num.add)}, nil
	case "最大":
		return typed{kind: body.kind, eval: highest(body.eval, only)}, nil
	case "人数":
		return typed{kind: number, eval: fold(body.eval, only, num.add)}, nil
	}
	return typed{kind: boolean, eval: quantify(body.eval, only, name == "任一")}, nil
}

func isMembers(n ast.Node) bool {
	id, ok := n.(*ast.IdentifierNode)
	return ok && id.Value == "成员"
}

// fold joins the values of the members of whom the condition holds. A member
// of whom it is not known leaves the whole unknown, unless it adds nothing.
func fold(body, only eval, join func(a, b num) (num, bool)) eval {
	return func(r *run) val {
		sum, lacks := num{0, 1}, val{known: true}
		for i := range r.members {
			r.member = i
			in := yes(true)
			if only != nil {
				if in = only(r); in.known && in.num.n == 0 {
					continue
				}
			}
			v := body(r)
			if !in.known && v.known && v.num.n == 0 {
				continue
			}
			if !in.known || !v.known {
				lacks = unknown(lacks, in, v)
				continue
			}
			var ok bool
			if sum, ok = join(sum, v.num); !ok {
				return broken(tooBig)
			}
		}
		if !lacks.known {
			return lacks
		}
		if r.noMembers != nil {
			return val{miss: r.noMembers}
		}
		return val{known: true, num: sum}
	}
}

// highest returns the highest value of the members of whom the condition holds;
// 0 if it holds of none.
func highest(body, only eval) eval {
	return func(r *run) val {
		var known, maybe []val // maybe: of whom the condition is not known
		lacks := val{known: true}
		for i := range r.members {
			r.member = i
			in := yes(true)
			if only != nil {
				if in = only(r); in.known && in.num.n == 0 {
					continue
				}
			}
			switch v := body(r); {
			case in.known && v.known:
				known = append(known, v)
			case v.known:
				in.num = v.num
				maybe = append(maybe, in)
			default:
				lacks = unknown(lacks, in, v)
			}
		}
		top := val{known: true, num: num{0, 1}}
		if len(known) > 0 {
			top = slices.MaxFunc(known, func(a, b val) int { return a.num.cmp(b.num) })
		}
		below := !lacks.known || slices.ContainsFunc(maybe, func(m val) bool { return m.num.n < 0 })
		for _, m := range maybe {
			if m.num.cmp(top.num) > 0 || len(known) == 0 && (m.num.n != 0 || below) {
				lacks = unknown(lacks, m)
			}
		}
		if !lacks.known {
			return lacks
		}
		if r.noMembers != nil {
			return val{miss: r.noMembers}
		}
		return top
	}
}

func quantify(body, only eval, anyone bool) eval {
	return func(r *run) val {
		lacks := val{known: true}
		for i := range r.members {
			r.member = i
			in := yes(true)
			if only != nil {
				if in = only(r); in.known && in.num.n == 0 {
					continue
				}
			}
			v := body(r)
			if v.known && (v.num.n != 0) != anyone {
				continue
			}
			if in.known && v.known {
				return yes(anyone)
			}
			lacks = unknown(lacks, in, v)
		}
		if !lacks.known {
			return lacks
		}
		if r.noMembers != nil {
			return val{miss: r.noMembers}
		}
		return yes(!anyone)
	}
}
