// Package form reads what a person filled in, as a form definition asks it.
//
// A form is pages of one question each; a field answers one fact. What cannot
// be read is said at its field, and what was typed is never lost. 我说不清 is an
// answer: it leaves the fact unknown.
package form

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"minzheng/kernel/errs"
	"minzheng/kernel/fact"
)

// Unsure is what a choice sends for 我说不清.
const Unsure = "?"

// Page asks one question.
type Page struct {
	Code   string   `yaml:"page"`
	Ask    string   `yaml:"ask"`  // the question; {姓名} stands for the member
	Lead   string   `yaml:"lead"` // one more sentence
	Why    string   `yaml:"why"`  // 为什么问这个
	Law    string   `yaml:"law"`
	Each   string   `yaml:"each"` // member: asked for each member
	From   int      `yaml:"from"` // of an each-page: only for members of at least this age
	Only   []string `yaml:"only"` // of an each-page: only for members of these relations; empty: everybody
	Fields []*Field `yaml:"fields"`
}

// Asks reports whether an each-page is asked of a member.
func (p *Page) Asks(relation string, age int) bool {
	return age >= p.From && (len(p.Only) == 0 || slices.Contains(p.Only, relation))
}

// Field answers one fact.
type Field struct {
	Fact      string   `yaml:"fact"`
	Label     string   `yaml:"label"`
	Hint      string   `yaml:"hint"`
	Optional  bool     `yaml:"optional"`
	Unsure    bool     `yaml:"unsure"` // offers 我说不清
	Yes       string   `yaml:"yes"`    // words for yes and no
	No        string   `yaml:"no"`
	Options   []Option `yaml:"options"`   // words of an enum with their explanations
	Check     string   `yaml:"check"`     // of a text: name, number, phone, bank, long
	Max       int64    `yaml:"max"`       // of a number or amount (元)
	When      *When    `yaml:"when"`      // asked only if
	Otherwise string   `yaml:"otherwise"` // what is told when it is not asked

	Def *fact.Def `yaml:"-"`
}

// Option is one choice.
type Option struct {
	Word string `yaml:"word"`
	Hint string `yaml:"hint"`
}

// When asks a field only if another field of the same page has one of the words.
type When struct {
	Fact string   `yaml:"fact"`
	In   []string `yaml:"in"`
}

// Bind ties the fields to the dictionary; it returns all that is wrong.
func Bind(fields []*Field, dict *fact.Dictionary) (wrong []string) {
	for i, f := range fields {
		if f == nil {
			return append(wrong, "有一项要填的是空的")
		}
		f.Def = dict.Find(f.Fact)
		switch {
		case f.Def == nil:
			wrong = append(wrong, fmt.Sprintf("问题里的事实“%s”没有定义", f.Fact))
			continue
		case f.Label == "":
			f.Label = f.Fact
		}
		for _, o := range f.Options {
			if !slices.Contains(f.Def.Words, o.Word) {
				wrong = append(wrong, fmt.Sprintf("“%s”没有“%s”这个选项", f.Fact, o.Word))
			}
		}
		if f.Def.Typed() == fact.Enum && f.Options == nil {
			for _, w := range f.Def.Words {
				f.Options = append(f.Options, Option{Word: w})
			}
		}
		if !slices.Contains([]string{"", "name", "number", "phone", "bank", "long"}, f.Check) {
			wrong = append(wrong, fmt.Sprintf("“%s”的检查方式 %s 不认识", f.Fact, f.Check))
		}
		if _, ok := f.Unasked(); f.Otherwise != "" && !ok {
			wrong = append(wrong, fmt.Sprintf("“%s”不问时的值 %q 不对", f.Fact, f.Otherwise))
		}
		if f.When == nil {
			continue
		}
		if !slices.ContainsFunc(fields[:i], func(o *Field) bool { return o.Fact == f.When.Fact }) {
			wrong = append(wrong, fmt.Sprintf("“%s”要看“%s”，可是同一页在它前面没有问", f.Fact, f.When.Fact))
		}
		for _, w := range f.When.Check(dict) {
			wrong = append(wrong, fmt.Sprintf("“%s”%s", f.Fact, w))
		}
	}
	return wrong
}

// Check returns all that is wrong with the condition: it must name a fact that
// is answered by choosing, and words that can be chosen.
func (w *When) Check(dict *fact.Dictionary) (wrong []string) {
	def := dict.Find(w.Fact)
	if def == nil {
		return []string{fmt.Sprintf("要看的事实“%s”没有定义", w.Fact)}
	}
	words := def.Words
	if def.Typed() == fact.Bool {
		words = []string{"是", "否"}
	}
	if len(w.In) == 0 || len(words) == 0 {
		return []string{fmt.Sprintf("要看“%s”是什么，没有写清", w.Fact)}
	}
	for _, one := range w.In {
		if !slices.Contains(words, one) {
			wrong = append(wrong, fmt.Sprintf("要看“%s”是不是“%s”，可是它没有这个选项", w.Fact, one))
		}
	}
	return wrong
}

// Name is the field's name in HTML forms and in the API.
func (f *Field) Name() string { return f.Def.Code }

// Choice reports whether the field is answered by choosing.
func (f *Field) Choice() bool { return f.Def.Typed() == fact.Bool || f.Def.Typed() == fact.Enum }

// Answer is one field read.
type Answer struct {
	Field *Field
	Typed string // as it was typed
	Value fact.Value
	Known bool // false for 我说不清 and for an optional field left empty

	Implied bool // it was not asked; the value follows from another answer
}

// Unasked returns what is told when the field need not be asked.
func (f *Field) Unasked() (fact.Value, bool) {
	if f.Otherwise == "" {
		return fact.Value{}, false
	}
	v, sentence := f.parse(f.Otherwise, time.Time{})
	return v, sentence == ""
}

// Read reads fields from what was sent. Answers are returned for all fields
// that are asked, also for those with problems, so that the page can show them
// again.
func Read(fields []*Field, sent url.Values, now time.Time) ([]Answer, errs.Problems) {
	var answers []Answer
	var problems errs.Problems
	for _, f := range fields {
		if ask, sure := asked(f.When, answers); !ask {
			if v, ok := f.Unasked(); ok && sure {
				answers = append(answers, Answer{Field: f, Value: v, Known: true, Implied: true})
			}
			continue
		}
		a := Answer{Field: f, Typed: strings.TrimSpace(sent.Get(f.Name()))}
		if sentence := a.read(now); sentence != "" {
			problems.Add(f.Name(), sentence)
		}
		answers = append(answers, a)
	}
	return answers, problems
}

// asked reports whether a field is asked, given the answers before it, and
// whether that is sure: nothing follows from an answer that is not known.
func asked(w *When, before []Answer) (ask, sure bool) {
	if w == nil {
		return true, true
	}
	for _, a := range before {
		if a.Field.Fact == w.Fact {
			return a.Known && slices.Contains(w.In, a.Value.String()), a.Known
		}
	}
	return false, true
}

func (a *Answer) read(now time.Time) (sentence string) {
	f := a.Field
	switch {
	case !utf8.ValidString(a.Typed) || strings.ContainsRune(a.Typed, 0):
		a.Typed = strings.ToValidUTF8(strings.ReplaceAll(a.Typed, "\x00", ""), "")
		return "“" + f.Label + "”里有读不出来的字，请重新填写。"
	case a.Typed == "" && f.Optional, a.Typed == Unsure && f.Unsure:
		return ""
	case a.Typed == "" && f.Choice():
		return "请选一项：" + f.Label + "。"
	case a.Typed == "":
		return "请填写" + f.Label + "。"
	}
	value, sentence := f.parse(a.Typed, now)
	if sentence == "" {
		a.Value, a.Known = value, true
	}
	return sentence
}

// parse reads one typed text.
func (f *Field) parse(s string, now time.Time) (fact.Value, string) {
	switch f.Def.Typed() {
	case fact.Money:
		fen, ok := fact.ParseYuan(narrow(s))
		switch {
		case !ok:
			return fact.Value{}, f.Label + "要写成金额，例如 1200 或 1200.50。"
		case f.Max > 0 && fen > f.Max*100:
			return fact.Value{}, fmt.Sprintf("%s不能超过 %s，请看看是不是多写了 0。", f.Label, fact.Yuan(f.Max*100))
		}
		return fact.MoneyOf(fen), ""
	case fact.Int:
		n, err := strconv.ParseInt(narrow(s), 10, 64)
		switch {
		case err != nil || n < 0 || n > 1_000_000:
			return fact.Value{}, f.Label + "要写成数字，例如 3。"
		case f.Max > 0 && n > f.Max:
			return fact.Value{}, fmt.Sprintf("%s不能超过 %d，请看看是不是多写了 0。", f.Label, f.Max)
		}
		return fact.IntOf(n), ""
	case fact.Decimal:
		v, ok := fact.ParseDecimal(narrow(s), f.Def.Scale)
		if !ok || v.Int64() < 0 {
			return fact.Value{}, fmt.Sprintf("%s要写成数字，最多 %d 位小数。", f.Label, f.Def.Scale)
		}
		return v, ""
	case fact.Bool:
		switch s {
		case "是", "yes", "true":
			return fact.BoolOf(true), ""
		case "否", "no", "false":
			return fact.BoolOf(false), ""
		}
		return fact.Value{}, "请选一项：" + f.Label + "。"
	case fact.Date:
		return f.parseDate(s, now)
	case fact.Enum:
		if !slices.Contains(f.Def.Words, s) {
			return fact.Value{}, "请选一项：" + f.Label + "。"
		}
		return fact.EnumOf(s), ""
	}
	if sentence := CheckText(f.Check, f.Label, s, now); sentence != "" {
		return fact.Value{}, sentence
	}
	return fact.TextOf(Tidy(f.Check, s)), ""
}

func (f *Field) parseDate(s string, now time.Time) (fact.Value, string) {
	s = strings.NewReplacer("年", "-", "月", "-", "日", "", "/", "-", ".", "-", " ", "").Replace(narrow(s))
	for _, layout := range []string{"2006-1-2", "20060102"} {
		if d, err := time.Parse(layout, s); err == nil && d.Year() > 1880 && d.Year() < 2200 {
			return fact.DateOf(int32(d.Unix() / 86400)), ""
		}
	}
	return fact.Value{}, f.Label + "要写成日期，例如 2026-03-02。"
}
