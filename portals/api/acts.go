package api

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"minzheng/kernel/auth"
	"minzheng/kernel/casework"
	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/form"
	"minzheng/kernel/people"
)

type actIn struct {
	ID   string `path:"id" maxLength:"64"`
	Act  string `path:"act" maxLength:"64"`
	Body struct {
		Revision int64          `json:"revision" minimum:"1" doc:"看到这件事时的 revision"`
		Reason   string         `json:"reason,omitempty"`
		Answers  map[string]any `json:"answers,omitempty" doc:"这一步要记的内容；金额是分"`
		Lacks    []string       `json:"lacks,omitempty" maxItems:"50" doc:"缺什么，一次写全"`
		Papers   []paper        `json:"papers,omitempty" maxItems:"60"`
	}
}

type settleIn struct {
	ID   string `path:"id" maxLength:"64"`
	Body struct {
		Revision int64  `json:"revision" minimum:"1"`
		Fact     string `json:"fact" maxLength:"64" doc:"事实的代码"`
		About    string `json:"about,omitempty" maxLength:"8" doc:"哪个人；空的是全家"`
		Value    any    `json:"value" doc:"采用的值；金额是分"`
		Reason   string `json:"reason" doc:"为什么采用，会写进决定书"`
	}
}

type actOut struct{ Body caseItem }

func (p *Portal) acts() {
	offer(p, deed{id: "act", method: http.MethodPost, path: "/cases/{id}/acts/{act}", title: "办理：受理、补正、入户、初审、确认、撤回……", about: "能办哪些看这件事的 acts。"}, p.act)
	offer(p, deed{id: "settle", method: http.MethodPost, path: "/cases/{id}/settle", title: "认定一处不一致的数据"}, p.settle)
	offer(p, deed{id: "consent", method: http.MethodPost, path: "/cases/{id}/consent", title: "家里人本人同意查询", status: http.StatusNoContent}, p.consent)
}

func (p *Portal) act(ctx context.Context, in *actIn) (*actOut, error) {
	who, err := anybody(ctx)
	if err != nil {
		return nil, err
	}
	papers, err := p.added(ctx, who, in)
	if err != nil {
		return nil, err
	}
	out := &actOut{}
	err = p.Desk.DB.Do(ctx, func(tx *db.Tx) error {
		c, s, err := p.reach(ctx, tx, in.ID, who)
		if err != nil {
			return err
		}
		do, err := p.doing(tx, in, c, s, who)
		if err != nil {
			return err
		}
		do.Papers = papers
		if c, err = p.Desk.Act(ctx, tx, do); err != nil {
			return err
		}
		out.Body, err = p.item(ctx, tx, c, who.Kind == auth.Staff)
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// reach finds a case that who may see.
func (p *Portal) reach(ctx context.Context, r db.Reader, id string, who auth.Who) (casework.Case, *catalog.Service, error) {
	c, err := casework.Find(ctx, r, casework.ID(id))
	if err != nil {
		return c, nil, err
	}
	s, err := p.Desk.Services().Version(ctx, r, c.Version)
	if err != nil {
		return c, nil, err
	}
	_, err = p.seen(ctx, r, who, c)
	return c, s, err
}

// doing is the act as the desk takes it, if it is who's to do.
func (p *Portal) doing(tx *db.Tx, in *actIn, c casework.Case, s *catalog.Service, who auth.Who) (casework.Doing, error) {
	do := casework.Doing{Case: c.ID, Act: in.Act, Revision: in.Body.Revision, Reason: strings.TrimSpace(in.Body.Reason)}
	var a *catalog.Act
	if st := s.Step(c.Step); st != nil {
		a = st.Act(in.Act)
	}
	if a == nil || !c.IsOpen() || a.Doer() == "clock" {
		return do, errs.New(errs.Conflict, "这件事现在不能这样办。请重新看一看它的 acts。")
	}
	var err error
	if do.Who, err = p.doer(who, c, s, a); err != nil {
		return do, err
	}
	var problems errs.Problems
	for _, l := range in.Body.Lacks {
		if l = strings.TrimSpace(l); l != "" {
			do.Lacks = append(do.Lacks, l)
		}
	}
	if !a.Missing && len(do.Lacks) > 0 {
		problems.Add("lacks", "这一步不写缺什么，请去掉。")
	}
	if !a.Photos && len(in.Body.Papers) > 0 {
		problems.Add("papers", "这一步不收材料，请去掉。")
	}
	values := sent(a.Form, in.Body.Answers, "", &problems)
	read, wrong := form.Read(a.Form, values, tx.Now)
	for _, one := range wrong {
		if problems.Of(one.Field) == "" {
			problems.Add(one.Field, one.Sentence)
		}
	}
	for _, name := range sorted(in.Body.Answers) {
		if !values.Has(name) {
			problems.Add(field("answers."+name), "没有问这一项，请去掉。")
		}
	}
	do.Answers = read
	return do, problems.Err()
}

func (p *Portal) doer(who auth.Who, c casework.Case, s *catalog.Service, a *catalog.Act) (casework.Actor, error) {
	if a.Doer() == "citizen" {
		if who.Kind != auth.Citizen {
			return casework.Actor{}, errs.New(errs.Forbidden, "这一步由申请人自己办。")
		}
		return applicant(who), nil
	}
	return p.mayWork(who, c, s)
}

// added are the papers of an act; they must be the sender's own.
func (p *Portal) added(ctx context.Context, who auth.Who, in *actIn) ([]casework.Paper, error) {
	var all []casework.Paper
	var problems errs.Problems
	for i, one := range in.Body.Papers {
		mine, err := p.mine(ctx, one.File, owner(who))
		if err != nil {
			return nil, err
		}
		if !mine {
			problems.Add(fmt.Sprintf("papers.%d.file", i), "没有这份材料，请先上传。")
		}
		all = append(all, casework.Paper{File: one.File, Material: one.Material, By: who.Name})
	}
	return all, problems.Err()
}

func (p *Portal) settle(ctx context.Context, in *settleIn) (*actOut, error) {
	who, err := staff(ctx)
	if err != nil {
		return nil, err
	}
	def := p.Desk.Services().Known().Dictionary.Coded(in.Body.Fact)
	if def == nil {
		return nil, errs.Problems{{Field: "fact", Sentence: "没有这一项数据。"}}
	}
	value, ok := valueOf(def, in.Body.Value)
	if !ok {
		return nil, errs.Problems{{Field: "value", Sentence: "这个值不能用。金额写整数，单位是分；日期写成 2026-03-02。"}}
	}
	out := &actOut{}
	err = p.Desk.DB.Do(ctx, func(tx *db.Tx) error {
		c, s, err := p.reach(ctx, tx, in.ID, who)
		if err != nil {
			return err
		}
		actor, err := p.mayWork(who, c, s)
		if err != nil {
			return err
		}
		if c.Revision != in.Body.Revision {
			return errs.New(errs.Conflict, "这件事刚刚有人办过了，请刷新后再看。")
		}
		if err := p.member(ctx, tx, c, in.Body.About); err != nil {
			return err
		}
		err = p.Desk.Settle(ctx, tx, c.ID, casework.Settling{Fact: def.Name, About: in.Body.About, Value: value, Reason: in.Body.Reason, Who: actor})
		if err != nil {
			return err
		}
		if c, err = casework.Find(ctx, tx, c.ID); err != nil {
			return err
		}
		out.Body, err = p.item(ctx, tx, c, true)
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// member refuses a fact about somebody who does not belong to the case.
func (p *Portal) member(ctx context.Context, tx *db.Tx, c casework.Case, key string) error {
	all, err := p.Desk.Members(ctx, tx, c.ID)
	if err != nil || key == "" {
		return err
	}
	for _, m := range all {
		if m.Key == key {
			return nil
		}
	}
	return errs.Problems{{Field: "about", Sentence: "这家没有这个人。"}}
}

func (p *Portal) consent(ctx context.Context, in *caseIn) (*none, error) {
	who, err := citizen(ctx)
	if err != nil {
		return nil, err
	}
	person, err := p.Desk.People.Find(ctx, p.Desk.DB, people.ID(who.Person))
	if err != nil {
		return nil, err
	}
	err = p.Desk.DB.Do(ctx, func(tx *db.Tx) error {
		return p.Desk.Consent(ctx, tx, casework.ID(in.ID), person.Number, applicant(who))
	})
	return nil, err
}
