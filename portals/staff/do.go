package staff

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"minzheng/kernel/auth"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/form"
	"minzheng/kernel/web"
)

// opened reads a case in which the reader wants to act, and what they sent.
func (p *Portal) opened(r *http.Request, who auth.Who) (*dossier, url.Values, error) {
	d, err := p.read(r.Context(), who, r.PathValue("id"))
	if err != nil {
		return nil, nil, err
	}
	if d.c.IsOpen() && !d.mayAct {
		return nil, nil, errs.Newf(errs.Forbidden, "这一步由%s办，您可以看，不能办。", p.roleTitle(actingRole(d.c, d.s)))
	}
	sent, err := web.Form(r)
	return d, sent, err
}

// act does one act of a case.
func (p *Portal) act(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	d, sent, err := p.opened(r, who)
	if err != nil {
		return err
	}
	code := r.PathValue("act")
	t := typed{key: code, values: under(sent, code)}
	i := slices.IndexFunc(d.choices, func(c casework.Choice) bool { return c.Code == code })
	if i < 0 {
		t.notice = "这件事已经走到下一步了，您刚才的动作没有做。请看看现在的情况。"
		return p.again(w, r, d, t)
	}
	choice := d.choices[i]
	do, problems := d.doing(choice, t.values, sent.Get("revision"))
	if choice.Photos {
		wrong, err := p.upload(r, d, code, t.values["drop"])
		if err != nil {
			return err
		}
		problems = append(problems, wrong...)
		for _, f := range d.kept[code] {
			do.Papers = append(do.Papers, casework.Paper{File: f.ID, Material: code, By: who.Name})
		}
	}
	if len(problems) > 0 {
		return p.again(w, r, d, t.with(problems))
	}
	err = p.Desk.DB.Do(r.Context(), func(tx *db.Tx) error {
		_, err := p.Desk.Act(r.Context(), tx, do)
		return err
	})
	return p.done(w, r, d, t, err, "已办：“"+choice.Title+"”。")
}

// doing reads what was filled in for an act.
func (d *dossier) doing(c casework.Choice, sent url.Values, revision string) (casework.Doing, errs.Problems) {
	do := casework.Doing{Case: d.c.ID, Act: c.Code, Revision: revisionOf(revision), Who: d.actor, Reason: strings.TrimSpace(sent.Get("reason"))}
	var problems errs.Problems
	do.Answers, problems = form.Read(c.Form, sent, d.p.Desk.DB.Now())
	if c.Missing {
		for _, m := range d.s.Materials {
			if slices.Contains(sent["lacks"], m.Code) {
				do.Lacks = append(do.Lacks, m.Title)
			}
		}
		more, sentence := lines(sent.Get("more"))
		if sentence != "" {
			problems.Add("more", sentence)
		}
		do.Lacks = append(do.Lacks, more...)
	}
	return do, problems
}

// revisionOf reads the revision that a page was made of. What is none never is
// the case's.
func revisionOf(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 1 {
		return -1
	}
	return n
}

func (d *dossier) revision() string { return strconv.FormatInt(d.c.Revision, 10) }

const (
	mostLines = 20
	longLine  = 120
)

// lines reads what is written one a line.
func lines(s string) (all []string, sentence string) {
	for line := range strings.Lines(s) {
		line = strings.TrimSpace(line)
		if len([]rune(line)) > longLine {
			return nil, "每一行最多写 " + itoa(longLine) + " 个字，一行写一样。"
		}
		if line != "" {
			all = append(all, line)
		}
	}
	if len(all) > mostLines {
		return nil, "最多写 " + itoa(mostLines) + " 行。"
	}
	return all, ""
}

// unchanged refuses when the case is not as the reader saw it.
func (d *dossier) unchanged(r *http.Request, tx *db.Tx, revision string) error {
	c, err := casework.Find(r.Context(), tx, d.c.ID)
	if err != nil {
		return err
	}
	if c.Revision != revisionOf(revision) {
		return errs.New(errs.Conflict, "这件事刚刚有人办过了，请看看现在的情况再办。")
	}
	return nil
}

// consent records that a member has signed on paper.
func (p *Portal) consent(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	d, sent, err := p.opened(r, who)
	if err != nil {
		return err
	}
	member := r.PathValue("member")
	t := typed{key: "consent-" + member, values: under(sent, "consent-"+member)}
	if t.values.Get("seen") != "1" {
		return p.again(w, r, d, t.with(errs.Problems{{Field: "seen", Sentence: "看过本人签字的授权书，才能登记。请打勾。"}}))
	}
	err = p.Desk.DB.Do(r.Context(), func(tx *db.Tx) error { return p.Desk.ConsentOnPaper(r.Context(), tx, d.c.ID, member, d.actor) })
	return p.done(w, r, d, t, err, "已登记"+d.called(member)+"的纸质授权，正在去问部门。")
}

// assign hands the case to a colleague.
func (p *Portal) assign(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	d, sent, err := p.opened(r, who)
	if err != nil {
		return err
	}
	t := typed{key: "assign", values: under(sent, "assign")}
	h := casework.Handover{Case: d.c.ID, Revision: revisionOf(sent.Get("revision")), To: t.values.Get("to"), Reason: strings.TrimSpace(t.values.Get("reason")), Who: d.actor}
	err = p.Desk.DB.Do(r.Context(), func(tx *db.Tx) error {
		_, err := p.Desk.Reassign(r.Context(), tx, h)
		return err
	})
	return p.done(w, r, d, t, err, "已经转交。")
}

// done answers after an act: what was wrong comes back on the page with all
// that was typed, and what has changed meanwhile is shown as it is now.
func (p *Portal) done(w http.ResponseWriter, r *http.Request, d *dossier, t typed, err error, said string) error {
	var problems errs.Problems
	switch {
	case err == nil:
		p.counts.changed()
		p.Auth.Put(r, "staff", said)
		http.Redirect(w, r, "/staff/cases/"+string(d.c.ID), http.StatusSeeOther)
		return nil
	case errors.As(err, &problems):
		return p.again(w, r, d, t.with(problems))
	case errs.Is(err, errs.Conflict):
		t.notice = errs.Sentence(err)
		return p.again(w, r, d, t)
	}
	return err
}

// again shows the case as it is now with what was sent.
func (p *Portal) again(w http.ResponseWriter, r *http.Request, d *dossier, t typed) error {
	d, err := p.read(r.Context(), d.who, string(d.c.ID))
	if err != nil {
		return err
	}
	status := http.StatusUnprocessableEntity
	if t.notice != "" {
		status = http.StatusConflict
	}
	return p.render(w, r, d, t, status)
}
