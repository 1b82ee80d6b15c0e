package api

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/catalog"
	"minzheng/kernel/errs"
	"minzheng/kernel/fact"
	"minzheng/kernel/form"
	"minzheng/kernel/people"
	"minzheng/kernel/region"
)

// builder makes a draft of what a program sent and collects all that is wrong.
type builder struct {
	*Portal
	service  *catalog.Service
	in       *applyIn
	now      time.Time
	problems errs.Problems
	unread   map[string]bool // members whose number cannot be read
}

// draft is the application as the pages would have it. Its id is the sender's
// key, so that the same submission sent twice opens one case.
func (b *builder) draft(person people.Person) casework.Draft {
	dr := casework.NewDraft(person, b.service, b.place(person))
	dr.ID = "api/" + string(person.ID) + "/" + b.in.Key
	if !b.in.Body.Declared {
		b.problems.Add("declared", "请申请人看过声明，同意后写 true。")
	}
	b.unread = map[string]bool{}
	b.members(&dr)
	b.answers(&dr)
	return dr
}

func (b *builder) place(person people.Person) string {
	place := region.Code(b.in.Body.Place)
	if place == "" {
		place = region.Code(person.Region)
	}
	_, known := b.Desk.Places.Find(place)
	if !known || place.Level() < region.OfTownship || string(b.Desk.Places.County(place)) != b.County {
		b.problems.Add("place", "请写本县的乡镇（街道）或村（社区）代码。")
	}
	return string(place)
}

func (b *builder) members(dr *casework.Draft) {
	if len(b.in.Body.Members) > 0 && b.service.Household == nil {
		b.problems.Add("members", "这个事项只为一个人办，不用写家里人。")
		return
	}
	clash := false
	for i, m := range b.in.Body.Members {
		if i == 0 && m.Relation == "本人" {
			b.self(dr, m)
			continue
		}
		one := casework.DraftMember{Name: strings.TrimSpace(m.Name), Number: form.Tidy("number", m.Number), Relation: m.Relation, Together: "是"}
		key := fmt.Sprintf("m%d", len(dr.Members)+1)
		b.member(key, m, &one)
		if err := dr.AddMember(one); err != nil && !clash {
			clash = b.clash(key, err)
		}
	}
}

// self is the applicant, who need not be named but may.
func (b *builder) self(dr *casework.Draft, m relative) {
	if form.Tidy("number", m.Number) != dr.Members[0].Number {
		b.problems.Add("m1.number", "申请人要是登录的本人。")
	}
}

func (b *builder) member(key string, m relative, one *casework.DraftMember) {
	add := func(field, wrong string) {
		if wrong != "" {
			b.problems.Add(key+"."+field, wrong)
		}
	}
	name := ""
	if one.Name == "" {
		name = "请填写姓名。"
	} else {
		name = form.CheckText("name", "姓名", one.Name, b.now)
	}
	add("name", name)
	wrong := form.CheckNumber(one.Number, b.now)
	add("number", wrong)
	b.unread[key] = wrong != ""
	if !slices.Contains(b.service.Household.Relations, m.Relation) {
		add("relation", "关系要是这几个之一："+strings.Join(b.service.Household.Relations, "、")+"。")
	}
	switch m.Together {
	case nil, true, "是":
	case false, "否":
		one.Together = "否"
	default:
		add("together", "这里要写 true 或 false。")
	}
}

// clash names the member by which two members do not go together.
func (b *builder) clash(key string, err error) bool {
	problems, ok := err.(errs.Problems)
	if !ok {
		return false
	}
	for _, one := range problems {
		if !b.unread[key] {
			b.problems.Add(key+"."+one.Field, one.Sentence)
		}
	}
	return true
}

// answers keeps the answers of every page, as its form reads them.
func (b *builder) answers(dr *casework.Draft) {
	asked := map[string]map[string]bool{}
	for _, t := range dr.Turns(b.service, calendar.DayOf(b.now)) {
		if asked[t.Member] == nil {
			asked[t.Member] = map[string]bool{}
		}
		for _, f := range t.Page.Fields {
			asked[t.Member][f.Name()] = true
		}
		if !b.unread[t.Member] {
			b.turn(dr, t)
		}
	}
	for _, m := range sorted(b.in.Body.Answers) {
		for _, name := range sorted(b.in.Body.Answers[m]) {
			if !asked[m][name] && !b.unread[m] {
				b.problems.Add(field("answers."+m+"."+name), "没有问这一项，请去掉。")
			}
		}
	}
}

func (b *builder) turn(dr *casework.Draft, t casework.Turn) {
	prefix := ""
	if t.Member != "" {
		prefix = t.Member + "."
	}
	before := len(b.problems)
	values := sent(t.Page.Fields, b.in.Body.Answers[t.Member], prefix, &b.problems)
	misread := len(b.problems) > before
	read, problems := form.Read(t.Page.Fields, values, b.now)
	for _, one := range problems {
		if b.problems.Of(prefix+one.Field) == "" {
			b.problems.Add(prefix+one.Field, one.Sentence)
		}
	}
	dr.Keep(t, read, len(problems) == 0 && !misread)
}

// papers checks that the papers are the sender's own, and that none lacks that
// the service asks for.
func (b *builder) papers(ctx context.Context, dr *casework.Draft, owner string) error {
	have := map[string]bool{}
	for i, one := range b.in.Body.Papers {
		at := fmt.Sprintf("papers.%d", i)
		if b.service.Material(one.Material) == nil {
			b.problems.Add(at+".material", "这个事项不要这种材料，请看事项的 materials。")
		}
		have[one.Material] = true
		mine, err := b.mine(ctx, one.File, owner)
		if err != nil {
			return err
		}
		if !mine {
			b.problems.Add(at+".file", "没有这份材料，请先上传。")
		}
		dr.Papers = append(dr.Papers, casework.Paper{File: one.File, Material: one.Material, By: dr.Members[0].Name})
	}
	if !slices.ContainsFunc(b.service.Materials, func(m catalog.Material) bool { return !m.Optional && !have[m.Code] }) {
		return nil
	}
	told, _ := dr.Facts(b.service, b.now)
	set := fact.NewSet(b.service.Rules.Dictionary())
	set.Tell(told...)
	for _, m := range b.service.Asks(set) {
		if !m.Optional && !have[m.Code] {
			b.problems.Add("papers", "还缺材料："+m.Title+"（"+m.Code+"）。")
		}
	}
	return nil
}

// mine reports whether a paper is the sender's. One that is in a case already
// may be this very submission's, sent again: the desk refuses all others.
func (p *Portal) mine(ctx context.Context, id, owner string) (bool, error) {
	f, err := p.Files.Find(ctx, p.Desk.DB, id)
	if errs.Is(err, errs.NotFound) {
		return false, nil
	}
	return f.Owner == owner || strings.HasPrefix(f.Owner, "case/"), err
}
