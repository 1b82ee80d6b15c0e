package form_test

import (
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"minzheng/kernel/errs"
	"minzheng/kernel/fact"
	"minzheng/kernel/form"
)

const facts = `
sources: [{code: self, title: 本人填写, seal: 本, person: true}]
facts:
  - {name: 手机号, code: phone, type: text, of: family, sources: [self]}
  - {name: 收款账户, code: bank, type: text, of: family, sources: [self]}
  - {name: 困难, code: trouble, type: text, of: family, sources: [self]}
  - {name: 工作情况, code: work, type: enum, of: member, words: [固定工作, 打零工, 没有工作], sources: [self]}
  - {name: 工资收入, code: wage, type: money, of: member, sources: [self]}
  - {name: 房屋套数, code: houses, type: int, of: member, sources: [self]}
  - {name: 出生日期, code: birth, type: date, of: member, sources: [self]}
  - {name: 患重病, code: ill, type: bool, of: member, sources: [self]}
`

func dictionary(t testing.TB) *fact.Dictionary {
	t.Helper()
	d, err := fact.ReadDictionary("facts.yaml", []byte(facts))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func bound(t testing.TB, fields ...*form.Field) []*form.Field {
	t.Helper()
	if wrong := form.Bind(fields, dictionary(t)); len(wrong) > 0 {
		t.Fatalf("binding: %v", wrong)
	}
	return fields
}

// read reads one field.
func read(t testing.TB, f form.Field, typed string) (form.Answer, string) {
	t.Helper()
	fields := bound(t, &f)
	answers, problems := form.Read(fields, url.Values{f.Name(): {typed}}, now)
	if len(answers) != 1 {
		t.Fatalf("%d answers to one question", len(answers))
	}
	return answers[0], problems.Of(f.Name())
}

func day(t testing.TB, s string) fact.Value {
	t.Helper()
	d, err := time.Parse(time.DateOnly, s)
	if err != nil {
		t.Fatal(err)
	}
	return fact.DateOf(int32(d.Unix() / 86400))
}

func TestAnswersAreReadAsPeopleTypeThem(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		fact, typed string
		want        fact.Value
	}{
		{"工资收入", "2460", fact.MoneyOf(246000)},
		{"工资收入", " 2,460.50 元 ", fact.MoneyOf(246050)},
		{"工资收入", "￥２４６０．５", fact.MoneyOf(246050)},
		{"工资收入", "0", fact.MoneyOf(0)},
		{"房屋套数", "2", fact.IntOf(2)},
		{"房屋套数", "２", fact.IntOf(2)},
		{"房屋套数", "0", fact.IntOf(0)},
		{"患重病", "是", fact.BoolOf(true)},
		{"患重病", "否", fact.BoolOf(false)},
		{"工作情况", "打零工", fact.EnumOf("打零工")},
		{"困难", "  房子漏水  ", fact.TextOf("房子漏水")},
		{"出生日期", "2026-03-02", day(t, "2026-03-02")},
		{"出生日期", "2026-3-2", day(t, "2026-03-02")},
		{"出生日期", "2026/3/2", day(t, "2026-03-02")},
		{"出生日期", "2026.03.02", day(t, "2026-03-02")},
		{"出生日期", "2026年3月2日", day(t, "2026-03-02")},
		{"出生日期", "2026 年 3 月 2 日", day(t, "2026-03-02")},
		{"出生日期", "２０２６－３－２", day(t, "2026-03-02")},
		{"出生日期", "20260302", day(t, "2026-03-02")},
		{"出生日期", "2024-02-29", day(t, "2024-02-29")},
	} {
		got, problem := read(t, form.Field{Fact: c.fact}, c.typed)
		if problem != "" || !got.Known || got.Value != c.want {
			t.Errorf("%s %q was read as %q, known %t, problem %q; want %q", c.fact, c.typed, got.Value.Encode(), got.Known, problem, c.want.Encode())
		}
	}
}

func TestWhatCannotBeReadIsSaidAtItsFieldAndKept(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ fact, typed, want string }{
		{"工资收入", "两千", "例如 1200"},
		{"工资收入", "-5", "例如 1200"},
		{"工资收入", "12元50", "例如 1200"},
		{"工资收入", "<b>1</b>", "例如 1200"},
		{"房屋套数", "一套", "数字"},
		{"房屋套数", "-1", "数字"},
		{"房屋套数", "1.5", "数字"},
		{"房屋套数", "1000001", "数字"},
		{"房屋套数", "99999999999999999999", "数字"},
		{"患重病", "也许", "请选一项"},
		{"工作情况", "老板", "请选一项"},
		{"出生日期", "2026-02-30", "例如 2026-03-02"},
		{"出生日期", "2025-02-29", "例如 2026-03-02"},
		{"出生日期", "昨天", "例如 2026-03-02"},
		{"出生日期", "2026年3月", "例如 2026-03-02"},
		{"出生日期", "26-3-2", "例如 2026-03-02"},
		{"出生日期", "1879-01-01", "例如 2026-03-02"},
		{"出生日期", "9999-01-01", "例如 2026-03-02"},
		{"困难", strings.Repeat("字", 121), "120"},
	} {
		got, problem := read(t, form.Field{Fact: c.fact}, c.typed)
		if !strings.Contains(problem, c.want) {
			t.Errorf("%s %q: the problem is %q, want it to say %s", c.fact, c.typed, problem, c.want)
		}
		if got.Known || got.Value.Type() != fact.None {
			t.Errorf("%s %q was read as %v all the same", c.fact, c.typed, got.Value)
		}
		if got.Typed != c.typed {
			t.Errorf("%s: what was typed, %q, became %q", c.fact, c.typed, got.Typed)
		}
	}
}

func TestWhatIsNotTextIsRefusedAndCleaned(t *testing.T) {
	t.Parallel()
	for _, typed := range []string{"房子\x00漏水", "房子\xff漏水", "\xed\xa0\x80房子漏水"} {
		got, problem := read(t, form.Field{Fact: "困难"}, typed)
		if !strings.Contains(problem, "读不出来") || got.Known {
			t.Errorf("%q: problem %q, known %t", typed, problem, got.Known)
		}
		if got.Typed != "房子漏水" {
			t.Errorf("%q is shown again as %q, want 房子漏水", typed, got.Typed)
		}
	}
}

func TestAnEmptyAnswerIsAskedForAgainUnlessItIsOptional(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ fact, want string }{
		{"工资收入", "请填写工资收入"}, {"困难", "请填写困难"}, {"患重病", "请选一项"}, {"工作情况", "请选一项"}, {"出生日期", "请填写"},
	} {
		if _, problem := read(t, form.Field{Fact: c.fact}, "  "); !strings.Contains(problem, c.want) {
			t.Errorf("%s: %q, want %s", c.fact, problem, c.want)
		}
		if got, problem := read(t, form.Field{Fact: c.fact, Optional: true}, "  "); problem != "" || got.Known {
			t.Errorf("optional %s: problem %q, known %t; want unknown", c.fact, problem, got.Known)
		}
	}
}

func TestUnsureIsAnAnswerOnlyWhereItIsOffered(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"工资收入", "患重病", "工作情况"} {
		if got, problem := read(t, form.Field{Fact: name, Unsure: true}, form.Unsure); problem != "" || got.Known || got.Typed != form.Unsure {
			t.Errorf("%s: problem %q, known %t, typed %q; want unknown", name, problem, got.Known, got.Typed)
		}
		if _, problem := read(t, form.Field{Fact: name}, form.Unsure); problem == "" {
			t.Errorf("%s: 说不清 is accepted though it is not offered", name)
		}
	}
}

func TestLimitsHoldToTheFen(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		fact, typed string
		max         int64
		ok          bool
	}{
		{"工资收入", "100000", 100000, true},
		{"工资收入", "100000.01", 100000, false},
		{"工资收入", "999999999999.99", 0, true},
		{"房屋套数", "50", 50, true},
		{"房屋套数", "51", 50, false},
		{"房屋套数", "1000000", 0, true},
	} {
		got, problem := read(t, form.Field{Fact: c.fact, Max: c.max}, c.typed)
		if (problem == "") != c.ok || got.Known != c.ok {
			t.Errorf("%s %s with limit %d: problem %q, want accepted %t", c.fact, c.typed, c.max, problem, c.ok)
		}
		if problem != "" && !strings.Contains(problem, "不能超过") {
			t.Errorf("%s %s: %q does not tell the limit", c.fact, c.typed, problem)
		}
	}
}

// workPage asks for work, and for the wage only of who works.
func workPage(t testing.TB) []*form.Field {
	return bound(t,
		&form.Field{Fact: "工作情况", Unsure: true},
		&form.Field{Fact: "工资收入", Otherwise: "0", When: &form.When{Fact: "工作情况", In: []string{"固定工作"}}},
		&form.Field{Fact: "房屋套数", When: &form.When{Fact: "工作情况", In: []string{"固定工作", "打零工"}}},
	)
}

func TestAFieldIsAskedOnlyWhenItMatters(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, work, wage string
		want             string // the answers: fact=value, with ! for implied and ? for unknown
		problems         string // the fields that have one
	}{
		{"asked and answered", "固定工作", "2460", "工作情况=固定工作 工资收入=¥2,460.00 房屋套数=2", ""},
		{"asked and not answered", "固定工作", "", "工作情况=固定工作 工资收入? 房屋套数=2", "wage"},
		{"not asked: something follows", "打零工", "", "工作情况=打零工 工资收入=¥0.00! 房屋套数=2", ""},
		{"not asked: what was sent does not count", "没有工作", "9999", "工作情况=没有工作 工资收入=¥0.00!", ""},
		{"unsure: nothing follows", form.Unsure, "", "工作情况?", ""},
		{"wrong: nothing follows", "老板", "", "工作情况?", "work"},
		{"missing: nothing follows", "", "", "工作情况?", "work"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			answers, problems := form.Read(workPage(t), url.Values{"work": {c.work}, "wage": {c.wage}, "houses": {"2"}}, now)
			if got := show(answers); got != c.want {
				t.Errorf("answers are %s, want %s", got, c.want)
			}
			if got := fieldsOf(problems); got != c.problems {
				t.Errorf("problems are at %q, want %q", got, c.problems)
			}
		})
	}
}

func show(answers []form.Answer) string {
	var all []string
	for _, a := range answers {
		s := a.Field.Fact + "?"
		if a.Known {
			s = a.Field.Fact + "=" + a.Value.String()
		}
		if a.Implied {
			s += "!"
		}
		all = append(all, s)
	}
	return strings.Join(all, " ")
}

func fieldsOf(problems errs.Problems) string {
	var all []string
	for _, p := range problems {
		all = append(all, p.Field)
	}
	return strings.Join(all, " ")
}

func TestAllProblemsOfAPageAreToldAtOnce(t *testing.T) {
	t.Parallel()
	fields := bound(t, &form.Field{Fact: "手机号", Check: "phone"}, &form.Field{Fact: "收款账户", Check: "bank"}, &form.Field{Fact: "工资收入"})
	answers, problems := form.Read(fields, url.Values{"phone": {"138"}, "bank": {"x"}}, now)
	if got := fieldsOf(problems); got != "phone bank wage" || len(answers) != 3 {
		t.Errorf("problems are at %q, and %d answers come back; want all three of both", got, len(answers))
	}
	if !errs.Is(problems.Err(), errs.Invalid) {
		t.Errorf("problems are of kind %v", errs.KindOf(problems.Err()))
	}
}

func TestDigitsAreKeptTidy(t *testing.T) {
	t.Parallel()
	got, problem := read(t, form.Field{Fact: "手机号", Check: "phone"}, "+86 138-0000-1111")
	if problem != "" || got.Value != fact.TextOf("13800001111") || got.Typed != "+86 138-0000-1111" {
		t.Errorf("read as %v, typed %q, problem %q", got.Value, got.Typed, problem)
	}
}

func TestBindingRefusesEachMistakeByName(t *testing.T) {
	t.Parallel()
	work := &form.Field{Fact: "工作情况"}
	when := func(name string, in ...string) *form.When { return &form.When{Fact: name, In: in} }
	for _, c := range []struct {
		name   string
		fields []*form.Field
		want   string
	}{
		{"unknown fact", []*form.Field{{Fact: "奖金"}}, "奖金"},
		{"unknown option", []*form.Field{{Fact: "工作情况", Options: []form.Option{{Word: "老板"}}}}, "老板"},
		{"unknown check", []*form.Field{{Fact: "手机号", Check: "telephone"}}, "telephone"},
		{"otherwise that cannot be read", []*form.Field{{Fact: "工资收入", Otherwise: "没有"}}, "没有"},
		{"when of a fact that the page does not ask", []*form.Field{{Fact: "工资收入", When: when("工作情况", "打零工")}}, "没有问"},
		{"when of a fact that the page asks later", []*form.Field{{Fact: "工资收入", When: when("工作情况", "打零工")}, work}, "前面"},
		{"when of itself", []*form.Field{{Fact: "工作情况", When: when("工作情况", "打零工")}}, "前面"},
		{"when with a word that cannot be chosen", []*form.Field{work, {Fact: "工资收入", When: when("工作情况", "打零工", "固定工做")}}, "固定工做"},
		{"when of yes and no with another word", []*form.Field{{Fact: "患重病"}, {Fact: "困难", When: when("患重病", "有")}}, "“有”"},
		{"when without words", []*form.Field{work, {Fact: "工资收入", When: when("工作情况")}}, "工资收入"},
		{"when of a fact that is typed", []*form.Field{{Fact: "困难"}, {Fact: "工资收入", When: when("困难", "有")}}, "困难"},
		{"when of an unknown fact", []*form.Field{work, {Fact: "工资收入", When: when("奖金", "有")}}, "奖金"},
		{"empty", []*form.Field{nil}, "空"},
	} {
		if got := strings.Join(form.Bind(c.fields, dictionary(t)), "\n"); !strings.Contains(got, c.want) {
			t.Errorf("%s gives %q, want it to name %s", c.name, got, c.want)
		}
	}
}

func TestBindingGivesAFieldItsLabelAndWords(t *testing.T) {
	t.Parallel()
	f := &form.Field{Fact: "工作情况"}
	if wrong := form.Bind([]*form.Field{f}, dictionary(t)); len(wrong) > 0 {
		t.Fatal(wrong)
	}
	if f.Label != "工作情况" || f.Name() != "work" || !f.Choice() || len(f.Options) != 3 || f.Options[0].Word != "固定工作" {
		t.Errorf("bound to %+v", f)
	}
}

func FuzzRead(f *testing.F) {
	f.Add("固定工作", "2460.50", "2", "2026-03-02", "是", "13800001111", "房子漏水")
	f.Add("", "", "", "", "", "", "")
	f.Add("?", "?", "?", "?", "?", "?", "?")
	f.Add("打零工", "１,２", "-0", "2026年2月30日", "true", "+86+86", "\x00\xff")
	f.Add("<b>", "1e9", "+1", "00000000", "是 ", "１３８", strings.Repeat("长", 2000))
	f.Fuzz(func(t *testing.T, work, wage, houses, birth, ill, phone, trouble string) {
		fields := append(workPage(t), bound(t, &form.Field{Fact: "出生日期", Unsure: true}, &form.Field{Fact: "患重病"},
			&form.Field{Fact: "手机号", Check: "phone"}, &form.Field{Fact: "困难", Check: "long"})...)
		sent := url.Values{"work": {work}, "wage": {wage}, "houses": {houses}, "birth": {birth}, "ill": {ill}, "phone": {phone}, "trouble": {trouble}}
		answers, problems := form.Read(fields, sent, now)
		for _, a := range answers {
			if a.Known && a.Field.Def.Check(a.Value) != nil {
				t.Errorf("%s was read as %q, which it cannot be", a.Field.Fact, a.Value.Encode())
			}
			if a.Known && problems.Of(a.Field.Name()) != "" {
				t.Errorf("%s is known and has a problem", a.Field.Fact)
			}
			if !utf8.ValidString(a.Typed) || strings.ContainsRune(a.Typed, 0) {
				t.Errorf("%s is shown again as %q", a.Field.Fact, a.Typed)
			}
		}
	})
}
