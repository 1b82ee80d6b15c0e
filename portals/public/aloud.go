package public

import (
	"strings"
	"unicode"
)

// aloud reads a formula as one would say it: 人均月收入 < 低保标准 is
// 人均月收入低于低保标准. ok is false for what it has no words for; then the
// formula stands alone.
func aloud(formula string) (said string, ok bool) {
	r := &reader{tokens: split(formula)}
	p := r.choice()
	return p.text, !r.lost && r.at == len(r.tokens)
}

// phrase is a part with how tightly it holds together.
type phrase struct {
	text string
	bind int
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

// reader goes through the tokens of one formula.
type reader struct {
	tokens []string
	at     int
	lost   bool
}

func (r *reader) peek() string {
	if r.at < len(r.tokens) {
		return r.tokens[r.at]
	}
	return ""
}

func (r *reader) take() string {
	t := r.peek()
	r.at++
	return t
}

func (r *reader) accept(t string) bool {
	if r.peek() == t {
		r.at++
		return true
	}
	return false
}

func (r *reader) want(t string) {
	if !r.accept(t) {
		r.lost = true
	}
}

// choice reads a ? b : c as cases, one after the other.
func (r *reader) choice() phrase {
	p := r.either()
	if !r.accept("?") {
		return p
	}
	then := r.choice()
	r.want(":")
	other := r.choice()
	last := "；其他的，" + other.text
	if other.bind == chosen {
		last = "；" + other.text
	}
	return phrase{p.text + "的，" + then.in(joined) + last, chosen}
}

func (r *reader) either() phrase { return r.row("或", "，或者", r.both) }
func (r *reader) both() phrase   { return r.row("且", "，并且", r.not) }

// row reads parts that one word joins.
func (r *reader) row(word, said string, part func() phrase) phrase {
	p := part()
	for r.accept(word) {
		p = phrase{p.in(joined) + said + part().in(compared), joined}
	}
	return p
}

func (r *reader) not() phrase {
	if r.accept("非") {
		return phrase{"不是" + r.not().in(single), compared}
	}
	return r.comparison()
}

func (r *reader) comparison() phrase {
	p := r.sum()
	words := map[string]string{"<": "低于", "<=": "不超过", ">": "高于", ">=": "不低于", "==": "是", "!=": "不是"}
	if said, ok := words[r.peek()]; ok {
		r.at++
		return phrase{p.in(summed) + said + r.sum().in(summed), compared}
	}
	if r.accept("in") {
		return phrase{p.in(summed) + "是" + strings.Join(r.list("[", "]"), "或"), compared}
	}
	return p
}

func (r *reader) sum() phrase {
	p := r.product()
	for {
		switch {
		case r.accept("+"):
			p = phrase{p.in(summed) + " + " + r.product().in(summed), summed}
		case r.accept("-"):
			p = phrase{p.in(summed) + " − " + r.product().in(multiplied), summed}
		default:
			return p
		}
	}
}

func (r *reader) product() phrase {
	p := r.one()
	for {
		switch {
		case r.accept("*"):
			p = phrase{p.in(multiplied) + " × " + r.one().in(multiplied), multiplied}
		case r.accept("/"):
			p = phrase{p.in(multiplied) + " ÷ " + r.one().in(single), multiplied}
		default:
			return p
		}
	}
}

func (r *reader) one() phrase {
	switch t := r.take(); {
	case t == "(":
		p := r.choice()
		r.want(")")
		return p
	case strings.HasPrefix(t, `"`):
		return phrase{strings.Trim(t, `"`), single}
	case t == "" || !unicode.IsLetter([]rune(t)[0]) && !unicode.IsDigit([]rune(t)[0]):
		r.lost = true
		return phrase{"", single}
	case r.peek() == "(":
		return r.call(t)
	default:
		return phrase{t, single}
	}
}

// list reads parts between two marks.
func (r *reader) list(open, end string) []string {
	r.want(open)
	var all []string
	for !r.lost && !r.accept(end) {
		all = append(all, r.choice().in(joined))
		if r.peek() != end {
			r.want(",")
		}
	}
	return all
}

// call says what a named working-out does.
func (r *reader) call(name string) phrase {
	a := append(r.list("(", ")"), "", "", "")
	whose := "每个人"
	if a[2] != "" {
		whose = "“" + a[2] + "”的每个人"
	}
	short := map[string]string{"元": a[0] + " 元", "年龄": "年龄", "日期": a[0]}
	long := map[string]string{
		"月数": "从" + a[0] + "到" + a[1] + "的月数", "较小": among(a, "里最小的"), "较大": among(a, "里最大的"),
		"进位": "（" + a[0] + "），零头进到" + a[1], "取整": "（" + a[0] + "），四舍五入到" + a[1], "舍去": "（" + a[0] + "），零头舍到" + a[1],
		"合计": whose + "的" + a[1] + "加起来", "最大": whose + "的" + a[1] + "里最大的", "人数": "“" + a[1] + "”有几个人",
		"任一": whose + "里，至少有一位是“" + a[1] + "”", "全部": whose + "都是“" + a[1] + "”",
	}
	if said := short[name]; said != "" {
		return phrase{said, single}
	}
	r.lost = r.lost || long[name] == ""
	return phrase{long[name], joined}
}

// among names several of which one is meant; one within another is one list.
func among(a []string, which string) string {
	return strings.TrimSuffix(a[0], which) + "、" + strings.TrimSuffix(a[1], which) + which
}

// split cuts a formula into names, numbers, texts and marks.
func split(s string) []string {
	var all []string
	r := []rune(s)
	for i := 0; i < len(r); {
		from := i
		switch c := r[i]; {
		case unicode.IsSpace(c):
			i++
			continue
		case c == '"' || c == '\'':
			for i++; i < len(r) && r[i] != c; i++ {
			}
			all = append(all, `"`+string(r[from+1:min(i, len(r))])+`"`)
			i++
			continue
		case unicode.IsLetter(c) || unicode.IsDigit(c):
			for i < len(r) && (unicode.IsLetter(r[i]) || unicode.IsDigit(r[i]) || r[i] == '_' || r[i] == '.') {
				i++
			}
		default:
			if i++; i < len(r) && r[i] == '=' && strings.ContainsRune("<>=!", c) {
				i++
			}
		}
		all = append(all, same(string(r[from:i])))
	}
	return all
}

// same writes a mark that may be written in two ways in one of them.
func same(t string) string {
	if s, ok := map[string]string{"（": "(", "）": ")", "，": ",", "、": ",", "×": "*", "÷": "/", "&&": "且", "||": "或", "!": "非"}[t]; ok {
		return s
	}
	return t
}
