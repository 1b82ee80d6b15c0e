package assistance_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"minzheng/kernel/catalog"
	"minzheng/kernel/fact"
	"minzheng/kernel/rule"
)

func serviceOf(t testing.TB, code string) *catalog.Service {
	t.Helper()
	all := services(t)
	i := slices.IndexFunc(all, func(s *catalog.Service) bool { return s.Code == code })
	if i < 0 {
		t.Fatalf("there is no service %s", code)
	}
	return all[i]
}

// parent is a state in which a parent can be, as the register, the departments
// and the family tell it on 2 March 2026.
type parent struct {
	name  string
	facts map[string]string
}

func state(name, word string, more ...string) parent {
	p := parent{name, map[string]string{"父母情形": word, "已去世": "否", "服刑": "否", "残疾类别": "无", "残疾等级": "无"}}
	for i := 0; i < len(more); i += 2 {
		p.facts[more[i]] = more[i+1]
	}
	return p
}

// parents are all states: every word of the dictionary, and where the document
// draws a line, both sides of it.
func parents() []parent {
	return []parent{
		state("能抚养", "能抚养"),
		state("死亡", "死亡", "已去世", "是"),
		state("宣告死亡", "死亡"),
		state("失踪", "失踪"),
		state("一级", "重残", "残疾类别", "视力", "残疾等级", "一级"),
		state("二级", "重残", "残疾类别", "肢体", "残疾等级", "二级"),
		state("一级没说", "能抚养", "残疾类别", "肢体", "残疾等级", "一级"),
		state("服刑没说", "失联", "服刑", "是", "限制人身自由月数", "6", "失联登记日期", "2026-02-01"),
		state("三级精神", "重残", "残疾类别", "精神", "残疾等级", "三级"),
		state("四级智力", "重残", "残疾类别", "智力", "残疾等级", "四级"),
		state("三级肢体", "重残", "残疾类别", "肢体", "残疾等级", "三级"),
		state("四级听力", "重残", "残疾类别", "听力", "残疾等级", "四级"),
		state("没有残疾证", "重残"),
		state("重病", "重病"),
		state("服刑6月", "服刑在押", "服刑", "是", "限制人身自由月数", "6"),
		state("服刑5月", "服刑在押", "服刑", "是", "限制人身自由月数", "5"),
		state("戒毒6月", "强制隔离戒毒", "限制人身自由月数", "6"),
		state("戒毒5月", "强制隔离戒毒", "限制人身自由月数", "5"),
		state("限制6月", "其他限制人身自由", "限制人身自由月数", "6"),
		state("限制5月", "其他限制人身自由", "限制人身自由月数", "5"),
		state("失联满6月", "失联", "失联登记日期", "2025-09-02"),
		state("失联差一天", "失联", "失联登记日期", "2025-09-03"),
		state("撤销资格", "被撤销监护资格"),
		state("遣送出境", "被遣送出境"),
	}
}

// What 民发〔2019〕62号 (part one) and 民发〔2020〕125号 say, written out: the
// states that count for a living parent, and those in which a parent is lost.
// Both parents count, or one is lost and the other counts. Both lost is an
// orphan, which is another service.
const document = `
              能 死 宣 失 一 二 残 刑 三 四 三 四 没 重 服 服 戒 戒 限 限 失 失 撤 遣
能抚养        .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .
死亡          .  o  o  o  Y  Y  Y  Y  Y  Y  .  .  .  Y  Y  .  Y  .  Y  .  Y  .  Y  Y
宣告死亡      .  o  o  o  Y  Y  Y  Y  Y  Y  .  .  .  Y  Y  .  Y  .  Y  .  Y  .  Y  Y
失踪          .  o  o  o  Y  Y  Y  Y  Y  Y  .  .  .  Y  Y  .  Y  .  Y  .  Y  .  Y  Y
一级          .  Y  Y  Y  Y  Y  Y  Y  Y  Y  .  .  .  Y  Y  .  Y  .  Y  .  Y  .  Y  Y
二级          .  Y  Y  Y  Y  Y  Y  Y  Y  Y  .  .  .  Y  Y  .  Y  .  Y  .  Y  .  Y  Y
一级没说      .  Y  Y  Y  Y  Y  Y  Y  Y  Y  .  .  .  Y  Y  .  Y  .  Y  .  Y  .  Y  Y
服刑没说      .  Y  Y  Y  Y  Y  Y  Y  Y  Y  .  .  .  Y  Y  .  Y  .  Y  .  Y  .  Y  Y
三级精神      .  Y  Y  Y  Y  Y  Y  Y  Y  Y  .  .  .  Y  Y  .  Y  .  Y  .  Y  .  Y  Y
四级智力      .  Y  Y  Y  Y  Y  Y  Y  Y  Y  .  .  .  Y  Y  .  Y  .  Y  .  Y  .  Y  Y
三级肢体      .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .
四级听力      .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .
没有残疾证    .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .
重病          .  Y  Y  Y  Y  Y  Y  Y  Y  Y  .  .  .  Y  Y  .  Y  .  Y  .  Y  .  Y  Y
服刑6月       .  Y  Y  Y  Y  Y  Y  Y  Y  Y  .  .  .  Y  Y  .  Y  .  Y  .  Y  .  Y  Y
服刑5月       .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .
戒毒6月       .  Y  Y  Y  Y  Y  Y  Y  Y  Y  .  .  .  Y  Y  .  Y  .  Y  .  Y  .  Y  Y
戒毒5月       .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .
限制6月       .  Y  Y  Y  Y  Y  Y  Y  Y  Y  .  .  .  Y  Y  .  Y  .  Y  .  Y  .  Y  Y
限制5月       .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .
失联满6月     .  Y  Y  Y  Y  Y  Y  Y  Y  Y  .  .  .  Y  Y  .  Y  .  Y  .  Y  .  Y  Y
失联差一天    .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .  .
撤销资格      .  Y  Y  Y  Y  Y  Y  Y  Y  Y  .  .  .  Y  Y  .  Y  .  Y  .  Y  .  Y  Y
遣送出境      .  Y  Y  Y  Y  Y  Y  Y  Y  Y  .  .  .  Y  Y  .  Y  .  Y  .  Y  .  Y  Y
`

// child is a child of ten with two parents.
func child(father, mother parent) catalog.Example {
	one := func(relation, birth string, facts map[string]string) map[string]string {
		m := map[string]string{"与申请人关系": relation, "出生日期": birth}
		for name, v := range facts {
			m[name] = v
		}
		return m
	}
	return catalog.Example{Name: father.name + "/" + mother.name, Facts: map[string]string{"养育方式": "社会散居", "查找不到的父母": "没有"},
		Members: []map[string]string{
			one("本人", "1955-04-11", nil),
			one("孩子", "2015-06-01", map[string]string{"本县户籍": "是", "已去世": "否", "享受孤儿保障": "否", "享受无人抚养补贴": "否", "享受特困供养": "否",
				"每人低保金": "0", "特困供养金": "0", "残疾生活补贴": "0"}),
			one("孩子的父亲", "1985-01-01", father.facts), one("孩子的母亲", "1986-01-01", mother.facts),
		}}
}

func judged(t testing.TB, s *catalog.Service, e catalog.Example, on string) rule.Judgement {
	t.Helper()
	set, err := e.Set(s.Rules.Dictionary())
	if err != nil {
		t.Fatal(err)
	}
	return s.Rules.Judge(rule.Case{Facts: set, Region: []string{"390121001", "390121", "390100", "390000", "000000"}, On: day(t, on)})
}

func TestEveryPairOfParentsIsJudgedAsTheDocumentsSay(t *testing.T) {
	t.Parallel()
	lone, orphan := serviceOf(t, "wuren-fuyang"), serviceOf(t, "guer")
	rows := strings.Split(strings.TrimSpace(document), "\n")[1:]
	all := parents()
	if len(rows) != len(all) {
		t.Fatalf("%d rows for %d states", len(rows), len(all))
	}
	for i, father := range all {
		cells := strings.Fields(rows[i])
		if cells[0] != father.name || len(cells) != len(all)+1 {
			t.Fatalf("row %d is of %s with %d cells", i, cells[0], len(cells)-1)
		}
		for j, mother := range all {
			want := cells[j+1]
			for s, mark := range map[*catalog.Service]string{lone: "Y", orphan: "o"} {
				r, _ := judged(t, s, child(father, mother), "2026-03-02").Find(s.Decides)
				if !r.Known || r.Holds() != (want == mark) {
					t.Errorf("%s: father %s, mother %s: known %t, holds %t; the document says %s", s.Code, father.name, mother.name, r.Known, r.Holds(), want)
				}
			}
		}
	}
}

// Every word of the dictionary is in the table.
func TestTheTableOfParentsHasEveryState(t *testing.T) {
	t.Parallel()
	have := map[string]bool{}
	for _, p := range parents() {
		have[p.facts["父母情形"]] = true
	}
	for _, word := range serviceOf(t, "wuren-fuyang").Rules.Dictionary().Find("父母情形").Words {
		if !have[word] {
			t.Errorf("the table says nothing of %s", word)
		}
	}
}

// A fact that nobody knows never turns into a no: whatever it may turn out to
// be, the outcome that was known before stays.
func TestWhatIsNotKnownOfAParentNeverDecides(t *testing.T) {
	t.Parallel()
	s, all := serviceOf(t, "wuren-fuyang"), parents()
	rapid.Check(t, func(rt *rapid.T) {
		e := child(rapid.SampledFrom(all).Draw(rt, "father"), rapid.SampledFrom(all).Draw(rt, "mother"))
		full, _ := judged(t, s, e, "2026-03-02").Find(s.Decides)
		for _, m := range e.Members[2:] {
			for _, name := range []string{"父母情形", "已去世", "服刑", "残疾等级", "残疾类别", "限制人身自由月数", "失联登记日期"} {
				if rapid.Bool().Draw(rt, "forget") {
					delete(m, name)
				}
			}
		}
		part, _ := judged(t, s, e, "2026-03-02").Find(s.Decides)
		if part.Known && part.Holds() != full.Holds() {
			rt.Fatalf("%s: with less known it is %t, with all %t", e.Name, part.Holds(), full.Holds())
		}
	})
}

// The last day is the day before the eighteenth birthday, whatever leap years
// lie between.
func TestAChildsBenefitEndsTheDayBeforeItIsEighteen(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"guer", "wuren-fuyang"} {
		s := serviceOf(t, code)
		rapid.Check(t, func(rt *rapid.T) {
			birth := time.Date(2008, 3, 3, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rapid.IntRange(0, 40*365).Draw(rt, "born"))
			e := child(state("死亡", "死亡"), state("死亡", "死亡"))
			e.Members[1]["出生日期"] = birth.Format(time.DateOnly)
			j := judged(t, s, e, "2026-03-02")
			got, _ := j.Find(s.Benefit.Ends)
			want := birth.AddDate(18, 0, -1) // Go turns 29 February of no leap year into 1 March, as the law does
			if !got.Known || got.Value != fact.DateOf(int32(want.Unix()/86400)) {
				rt.Fatalf("%s: born on %s ends on %v, want %s", code, birth.Format(time.DateOnly), got.Shown(), want.Format(time.DateOnly))
			}
		})
	}
}

func TestAChildsCaseIsNeverShownInPublic(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"guer", "wuren-fuyang"} {
		for _, st := range serviceOf(t, code).Steps {
			if st.Publicity != nil {
				t.Errorf("%s is shown in public in step %s (民发〔2019〕62号 二（二）)", code, st.Code)
			}
		}
	}
}

// What a child already gets and what is added never come to less than the
// standard, nor, when something is added, to more.
func TestTheDifferenceComesToTheStandardExactly(t *testing.T) {
	t.Parallel()
	s := serviceOf(t, "wuren-fuyang")
	rapid.Check(t, func(rt *rapid.T) {
		e := child(state("重病", "重病"), state("重病", "重病"))
		var gets int64
		for _, name := range []string{"每人低保金", "特困供养金", "残疾生活补贴"} {
			fen := rapid.Int64Range(0, 120000).Draw(rt, name)
			gets += fen
			e.Members[1][name] = fmt.Sprintf("%d.%02d", fen/100, fen%100)
		}
		j := judged(t, s, e, "2026-03-02")
		r, _ := j.Find(s.Decides)
		amount, _ := j.Find(s.Amount)
		const standard = 145000
		if r.Holds() != (gets < standard) || amount.Value.Int64() != max(0, standard-gets) {
			rt.Fatalf("with %d 分: %t, %d 分", gets, r.Holds(), amount.Value.Int64())
		}
	})
}
