package assistance_test

import (
	"io/fs"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"minzheng/areas/assistance"
	"minzheng/kernel/casework"
	"minzheng/kernel/catalog"
	"minzheng/kernel/fact"
	"minzheng/kernel/region"
	"minzheng/kernel/rule"
)

// known is what the program knows when it reads the area's services.
func known(t testing.TB) catalog.Known {
	t.Helper()
	a := assistance.New()
	d, err := fact.ReadDictionary("facts.yaml", a.Facts)
	if err != nil {
		t.Fatal(err)
	}
	k := catalog.Known{
		Dictionary: d,
		Roles:      map[string]string{"township-clerk": "经办人", "township-head": "负责人", "county-officer": "审核人", "disability-officer": "残联审核人"},
		Effects:    map[string]bool{},
		Sources:    map[string]bool{},
		Needs:      casework.Needs,
	}
	for name := range a.Effects {
		k.Effects[name] = true
	}
	for name := range casework.Effects() {
		k.Effects[name] = true
	}
	for _, code := range []string{"police.missing", "civil.ability", "hrss.injury", "police.household", "civil.death", "civil.marriage", "justice.custody", "disabled.card", "hrss.pension",
		"hrss.insurance", "tax.income", "market.business", "bank.deposits", "realestate.houses", "traffic.vehicles", "hsa.costs", "hsa.serious", "hrss.unemployment", "emergency.damage", "education.enrolment"} {
		k.Sources[code] = true
	}
	return k
}

func services(t testing.TB) []*catalog.Service {
	t.Helper()
	files := assistance.New().Files
	dirs, err := fs.ReadDir(files, "services")
	if err != nil {
		t.Fatal(err)
	}
	var all []*catalog.Service
	for _, d := range dirs {
		dir, err := fs.Sub(files, "services/"+d.Name())
		if err != nil {
			t.Fatal(err)
		}
		s, err := catalog.Read(dir, "assistance", known(t))
		if err != nil {
			t.Fatalf("services/%s:\n%v", d.Name(), err)
		}
		all = append(all, s)
	}
	return all
}

// path goes up the few places that the examples name.
func path(t testing.TB) func(string) []string {
	t.Helper()
	tree, err := region.New(
		region.Place{Code: "330000", Name: "浙江省", Parent: region.Nation},
		region.Place{Code: "390000", Name: "示例省", Parent: region.Nation},
		region.Place{Code: "390100", Name: "云岭市", Parent: "390000"},
		region.Place{Code: "390121", Name: "清溪县", Parent: "390100"},
		region.Place{Code: "390121001", Name: "柳溪街道", Parent: "390121"},
		region.Place{Code: "390122", Name: "望川县", Parent: "390100"},
	)
	if err != nil {
		t.Fatal(err)
	}
	return func(code string) []string {
		var all []string
		for _, c := range tree.Path(region.Code(code)) {
			all = append(all, string(c))
		}
		return all
	}
}

func TestEveryExampleWorksOut(t *testing.T) {
	t.Parallel()
	up := path(t)
	for _, s := range services(t) {
		if len(s.Examples) == 0 {
			t.Errorf("%s has no examples", s.Code)
		}
		for _, e := range s.Examples {
			t.Run(s.Code+"/"+e.Name, func(t *testing.T) {
				t.Parallel()
				if len(e.Want) == 0 {
					t.Error("the example wants nothing")
				}
				for _, wrong := range s.Check(e, up) {
					t.Error(wrong)
				}
			})
		}
	}
}

func TestEveryConditionIsShownToHoldAndToFail(t *testing.T) {
	t.Parallel()
	up := path(t)
	for _, s := range services(t) {
		held, failed := map[string]bool{}, map[string]bool{}
		for _, e := range s.Examples {
			set, err := e.Set(s.Rules.Dictionary())
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range s.Rules.Judge(rule.Case{Facts: set, Region: up(e.Region), On: day(t, e.On)}).Results { // of each member too
				held[c.Rule.Set] = held[c.Rule.Set] || c.Holds()
				failed[c.Rule.Set] = failed[c.Rule.Set] || c.Fails()
			}
		}
		for _, r := range s.Rules.All() {
			if r.Condition() && !(held[r.Set] && failed[r.Set]) {
				t.Errorf("%s: no example shows %s to hold (%t) and to fail (%t)", s.Code, r.Set, held[r.Set], failed[r.Set])
			}
		}
	}
}

func day(t testing.TB, s string) int32 {
	t.Helper()
	d, err := time.Parse(time.DateOnly, s)
	if err != nil {
		t.Fatal(err)
	}
	return int32(d.Unix() / 86400)
}

// family is a person and children, of whom everything is known.
func family(t testing.TB, d *fact.Dictionary, wage int64, children int) *fact.Set {
	t.Helper()
	set := fact.NewSet(d)
	for i := range 1 + children {
		about := string(rune('a' + i))
		tell := func(name string, v fact.Value) {
			set.Tell(fact.Statement{Name: name, About: about, Source: "self", Value: v})
		}
		for _, name := range []string{"工资收入", "零工收入", "经营收入", "养老金", "基础养老金", "赡养抚养费", "就业成本", "存款", "车辆价值"} {
			tell(name, fact.MoneyOf(0))
		}
		tell("房屋套数", fact.IntOf(0))
		tell("残疾等级", fact.EnumOf("无"))
		tell("出生日期", fact.DateOf(day(t, "2015-01-01")))
		tell("与申请人关系", fact.TextOf("女儿"))
		for name, v := range map[string]bool{"共同生活": true, "本县户籍": true, "服刑": false, "已去世": false, "患重病": false} {
			tell(name, fact.BoolOf(v))
		}
		if i == 0 {
			tell("与申请人关系", fact.TextOf("本人"))
			tell("出生日期", fact.DateOf(day(t, "1985-01-01")))
			tell("工资收入", fact.MoneyOf(wage))
		}
	}
	return set
}

func TestWhoEarnsMoreNeverGetsMoreAndOnlyTheEligibleGetAnything(t *testing.T) {
	t.Parallel()
	all := services(t)
	i := slices.IndexFunc(all, func(s *catalog.Service) bool { return s.Code == "dibao" })
	s, up := all[i], path(t)
	judge := func(wage int64, children int, where string) (eligible bool, amount int64) {
		j := s.Rules.Judge(rule.Case{Facts: family(t, s.Rules.Dictionary(), wage, children), Region: up(where), On: day(t, "2026-03-02")})
		d, _ := j.Find(s.Decides)
		a, _ := j.Find(s.Amount)
		if !d.Known || !a.Known {
			t.Fatalf("a wage of %d 分 and %d children leave it open: %+v", wage, children, d.Missing)
		}
		return d.Holds(), a.Value.Int64()
	}
	rapid.Check(t, func(rt *rapid.T) {
		children := rapid.IntRange(0, 3).Draw(rt, "children")
		where := rapid.SampledFrom([]string{"390121001", "390122001"}).Draw(rt, "where")
		low := rapid.Int64Range(0, 600000).Draw(rt, "wage")
		high := low + rapid.Int64Range(0, 100000).Draw(rt, "more")
		lowEligible, lowAmount := judge(low, children, where)
		highEligible, highAmount := judge(high, children, where)
		if highAmount > lowAmount || highEligible && !lowEligible {
			rt.Fatalf("with %d 分 they get %d 分, with %d 分 %d 分", low, lowAmount, high, highAmount)
		}
		if lowEligible != (lowAmount > 0) || lowAmount%100 != 0 {
			rt.Fatalf("eligible %t, and gets %d 分", lowEligible, lowAmount)
		}
	})
}
