package rule

import (
	"fmt"
	"slices"
	"strings"

	exprast "github.com/expr-lang/expr/ast"
)

// Other stands in a table's row for all words that no other row names.
const Other = "其余"

// Axis is one way in which a table is looked up.
type Axis struct {
	Of   string `yaml:"of"`   // what it is, for readers: 残疾等级
	From string `yaml:"from"` // number or money (元): the row of the highest figure that is not above; empty: the same word
}

// Row is one row of a table.
type Row struct {
	Is    []Written `yaml:"is"` // one cell for each axis
	Value Written   `yaml:"value"`

	cells []num // of the axes that are steps
	value val
}

func (p *Parameter) axes() string {
	var all []string
	for _, a := range p.By {
		all = append(all, a.Of)
	}
	return strings.Join(all, ", ")
}

// steps returns which axis is looked up by height; -1 if none is.
func (p *Parameter) steps() int {
	return slices.IndexFunc(p.By, func(a Axis) bool { return a.From != "" })
}

// checkAxes returns what is wrong with the shape of the table.
func (p *Parameter) checkAxes() (wrong []string) {
	for i, a := range p.By {
		if a.Of == "" {
			wrong = append(wrong, "有一个查表的条件(by)没有写名字(of)")
		}
		if a.From != "" && a.From != "number" && a.From != "money" {
			wrong = append(wrong, fmt.Sprintf("查表的条件 %s 的 from 只能写 number 或 money", a.Of))
		}
		if a.From != "" && i < len(p.By)-1 {
			wrong = append(wrong, fmt.Sprintf("分档的条件 %s 只能有一个，要写在最后", a.Of))
		}
	}
	return wrong
}

// readRows reads a value's table. No two rows may answer the same question.
func (p *Parameter) readRows(v *Dated) error {
	if len(p.By) == 0 {
		if v.Rows != nil {
			return fmt.Errorf("有表格的行(rows)，却没有写按什么查(by)")
		}
		return nil
	}
	if len(v.Rows) == 0 || v.Value != "" {
		return fmt.Errorf("是一张表，%s 起的值要写成 rows", v.From)
	}
	seen := map[string]bool{}
	for _, row := range v.Rows {
		if row == nil || len(row.Is) != len(p.By) {
			return fmt.Errorf("的每一行(is)要有 %d 格：%s", len(p.By), p.axes())
		}
		if err := p.readRow(row); err != nil {
			return err
		}
		key := fmt.Sprintf("%q %v", p.words(row), row.cells) // 1 and 1.0 are one step
		if seen[key] {
			return fmt.Errorf("的 %v 写了两行", row.Is)
		}
		seen[key] = true
	}
	return nil
}

// words are the cells of a row that are no steps.
func (p *Parameter) words(row *Row) []Written {
	if p.steps() >= 0 {
		return row.Is[:len(row.Is)-1]
	}
	return row.Is
}

func (p *Parameter) readRow(row *Row) (err error) {
	row.cells = make([]num, len(p.By))
	for i, a := range p.By {
		if a.From == "" {
			continue
		}
		cell, err := read(row.Is[i], parameterKinds[a.From])
		if err != nil {
			return fmt.Errorf("的分档 %w", err)
		}
		row.cells[i] = cell.num
	}
	row.value, err = read(row.Value, p.kind)
	return err
}

// lookUp checks 表名(条件, …).
func (c *checker) lookUp(n *exprast.CallNode, name string, p *Parameter, args []*node) (*node, error) {
	if len(args) != len(p.By) {
		return c.bad(n, "表“%s”要按 %d 样来查：%s", name, len(p.By), p.axes())
	}
	for i, a := range p.By {
		if why := p.fits(i, args[i]); why != "" {
			return c.bad(n, "表“%s”的条件“%s”%s", name, a.Of, why)
		}
	}
	c.used(use{name: name, param: p, index: p.index})
	out := made(opTable, p.kind, args...)
	out.index, out.name = p.index, name
	return out.with(func(r *run) val { return r.lookUp(p, args) }), nil
}

// fits says why a part of a formula cannot be looked up in an axis; "" when it
// can.
func (p *Parameter) fits(axis int, arg *node) string {
	if from := p.By[axis].From; from != "" {
		if arg.kind != parameterKinds[from] {
			return fmt.Sprintf("要是%s，不是%s", parameterKinds[from], arg.kind)
		}
		return ""
	}
	var words []string
	switch {
	case arg.kind == boolean:
		words = []string{"是", "否"}
	case arg.kind != word:
		return fmt.Sprintf("要是文字或是否，不是%s", arg.kind)
	case arg.def == nil || len(arg.def.Words) == 0:
		return ""
	default:
		words = arg.def.Words
	}
	for _, v := range p.Values {
		for _, row := range v.Rows {
			if cell := string(row.Is[axis]); cell != Other && !slices.Contains(words, cell) {
				return fmt.Sprintf("没有“%s”这个取值", cell)
			}
		}
	}
	return ""
}

func (r *run) lookUp(p *Parameter, args []*node) val {
	dated := r.dated[p.index]
	if dated == nil {
		return r.parameter(p.index)
	}
	key := make([]val, len(args))
	lacks := val{known: true}
	for i, a := range args {
		if key[i] = a.eval(r); !key[i].known {
			lacks = unknown(lacks, key[i])
		}
	}
	if !lacks.known {
		return lacks
	}
	if row := dated.row(p, key); row != nil {
		return row.value
	}
	return broken(noRow)
}

const noRow = "表里没有这一格"

// row finds the row for a key: a word before 其余 on the first axis that tells
// them apart, then the highest step.
func (v *Dated) row(p *Parameter, key []val) *Row {
	var best *Row
	for _, row := range v.Rows {
		if row.answers(p, key) && (best == nil || row.nearer(p, best)) {
			best = row
		}
	}
	return best
}

func (row *Row) answers(p *Parameter, key []val) bool {
	for i, a := range p.By {
		switch cell := string(row.Is[i]); {
		case a.From != "":
			if row.cells[i].cmp(key[i].num) > 0 {
				return false
			}
		case cell != Other && cell != spoken(key[i]):
			return false
		}
	}
	return true
}

func (row *Row) nearer(p *Parameter, other *Row) bool {
	for i, a := range p.By {
		if a.From == "" && row.Is[i] != other.Is[i] {
			return other.Is[i] == Other
		}
	}
	i := len(p.By) - 1
	return row.cells[i].cmp(other.cells[i]) > 0
}

// before sorts rows so that the first that answers is the nearest: words
// before 其余, and the highest step first.
func (row *Row) before(p *Parameter, other *Row) int {
	for i, a := range p.By {
		x, y := row.Is[i], other.Is[i]
		switch {
		case a.From != "":
			return other.cells[i].cmp(row.cells[i])
		case x == y:
		case x == Other:
			return 1
		case y == Other:
			return -1
		default:
			return strings.Compare(string(x), string(y))
		}
	}
	return 0
}

// spoken is a word, or 是 or 否.
func spoken(v val) string {
	switch {
	case v.text != "":
		return v.text
	case v.num.n != 0:
		return "是"
	}
	return "否"
}

// progressive checks 累进(表名, 额).
func (c *checker) progressive(n *exprast.CallNode) (*node, error) {
	if len(n.Arguments) != 2 {
		return c.bad(n, "要写成 累进(表名, 金额)")
	}
	id, ok := n.Arguments[0].(*exprast.IdentifierNode)
	if !ok || c.rules.param[id.Value] == nil {
		return c.bad(n, "累进 的第一样要是一张表的名字")
	}
	p := c.rules.param[id.Value]
	if len(p.By) != 1 || p.By[0].From == "" || p.kind != number {
		return c.bad(n, "累进 用的表“%s”要按一样分档(from)，值是比例(number)", id.Value)
	}
	x, err := c.node(n.Arguments[1])
	if err != nil {
		return nil, err
	}
	if x.kind != parameterKinds[p.By[0].From] {
		return c.bad(n, "表“%s”按%s分档，这里是%s", id.Value, parameterKinds[p.By[0].From], x.kind)
	}
	c.used(use{name: id.Value, param: p, index: p.index})
	out := made(opProgressive, x.kind, x)
	out.index, out.name = p.index, id.Value
	return out.with(func(r *run) val { return r.progressive(p, x) }), nil
}

func (r *run) progressive(p *Parameter, of *node) val {
	dated := r.dated[p.index]
	if dated == nil {
		return r.parameter(p.index)
	}
	x := of.eval(r)
	if !x.known {
		return x
	}
	sum, ok := dated.progressive(x.num)
	if !ok {
		return broken(tooBig)
	}
	return val{known: true, num: sum}
}

// progressive adds up each slice of x between two steps, times the rate of the
// lower one. What lies below the lowest step counts nothing.
func (v *Dated) progressive(x num) (sum num, ok bool) {
	sum, ok = num{0, 1}, true
	rows := slices.SortedFunc(slices.Values(v.Rows), func(a, b *Row) int { return a.cells[0].cmp(b.cells[0]) })
	for i, row := range rows {
		if x.cmp(row.cells[0]) <= 0 {
			break
		}
		top := x
		if i+1 < len(rows) && rows[i+1].cells[0].cmp(x) < 0 {
			top = rows[i+1].cells[0]
		}
		slice, ok1 := top.add(row.cells[0].neg())
		part, ok2 := slice.mul(row.value.num)
		var ok3 bool
		sum, ok3 = sum.add(part)
		ok = ok && ok1 && ok2 && ok3
	}
	return sum, ok
}
