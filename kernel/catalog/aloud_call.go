package catalog

import (
	"strings"
	"unicode"

	"github.com/expr-lang/expr/ast"

	"minzheng/kernel/fact"
)

// birth is the fact whose age is simply the age.
const birth = "出生日期"

// call says what a named working-out does, or looks a table up.
func (r *reader) call(n *ast.CallNode) phrase {
	id, ok := n.Callee.(*ast.IdentifierNode)
	if !ok || len(n.Arguments) == 0 {
		r.lost = true
		return phrase{}
	}
	switch id.Value {
	case "合计", "最大", "人数", "任一", "全部":
		return r.members(id.Value, n.Arguments[1:])
	}
	all := make([]phrase, len(n.Arguments))
	for i, a := range n.Arguments {
		all[i] = r.say(a)
	}
	if said, ok := r.simple(id.Value, all); ok {
		return said
	}
	switch id.Value {
	case "进位", "取整", "舍去", "较大", "较小", "月数", "累进":
		return r.two(n, id.Value, all)
	}
	return r.lookUp(id.Value, all)
}

// simple says what is one thing.
func (r *reader) simple(name string, a []phrase) (said phrase, ok bool) {
	switch {
	case name == "元" && len(a) == 1:
		return phrase{text: a[0].in(single) + " 元", bind: single, of: fact.Money}, true
	case name == "日期" && len(a) == 1:
		return phrase{text: day(a[0].text), bind: single, of: fact.Date}, true
	case name == "年龄" && len(a) == 1 && a[0].name && a[0].text == birth+r.behind(birth):
		return phrase{text: "周岁年龄" + r.behind(birth), bind: single, of: fact.Int}, true
	case name == "年龄" && len(a) == 1:
		return phrase{text: "从" + a[0].in(single) + "算的周岁年龄", bind: single, of: fact.Int}, true
	case name == "年龄" && len(a) == 2:
		return phrase{text: "从" + a[0].in(single) + "算到" + a[1].in(single) + "的周岁年龄", bind: single, of: fact.Int}, true
	}
	return phrase{}, false
}

// two says what is made of two.
func (r *reader) two(n *ast.CallNode, name string, a []phrase) phrase {
	if len(a) != 2 {
		r.lost = true
		return phrase{}
	}
	x, y := a[0].in(single), a[1].in(single)
	switch name {
	case "进位":
		return phrase{text: x + "往上进到" + y + "的整倍数", bind: joined, of: a[0].of}
	case "舍去":
		return phrase{text: x + "往下舍到" + y + "的整倍数", bind: joined, of: a[0].of}
	case "取整":
		return phrase{text: x + "四舍五入到" + y + "的整倍数", bind: joined, of: a[0].of}
	case "较大":
		return phrase{text: strings.Join(r.among(n, name), "、") + "里最大的", bind: joined, of: a[0].of}
	case "较小":
		return phrase{text: strings.Join(r.among(n, name), "、") + "里最小的", bind: joined, of: a[0].of}
	case "月数":
		return phrase{text: "从" + x + "到" + y + "的整月数", bind: single, of: fact.Int}
	}
	return phrase{text: "按" + quoted(a[0].text) + "给" + y + "分段算，每段乘自己的比例，再加起来", bind: joined, of: a[1].of}
}

// among is all of which one is meant; one within another is one list.
func (r *reader) among(n ast.Node, name string) []string {
	if c, ok := n.(*ast.CallNode); ok && len(c.Arguments) == 2 {
		if id, ok := c.Callee.(*ast.IdentifierNode); ok && id.Value == name {
			return append(r.among(c.Arguments[0], name), r.among(c.Arguments[1], name)...)
		}
	}
	return []string{r.say(n).in(single)}
}

// lookUp says how a table is looked up.
func (r *reader) lookUp(name string, keys []phrase) phrase {
	var by []string
	for _, k := range keys {
		by = append(by, k.in(summed))
	}
	return phrase{text: quoted(name) + "表里" + strings.Join(by, "、") + "的那一格", bind: single, of: r.typeOf(name)}
}

// members says what is asked of all members of the household, or of those of
// whom a condition holds.
func (r *reader) members(name string, a []ast.Node) phrase {
	if len(a) != 1 && len(a) != 2 {
		r.lost = true
		return phrase{}
	}
	whose, among := "全家每个人的", "全家"
	if len(a) == 2 {
		whose, among = r.trait(a[1])+"的每个人的", r.trait(a[1])+"的人里，"
	}
	switch name {
	case "合计":
		return phrase{text: whose + r.say(a[0]).in(single) + "加起来", bind: joined, of: r.say(a[0]).of}
	case "最大":
		return phrase{text: whose + r.say(a[0]).in(single) + "里最大的", bind: joined, of: r.say(a[0]).of}
	case "人数":
		return phrase{text: among + r.trait(a[0]) + "的人数", bind: joined, of: fact.Int}
	case "任一":
		return phrase{text: among + "至少有一位" + r.trait(a[0]), bind: joined, of: fact.Bool}
	}
	return phrase{text: among + "每一位都" + r.trait(a[0]), bind: joined, of: fact.Bool}
}

// trait is what holds of a member: a name alone is a group to which one
// belongs.
func (r *reader) trait(n ast.Node) string {
	if id, ok := n.(*ast.IdentifierNode); ok {
		return "属于" + quoted(id.Value) + r.behind(id.Value)
	}
	if not, ok := n.(*ast.UnaryNode); ok {
		if id, ok := not.Node.(*ast.IdentifierNode); ok {
			return "不属于" + quoted(id.Value) + r.behind(id.Value)
		}
	}
	return r.say(n).in(compared)
}

// marks are full-width signs as the parser knows them.
var marks = map[rune]rune{'（': '(', '）': ')', '，': ',', '、': ',', '×': '*', '÷': '/'}

// asParsed writes the words 且 或 非 and full-width signs as the parser knows them.
// The formulas have been checked, so 且 alone is the word and no name.
func asParsed(s string) string {
	r := []rune(s)
	var out strings.Builder
	for i := 0; i < len(r); {
		from := i
		switch c := r[i]; {
		case c == '"' || c == '\'' || c == '`':
			i = closing(r, i)
			out.WriteString(string(r[from:i]))
		case inName(c):
			for i < len(r) && inName(r[i]) {
				i++
			}
			out.WriteString(word(string(r[from:i])))
		default:
			if sign := marks[c]; sign != 0 {
				c = sign
			}
			out.WriteRune(c)
			i++
		}
	}
	return out.String()
}

func inName(c rune) bool { return c == '_' || unicode.IsLetter(c) || unicode.IsDigit(c) }

// closing is where a quoted text has ended.
func closing(r []rune, i int) int {
	quote := r[i]
	for i++; i < len(r) && r[i] != quote; i++ {
		if r[i] == '\\' && quote != '`' {
			i++
		}
	}
	return min(i+1, len(r))
}

func word(name string) string {
	switch name {
	case "且":
		return "&&"
	case "或":
		return "||"
	case "非":
		return "!"
	}
	return name
}
