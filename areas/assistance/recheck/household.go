package recheck

import (
	"context"
	"slices"
	"strings"

	"minzheng/areas/assistance/ledger"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/fact"
	"minzheng/kernel/rule"
)

// Parting is a family that becomes two: who leaves, since when and why.
type Parting struct {
	Benefit string
	Who     []string // keys of members, never the applicant
	Why     string   // a word of partings
	On      calendar.Day
	Note    string
	By      casework.Actor
}

// partings are the reasons for which a family becomes two. A child below
// eighteen who leaves with a divorce lives with the other parent.
func partings() []string { return []string{"分家另过", "离婚", "随另一方生活"} }

// Joining is somebody who moves into a family that receives a benefit.
type Joining struct {
	Benefit string
	Member  casework.Member // key is given later
	On      calendar.Day
	Note    string
	By      casework.Actor
}

// Outlook is what the rules would give a family, by what is known.
type Outlook struct {
	Names  []string
	Known  bool
	Holds  bool
	Amount int64
	Lacks  []string
}

// wholeFamily is a benefit's family as its last case knows it.
type wholeFamily struct {
	b       Benefit
	c       casework.Case
	s       *catalog.Service
	members []casework.Member
	facts   *fact.Set
}

// standing reads it.
func (r *Room) standing(ctx context.Context, rd db.Reader, benefit string) (w wholeFamily, err error) {
	if w.b, err = Find(ctx, rd, benefit); err != nil {
		return w, err
	}
	if w.c, err = lastCase(ctx, rd, w.b); err != nil {
		return w, err
	}
	if w.s, err = r.desk.Services().Version(ctx, rd, w.c.Version); err != nil {
		return w, err
	}
	if w.members, err = r.desk.Members(ctx, rd, w.c.ID); err != nil {
		return w, err
	}
	w.facts, err = r.desk.Facts(ctx, rd, w.c.ID)
	return w, err
}

// apart is what is told of somebody who leaves.
func (w wholeFamily) apart(m casework.Member, p Parting, at calendar.Day) []fact.Statement {
	why := p.Why
	if why == "离婚" && m.Age(at) < 18 {
		why = "随另一方生活"
	}
	now := at.Start().UTC()
	all := []fact.Statement{{Name: "共同生活", About: m.Key, Value: fact.BoolOf(false), Source: "visit", At: now}}
	if w.s.Household != nil && w.s.Household.ApartWhy != "" {
		all = append(all, fact.Statement{Name: w.s.Household.ApartWhy, About: m.Key, Value: fact.EnumOf(why), Source: "visit", At: now})
	}
	return all
}

// check says what is wrong with a parting.
func (w wholeFamily) check(p Parting, today calendar.Day) error {
	var wrong errs.Problems
	if len(p.Who) == 0 {
		wrong.Add("who", "请选谁分出去。")
	}
	for _, key := range p.Who {
		i := slices.IndexFunc(w.members, func(m casework.Member) bool { return m.Key == key })
		if i < 0 || key == casework.Applicant || !lives(w.facts, key) {
			wrong.Add("who", "请选谁分出去。申请人自己分出去的，由留下的人重新申请。")
			break
		}
	}
	if !slices.Contains(partings(), p.Why) {
		wrong.Add("why", "请选为什么分开。")
	}
	if p.On == 0 || p.On > today {
		wrong.Add("on", "请写哪一天，不能晚于今天。")
	}
	if n := len([]rune(p.Note)); n < 2 || n > 500 {
		wrong.Add("note", "请写明怎么知道的，最多 500 个字。")
	}
	return wrong.Err()
}

// Foresee says what would follow from a parting for both families. Nothing is
// changed by it.
func (r *Room) Foresee(ctx context.Context, rd db.Reader, p Parting) (stays, leaves Outlook, err error) {
	w, err := r.standing(ctx, rd, p.Benefit)
	if err != nil {
		return stays, leaves, err
	}
	today := calendar.DayOf(r.desk.DB.Now())
	if err := w.check(p, today); err != nil {
		return stays, leaves, err
	}
	here, there := fact.NewSet(w.facts.Dictionary()), fact.NewSet(w.facts.Dictionary())
	first := ""
	for _, m := range w.members {
		if !slices.Contains(p.Who, m.Key) {
			stays.Names = append(stays.Names, m.Name)
			continue
		}
		leaves.Names = append(leaves.Names, m.Name)
		if first == "" || m.Relation == "配偶" {
			first = m.Key
		}
		for _, one := range w.apart(m, p, today) {
			one.Source = fact.Decided
			here.Tell(one)
		}
	}
	w.facts.Each(func(name, about string, said []fact.Statement) {
		here.Tell(said...)
		w.toNew(there, p, first, name, about, said[0])
	})
	r.outlook(w, here, today, &stays)
	r.outlook(w, there, today, &leaves)
	return stays, leaves, nil
}

// toNew tells of the family that leaves what was told of its people, with the
// first of them as who would apply.
func (w wholeFamily) toNew(set *fact.Set, p Parting, first, name, about string, one fact.Statement) {
	if about != "" && !slices.Contains(p.Who, about) {
		return
	}
	if name == "与申请人关系" {
		i := slices.IndexFunc(w.members, func(m casework.Member) bool { return m.Key == first })
		switch {
		case about == first:
			one.Value = fact.TextOf("本人")
		case w.members[i].Relation != "配偶": // of a spouse's children nothing changes
			one.Value = fact.TextOf("其他")
		}
	}
	if about == first {
		one.About = casework.Applicant
	}
	set.Tell(one)
}

func (r *Room) outlook(w wholeFamily, set *fact.Set, today calendar.Day, o *Outlook) {
	j := w.s.Rules.Judge(rule.Case{Facts: set, Region: r.path(w.c.Region), On: int32(today)})
	decided, _ := j.Find(w.s.Decides)
	o.Known, o.Holds, o.Lacks = decided.Known, decided.Holds(), casework.MissingNames(set, decided.Missing)
	if a, ok := j.Find(w.s.Amount); ok && a.Known {
		o.Amount = a.Value.Int64()
	}
}

// Part has a family that receives a benefit become two. What follows for those
// who stay is found in a re-check, with its hearing; those who leave apply for
// themselves. Who was in the family until then stays in its history.
func (r *Room) Part(ctx context.Context, tx *db.Tx, p Parting) (casework.Case, error) {
	w, err := r.standing(ctx, tx, p.Benefit)
	if err != nil {
		return casework.Case{}, err
	}
	today := calendar.DayOf(tx.Now)
	if err := w.check(p, today); err != nil {
		return casework.Case{}, err
	}
	o := Occasion{Benefit: p.Benefit, Origin: Clerk, Title: "分户：" + p.Why, By: p.By, Told: "您家有人分出去了，我们重新核对，这段时间照常发。要减、要停，一定先听您的意见。"}
	var names []string
	for _, m := range w.members {
		if slices.Contains(p.Who, m.Key) {
			names = append(names, m.Name)
			for _, one := range w.apart(m, p, today) {
				one.At = tx.Now.UTC()
				o.Facts = append(o.Facts, one)
			}
		}
	}
	o.Detail = map[string]string{"分出去的": strings.Join(names, "、"), "从哪天起": p.On.Long(), "怎么知道的": p.Note}
	return r.Look(ctx, tx, o)
}

// Join has somebody move into a family. If they live on a benefit of the same
// service in another family, that one is looked at again too, without them: one
// person is in one household.
func (r *Room) Join(ctx context.Context, tx *db.Tx, j Joining) (c casework.Case, left []casework.Case, err error) {
	w, err := r.standing(ctx, tx, j.Benefit)
	if err != nil {
		return c, nil, err
	}
	index := r.desk.People.Index(j.Member.Number)
	others, err := livingOn(ctx, tx, index, ledger.MonthOf(calendar.DayOf(tx.Now)))
	if err != nil {
		return c, nil, err
	}
	for _, id := range others {
		b, err := Find(ctx, tx, id)
		if err != nil {
			return c, nil, err
		}
		if b.Service != w.b.Service || b.ID == w.b.ID {
			continue
		}
		one, err := r.leave(ctx, tx, b, index, j)
		if err != nil {
			return c, nil, err
		}
		left = append(left, one)
	}
	c, err = r.Look(ctx, tx, Occasion{Benefit: j.Benefit, Origin: Clerk, Title: "并户：" + j.Member.Name + "搬来一起住", Members: []casework.Member{j.Member}, By: j.By,
		Detail: map[string]string{"并进来的": j.Member.Name, "从哪天起": j.On.Long(), "怎么知道的": j.Note}, Told: "您家添了人，我们重新核对，这段时间照常发。"})
	return c, left, err
}

// leave has somebody leave the family of another benefit.
func (r *Room) leave(ctx context.Context, tx *db.Tx, b Benefit, index string, j Joining) (casework.Case, error) {
	w, err := r.standing(ctx, tx, b.ID)
	if err != nil {
		return casework.Case{}, err
	}
	i := slices.IndexFunc(w.members, func(m casework.Member) bool { return r.desk.People.Index(m.Number) == index })
	if i < 0 {
		return casework.Case{}, errs.New(errs.Conflict, "这个人还算在另一户里，那一户的记录里又找不到，请先到那一户登记。")
	}
	if w.members[i].Key == casework.Applicant {
		return casework.Case{}, errs.New(errs.Conflict, "这个人是另一户的申请人。那一户先办结，或者换人接着领，再并过来。")
	}
	p := Parting{Why: "分家另过", On: j.On}
	facts := w.apart(w.members[i], p, calendar.DayOf(tx.Now))
	for k := range facts {
		facts[k].At = tx.Now.UTC()
	}
	return r.Look(ctx, tx, Occasion{Benefit: b.ID, Origin: Clerk, Title: "分户：" + w.members[i].Name + "并到另一户", Facts: facts, By: j.By,
		Detail: map[string]string{"分出去的": w.members[i].Name, "从哪天起": j.On.Long()}, Told: "您家有人分出去了，我们重新核对，这段时间照常发。要减、要停，一定先听您的意见。"})
}
