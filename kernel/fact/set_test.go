package fact_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"minzheng/kernel/fact"
)

func wage(source string, fen int64) fact.Statement {
	return fact.Statement{Name: "工资收入", About: "m1", Source: source, Value: fact.MoneyOf(fen)}
}

func told(t testing.TB, all ...fact.Statement) *fact.Set {
	t.Helper()
	s := fact.NewSet(read(t))
	s.Tell(all...)
	return s
}

func sources(said []fact.Statement) string {
	var all []string
	for _, s := range said {
		all = append(all, s.Source)
	}
	return strings.Join(all, " ")
}

func TestWhatNobodySaidIsUnknown(t *testing.T) {
	t.Parallel()
	s := told(t, wage("tax", 0))
	if v, ok := s.Get("工资收入", "m1"); !ok || v != fact.MoneyOf(0) {
		t.Errorf("zero is %v, %t; want a known zero", v, ok)
	}
	for _, k := range [][2]string{{"房屋套数", "m1"}, {"工资收入", "m2"}, {"工资收入", ""}} {
		if v, ok := s.Get(k[0], k[1]); ok || v.Type() != fact.None {
			t.Errorf("%v, of which nobody spoke, is %v, %t", k, v, ok)
		}
	}
	if got := s.Latest("房屋套数", "m1"); len(got) != 0 {
		t.Errorf("nobody said %v", got)
	}
}

func TestTheBestRankedSourceCounts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		said []fact.Statement
		want int64
		from string
	}{
		{"alone", []fact.Statement{wage("self", 1)}, 1, "self"},
		{"tax before self", []fact.Statement{wage("self", 1), wage("tax", 2)}, 2, "tax self"},
		{"whoever spoke first", []fact.Statement{wage("tax", 2), wage("self", 1)}, 2, "tax self"},
		{"in the dictionary's order", []fact.Statement{wage("self", 1), wage("hrss", 3), wage("tax", 2)}, 2, "tax hrss self"},
		{"an unlisted source is last", []fact.Statement{wage("implied", 9), wage("self", 1)}, 1, "self implied"},
		{"the last word of a source", []fact.Statement{wage("tax", 2), wage("tax", 5), wage("self", 1)}, 5, "tax self"},
		{"the last word of the only source", []fact.Statement{wage("self", 1), wage("self", 7)}, 7, "self"},
		{"a decision outranks all", []fact.Statement{wage(fact.Decided, 4), wage("tax", 2)}, 4, "decided tax"},
		{"the last decision", []fact.Statement{wage(fact.Decided, 4), wage("tax", 2), wage(fact.Decided, 6)}, 6, "decided tax"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := told(t, c.said...)
			if v, ok := s.Get("工资收入", "m1"); !ok || v.Int64() != c.want {
				t.Errorf("%v counts, want %d 分", v, c.want)
			}
			if got := sources(s.Latest("工资收入", "m1")); got != c.from {
				t.Errorf("the sources are %q, want %q", got, c.from)
			}
		})
	}
}

func TestTheBestIsTheFirstOfTheLatest(t *testing.T) {
	t.Parallel()
	d := read(t)
	rapid.Check(t, func(t *rapid.T) {
		s := fact.NewSet(d)
		last := map[string]int64{}
		order := []string{fact.Decided, "tax", "hrss", "self", "implied"}
		for i := range rapid.IntRange(1, 8).Draw(t, "statements") {
			source := rapid.SampledFrom(order).Draw(t, "source")
			last[source] = int64(i)
			s.Tell(wage(source, int64(i)))
		}
		best, _ := s.Best("工资收入", "m1")
		i := slices.IndexFunc(order, func(o string) bool { _, ok := last[o]; return ok })
		if best.Source != order[i] || best.Value.Int64() != last[order[i]] {
			t.Fatalf("best is %v, want the last word of %s, %d", best, order[i], last[order[i]])
		}
		if latest := s.Latest("工资收入", "m1"); latest[0] != best || len(latest) != len(last) {
			t.Fatalf("latest is %v, want one of each of %v and %v first", latest, last, best)
		}
	})
}

func TestSourcesDisagreeOnlyBeyondTheTolerance(t *testing.T) {
	t.Parallel()
	houses := func(source string, n int64) fact.Statement {
		return fact.Statement{Name: "房屋套数", About: "m1", Source: source, Value: fact.IntOf(n)}
	}
	schooling := func(source, word string) fact.Statement {
		return fact.Statement{Name: "学业", About: "m1", Source: source, Value: fact.EnumOf(word)}
	}
	for _, c := range []struct {
		name string
		said []fact.Statement
		want bool
	}{
		{"one source", []fact.Statement{wage("tax", 1)}, false},
		{"one source that changed its mind", []fact.Statement{wage("tax", 1), wage("tax", 99999)}, false},
		{"the same", []fact.Statement{wage("tax", 246000), wage("self", 246000)}, false},
		{"at the tolerance above", []fact.Statement{wage("tax", 246000), wage("self", 251000)}, false},
		{"at the tolerance below", []fact.Statement{wage("tax", 246000), wage("self", 241000)}, false},
		{"a 分 above it", []fact.Statement{wage("tax", 246000), wage("self", 251001)}, true},
		{"a 分 below it", []fact.Statement{wage("tax", 246000), wage("self", 240999)}, true},
		{"the third source", []fact.Statement{wage("tax", 246000), wage("hrss", 246000), wage("self", 1)}, true},
		{"an earlier word no longer counts", []fact.Statement{wage("tax", 1), wage("self", 246000), wage("tax", 246000)}, false},
		{"decided", []fact.Statement{wage("tax", 1), wage("self", 246000), wage(fact.Decided, 1)}, false},
		{"no tolerance", []fact.Statement{houses("tax", 1), houses("self", 2)}, true},
		{"as far apart as can be", []fact.Statement{wage("tax", math.MaxInt64), wage("self", math.MinInt64)}, true},
		{"so far apart that the difference is no int64", []fact.Statement{wage("tax", math.MinInt64), wage("self", 1)}, true},
		{"words", []fact.Statement{schooling("self", "在校"), schooling("visit", "不在校")}, true},
		{"the same words", []fact.Statement{schooling("self", "在校"), schooling("visit", "在校")}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := told(t, c.said...).Conflicts()
			if (len(got) > 0) != c.want {
				t.Errorf("conflicts are %v, want any %t", got, c.want)
			}
		})
	}
}

func TestAConflictKeepsWhatAllSaidAndOfWhom(t *testing.T) {
	t.Parallel()
	s := told(t, wage("self", 1), wage("tax", 246000))
	got := s.Conflicts()
	if len(got) != 1 || got[0].Def.Name != "工资收入" || got[0].About != "m1" || sources(got[0].Said) != "tax self" {
		t.Errorf("conflicts are %+v, want 工资收入 of m1, tax before self", got)
	}
}

func TestAFactThatTheDictionaryDoesNotKnowIsKeptButNoConflict(t *testing.T) {
	t.Parallel()
	s := told(t, fact.Statement{Name: "旧事实", Source: "a", Value: fact.IntOf(1)},
		fact.Statement{Name: "旧事实", Source: "b", Value: fact.IntOf(2)})
	if len(s.Latest("旧事实", "")) != 2 || len(s.Conflicts()) != 0 {
		t.Errorf("said %v, conflicts %v; want 2 and none", s.Latest("旧事实", ""), s.Conflicts())
	}
}

func TestMembersComeInTheOrderInWhichTheyWereNamed(t *testing.T) {
	t.Parallel()
	about := func(who string) fact.Statement {
		return fact.Statement{Name: "工资收入", About: who, Source: "self", Value: fact.MoneyOf(1)}
	}
	s := told(t, about(""), about("zhang"), about("an"), about("zhang"),
		fact.Statement{Name: "患重病", About: "li", Source: "self"}, about("li"))
	if got, want := strings.Join(s.Members(), " "), "zhang an li"; got != want {
		t.Errorf("members are %q, want %q", got, want)
	}
	if got := fact.NewSet(read(t)).Members(); len(got) != 0 {
		t.Errorf("an empty set has members %v", got)
	}
}

func TestEachGoesThroughAllFactsInTheOrderInWhichTheyCame(t *testing.T) {
	t.Parallel()
	s := told(t, wage("self", 1), fact.Statement{Name: "现住址", Source: "self", Value: fact.TextOf("文昌路")}, wage("tax", 2))
	var got []string
	s.Each(func(name, about string, said []fact.Statement) {
		got = append(got, name+about+":"+sources(said))
	})
	if want := []string{"工资收入m1:tax self", "现住址:self"}; !slices.Equal(got, want) {
		t.Errorf("each gave %v, want %v", got, want)
	}
}

func TestWhatCountedBeforeCountsOnlyUntilSomebodySpeaksAndNeverDisagrees(t *testing.T) {
	t.Parallel()
	s := told(t, wage(fact.Earlier, 100000))
	if v, ok := s.Get("工资收入", "m1"); !ok || v != fact.MoneyOf(100000) {
		t.Errorf("alone it is %v, %t", v, ok)
	}
	s.Tell(wage("self", 900000))
	if got := sources(s.Latest("工资收入", "m1")); got != "self" {
		t.Errorf("%q speak, want self alone", got)
	}
	if n := len(s.Conflicts()); n != 0 {
		t.Errorf("it disagrees in %d conflicts", n)
	}
	if was, ok := s.Before("工资收入", "m1"); !ok || was.Value != fact.MoneyOf(100000) {
		t.Errorf("before it was %v, %t", was.Value, ok)
	}
	if _, ok := s.Before("工资收入", "m2"); ok {
		t.Error("something counted before of whom nobody spoke")
	}
}
