package staff

import (
	"context"
	"errors"
	"net/http"

	"minzheng/kernel/auth"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/joint"
	"minzheng/kernel/joint/matter"
	"minzheng/kernel/web"
)

// jointCard is what others were asked about a case, and what colleagues wrote
// beside it.
type jointCard struct {
	Requests []jointEntry
	Comments []commentView
	Ask      string // where others are asked; "" if the reader may not
	Say      *commentForm
	Matter   string // 身后一件事, to which the case belongs; "" is none
	Others   []matterStand
}

// matterStand is how far another part of the same matter is: its state, and
// nothing of what is in it.
type matterStand struct {
	Title string
	State chip
}

type jointEntry struct {
	Title, Asks, Note, Answer, Sees string
	State                           chip
	Withdraw                        string // "" if it cannot be
}

type commentView struct {
	Who, At, Text, To string
	New, Gone         bool
	Back              string // where it is taken back; "" if it is not the reader's
}

type commentForm struct {
	Post            string
	Words, Mentions web.Field
}

// readMatter reads to which joint matter the case belongs, and how far its
// other parts are.
func (d *dossier) readMatter(ctx context.Context) error {
	if d.p.Matters == nil {
		return nil
	}
	m, own, ok, err := d.p.Matters.Containing(ctx, d.p.Desk.DB, d.c)
	if err != nil || !ok {
		return err
	}
	parts, err := d.p.Matters.Progress(ctx, d.p.Desk.DB, m)
	d.matter = m.Definition.Title
	for _, one := range parts {
		if one.Code != own && one.Stand != matter.Unwanted {
			d.others = append(d.others, matterStand{one.Title, standChip(one.Stand)})
		}
	}
	return err
}

func standChip(s matter.Stand) chip {
	switch s {
	case matter.Done:
		return chip{web.OK, "check", "办好了"}
	case matter.Going:
		return chip{web.Info, "clock", "正在办"}
	}
	return chip{web.Mute, "clock-pause", "还没开始"}
}

// readJoint reads what others were asked and have written. What mentions the
// reader is seen then.
func (d *dossier) readJoint(ctx context.Context) (err error) {
	x := d.p.Joint
	if x == nil {
		return nil
	}
	if d.requests, err = x.Of(ctx, d.p.Desk.DB, d.c.ID); err != nil {
		return err
	}
	if d.comments, err = x.Comments(ctx, d.p.Desk.DB, d.c.ID); err != nil {
		return err
	}
	if d.viewers, err = x.Viewers(ctx, d.p.Desk.DB, d.c); err != nil || !joint.Unseen(d.comments, d.who.Account) {
		return err
	}
	return d.p.Desk.DB.Do(ctx, func(tx *db.Tx) error { return x.Seen(ctx, tx, d.c.ID, d.who.Account) })
}

func (d *dossier) jointCard(t typed) *jointCard {
	if d.p.Joint == nil {
		return nil
	}
	v := &jointCard{Matter: d.matter, Others: d.others}
	here := "/staff/cases/" + string(d.c.ID)
	for _, q := range d.requests {
		v.Requests = append(v.Requests, d.jointEntry(q, here))
	}
	for _, c := range d.comments {
		v.Comments = append(v.Comments, d.commentView(c, here))
	}
	if d.mayAct {
		v.Ask = here + "/joint"
	}
	if d.p.acts(d.p.viewRole(d.who, d.c)) {
		v.Say = &commentForm{Post: here + "/comments", Words: web.Field{Name: "comment.words", Label: "写给同事", Hint: "申请人看不到。写了不能改，写错了可以撤回。", Value: t.value("comment", "words"), Problem: t.problem("comment", "words"), MaxLength: 2000},
			Mentions: web.Field{Name: "comment.mentions", Label: "提到谁", Several: true, Optional: true, Problem: t.problem("comment", "mentions")}}
		for _, w := range d.viewers {
			if w.ID != d.who.Account {
				v.Say.Mentions.Options = append(v.Say.Mentions.Options, web.Option{Value: w.ID, Label: w.Name, Checked: has(t.values["mentions"], w.ID)})
			}
		}
	}
	return v
}

func has(all []string, one string) bool {
	for _, s := range all {
		if s == one {
			return true
		}
	}
	return false
}

func (d *dossier) jointEntry(q joint.Request, here string) jointEntry {
	e := jointEntry{Title: "请" + d.p.Joint.SeatTitle(q.To) + q.Kind.Word(), Asks: q.Asks, Answer: q.Answer, State: jointState(q, d.today), Sees: d.letsSee(q.Grant)}
	e.Note = q.By.Name + "，" + timed(q.Made, d.today) + "。" + dated(q.Due, d.today) + "前答复"
	switch {
	case q.State == joint.Open:
		e.Note += "，" + d.p.daysLeft(q.Due, d.today)
		if d.mayAct {
			e.Withdraw = here + "/joint/" + q.ID + "/withdraw"
		}
	default:
		e.Note += "。" + q.ClosedBy.Name + "，" + timed(q.Closed, d.today)
	}
	return e
}

// letsSee says what the asked may see.
func (d *dossier) letsSee(g joint.Grant) string {
	if g.Empty() {
		return "对方看不到这一家的信息"
	}
	said := "对方只看得到 " + itoa(len(g.Members)) + " 个人"
	if n := len(g.Facts); n > 0 {
		said += "、" + itoa(n) + " 项事实"
	}
	if n := len(g.Papers); n > 0 {
		said += "、" + itoa(n) + " 份材料"
	}
	return said
}

func (d *dossier) commentView(c joint.Comment, here string) commentView {
	v := commentView{Who: c.By.Name + "　" + d.p.roleTitle(c.By.Role), At: timed(c.At, d.today), Text: c.Text, Gone: !c.Back.IsZero()}
	for _, m := range c.Mentions {
		if v.To != "" {
			v.To += "、"
		}
		v.To += m.Name
		v.New = v.New || m.Account == d.who.Account && m.Seen.IsZero()
	}
	if c.By.ID == d.who.Account && !v.Gone {
		v.Back = here + "/comments/" + c.ID + "/back"
	}
	return v
}

// commenting reads a case beside which the reader may write.
func (p *Portal) commenting(r *http.Request, who auth.Who) (*dossier, casework.Actor, error) {
	d, err := p.read(r.Context(), who, r.PathValue("id"))
	if err != nil {
		return nil, casework.Actor{}, err
	}
	role := p.viewRole(who, d.c)
	if !p.acts(role) {
		return nil, casework.Actor{}, errs.New(errs.Forbidden, "您的岗位只看，不写批注。")
	}
	return d, casework.Actor{ID: who.Account, Name: who.Name, Role: role}, nil
}

func (p *Portal) comment(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	d, as, err := p.commenting(r, who)
	if err != nil {
		return err
	}
	sent, err := web.Form(r)
	if err != nil {
		return err
	}
	t := typed{key: "comment", values: under(sent, "comment")}
	err = p.Desk.DB.Do(r.Context(), func(tx *db.Tx) error {
		return p.Joint.Say(r.Context(), tx, d.c.ID, as, t.values.Get("words"), t.values["mentions"])
	})
	var problems errs.Problems
	if errors.As(err, &problems) {
		return p.again(w, r, d, t.with(problems))
	}
	return p.done(w, r, d, t, err, "写上了。")
}

func (p *Portal) takeBack(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	d, as, err := p.commenting(r, who)
	if err != nil {
		return err
	}
	err = p.Desk.DB.Do(r.Context(), func(tx *db.Tx) error { return p.Joint.TakeBack(r.Context(), tx, d.c, r.PathValue("comment"), as) })
	return p.done(w, r, d, typed{}, err, "撤回了。")
}
