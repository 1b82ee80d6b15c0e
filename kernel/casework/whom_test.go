package casework_test

import (
	"context"
	"maps"
	"net/url"
	"strings"
	"testing"

	"minzheng/kernel/casework"
	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/fact"
	"minzheng/kernel/form"
	"minzheng/kernel/job"
	"minzheng/kernel/notify"
	"minzheng/kernel/people"
)

// forAChild turns the house's service into one that somebody applies for on
// behalf of a child, whose parent's income is looked up. granted hears whom it
// was granted to.
func (h *house) forAChild(granted *people.ID) {
	h.t.Helper()
	files := maps.Clone(h.service.Files)
	files["service.yaml"] = strings.NewReplacer(
		"relations: [配偶, 儿子, 女儿]", "relations: [孩子, 孩子的父亲]\n  needs: [孩子]\n  apart: true", "decides: 符合条件", "decides: 符合条件\nfor: 孩子",
		"    each: member\n    from: 16\n", "    each: member\n    only: [孩子的父亲]\n",
		"source: police.household, of: member,", "source: police.household, of: member, only: [孩子],",
		"source: tax.income, of: member, from: 16, consent: true,", "source: tax.income, of: member, only: [孩子的父亲],",
		"source: bank.deposits, of: member, from: 16, consent: true,", "source: bank.deposits, of: member, only: [孩子的父亲],",
		"          - {fact: 调查人二, check: name}\n", "          - {fact: 调查人二, check: name}\n          - {fact: 存款}\n",
	).Replace(files["service.yaml"])
	files["rules.yaml"] = strings.NewReplacer("共同生活)", `与申请人关系 == "孩子的父亲")`, `与申请人关系 == "本人"`, `与申请人关系 == "孩子"`).Replace(files["rules.yaml"])
	var err error
	h.service, err = catalog.ReadFiles(files, "testing", h.known)
	h.must(err)
	h.queue = job.NewQueue(h.rooms.DB, h.rooms.Log, 2)
	h.queue.Handle(notify.JobKind, h.rooms.Notify.Handler())
	h.rooms.Queue = h.queue
	h.desk = casework.New(h.rooms, casework.NewShelf(h.known, []*catalog.Service{h.service}), map[string]casework.Effect{
		"start": func(_ context.Context, _ *db.Tx, e casework.Effecting) error { *granted = e.For; return nil }})
}

// lookedAfter is an application of a grandmother's for a child with one parent.
func (h *house) lookedAfter(key string, grandmother people.Person) casework.Application {
	a := h.application(grandmother, 0)
	a.Key, a.Facts = key, nil
	a.Members = append(a.Members,
		casework.Member{Key: "m2", Name: "小满", Number: number("20170512", 2), Relation: "孩子", Birth: date("2017-05-12")},
		casework.Member{Key: "m3", Name: "建平", Number: number("19890517", 3), Relation: "孩子的父亲", Birth: date("1989-05-17")})
	return a
}

func TestAServiceForAChildIsGrantedToTheChildWhoMayBeNewToTheRegister(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		var whom people.ID
		h.forAChild(&whom)
		h.say("/tax", `{"found":true,"values":{"wage":50000,"business_income":0}}`)
		c, err := h.open(h.lookedAfter("first", h.person("桂珍")))
		h.must(err)
		h.jobs()
		for path, asked := range map[string]string{"/police": "小满", "/tax": "建平", "/bank": "建平"} {
			for _, name := range []string{"桂珍", "小满", "建平"} {
				if got, want := h.times(path, name), map[bool]int{true: 1}[name == asked]; got != want {
					t.Errorf("%s was asked %d times about %s, want %d", path, got, name, want)
				}
			}
		}
		c = h.find(c.ID)
		h.act(&c, "accept")
		h.act(&c, "checked")
		answers, problems := form.Read(h.service.Step("visit").Act("visited").Form,
			url.Values{"investigator_1": {"张三"}, "investigator_2": {"李四"}, "deposits": {"12"}}, h.desk.DB.Now())
		h.must(problems.Err())
		c, err = h.try(casework.Doing{Case: c.ID, Act: "visited", Who: staff("visit"), Answers: answers})
		h.must(err)
		facts, err := h.desk.Facts(h.ctx, h.desk.DB, c.ID)
		h.must(err)
		if v, ok := facts.Get("存款", "m2"); !ok || v != fact.MoneyOf(1200) {
			t.Errorf("what an act records of a member is %v of the child, want 12.00", v)
		}
		h.act(&c, "propose")
		h.at("2026-03-20")
		h.jobs()
		c = h.find(c.ID)
		h.act(&c, "agree")
		child, err := h.desk.People.Find(h.ctx, h.desk.DB, whom)
		if err != nil || child.Name != "小满" || child.Number != number("20170512", 2) || child.Birth != date("2017-05-12") || child.Region != liuxi {
			t.Errorf("it is granted to %+v, %v; want the child, who is in the register now", child, err)
		}
	})
}

func TestOneChildIsAppliedForOnceAtATime(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		var whom people.ID
		h.forAChild(&whom)
		grandmother, aunt := h.person("桂珍"), h.person("桂芳")
		first, err := h.open(h.lookedAfter("first", grandmother))
		h.must(err)
		for _, again := range []casework.Application{h.lookedAfter("second", grandmother), h.lookedAfter("third", aunt)} {
			if _, err := h.open(again); !errs.Is(err, errs.Conflict) || !strings.Contains(errs.Sentence(err), "小满") {
				t.Errorf("another application gives %v, want a conflict that names the child", err)
			}
		}
		sister := h.lookedAfter("sister", grandmother)
		sister.Members[1].Name, sister.Members[1].Number = "小雪", number("20190101", 4)
		if _, err := h.open(sister); err != nil {
			t.Errorf("for the sister: %v", err)
		}
		if same, err := h.open(h.lookedAfter("first", grandmother)); err != nil || same.ID != first.ID {
			t.Errorf("the same application again: %v, %v", same.ID, err)
		}
		_, err = h.try(casework.Doing{Case: first.ID, Act: "withdraw", Who: citizen(grandmother)})
		h.must(err)
		if _, err := h.open(h.lookedAfter("fourth", aunt)); err != nil {
			t.Errorf("after the first is taken back: %v", err)
		}
	})
}

func TestWhoMustBeThereIsAskedForByName(t *testing.T) {
	t.Parallel()
	h := small(t)
	var whom people.ID
	h.forAChild(&whom)
	without := h.lookedAfter("key", h.person("桂珍"))
	without.Members = without.Members[:1]
	two := h.lookedAfter("key", h.person("桂芳"))
	two.Members[2].Relation = "孩子"
	for want, a := range map[string]casework.Application{"还要写上孩子": without, "孩子只能写一位": two} {
		if _, err := h.open(a); err == nil || !strings.Contains(err.Error()+errs.Sentence(err), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	if n := h.count(`SELECT COUNT(*) FROM casework_case`); n != 0 {
		t.Errorf("%d cases were opened", n)
	}
}
