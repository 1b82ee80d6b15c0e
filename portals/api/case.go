package api

import (
	"context"
	"time"

	"minzheng/kernel/auth"
	"minzheng/kernel/casework"
	"minzheng/kernel/catalog"
	"minzheng/kernel/fact"
	"minzheng/kernel/secret"
)

// caseView is one case with what its reader may see.
type caseView struct {
	caseItem
	Clock     *clockView     `json:"clock,omitempty"`
	Household []memberView   `json:"household"`
	Timeline  []eventView    `json:"timeline"`
	Papers    []paperView    `json:"papers"`
	Wanted    []string       `json:"wanted" doc:"请申请人补的材料"`
	Letters   []letterView   `json:"letters"`
	Acts      []actView      `json:"acts" doc:"您现在能办的"`
	Facts     []factView     `json:"facts,omitempty" doc:"只有工作人员看得到"`
	Differ    []conflictView `json:"differ,omitempty" doc:"来源不一致、要先定下来的；只有工作人员看得到"`
	Lookups   []lookupView   `json:"lookups,omitempty" doc:"只有工作人员看得到"`
}

type clockView struct {
	Day   int    `json:"day" doc:"今天是第几个工作日"`
	Total int    `json:"total"`
	Left  int    `json:"left"`
	Law   string `json:"law"`
}

type memberView struct {
	Key       string `json:"key"`
	Name      string `json:"name"`
	Number    string `json:"number" doc:"中间遮住"`
	Relation  string `json:"relation"`
	Consented bool   `json:"consented"`
}

type eventView struct {
	At     time.Time         `json:"at"`
	Act    string            `json:"act"`
	Title  string            `json:"title"`
	By     string            `json:"by"`
	Reason string            `json:"reason,omitempty"`
	Detail map[string]string `json:"detail,omitempty"`
}

type paperView struct {
	File     string    `json:"file"`
	Material string    `json:"material"`
	By       string    `json:"by"`
	At       time.Time `json:"at"`
}

type letterView struct {
	Title string    `json:"title"`
	Kind  string    `json:"kind"`
	At    time.Time `json:"at"`
	Code  string    `json:"code" doc:"核验码"`
}

type factView struct {
	Code   string `json:"code"`
	Name   string `json:"name"`
	About  string `json:"about,omitempty" doc:"哪个人；空的是全家"`
	Value  any    `json:"value" doc:"金额是分"`
	Source string `json:"source"`
}

type conflictView struct {
	Code  string     `json:"code"`
	Name  string     `json:"name"`
	About string     `json:"about,omitempty"`
	Said  []factView `json:"said" doc:"各个来源怎么说，最可信的在前"`
}

type lookupView struct {
	Source  string    `json:"source"`
	Member  string    `json:"member"`
	Outcome string    `json:"outcome" enum:"found,match,mismatch,absent,uncovered,silent,garbled"`
	Tries   int       `json:"tries"`
	At      time.Time `json:"at"`
}

func (p *Portal) getCase(ctx context.Context, in *caseIn) (*caseOut, error) {
	c, s, who, err := p.look(ctx, in.ID, "查看申请")
	if err != nil {
		return nil, err
	}
	isStaff := who.Kind == auth.Staff
	v := caseView{Wanted: []string{}, Papers: []paperView{}, Letters: []letterView{}, Acts: []actView{}}
	if v.caseItem, err = p.item(ctx, p.Desk.DB, c, isStaff); err != nil {
		return nil, err
	}
	for _, fill := range []func(context.Context, *caseView, casework.Case) error{p.household, p.papersOf} {
		if err := fill(ctx, &v, c); err != nil {
			return nil, err
		}
	}
	if err := p.timeline(ctx, &v, c, isStaff); err != nil {
		return nil, err
	}
	if err := p.choices(ctx, &v, c, s, who); err != nil {
		return nil, err
	}
	if isStaff {
		if err := p.facts(ctx, &v, c, s); err != nil {
			return nil, err
		}
	}
	if k, ok := p.Desk.Clock(c, s, p.today()); ok {
		v.Clock = &clockView{k.Day, k.Total, k.Left, k.Law}
	}
	return &caseOut{v}, nil
}

func (p *Portal) household(ctx context.Context, v *caseView, c casework.Case) error {
	all, err := p.Desk.Members(ctx, p.Desk.DB, c.ID)
	for _, m := range all {
		v.Household = append(v.Household, memberView{m.Key, m.Name, secret.MaskNumber(m.Number), m.Relation, !m.Consented.IsZero()})
	}
	return err
}

func (p *Portal) papersOf(ctx context.Context, v *caseView, c casework.Case) error {
	papers, err := casework.Papers(ctx, p.Desk.DB, c.ID)
	if err != nil {
		return err
	}
	for _, one := range papers {
		v.Papers = append(v.Papers, paperView{one.File, one.Material, one.By, one.At})
	}
	letters, err := p.Desk.Letters(ctx, p.Desk.DB, c.ID)
	if err != nil {
		return err
	}
	for _, one := range letters {
		v.Letters = append(v.Letters, letterView{one.Letter.Title, one.Kind, one.At, one.Code})
	}
	wanted, err := casework.Wanted(ctx, p.Desk.DB, c.ID)
	v.Wanted = append(v.Wanted, wanted...)
	return err
}

// timeline leaves out, for the applicant, what is not shown to them: who
// objected, what staff wrote for each other.
func (p *Portal) timeline(ctx context.Context, v *caseView, c casework.Case, isStaff bool) error {
	all, err := p.Desk.Timeline(ctx, p.Desk.DB, c.ID)
	for _, e := range all {
		one := eventView{At: e.At, Act: e.Code, Title: e.Title, By: e.Actor.Name}
		if isStaff {
			one.Reason, one.Detail = e.Reason, e.Detail
		} else if !e.Shown {
			continue
		}
		v.Timeline = append(v.Timeline, one)
	}
	return err
}

// choices are the acts that are the reader's to do now.
func (p *Portal) choices(ctx context.Context, v *caseView, c casework.Case, s *catalog.Service, who auth.Who) error {
	actor := applicant(who)
	if who.Kind == auth.Staff {
		var err error
		if actor, err = p.mayWork(who, c, s); err != nil {
			return nil
		}
	}
	all, err := p.Desk.Choices(ctx, p.Desk.DB, c, actor)
	for _, one := range all {
		a := actOf(one.Act, p.Desk.Services().Known().Dictionary)
		a.Blocked = one.Blocked
		v.Acts = append(v.Acts, a)
	}
	return err
}

func (p *Portal) facts(ctx context.Context, v *caseView, c casework.Case, s *catalog.Service) error {
	set, err := p.Desk.Facts(ctx, p.Desk.DB, c.ID)
	if err != nil {
		return err
	}
	dict := set.Dictionary()
	set.Each(func(name, about string, said []fact.Statement) {
		for _, one := range said {
			v.Facts = append(v.Facts, factOf(dict.Find(name), one))
		}
	})
	for _, d := range p.Desk.Conflicts(s, set) {
		one := conflictView{Code: d.Def.Code, Name: d.Def.Name, About: d.About}
		for _, said := range d.Said {
			one.Said = append(one.Said, factOf(d.Def, said))
		}
		v.Differ = append(v.Differ, one)
	}
	asked, err := p.Desk.Lookups(ctx, p.Desk.DB, c.ID)
	for _, a := range asked {
		v.Lookups = append(v.Lookups, lookupView{a.Source, a.Member, string(a.Outcome), a.Tries, a.At})
	}
	return err
}

func factOf(def *fact.Def, s fact.Statement) factView {
	v := factView{Name: s.Name, About: s.About, Value: jsonOf(s.Value), Source: s.Source}
	if def != nil {
		v.Code = def.Code
	}
	return v
}
