package staff

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"minzheng/kernel/auth"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/fact"
	"minzheng/kernel/file"
	"minzheng/kernel/form"
	"minzheng/kernel/joint"
	"minzheng/kernel/web"
)

// jointOnePage is one request as whoever is asked sees it: what is asked, and
// what the request lets them see.
type jointOnePage struct {
	Page     web.Page
	Flash    string
	Notice   string
	Problems errs.Problems
	Asks     string
	Facts    []web.FactRow // of the request itself
	Members  []web.FactRow
	Shown    []web.FactRow
	Papers   []paperView
	Open     bool
	Hidden   bool // there is a case, of which the reader is let see nothing
	Answer   string
	Acts     []actView
}

const answerKey, declineKey = "answer", "decline"

// jointCase is as much of a dossier as an answer needs: whose papers are kept.
func (p *Portal) jointCase(v joint.Shown, who auth.Who) *dossier {
	return &dossier{p: p, c: casework.Case{ID: casework.ID("joint-" + v.ID)}, who: who, today: calendar.DayOf(p.Desk.DB.Now()), kept: map[string][]file.File{}}
}

func (p *Portal) jointOne(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	v, err := p.Joint.See(r.Context(), p.Desk.DB, who, r.PathValue("request"))
	if err != nil {
		return err
	}
	return p.jointOneShown(w, r, who, v, typed{})
}

func (p *Portal) jointOneShown(w http.ResponseWriter, r *http.Request, who auth.Who, s joint.Shown, t typed) error {
	if err := p.Joint.Looked(r.Context(), who, s, nil); err != nil {
		return err
	}
	title := s.Kind.Word()
	if s.Matter != "" {
		title += "：" + s.Matter
	}
	pg, err := p.page(r, who, title, jointURL)
	if err != nil {
		return err
	}
	d := p.jointCase(s, who)
	pg.Crumbs = []web.Crumb{{Href: jointURL, Label: "协同"}, {Label: s.Kind.Word()}}
	pg.Mark = headChips([]chip{jointState(s.Request, d.today)})
	v := jointOnePage{Page: pg, Notice: t.notice, Problems: t.summary(), Asks: s.Asks, Open: s.State == joint.Open, Hidden: s.State == joint.Open && s.Case != "", Answer: s.Answer}
	v.Facts = p.jointFacts(s, d.today)
	p.letSee(s, &v)
	if v.Open {
		if d.kept[answerKey], err = p.Files.Of(r.Context(), p.Desk.DB, d.keeps(answerKey)); err != nil {
			return err
		}
		v.Acts = p.answers(s, d, t)
	}
	status := http.StatusOK
	switch {
	case t.notice != "":
		status = http.StatusConflict
	case len(t.problems) > 0:
		status = http.StatusUnprocessableEntity
	default:
		v.Flash = p.Auth.Take(r, "staff")
	}
	return web.RenderStatus(w, r, status, jointOneView(v))
}

func (p *Portal) jointFacts(s joint.Shown, today calendar.Day) []web.FactRow {
	rows := []web.FactRow{{Label: "谁请的", Value: s.By.Name + "，" + p.roleTitle(s.By.Role)}, {Label: "请谁", Value: p.Joint.SeatTitle(s.To)},
		{Label: "什么时候请的", Value: timed(s.Made, today)}, {Label: "最晚答复", Value: s.Due.Long(), Note: p.daysLeft(s.Due, today)}}
	if s.State != joint.Open {
		rows[3].Note = ""
	}
	if s.Provisional {
		rows[3].Note += "，暂定：那年的放假安排还没有公布"
	}
	if s.Law != "" {
		rows = append(rows, web.FactRow{Label: "依据", Value: s.Law})
	}
	return rows
}

// letSee adds what the request lets the reader see, and nothing else.
func (p *Portal) letSee(s joint.Shown, v *jointOnePage) {
	dict := p.Desk.Services().Known().Dictionary
	for _, m := range s.Members {
		v.Members = append(v.Members, web.FactRow{Label: m.Name, Value: m.Relation + "，" + itoa(m.Age) + " 岁", Note: "身份证号 " + m.Number})
	}
	for _, f := range s.Facts {
		row := web.FactRow{Label: f.Name, Value: "还不知道"}
		if f.Whose != "" {
			row.Label = f.Whose + "的" + f.Name
		}
		if f.Known {
			row.Value, row.Seals = worded(f.Def, f.Value), []web.SealView{seal(dict, f.Source)}
		}
		v.Shown = append(v.Shown, row)
	}
	for _, f := range s.Papers {
		v.Papers = append(v.Papers, jointPaperView(s.ID, f))
	}
}

func jointPaperView(request string, f file.File) paperView {
	v := paperView{Href: joint.URL(request) + "/papers/" + f.ID, Name: f.Name}
	if f.Thumb != "" {
		v.Thumb = v.Href + "?small=1"
	}
	return v
}

// answers are the reader's two acts: to answer, or to say that they cannot.
func (p *Portal) answers(s joint.Shown, d *dossier, t typed) []actView {
	here := joint.URL(s.ID) + "/"
	answer := actView{Key: answerKey, Title: "答复", Href: here + answerKey, Button: "btn-primary",
		Reason: &web.Field{Name: answerKey + ".reason", Label: "查到了什么", Value: t.value(answerKey, "reason"), Problem: t.problem(answerKey, "reason"), MaxLength: 2000, Rows: 5}}
	switch s.Kind {
	case joint.Countersign:
		answer.Title, answer.Reason.Label, answer.Reason.Optional, answer.Reason.Hint = "会签", "意见", true, "不同意的，一定要写理由。"
		answer.Fields = append(answer.Fields, control{Kind: "choice", Field: web.Field{Name: answerKey + ".agrees", Label: "同意吗", Value: t.value(answerKey, "agrees"), Problem: t.problem(answerKey, "agrees"),
			Options: []web.Option{{Value: "yes", Label: "同意"}, {Value: "no", Label: "不同意"}}}})
	case joint.Task:
		answer.Title, answer.Reason.Label, answer.Reason.Hint = "办好了", "办得怎么样", "会原样告诉来办的居民，请写得明白一点。"
	}
	for _, one := range p.wanted(s) {
		own := typed{key: one.key, values: under(t.values, strings.TrimPrefix(one.key, answerKey+".")), problems: t.problems}
		if !t.is(answerKey) {
			own = typed{}
		}
		c := d.ask(one.key, one.field, own)
		c.Problem = t.problem(answerKey, strings.TrimPrefix(c.Name, answerKey+"."))
		answer.Fields = append(answer.Fields, c)
	}
	if s.Case != "" {
		answer.Upload = &web.Field{Name: answerKey + ".photos", Label: "照片或扫描件", Hint: "可以一次选几张。每份最多 10 MB。", Optional: true, Several: true, Problem: t.problem(answerKey, "photos")}
	}
	if kept := d.kept[answerKey]; len(kept) > 0 {
		answer.Reuse = &web.Field{Name: answerKey + ".drop", Label: "不要的打勾", Several: true, Optional: true}
		for _, f := range kept {
			answer.Kept = append(answer.Kept, jointPaperView(s.ID, f))
			answer.Reuse.Options = append(answer.Reuse.Options, web.Option{Value: f.ID, Label: "不要 " + f.Name})
		}
	}
	decline := actView{Key: declineKey, Title: "办不了，退回", Href: here + declineKey, Button: "btn-quiet", Folded: true, Open: t.is(declineKey),
		Reason: &web.Field{Name: declineKey + ".reason", Label: "为什么办不了", Hint: "例如：人不在我们这里住。写清楚该找谁。", Value: t.value(declineKey, "reason"), Problem: t.problem(declineKey, "reason"), MaxLength: 2000}}
	return []actView{answer, decline}
}

// wantedField asks for one fact that the asked office vouches for.
type wantedField struct {
	key   string
	want  joint.Want
	field *form.Field
}

func (p *Portal) wanted(s joint.Shown) []wantedField {
	var all []wantedField
	for i, want := range s.Wants {
		f := &form.Field{Fact: want.Name, Label: want.Name, Optional: true}
		if want.Whose != "" {
			f.Label = want.Whose + "的" + want.Name
		}
		if want.Def == nil || len(form.Bind([]*form.Field{f}, p.Desk.Services().Known().Dictionary)) > 0 {
			continue
		}
		all = append(all, wantedField{answerKey + ".w" + itoa(i), want, f})
	}
	return all
}

// answerJoint takes an answer, or that there will be none.
func (p *Portal) answerJoint(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	v, err := p.Joint.See(r.Context(), p.Desk.DB, who, r.PathValue("request"))
	if err != nil {
		return err
	}
	verb := r.PathValue("verb")
	if verb != answerKey && verb != declineKey {
		return errs.New(errs.NotFound, "没有这个页面。")
	}
	sent, err := web.Form(r)
	if err != nil {
		return err
	}
	t := typed{key: verb, values: under(sent, verb)}
	a := joint.Answering{Text: t.values.Get("reason"), Agrees: t.values.Get("agrees"), Declines: verb == declineKey}
	problems, err := p.readAnswer(r, who, v, t.values, &a)
	if err != nil {
		return err
	}
	if len(problems) > 0 {
		return p.jointOneShown(w, r, who, v, t.with(problems))
	}
	err = p.Desk.DB.Do(r.Context(), func(tx *db.Tx) error {
		_, err := p.Joint.Answer(r.Context(), tx, v.ID, who, a)
		return err
	})
	switch {
	case errors.As(err, &problems):
		for i := range problems {
			if problems[i].Field == "text" {
				problems[i].Field = "reason"
			}
		}
		return p.jointOneShown(w, r, who, v, t.with(problems))
	case errs.Is(err, errs.Conflict):
		t.notice = errs.Sentence(err)
		if v, err = p.Joint.See(r.Context(), p.Desk.DB, who, v.ID); err != nil {
			return err
		}
		return p.jointOneShown(w, r, who, v, t)
	case err != nil:
		return err
	}
	p.Auth.Put(r, "staff", map[bool]string{false: "答复了，已经告诉" + v.By.Name + "。", true: "退回了，已经告诉" + v.By.Name + "。"}[a.Declines])
	http.Redirect(w, r, jointURL, http.StatusSeeOther)
	return nil
}

// readAnswer reads the facts and papers of an answer.
func (p *Portal) readAnswer(r *http.Request, who auth.Who, v joint.Shown, sent url.Values, a *joint.Answering) (errs.Problems, error) {
	if a.Declines || v.State != joint.Open {
		return nil, nil
	}
	var problems errs.Problems
	for _, one := range p.wanted(v) {
		key := strings.TrimPrefix(one.key, answerKey+".")
		answers, wrong := form.Read([]*form.Field{one.field}, under(sent, key), p.Desk.DB.Now())
		for _, w := range wrong {
			problems.Add(key+"."+w.Field, w.Sentence)
		}
		for _, got := range answers {
			if got.Known && !empty(got.Value) {
				a.Facts = append(a.Facts, joint.Told{Fact: one.want.Fact, Value: got.Value})
			}
		}
	}
	if v.Case == "" {
		return problems, nil
	}
	d := p.jointCase(v, who)
	var err error
	if d.kept[answerKey], err = p.Files.Of(r.Context(), p.Desk.DB, d.keeps(answerKey)); err != nil {
		return nil, err
	}
	wrong, err := p.upload(r, d, answerKey, sent["drop"])
	for _, f := range d.kept[answerKey] {
		a.Papers = append(a.Papers, casework.Paper{File: f.ID, Material: "joint", By: who.Name})
	}
	return append(problems, wrong...), err
}

func empty(v fact.Value) bool { return v.Type() == fact.Text && strings.TrimSpace(v.Word()) == "" }

// jointPaper shows one paper that a request lets the reader see, or that they
// are about to answer with.
func (p *Portal) jointPaper(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	v, err := p.Joint.See(r.Context(), p.Desk.DB, who, r.PathValue("request"))
	if err != nil {
		return err
	}
	own, err := p.Files.Of(r.Context(), p.Desk.DB, p.jointCase(v, who).keeps(answerKey))
	if err != nil {
		return err
	}
	var f file.File
	if i := slices.IndexFunc(own, func(f file.File) bool { return f.ID == r.PathValue("file") }); i >= 0 {
		f = own[i]
	} else if v, f, err = p.Joint.Paper(r.Context(), p.Desk.DB, who, v.ID, r.PathValue("file")); err != nil {
		return err
	}
	if r.URL.Query().Get("small") != "" && f.Thumb != "" {
		return p.Files.ServeThumb(w, r, f)
	}
	if err := p.Joint.Looked(r.Context(), who, v, map[string]string{"paper": f.ID}); err != nil {
		return err
	}
	return p.Files.Serve(w, r, f)
}
