package fact_test

import (
	"strings"
	"testing"

	"minzheng/kernel/fact"
)

const dictionary = `
sources:
  - {code: self, title: 本人填写, seal: 本, person: true}
  - {code: tax, title: 税务, seal: 税}
  - {code: hrss, title: 人社, seal: 社}
facts:
  - {name: 工资收入, code: wage, type: money, of: member, sources: [tax, hrss, self], accept: 5000}
  - {name: 房屋套数, code: houses, type: int, of: member, sources: [tax, self]}
  - {name: 学业, code: schooling, type: enum, of: member, words: [在校, 不在校], sources: [self]}
  - {name: 现住址, code: address, type: text, of: family, sources: [self]}
  - {name: 出生日期, code: birth, type: date, of: member, sources: [self]}
  - {name: 患重病, code: ill, type: bool, of: member, sources: [self]}
  - {name: 住房面积, code: area, type: decimal, scale: 2, unit: 平方米, of: family, sources: [self]}
`

func read(t testing.TB) *fact.Dictionary {
	t.Helper()
	d, err := fact.ReadDictionary("facts.yaml", []byte(dictionary))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestADictionaryFindsFactsByNameAndByCode(t *testing.T) {
	t.Parallel()
	d := read(t)
	wage := d.Find("工资收入")
	if wage == nil || d.Coded("wage") != wage {
		t.Fatalf("by name %v, by code %v", wage, d.Coded("wage"))
	}
	if wage.Typed() != fact.Money || !wage.Member() {
		t.Errorf("工资收入 has type %v, of each member %t", wage.Typed(), wage.Member())
	}
	if d.Find("现住址").Member() {
		t.Error("现住址 is said to be of each member")
	}
	if d.Find("奖金") != nil || d.Coded("bonus") != nil {
		t.Error("an unknown fact is found")
	}
	if got := d.Source("tax").Title; got != "税务" {
		t.Errorf("the source tax is called %q", got)
	}
	if got := d.Source("moon"); got.Title != "moon" || got.Seal != "?" {
		t.Errorf("an unknown source is shown as %v", got)
	}
}

func TestADictionaryRefusesEachMistakeByName(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, from, to, want string }{
		{"unknown word", "accept: 5000", "acept: 5000", "acept"},
		{"unknown type", "type: money", "type: double", "double"},
		{"neither family nor member", "type: text, of: family", "type: text, of: house", "现住址"},
		{"enum without words", ", words: [在校, 不在校]", "", "学业"},
		{"decimal without places", ", scale: 2", "", "住房面积"},
		{"decimal of no places", "scale: 2", "scale: 0", "住房面积"},
		{"decimal of too many places", "scale: 2", "scale: 10", "住房面积"},
		{"decimal of places below none", "scale: 2", "scale: -1", "住房面积"},
		{"places of a whole number", "type: int", "type: int, scale: 2", "房屋套数"},
		{"unknown source", "sources: [tax, self]", "sources: [moon, self]", "moon"},
		{"name twice", "name: 房屋套数", "name: 工资收入", "工资收入"},
		{"code twice", "code: houses", "code: wage", "wage"},
		{"no name", "name: 学业, ", "", "没有名称"},
		{"no code", "code: schooling, ", "", "没有名称或代码"},
		{"source twice", "code: hrss, title: 人社", "code: tax, title: 人社", "tax 写了两次"},
		{"source without seal", "seal: 税", "seal: ''", "tax"},
		{"seal of two characters", "seal: 税", "seal: 税务", "tax"},
		{"negative tolerance", "accept: 5000", "accept: -1", "工资收入"},
		{"empty entry", "  - {name: 学业", "  -\n  - {name: 学业", "空"},
		{"asked without a question", "code: houses,", "code: houses, ask: {hint: 写个数}, ", "房屋套数"},
		{"presumed though it is an amount", "code: wage,", "code: wage, presume: 否, ", "工资收入"},
		{"no YAML", "facts:", "facts: [", "facts.yaml"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			src := strings.Replace(dictionary, c.from, c.to, 1)
			if src == dictionary {
				t.Fatalf("%q is not in the dictionary", c.from)
			}
			_, err := fact.ReadDictionary("areas/x/facts.yaml", []byte(src))
			if err == nil {
				t.Fatal("it was accepted")
			}
			if !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "facts.yaml") {
				t.Errorf("the error names neither the file nor %q:\n%v", c.want, err)
			}
		})
	}
}

func TestAllMistakesOfADictionaryAreToldAtOnce(t *testing.T) {
	t.Parallel()
	_, err := fact.ReadDictionary("facts.yaml", []byte(`
sources: [{code: tax, title: 税务, seal: 税务局}]
facts:
  - {name: 甲, code: a, type: double, of: family}
  - {name: 乙, code: b, type: int, of: house}
  - {name: 丙, code: c, type: enum, of: member, sources: [moon]}
`))
	if err == nil {
		t.Fatal("it was accepted")
	}
	for _, want := range []string{"tax", "甲", "乙", "丙", "moon"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%s is not told:\n%v", want, err)
		}
	}
}

func TestDictionariesJoinButNotWithTheSameFactTwice(t *testing.T) {
	t.Parallel()
	one := read(t)
	two, err := fact.ReadDictionary("b.yaml", []byte(`
sources: [{code: tax, title: 税务, seal: 税}]
facts: [{name: 年收入, code: yearly, type: money, of: family, sources: [tax]}]
`))
	if err != nil {
		t.Fatal(err)
	}
	sum, err := fact.Join("all", one, two)
	if err != nil {
		t.Fatalf("a source that both have alike is refused: %v", err)
	}
	if sum.Find("工资收入") == nil || sum.Find("年收入") == nil {
		t.Error("a fact is lost")
	}
	if _, err := fact.Join("all", one, two, read(t)); err == nil || !strings.Contains(err.Error(), "工资收入") {
		t.Errorf("the same facts twice give %v", err)
	}
	other := *two
	other.Sources = []fact.Source{{Code: "tax", Title: "地税", Seal: "税"}}
	if _, err := fact.Join("all", one, &other); err == nil || !strings.Contains(err.Error(), "tax") {
		t.Errorf("a source with two titles gives %v", err)
	}
}

func TestADefinitionRefusesValuesThatItCannotHave(t *testing.T) {
	t.Parallel()
	d := read(t)
	for _, c := range []struct {
		fact  string
		value fact.Value
		ok    bool
	}{
		{"工资收入", fact.MoneyOf(1), true},
		{"工资收入", fact.IntOf(1), false},
		{"工资收入", fact.Value{}, false},
		{"学业", fact.EnumOf("在校"), true},
		{"学业", fact.EnumOf("退学"), false},
		{"学业", fact.TextOf("在校"), false},
		{"住房面积", fact.DecimalOf(1234, 2), true},
		{"住房面积", fact.DecimalOf(123, 1), false},
		{"住房面积", fact.IntOf(12), false},
		{"房屋套数", fact.DecimalOf(1, 1), false},
	} {
		if err := d.Find(c.fact).Check(c.value); (err == nil) != c.ok {
			t.Errorf("%s = %s: %v, want accepted %t", c.fact, c.value.Encode(), err, c.ok)
		}
	}
}

func FuzzReadDictionary(f *testing.F) {
	f.Add([]byte(dictionary))
	f.Add([]byte("facts: [~]"))
	f.Add([]byte("sources: [~]\nfacts: []"))
	f.Add([]byte("facts: [&a {name: 甲, code: a, type: int, of: family}, *a]"))
	f.Add([]byte(""))
	f.Add([]byte("{"))
	f.Add([]byte("facts: ! 0")) // panics inside the YAML parser
	f.Fuzz(func(t *testing.T, src []byte) {
		d, err := fact.ReadDictionary("facts.yaml", src)
		if err != nil {
			return
		}
		for _, def := range d.Facts {
			if d.Find(def.Name) != def || def.Typed() == fact.None {
				t.Errorf("fact %q was read but cannot be used", def.Name)
			}
		}
	})
}
