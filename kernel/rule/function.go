package rule

import (
	"slices"

	"github.com/expr-lang/expr/ast"
)

// call checks the words that a formula may use as functions, and the tables.
func (c *checker) call(n *ast.CallNode) (*node, error) {
	id, ok := n.Callee.(*ast.IdentifierNode)
	if !ok {
		return c.bad(n, "这里的写法不能用在规则里")
	}
	switch id.Value {
	case "合计", "最大", "人数", "任一", "全部":
		return c.overMembers(n, id.Value)
	case "累进":
		return c.progressive(n)
	}
	args := make([]*node, len(n.Arguments))
	for i, a := range n.Arguments {
		var err error
		if args[i], err = c.node(a); err != nil {
			return nil, err
		}
	}
	if p := c.rules.param[id.Value]; p != nil && len(p.By) > 0 {
		return c.lookUp(n, id.Value, p, args)
	}
	shape := ""
	for _, a := range args {
		shape += string("0bnmdwl"[a.kind])
	}
	switch id.Value + " " + shape {
	case "元 n":
		hundred := constant(number, val{known: true, num: whole(100)})
		return made(opMultiply, money, args[0], hundred).with(reckon(args[0].eval, hundred.eval, '*')), nil
	case "年龄 d":
		return ages(args[0], (&node{op: opToday, kind: date}).with(today)), nil
	case "年龄 dd":
		return ages(args[0], args[1]), nil
	case "月数 dd":
		return made(opMonths, number, args...).with(twoDates(args[0].eval, args[1].eval, months)), nil
	case "取整 mm", "取整 nn":
		return rounds(args, nearest), nil
	case "进位 mm", "进位 nn":
		return rounds(args, up), nil
	case "舍去 mm", "舍去 nn":
		return rounds(args, down), nil
	case "较大 mm", "较大 nn", "较大 dd":
		return made(opLarger, args[0].kind, args...).with(choose(args, 1)), nil
	case "较小 mm", "较小 nn", "较小 dd":
		return made(opSmaller, args[0].kind, args...).with(choose(args, -1)), nil
	case "日期 w":
		return c.dateWritten(n)
	}
	return c.bad(n, "没有“%s”这个算法或这张表，或者里面写的个数、类型不对", id.Value)
}

func today(r *run) val { return val{known: true, num: whole(int64(r.on))} }

func ages(birth, on *node) *node {
	return made(opAge, number, birth, on).with(twoDates(birth.eval, on.eval, years))
}

func rounds(args []*node, how rounding) *node {
	n := made(opRound, args[0].kind, args...).with(rounded(args, how))
	n.how = how
	return n
}

func (c *checker) dateWritten(n *ast.CallNode) (*node, error) {
	s, ok := n.Arguments[0].(*ast.StringNode)
	if !ok {
		return c.bad(n, "日期要直接写出来")
	}
	d, err := days(s.Value)
	if err != nil {
		return c.bad(n, "日期要写成 2026-01-01")
	}
	return constant(date, val{known: true, num: whole(d)}), nil
}

func twoDates(a, b eval, fn func(from, to civil) int64) eval {
	return func(r *run) val {
		x, y := a(r), b(r)
		if !x.known || !y.known {
			return unknown(x, y)
		}
		return val{known: true, num: whole(fn(civilOf(x.num.n), civilOf(y.num.n)))}
	}
}

// civil is a day as the calendar writes it.
type civil struct{ year, month, day int64 }

// civilOf turns days since 1970-01-01 into a day of the calendar, by Howard
// Hinnant's days_from_civil read backwards: it divides by constants alone,
// which columns of millions of birthdays need.
func civilOf(days int64) civil {
	z := days + 719468
	era := z / 146097
	if z < 0 {
		era = (z - 146096) / 146097
	}
	doe := uint64(z - era*146097)
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	c := civil{int64(yoe) + era*400, int64(mp) + 3, int64(doy-(153*mp+2)/5) + 1}
	if c.month > 12 {
		c.year, c.month = c.year+1, c.month-12
	}
	return c
}

func (c civil) lastOfMonth() bool {
	switch c.month {
	case 4, 6, 9, 11:
		return c.day == 30
	case 2:
		leap := c.year%4 == 0 && (c.year%100 != 0 || c.year%400 == 0)
		return c.day == 28+b2i(leap)
	}
	return c.day == 31
}

// years are the full years from a birth to a day; who is born on 29 February
// is a year older on 1 March of a common year.
func years(from, to civil) int64 {
	n := to.year - from.year
	if to.month < from.month || to.month == from.month && to.day < from.day {
		n--
	}
	return n
}

// months are the full months between two days; the last day of a month ends
// a month whatever its length.
func months(from, to civil) int64 {
	n := (to.year-from.year)*12 + to.month - from.month
	if to.day < from.day && !to.lastOfMonth() {
		n--
	}
	return n
}

func rounded(args []*node, how rounding) eval {
	return func(r *run) val {
		x, u := args[0].eval(r), args[1].eval(r)
		if !x.known || !u.known {
			return unknown(x, u)
		}
		if u.num.d != 1 || u.num.n <= 0 {
			return broken(badUnit)
		}
		out, ok := x.num.round(u.num.n, how)
		if !ok {
			return broken(tooBig)
		}
		return val{known: true, num: out}
	}
}

func choose(args []*node, want int) eval {
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

// overMembers checks 合计(成员, 式, 条件) and its like: the formula and the
// condition are worked out for each member of the household.
func (c *checker) overMembers(n *ast.CallNode, name string) (*node, error) {
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
		return nil, err
	}
	only := constant(boolean, yes(true))
	if len(n.Arguments) == 3 {
		if only, err = c.node(n.Arguments[2]); err != nil {
			return nil, err
		}
		if only.kind != boolean {
			return c.bad(n.Arguments[2], "条件要是一个是否")
		}
	}
	counting := name == "人数" || name == "任一" || name == "全部"
	if counting != (body.kind == boolean) || !counting && body.kind != number && body.kind != money {
		return c.bad(n.Arguments[1], "%s里不能是%s", name, body.kind)
	}
	return aggregate(name, body, only), nil
}

func aggregate(name string, body, only *node) *node {
	out := &node{op: opSum, kind: body.kind, args: []*node{body, only}}
	switch name {
	case "合计":
		return out.with(total(body.eval, only.eval))
	case "人数":
		out.kind = number
		return out.with(total(body.eval, only.eval))
	case "最大":
		out.op = opHighest
		return out.with(highest(body.eval, only.eval))
	case "任一":
		out.op = opAny
	case "全部":
		out.op = opEvery
	}
	return out.with(quantify(body.eval, only.eval, name == "任一"))
}

// everybody is the word for all members in a formula, and what lacks when
// nobody is named yet.
const everybody = "成员"

func isMembers(n ast.Node) bool {
	id, ok := n.(*ast.IdentifierNode)
	return ok && id.Value == everybody
}

// total adds the values of the members of whom the condition holds. A member
// of whom it is not known leaves the whole unknown, unless it adds nothing.
func total(body, only eval) eval {
	return func(r *run) val {
		sum, lacks := num{0, 1}, val{known: true}
		for i := range r.members {
			r.member = i
			in := only(r)
			if in.fails() {
				continue
			}
			v := body(r)
			if !in.known && v.fails() {
				continue
			}
			if !in.known || !v.known {
				lacks = unknown(lacks, in, v)
				continue
			}
			var ok bool
			if sum, ok = sum.add(v.num); !ok {
				return broken(tooBig)
			}
		}
		return r.overAll(lacks, val{known: true, num: sum})
	}
}

// overAll is what an aggregate gives: nothing while a member lacks something
// or no member is named yet.
func (r *run) overAll(lacks, v val) val {
	switch {
	case !lacks.known:
		return lacks
	case len(r.members) == 0:
		return missing(Missing{Name: everybody})
	}
	return v
}

// highest returns the highest value of the members of whom the condition holds;
// 0 if it holds of none.
func highest(body, only eval) eval {
	return func(r *run) val {
		var known, maybe []val // maybe: of whom the condition is not known
		lacks := val{known: true}
		for i := range r.members {
			r.member = i
			in := only(r)
			if in.fails() {
				continue
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
		return r.overAll(lacks, top)
	}
}

func quantify(body, only eval, anyone bool) eval {
	return func(r *run) val {
		lacks := val{known: true}
		for i := range r.members {
			r.member = i
			in := only(r)
			if in.fails() {
				continue
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
		return r.overAll(lacks, yes(!anyone))
	}
}
