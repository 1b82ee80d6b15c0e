package api

import (
	"context"
	"net/http"

	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/people"
)

// answers are a member's key ("" is the family) → code of the fact → value.
type answers map[string]map[string]any

type relative struct {
	Name     string `json:"name" maxLength:"50"`
	Number   string `json:"number" maxLength:"30" doc:"身份证号"`
	Relation string `json:"relation" maxLength:"20" doc:"和申请人的关系，要是事项里列出的"`
	Together any    `json:"together,omitempty" doc:"平时住不住在一起：true 或 false，不写就是 true"`
}

type paper struct {
	File     string `json:"file" maxLength:"64" doc:"上传后得到的 id"`
	Material string `json:"material,omitempty" maxLength:"64" doc:"是事项要的哪一种材料"`
}

type applyIn struct {
	Key  string `header:"Idempotency-Key" required:"true" minLength:"8" maxLength:"100" doc:"同一份申请每次重发都用同一个，只会有一件"`
	Body struct {
		Service  string     `json:"service" maxLength:"64"`
		Place    string     `json:"place,omitempty" maxLength:"12" doc:"在哪个乡镇（街道）或村（社区）申请，写区划代码；不写就是户籍所在地"`
		Members  []relative `json:"members,omitempty" maxItems:"20" doc:"一起生活的家里人，依次是 m2、m3……；申请人自己是 m1，不用写"`
		Answers  answers    `json:"answers" doc:"\"\" 下面写全家的，m1、m2 下面写每个人的；金额写整数，单位是分"`
		Papers   []paper    `json:"papers,omitempty" maxItems:"60"`
		Declared bool       `json:"declared" doc:"申请人声明所写都是真的，并同意授权查询（为自己和未成年的家里人）"`
	}
}

type applyOut struct {
	Status int
	Body   caseItem
}

func (p *Portal) apply() {
	offer(p, deed{id: "open-case", method: http.MethodPost, path: "/cases", title: "交一份申请", status: http.StatusCreated,
		about: "要问什么看事项的 pages。重发同一个 Idempotency-Key 得到同一件（200），不会再开一件。"}, p.openCase)
}

// openCase reads and checks everything first, so that a submission is one
// transaction and nothing more.
func (p *Portal) openCase(ctx context.Context, in *applyIn) (*applyOut, error) {
	who, err := citizen(ctx)
	if err != nil {
		return nil, err
	}
	s, err := p.Desk.Services().Find(in.Body.Service)
	if err != nil {
		return nil, errs.Problems{{Field: "service", Sentence: "没有这个事项。"}}
	}
	if !s.StartedBy("citizen") {
		return nil, errs.New(errs.Forbidden, "这个事项不能在网上申请，请到柜台办。")
	}
	person, err := p.Desk.People.Find(ctx, p.Desk.DB, people.ID(who.Person))
	if err != nil {
		return nil, err
	}
	b := builder{Portal: p, service: s, in: in, now: p.Desk.DB.Now()}
	draft := b.draft(person)
	if err := b.papers(ctx, &draft, owner(who)); err != nil {
		return nil, err
	}
	if err := b.problems.Err(); err != nil {
		return nil, err
	}
	return p.handIn(ctx, draft, applicant(who))
}

func (p *Portal) handIn(ctx context.Context, draft casework.Draft, who casework.Actor) (*applyOut, error) {
	out := &applyOut{Status: http.StatusCreated}
	submit := func(tx *db.Tx) error {
		c, err := p.Desk.HandIn(ctx, tx, draft, who)
		if err != nil {
			return err
		}
		if !c.Opened.Equal(tx.Now) {
			out.Status = http.StatusOK
		}
		out.Body, err = p.item(ctx, tx, c, false)
		return err
	}
	err := p.Desk.DB.Do(ctx, submit)
	if errs.Is(err, errs.Conflict) { // the same key was being handed in beside us
		err = p.Desk.DB.Do(ctx, submit)
	}
	if err != nil {
		return nil, err
	}
	return out, nil
}

func (p *Portal) today() calendar.Day { return calendar.DayOf(p.Desk.DB.Now()) }
