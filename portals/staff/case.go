package staff

import (
	"net/http"

	"minzheng/kernel/auth"
	"minzheng/kernel/casework"
	"minzheng/kernel/errs"
	"minzheng/kernel/notify"
	"minzheng/kernel/web"
)

// casePage is one case with all that is known about it and all that can be done.
type casePage struct {
	Page        web.Page
	Flash       string
	Notice      string
	Problems    errs.Problems
	Summary     string
	Chips       []chip
	Mandate     *casework.Mandate // under which it was handed in; nil: the applicant came
	Transfer    *transferView
	Proof       string // where its paper or signature is
	Groups      []factGroup
	Figures     string // how many conflicts, how many silent
	Conditions  []web.ConditionView
	Steps       []ruleStep
	Version     string
	Settles     []settleView
	Silents     []silentView
	Papers      []paperGroup
	Objections  []objectionView
	Kin         *kinView
	Letters     []letterLink
	Record      string // where the signed record of the decision is; "" if there is none
	Appeals     string // where appeals against the decision are; "" while there is none
	Benefits    []web.FactRow
	Family      string // where the family's page is; "" if there is none
	Acts        []actView
	Assign      *assignView
	Idle        string // why the reader has nothing to do here
	Holder      string
	Timeline    []web.TimelineStep
	Undelivered int // messages that will not arrive
	Seen        []string
	Purpose     string
}

type objectionView struct{ At, Text, Contact, Answer string }

type letterLink struct{ Href, PDF, Title, At string }

func (p *Portal) showCase(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	d, err := p.read(r.Context(), who, r.PathValue("id"))
	if err != nil {
		return err
	}
	return p.render(w, r, d, typed{}, http.StatusOK)
}

// render records the look at a case and shows it.
func (p *Portal) render(w http.ResponseWriter, r *http.Request, d *dossier, t typed, status int) error {
	if err := d.looked(r.Context(), nil); err != nil {
		return err
	}
	pg, err := p.page(r, d.who, d.c.Name+"　"+d.s.ShortMatter(), "/staff")
	if err != nil {
		return err
	}
	pg.Crumbs = []web.Crumb{{Href: "/staff", Label: "待办"}, {Label: d.c.Number}}
	pg.Mark = headChips(chips(d.c, d.s))
	if v, ok := p.clockView(d.c, d.s, d.today); ok {
		pg.Head = web.BarClock(v)
	}
	v := casePage{Page: pg, Notice: t.notice, Problems: t.summary(), Summary: d.summary(), Groups: d.groups(t), Figures: d.figures(),
		Conditions: d.conditions(), Steps: d.ruleSteps(), Version: d.s.Version[:min(8, len(d.s.Version))], Settles: d.settles(t), Silents: d.silents(),
		Papers: d.paperGroups(), Acts: d.acts(t), Assign: d.assigning(t), Idle: d.idle(), Holder: d.holder(), Timeline: d.timeline(), Purpose: d.purpose()}
	v.Objections, v.Letters, v.Benefits, v.Seen = d.objected(), d.written(), d.receiving(), d.looks()
	if v.Transfer, err = d.transferring(r.Context(), t); err != nil {
		return err
	}
	if v.Mandate = d.mandate; d.mandate != nil && d.mandate.Proof != "" {
		v.Proof = "/staff/cases/" + string(d.c.ID) + "/mandate"
	}
	if v.Kin, err = d.kin(r.Context()); err != nil {
		return err
	}
	if p.Families != nil {
		v.Family = familyURL(d.c.Applicant)
	}
	if d.signed {
		v.Record = "/staff/cases/" + string(d.c.ID) + "/decision.json"
	}
	if _, decided, err := p.Desk.Decided(r.Context(), p.Desk.DB, d.c.ID); err != nil {
		return err
	} else if decided && p.Appeals != nil {
		v.Appeals = caseAppealsURL(d.c.ID)
	}
	for _, one := range d.deliveries {
		if one.State == notify.Failed {
			v.Undelivered++
		}
	}
	if status == http.StatusOK {
		v.Flash = p.Auth.Take(r, "staff")
	}
	return web.RenderStatus(w, r, status, caseView(v))
}

// figures says how much of what is known came from whom.
func (d *dossier) figures() string {
	departments, persons := 0, 0
	for _, name := range d.s.Rules.Facts() {
		for _, m := range append([]string{""}, d.facts.Members()...) {
			best, ok := d.facts.Best(name, m)
			if !ok || best.Source == casework.Implied {
				continue
			}
			if d.seal(best.Source).Person {
				persons++
			} else {
				departments++
			}
		}
	}
	said := itoa(departments) + " 项采用部门数据，" + itoa(persons) + " 项采用本人填写、调查或认定"
	if n := len(d.missing()); n > 0 {
		said += "，" + itoa(n) + " 项还不知道"
	}
	return said
}

// idle says why the reader has nothing to do in the case.
func (d *dossier) idle() string {
	st := d.s.Step(d.c.Step)
	switch {
	case !d.c.IsOpen():
		return "这件事已经办完了。"
	case !d.mayAct:
		return "这一步由" + d.p.Desk.OfficeName(d.c.Office) + "的" + d.p.roleTitle(actingRole(d.c, d.s)) + "办，您可以看，不能办。"
	case st != nil && st.Publicity != nil:
		return "正在公示，" + dated(d.c.StepDue, d.today) + "结束后自动走下一步。"
	case len(d.choices) == 0:
		return "现在没有要您做的。"
	case d.c.Role == "citizen" && st != nil && st.Wait != nil:
		return "在等本人说意见，" + dated(d.c.StepDue, d.today) + "到期。到期没有收到，会自动回到您这里。"
	case d.c.Role == "citizen":
		return "在等申请人补材料。申请人补好了会自动回到您这里。"
	case d.c.Assignee != "" && d.c.Assignee != d.who.Account:
		return "这一件分给了" + d.assignee + "。您也可以办，办之前先和同事说一声。"
	}
	return ""
}

// holder says who has the case now.
func (d *dossier) holder() string {
	switch {
	case !d.c.IsOpen():
		return ""
	case d.c.Role == "citizen":
		return "申请人"
	case d.assignee != "":
		return d.p.Desk.OfficeName(d.c.Office) + "　" + d.assignee
	}
	return d.p.Desk.OfficeName(d.c.Office) + "，还没有分给谁"
}
