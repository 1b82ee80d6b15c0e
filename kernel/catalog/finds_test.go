package catalog_test

import (
	"strings"
	"testing"

	"minzheng/kernel/catalog"
	"minzheng/kernel/fact"
)

// looking is the folder with a service that looks for people.
func looking(t testing.TB, finds string) map[string]string {
	t.Helper()
	return with(t, "service.yaml", "explains: [家庭收入]", "explains: [家庭收入]\nfinds: "+finds)
}

func TestAServiceSaysHowPeopleAreFound(t *testing.T) {
	s := service(t, looking(t, `{who: family, lead: 可以少交水费。, assumes: {工资收入: "0"}}`))
	if s.Finds == nil || s.Finds.Alone() || s.Finds.Lead != "可以少交水费。" {
		t.Fatalf("finds is %+v", s.Finds)
	}
	if v, ok := s.Finds.Assumed("工资收入"); !ok || v != fact.MoneyOf(0) {
		t.Errorf("assumed is %v %v, want 0 分", v, ok)
	}
	if _, ok := s.Finds.Assumed("工作情况"); ok {
		t.Error("what is not assumed is assumed")
	}
	if service(t, folder).Finds != nil {
		t.Error("a folder that says nothing looks for people")
	}
}

func TestWhatIsWrongInFindsIsSaidByName(t *testing.T) {
	for finds, want := range map[string]string{
		`{who: street, lead: 好。}`:                                                 "finds.who 不认识“street”",
		`{who: family}`:                                                           "finds 没有写 lead",
		`{who: member, lead: 好。}`:                                                 "只能写 family",
		`{who: family, lead: 好。, needs: [手机号]}`:                                   "finds.needs 的“手机号”没有哪条规则要看",
		`{who: family, lead: 好。, needs: [没有的]}`:                                   "finds.needs 的“没有的”",
		`{who: family, lead: 好。, assumes: {手机号: "1"}}`:                            "finds.assumes 的“手机号”没有哪条规则要看",
		`{who: family, lead: 好。, assumes: {没有的: "1"}}`:                            "finds.assumes 的“没有的”",
		`{who: family, lead: 好。, assumes: {工资收入: 很多}}`:                            "“工资收入”的值 \"很多\" 不对",
		`{who: family, lead: 好。, needs: [工资收入], assumes: {工资收入: "0"}}`:            "不能都写",
		`{who: family, lead: 好。, wants: [工资收入]}`:                                  "wants",
		`{who: family, lead: 好。, needs: 工资收入}`:                                    "",
		`{who: family, lead: 好。, assumes: {工资收入: "0"}, needs: [], who: [member]}`: "",
	} {
		_, err := catalog.Read(asFS(looking(t, finds)), "example", known(t))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("finds: %s\ngives %v, want %q", finds, err, want)
		}
	}
	alone := looking(t, `{who: family, lead: 好。}`)
	alone["service.yaml"] = strings.Replace(alone["service.yaml"], "household: {ask: 家里有哪些人？, relations: [配偶, 子女]}", "", 1)
	if _, err := catalog.Read(asFS(alone), "example", known(t)); err == nil || !strings.Contains(err.Error(), "只能写 member") {
		t.Errorf("a service of one person that looks for families gives %v", err)
	}
}
