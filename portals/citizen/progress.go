package citizen

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"minzheng/kernel/audit"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/file"
	"minzheng/kernel/form"
	"minzheng/kernel/people"
	"minzheng/kernel/web"
)

// progressPage says how one matter stands.
type progressPage struct {
	web.Page
	Flash    string
	Matter   matter
	Steps    []web.TimelineStep
	Holder   holder
	Letters  []casework.Sent
	Record   bool // the decision has a signed record
	Wanted   []string
	Choices  []casework.Choice
	Members  []memberConsent
	Papers   []file.File
	Looks    []look
	Law      string
	Problems errs.Problems
	Reason   string // as typed, with what is added
	Why      string // as typed, for leaving off
	Amount   string
	Every    string // 每月 or 一次发
	From     string // when it begins
	Unit     string // what days are counted
	Short    string // of a refusal: what the family falls short by
	Lacks    string // of a refusal: what was not known
	Remedies []remedyView
	Late     *remedyView // the period is over and nobody has answered
	Appeals  []appealLine
	Proxy    *casework.Mandate
	Again    bool // a look at something that was decided before
}

// reasonField asks for the words of an act.
func reasonField(c casework.Choice, p progressPage) web.Field {
	f := web.Field{Name: "reason", Label: "还想说的", Optional: true, Value: p.Reason, Problem: p.Problems.Of("reason"), MaxLength: 2000}
	if c.Act.Reason == "required" {
		f.Label, f.Hint, f.Optional = "您的意见", "哪里不对、有什么难处，写几句就行。说了意见，不会因此少发。", false
	}
	return f
}

// holder is who has the matter now.
type holder struct{ Office, Name, Phone string }

type memberConsent struct {
	Name string
	Done bool
}

// mine reads a case that the resident has applied for; of another's they do
// not even learn that it exists.
func (p *Portal) mine(r *http.Request) (people.Person, casework.Case, *catalog.Service, error) {
	me, err := p.me(r)
	if err != nil {
		return me, casework.Case{}, nil, err
	}
	c, err := casework.Find(r.Context(), p.Desk.DB, casework.ID(r.PathValue("case")))
	if err != nil {
		return me, c, nil, err
	}
	if c.Applicant != me.ID {
		return me, c, nil, errs.New(errs.NotFound, "没有找到这件事。")
	}
	s, err := p.Desk.Services().Version(r.Context(), p.Desk.DB, c.Version)
	return me, c, s, err
}

func (p *Portal) progress(w http.ResponseWriter, r *http.Request) error {
	v, err := p.progressView(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, progress(v))
}

func (p *Portal) progressView(r *http.Request) (progressPage, error) {
	me, c, s, err := p.mine(r)
	if err != nil {
		return progressPage{}, err
	}
	ctx, d := r.Context(), p.Desk.DB
	v := progressPage{Page: p.page(r, s.Matter(), "/my"), Flash: p.Auth.Take(r, "flash"), Matter: p.matter(c, s), Law: s.Clock.Law, Unit: s.Clock.Unit(), Again: s.Process != nil}
	events, err := p.Desk.Timeline(ctx, d, c.ID)
	if err != nil {
		return v, err
	}
	v.Steps = p.way(ctx, c, s, events)
	if m, ok, err := p.Desk.MandateOf(ctx, d, c.ID); err != nil {
		return v, err
	} else if ok {
		v.Proxy = &m
	}
	if v.Choices, err = p.Desk.Choices(ctx, d, c, actor(me)); err != nil {
		return v, err
	}
	if v.Letters, err = p.Desk.Letters(ctx, d, c.ID); err != nil {
		return v, err
	}
	if v.Matter.Wants {
		if v.Wanted, err = casework.Wanted(ctx, d, c.ID); err != nil {
			return v, err
		}
	}
	if v.Papers, err = p.Files.Of(ctx, d, c.Subject()); err != nil {
		return v, err
	}
	v.Holder = p.holds(r, c)
	if err := p.around(r, c, &v, me); err != nil {
		return v, err
	}
	if !s.AsksConsent() {
		v.Members = nil
	}
	if err := p.remedies(r, c, s, events, &v); err != nil {
		return v, err
	}
	return v, p.decided(r, c, s, &v)
}

// decided adds what was decided.
func (p *Portal) decided(r *http.Request, c casework.Case, s *catalog.Service, v *progressPage) error {
	dec, ok, err := p.Desk.Decided(r.Context(), p.Desk.DB, c.ID)
	if err != nil || !ok {
		return err
	}
	switch dec.Outcome {
	case casework.Approved:
		v.granted(s, dec)
	case casework.Refused:
		if err := p.short(r, c, s, dec, v); err != nil {
			return err
		}
	}
	v.Record, err = casework.HasRecord(r.Context(), p.Desk.DB, c.ID)
	return err
}

// granted says how what was granted is paid.
func (v *progressPage) granted(s *catalog.Service, dec casework.Decision) {
	grants := s.Grants()
	if grants.Kind == catalog.Standing {
		return
	}
	v.Amount, v.Every, v.From = yuan(dec.Amount), "每月 ", "，"+begins(grants)+"。"
	switch grants.Kind {
	case catalog.Once:
		v.Every, v.From = "一次发 ", "。"
	case catalog.Voucher:
		v.Every, v.From = "每月最多 ", "，发消费券。"
	}
}

// begins says from which month a benefit is paid.
func begins(b catalog.Benefit) string {
	switch b.First {
	case "this-month":
		return "从批准的当月起发"
	case "applied":
		return "从申请的当月起发"
	}
	return "从批准的下个月起发"
}

// promised says what comes after a case is approved.
func promised(s *catalog.Service) string {
	switch grants := s.Grants(); grants.Kind {
	case catalog.Standing:
		return "认定了的，从当天起有效"
	case catalog.Once:
		return "批准的，一次发"
	default:
		return "批准的，" + begins(grants)
	}
}

// short adds by how little the rules said no on the day of a refusal, or what
// was not known then.
func (p *Portal) short(r *http.Request, c casework.Case, s *catalog.Service, dec casework.Decision, v *progressPage) error {
	facts, err := p.Desk.Facts(r.Context(), p.Desk.DB, c.ID)
	if err != nil {
		return err
	}
	day, err := calendar.Parse(dec.Day)
	if err != nil {
		return fmt.Errorf("the day of the decision of case %s: %w", c.ID, err)
	}
	v.Short = p.Desk.Short(c, s, facts, day)
	v.Lacks = strings.Join(p.Desk.StillLacks(c, s, facts, day, s.Decides), "、")
	return nil
}

// around adds the members' consents and who looked.
func (p *Portal) around(r *http.Request, c casework.Case, v *progressPage, me people.Person) error {
	members, err := p.Desk.Members(r.Context(), p.Desk.DB, c.ID)
	if err != nil {
		return err
	}
	for _, m := range members[min(1, len(members)):] {
		v.Members = append(v.Members, memberConsent{m.Name, !m.Consented.IsZero()})
	}
	entries, err := p.Desk.Audit.Of(r.Context(), p.Desk.DB, c.Subject(), 50)
	if err != nil {
		return err
	}
	for _, e := range entries {
		switch {
		case e.Verb == audit.View && e.Actor != string(me.ID):
			v.Looks = append(v.Looks, look{When: moment(e.At), Who: p.Seen.Staff(r.Context(), p.Desk.DB, e), What: "看了这份申请", Why: e.Purpose})
		case e.Verb == audit.Ask:
			v.Looks = append(v.Looks, look{When: moment(e.At), Who: "系统自动", What: "向 " + e.Detail["departments"] + " 个部门查询", Why: "您的授权", Machine: true})
		}
	}
	v.Looks = v.Looks[:min(6, len(v.Looks))]
	return nil
}

func (p *Portal) holds(r *http.Request, c casework.Case) holder {
	if !c.IsOpen() {
		return holder{}
	}
	return holder{Office: p.Desk.OfficeName(c.Office), Name: p.Desk.WorkerName(r.Context(), p.Desk.DB, c.Assignee), Phone: p.Desk.Office.Phone}
}

// way is the road of a case: what happened, where it is, what is to come.
func (p *Portal) way(ctx context.Context, c casework.Case, s *catalog.Service, events []casework.Event) []web.TimelineStep {
	var all []web.TimelineStep
	for _, e := range events {
		if !e.Shown {
			continue
		}
		note := moment(e.At)
		if e.Actor.Role != "citizen" && e.Actor.Role != "system" {
			note += "，" + e.Actor.Name
		}
		if e.Code == "lookup" {
			note += asides(e.Detail)
		}
		all = append(all, web.TimelineStep{State: web.Done, Title: e.Title, Note: note})
	}
	if !c.IsOpen() {
		return all
	}
	st := s.Step(c.Step)
	if t, ok, err := casework.TransferOf(ctx, p.Desk.DB, c.ID); err == nil && ok && t.State != casework.TransferPassed {
		return append(all, p.awaySteps(t)...)
	}
	now := web.TimelineStep{State: web.Under, Icon: "clock", Title: st.Title, Chip: "正在办", Note: st.Doing}
	if c.StepDue >= p.today() {
		now.Note += "，这一步最晚 " + c.StepDue.Long()
	}
	all = append(all, now)
	return append(all, ahead(c, s)...)
}

// awaySteps are the two steps of a matter that another county decides.
func (p *Portal) awaySteps(t casework.Transfer) []web.TimelineStep {
	there := web.TimelineStep{Title: t.HomeName + "办理", Note: "由户籍地审核、决定，结果告诉您"}
	if t.Here() {
		return []web.TimelineStep{{State: web.Under, Icon: "clock", Title: p.Desk.OfficeName(t.Office) + "查材料", Chip: "正在办", Note: "材料齐了，最晚 " + t.Due.Long() + "转到户籍地"}, there}
	}
	there.State, there.Icon, there.Chip = web.Under, "clock", "正在办"
	return []web.TimelineStep{there}
}

// ahead are the milestones that are still to come.
func ahead(c casework.Case, s *catalog.Service) []web.TimelineStep {
	at := slices.IndexFunc(s.Steps, func(st catalog.Step) bool { return st.Code == c.Step })
	if s.Steps[at].Role == "citizen" && s.Steps[at].Wait == nil {
		at = slices.IndexFunc(s.Steps, func(st catalog.Step) bool { return st.Code == c.CameFrom }) - 1
	}
	var all []web.TimelineStep
	for _, st := range s.Steps[at+1:] {
		if !st.Milestone {
			continue
		}
		step := web.TimelineStep{Title: st.Title, Note: st.Doing}
		if st.Publicity != nil {
			step.Title = st.Title + " " + strconv.Itoa(st.Publicity.Days) + " 天"
			step.Note = "只写姓名和人口数，不写病情、收入"
		}
		all = append(all, step)
	}
	note := "手机上能看，也可以打印"
	if s.Process == nil {
		note += "。" + promised(s)
	}
	return append(all, web.TimelineStep{Title: "给您书面结果", Note: note})
}

// act does what the resident may do: withdraw, or add what was asked for.
func (p *Portal) act(w http.ResponseWriter, r *http.Request) error {
	me, c, s, err := p.mine(r)
	if err != nil {
		return err
	}
	sent, err := web.Form(r)
	if err != nil {
		return err
	}
	do := casework.Doing{Case: c.ID, Act: r.PathValue("act"), Revision: c.Revision, Who: actor(me), Reason: sent.Get("reason") + sent.Get("why")} // one of both
	st := s.Step(c.Step)
	if st == nil || st.Act(do.Act) == nil || st.Act(do.Act).Doer() != "citizen" {
		return errs.New(errs.Conflict, "这件事已经走到下一步了，请刷新后再看。")
	}
	do.Answers, _ = form.Read(st.Act(do.Act).Form, sent, p.Desk.DB.Now())
	problems, err := p.added(r, c, me, &do)
	if err != nil {
		return err
	}
	if st.Act(do.Act).Photos && st.Act(do.Act).Reason != "required" && len(do.Papers) == 0 && len(problems) == 0 && do.Reason == "" {
		problems.Add("file-more", "请拍照传上来；已经当面交了的，在下面写一句。")
	}
	if len(problems) > 0 {
		return p.again(w, r, problems, sent)
	}
	err = p.Desk.DB.Do(r.Context(), func(tx *db.Tx) error {
		_, err := p.Desk.Act(r.Context(), tx, do)
		return err
	})
	if errors.As(err, &problems) {
		return p.again(w, r, problems, sent)
	}
	if err != nil {
		return err
	}
	p.Auth.Put(r, "flash", "办好了："+st.Act(do.Act).Title+"。")
	http.Redirect(w, r, "/my/cases/"+string(c.ID), http.StatusSeeOther)
	return nil
}

func (p *Portal) again(w http.ResponseWriter, r *http.Request, problems errs.Problems, sent url.Values) error {
	v, err := p.progressView(r)
	if err != nil {
		return err
	}
	for i := range problems {
		if problems[i].Field == "reason" && sent.Has("why") {
			problems[i].Field = "why"
		}
	}
	v.Problems, v.Reason, v.Why = problems, sent.Get("reason"), sent.Get("why")
	return web.RenderStatus(w, r, http.StatusUnprocessableEntity, progress(v))
}

// added stores the photos that come with an act.
func (p *Portal) added(r *http.Request, c casework.Case, me people.Person, do *casework.Doing) (problems errs.Problems, err error) {
	if r.MultipartForm == nil {
		return nil, nil
	}
	for _, h := range r.MultipartForm.File["file-more"] {
		taken, err := p.take(r, h, "upload/"+string(me.ID), me.Name)
		if k := errs.KindOf(err); k == errs.Invalid || k == errs.TooLarge {
			problems.Add("file-more", errs.Sentence(err))
			continue
		}
		if err != nil {
			return nil, err
		}
		do.Papers = append(do.Papers, casework.Paper{File: taken.ID, Material: "more", By: me.Name})
	}
	return problems, nil
}

func (p *Portal) casePaper(w http.ResponseWriter, r *http.Request) error {
	_, c, _, err := p.mine(r)
	if err != nil {
		return err
	}
	return p.show(w, r, c.Subject())
}

// asides says what an asking of the departments left open.
func asides(detail map[string]string) string {
	var unasked []string
	silent := false
	for name, what := range detail {
		if what == "没有回复" {
			silent = true
		} else {
			unasked = append(unasked, name)
		}
	}
	slices.Sort(unasked)
	said := ""
	if len(unasked) > 0 {
		said += "。" + join(unasked) + "还没有同意查询，同意以后再问"
	}
	if silent {
		said += "。还没回复的我们在催，不影响往下办，也不用您做什么"
	}
	return said
}
