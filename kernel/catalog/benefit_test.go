package catalog_test

import (
	"slices"
	"testing"

	"minzheng/kernel/calendar"
	"minzheng/kernel/catalog"
	"minzheng/kernel/fact"
	"minzheng/kernel/form"
	"minzheng/kernel/rule"
)

func TestABenefitBeginsWithTheMonthThatItsFolderSays(t *testing.T) {
	t.Parallel()
	applied, decided := calendar.Date(2026, 1, 31), calendar.Date(2026, 3, 31)
	for first, want := range map[string]string{"next-month": "2026-04-01", "this-month": "2026-03-01", "applied": "2026-01-01"} {
		if got := (catalog.Benefit{First: first}).FirstMonth(applied, decided).String(); got != want {
			t.Errorf("%s begins on %s, want %s", first, got, want)
		}
	}
	if got := (&catalog.Service{Amount: "月补贴"}).Grants().FirstMonth(applied, calendar.Date(2026, 12, 1)).String(); got != "2027-01-01" {
		t.Errorf("where nothing is said it begins on %s, want the month after the decision", got)
	}
}

func TestABenefitIsShownAsItIsPaid(t *testing.T) {
	t.Parallel()
	for kind, want := range map[string]string{"monthly": "¥110.00/月", "once": "¥110.00", "voucher": "每月最多 ¥110.00"} {
		if got := (catalog.Benefit{Kind: kind}).Pays(11000); got != want {
			t.Errorf("%s is shown as %s, want %s", kind, got, want)
		}
	}
}

func TestALimitThatIsNotKnownIsNoLimitOfToday(t *testing.T) {
	t.Parallel()
	files := with(t, "service.yaml", "amount: 月补贴", "amount: 月补贴\nbenefit: {kind: monthly, first: applied, ends: 末日}")
	files["rules.yaml"] += "  - {set: 末日, as: 入住日期 + 30}\n"
	s := service(t, files)
	set := fact.NewSet(s.Rules.Dictionary())
	judge := func() rule.Judgement { return s.Rules.Judge(rule.Case{Facts: set, Region: path(""), On: 20000}) }
	if day, err := s.Grants().LastDay(judge()); err == nil {
		t.Errorf("without a day to count from it ends on %s", day)
	}
	set.Tell(fact.Statement{Name: "入住日期", Source: "self", Value: fact.DateOf(int32(calendar.Date(2026, 1, 31)))})
	if day, err := s.Grants().LastDay(judge()); err != nil || day != calendar.Date(2026, 3, 2) {
		t.Errorf("it ends on %s, %v; want 2026-03-02", day, err)
	}
	if day, err := (catalog.Benefit{}).LastDay(judge()); err != nil || day != 0 {
		t.Errorf("without a limit it ends on %s, %v", day, err)
	}
}

func TestOnlyThoseWhomAQuestionIsAboutAreAskedAbout(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		lookup   catalog.Lookup
		relation string
		age      int
		want     bool
	}{
		{catalog.Lookup{}, "本人", 0, true},
		{catalog.Lookup{From: 16}, "本人", 15, false},
		{catalog.Lookup{From: 16}, "本人", 16, true},
		{catalog.Lookup{Only: []string{"子女"}}, "子女", 3, true},
		{catalog.Lookup{Only: []string{"子女"}}, "本人", 30, false},
		{catalog.Lookup{Only: []string{"子女"}, From: 16}, "子女", 15, false},
	} {
		if got := c.lookup.About(c.relation, c.age); got != c.want {
			t.Errorf("%+v about %s of %d: %t, want %t", c.lookup, c.relation, c.age, got, c.want)
		}
	}
	s := service(t, folder)
	p := s.Form[slices.IndexFunc(s.Form, func(p form.Page) bool { return p.Each == "member" })]
	if p.Only = []string{"配偶"}; p.Asks("子女", 30) || !p.Asks("配偶", 30) {
		t.Error("a page only for spouses is asked of others, or not of them")
	}
}

func TestConsentIsAskedForOnlyWhereAQuestionNeedsIt(t *testing.T) {
	t.Parallel()
	if service(t, folder).AsksConsent() {
		t.Error("no question needs it")
	}
	if !service(t, with(t, "service.yaml", "of: member, purpose", "of: member, consent: true, purpose")).AsksConsent() {
		t.Error("a question needs it")
	}
}
