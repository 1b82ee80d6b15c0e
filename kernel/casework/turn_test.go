package casework_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"minzheng/kernel/casework"
	"minzheng/kernel/fact"
)

func TestALetterOfRefusalSaysWhatTheFamilyFallsShortBy(t *testing.T) {
	t.Parallel()
	h := small(t)
	a := h.application(h.person("赵玉琴"), 50000)
	son := h.person("赵小明")
	a.Members = append(a.Members, casework.Member{Key: "m2", Name: son.Name, Number: son.Number, Relation: "儿子", Birth: son.Birth, Consented: h.desk.DB.Now(), ConsentBy: "paper"})
	for _, one := range a.Facts {
		one.About = "m2"
		a.Facts = append(a.Facts, one)
	}
	c, err := h.open(a)
	h.must(err)
	h.jobs()
	h.at("2026-03-10")
	c = h.find(c.ID)
	for _, act := range []string{"accept", "checked", "visited", "oppose", "refuse"} {
		h.act(&c, act)
	}
	facts, err := h.desk.Facts(h.ctx, h.desk.DB, c.ID)
	h.must(err)
	short := h.desk.Short(c, h.service, facts, date("2026-03-10"))
	if !strings.HasPrefix(short, "家庭收入再低 ") || !strings.HasSuffix(short, " 元即符合") {
		t.Errorf("the family falls short by %q", short)
	}
	all := h.desk.Turns(c, h.service, facts, date("2026-03-10"), "符合条件")
	if !slices.Contains(all, short) || !slices.ContainsFunc(all, func(s string) bool { return strings.HasPrefix(s, "赵玉琴的") }) {
		t.Errorf("it turns by %q, want the family's number among it and a member's by name", all)
	}
	letters, err := h.desk.Letters(h.ctx, h.desk.DB, c.ID)
	h.must(err)
	if text := fmt.Sprint(letters[0].Letter.Blocks); !strings.Contains(text, "还差多少："+short+"。") || strings.Contains(text, "还缺") {
		t.Errorf("the letter says\n%s", text)
	}
}

func TestWhatStillLacksIsNamedForReaders(t *testing.T) {
	t.Parallel()
	h := small(t)
	c := h.applied("赵玉琴")
	facts := fact.NewSet(h.service.Rules.Dictionary())
	facts.Tell(h.self("姓名", fact.TextOf("赵玉琴")), h.self("工资收入", fact.MoneyOf(100)), h.self("共同生活", fact.BoolOf(true)))
	got := h.desk.StillLacks(c, h.service, facts, date("2026-03-10"), "收入符合")
	if want := []string{"赵玉琴的经营收入"}; !slices.Equal(got, want) {
		t.Errorf("it lacks %q, want %q", got, want)
	}
	if got := h.desk.Turns(c, h.service, facts, date("2026-03-10"), "收入符合"); got != nil {
		t.Errorf("what is not known turns by %q", got)
	}
	if got := h.desk.Short(c, h.service, facts, date("2026-03-10")); got != "" {
		t.Errorf("what is not known falls short by %q", got)
	}
}
