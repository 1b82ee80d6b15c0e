package counter_test

import (
	"encoding/json"
	"testing"

	"pgregory.net/rapid"

	"minzheng/areas/marriage/counter"
	"minzheng/kernel/calendar"
	"minzheng/kernel/exchange"
)

const (
	him = "390121199406189997"
	her = "390121199511039982"
)

func on() calendar.Day { return calendar.Date(2026, 3, 2) }

// told is one answer, with values as text or bool.
func told(side int, source string, outcome exchange.Outcome, values map[string]any) counter.Got {
	g := counter.Got{Side: side, Source: source, Outcome: string(outcome), Values: map[string]json.RawMessage{}, Tries: 1}
	for k, v := range values {
		g.Values[k], _ = json.Marshal(v)
	}
	return g
}

// couple are two who may marry, with everything answered.
func couple() counter.Visit {
	v := counter.Visit{Day: on(), State: counter.Open}
	v.Couple.People = [2]counter.Person{{Number: him, Name: "沈志远", Declared: "未婚"}, {Number: her, Name: "梁佳音", Declared: "未婚"}}
	for side, p := range []map[string]any{
		{"name": "沈志远", "birth": "1994-06-18", "sex": "男", "book_marital": "未婚", "number_shared": false},
		{"name": "梁佳音", "birth": "1995-11-03", "sex": "女", "book_marital": "未婚", "number_shared": false},
	} {
		v.Got = append(v.Got, told(side, "police.household", exchange.Found, p), told(side, "civil.marriage", exchange.Found, map[string]any{"marital": "未婚"}),
			told(side, "civil.death", exchange.Absent, nil), told(side, "health.premarital", exchange.Found, map[string]any{"premarital_checked": true}))
	}
	return v
}

// change replaces one answer about her.
func change(v *counter.Visit, g counter.Got) {
	for i, o := range v.Got {
		if o.Side == g.Side && o.Source == g.Source {
			v.Got[i] = g
			return
		}
	}
	v.Got = append(v.Got, g)
}

func value(v *counter.Visit, source, field string, to any) {
	for i, g := range v.Got {
		if g.Side == 1 && g.Source == source {
			v.Got[i].Values[field], _ = json.Marshal(to)
		}
	}
}

func seenByTwo(about, kind string) counter.Evidence {
	return counter.Evidence{Side: 1, About: about, Paper: counter.Paper{Kind: kind, Says: "看过"}, ByID: "a", By: "甲", SecondID: "b", Second: "乙"}
}

func TestWhetherACoupleMayBeRegistered(t *testing.T) {
	t.Parallel()
	silent := func(source string) func(*counter.Visit, *counter.Known) {
		return func(v *counter.Visit, _ *counter.Known) { change(v, told(1, source, exchange.Silent, nil)) }
	}
	for name, c := range map[string]struct {
		change func(*counter.Visit, *counter.Known)
		may    bool
		clause string // that is not met
		is     counter.Standing
	}{
		"everybody agrees":       {func(*counter.Visit, *counter.Known) {}, true, "", ""},
		"the check-up is silent": {silent("health.premarital"), true, "", ""},
		"the check-up has no record": {func(v *counter.Visit, _ *counter.Known) {
			change(v, told(1, "health.premarital", exchange.Absent, nil))
		}, true, "", ""},
		"the register of deaths is silent": {silent("civil.death"), true, "", ""},
		"the records are silent":           {silent("civil.marriage"), false, "现在没有配偶", counter.Unclear},
		"the records are garbled":          {func(v *counter.Visit, _ *counter.Known) { change(v, told(1, "civil.marriage", exchange.Garbled, nil)) }, false, "现在没有配偶", counter.Unclear},
		"the records do not cover her":     {func(v *counter.Visit, _ *counter.Known) { change(v, told(1, "civil.marriage", "not-covered", nil)) }, false, "现在没有配偶", counter.Unclear},
		"the records have no record":       {func(v *counter.Visit, _ *counter.Known) { change(v, told(1, "civil.marriage", exchange.Absent, nil)) }, true, "", ""},
		"no paper stands in for silent records": {func(v *counter.Visit, k *counter.Known) {
			silent("civil.marriage")(v, k)
			v.Couple.People[1].Declared = "离异"
			k.Evidence = []counter.Evidence{seenByTwo(counter.Marital, "离婚证")}
		}, false, "现在没有配偶", counter.Unclear},
		"the records say married, she says single": {func(v *counter.Visit, _ *counter.Known) { value(v, "civil.marriage", "marital", "已婚") }, false, "现在没有配偶", counter.Blocked},
		"the records say married, she says divorced": {func(v *counter.Visit, _ *counter.Known) {
			v.Couple.People[1].Declared = "离异"
			value(v, "civil.marriage", "marital", "已婚")
		}, false, "现在没有配偶", counter.Unclear},
		"and two clerks have seen the judgment": {func(v *counter.Visit, k *counter.Known) {
			v.Couple.People[1].Declared = "离异"
			value(v, "civil.marriage", "marital", "已婚")
			k.Evidence = []counter.Evidence{seenByTwo(counter.Marital, "生效的离婚判决书")}
		}, true, "", ""},
		"and only one clerk has": {func(v *counter.Visit, k *counter.Known) {
			v.Couple.People[1].Declared = "离异"
			value(v, "civil.marriage", "marital", "已婚")
			e := seenByTwo(counter.Marital, "生效的离婚判决书")
			e.SecondID = ""
			k.Evidence = []counter.Evidence{e}
		}, false, "现在没有配偶", counter.Unclear},
		"and the same clerk twice": {func(v *counter.Visit, k *counter.Known) {
			v.Couple.People[1].Declared = "离异"
			value(v, "civil.marriage", "marital", "已婚")
			e := seenByTwo(counter.Marital, "生效的离婚判决书")
			e.SecondID = e.ByID
			k.Evidence = []counter.Evidence{e}
		}, false, "现在没有配偶", counter.Unclear},
		"the paper was for another declaration": {func(v *counter.Visit, k *counter.Known) {
			value(v, "civil.marriage", "marital", "已婚")
			k.Evidence = []counter.Evidence{seenByTwo(counter.Marital, "离婚证")}
		}, false, "现在没有配偶", counter.Blocked},
		"the household book says married": {func(v *counter.Visit, _ *counter.Known) { value(v, "police.household", "book_marital", "已婚") }, false, "现在没有配偶", counter.Unclear},
		"our own register has a marriage": {func(_ *counter.Visit, k *counter.Known) { k.Married[1] = "J390121-2019-000001" }, false, "现在没有配偶", counter.Blocked},
		"the police are silent":           {silent("police.household"), false, "身份", counter.Unclear},
		"and two clerks have compared card and face": {func(v *counter.Visit, k *counter.Known) {
			silent("police.household")(v, k)
			k.Evidence = []counter.Evidence{seenByTwo(counter.Identity, "身份证读卡和人证比对")}
		}, true, "", ""},
		"the police do not know them": {func(v *counter.Visit, k *counter.Known) {
			change(v, told(1, "police.household", exchange.Absent, nil))
			k.Evidence = []counter.Evidence{seenByTwo(counter.Identity, "身份证读卡和人证比对")}
		}, false, "身份", counter.Blocked},
		"two people have one number":       {func(v *counter.Visit, _ *counter.Known) { value(v, "police.household", "number_shared", true) }, false, "身份", counter.Unclear},
		"the police have another birthday": {func(v *counter.Visit, _ *counter.Known) { value(v, "police.household", "birth", "1996-11-03") }, false, "身份", counter.Unclear},
		"she is registered as dead": {func(v *counter.Visit, _ *counter.Known) {
			change(v, told(1, "civil.death", exchange.Found, map[string]any{"dead": true}))
		}, false, "身份", counter.Blocked},
		"they are brother and sister":    {func(v *counter.Visit, _ *counter.Known) { v.Couple.Kin = "兄弟姐妹" }, false, "不是直系或三代以内旁系血亲", counter.Blocked},
		"answers are still on their way": {func(v *counter.Visit, k *counter.Known) { v.Got, k.Asking = v.Got[:5], true }, false, "现在没有配偶", counter.Unclear},
	} {
		t.Run(name, func(t *testing.T) {
			v, k := couple(), counter.Known{On: on()}
			c.change(&v, &k)
			x := counter.Weigh(v, k)
			if x.May() != c.may {
				t.Fatalf("may be registered: %v, want %v (%+v)", x.May(), c.may, x.Clauses)
			}
			for _, clause := range x.Clauses {
				if clause.Name == c.clause && clause.Sides[1].Standing != c.is {
					t.Errorf("%s is %s (%s), want %s", clause.Name, clause.Sides[1].Standing, clause.Sides[1].Says, c.is)
				}
				for _, verdict := range clause.Sides {
					if verdict.Standing != counter.Met && verdict.Says == "" {
						t.Errorf("%s is %s and nobody says why", clause.Name, verdict.Standing)
					}
				}
			}
		})
	}
}

func TestTheAgeIsReckonedByTheDay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		birth string
		side  int
		may   bool
	}{
		{"2004-03-02", 0, true}, {"2004-03-03", 0, false}, // a man of 22
		{"2006-03-02", 1, true}, {"2006-03-03", 1, false}, // a woman of 20
		{"2004-02-29", 0, true},
	} {
		v := couple()
		p := &v.Couple.People[c.side]
		p.Number = numberOf(c.birth, c.side)
		for i, g := range v.Got {
			if g.Side == c.side && g.Source == "police.household" {
				v.Got[i].Values["birth"], _ = json.Marshal(c.birth)
			}
		}
		if got := counter.Weigh(v, counter.Known{On: on()}).May(); got != c.may {
			t.Errorf("born on %s: %v, want %v", c.birth, got, c.may)
		}
	}
}

// numberOf is a citizen number for a birthday and a sex.
func numberOf(birth string, side int) string {
	first := "390121" + birth[:4] + birth[5:7] + birth[8:] + []string{"999", "998"}[side]
	sum := 0
	for i := range 17 {
		sum += int(first[i]-'0') * (1 << (17 - i) % 11)
	}
	return first + string("10X98765432"[sum%11])
}

// Whatever departments say or do not say: without a positive word about both
// from the records, nobody is registered.
func TestSilenceNeverMakesAnybodyUnmarried(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		v, k := couple(), counter.Known{On: on(), Asking: rapid.Bool().Draw(t, "asking")}
		outcome := rapid.SampledFrom([]exchange.Outcome{exchange.Found, exchange.Absent, exchange.Silent, exchange.Garbled, "not-covered", ""})
		word := rapid.SampledFrom([]string{"未婚", "已婚", "离异", "丧偶", ""})
		about := rapid.SampledFrom([]string{counter.Identity, counter.Marital, counter.Book})
		for i := range v.Got {
			v.Got[i].Outcome = string(outcome.Draw(t, "outcome"))
			if v.Got[i].Source == "civil.marriage" {
				v.Got[i].Values["marital"], _ = json.Marshal(word.Draw(t, "marital"))
			}
		}
		for side := range v.Couple.People {
			v.Couple.People[side].Declared = rapid.SampledFrom([]string{"未婚", "离异", "丧偶"}).Draw(t, "declared")
		}
		for range rapid.IntRange(0, 3).Draw(t, "papers") {
			a := about.Draw(t, "about")
			kinds := append(counter.Kinds(a, "离异"), counter.Kinds(a, "丧偶")...)
			e := seenByTwo(a, rapid.SampledFrom(kinds).Draw(t, "kind"))
			e.Side = rapid.IntRange(0, 1).Draw(t, "side")
			k.Evidence = append(k.Evidence, e)
		}
		if !counter.Weigh(v, k).May() {
			return
		}
		for _, g := range v.Got {
			if g.Source == "civil.marriage" && g.Outcome != string(exchange.Found) && g.Outcome != string(exchange.Absent) {
				t.Fatalf("registered although the records said %q about side %d", g.Outcome, g.Side)
			}
		}
	})
}
