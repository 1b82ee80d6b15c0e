package village

import (
	"net/http"
	"strings"

	"minzheng/kernel/auth"
	"minzheng/kernel/casework"
	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/web"
)

// filedPage says how an application goes that was made for another: its steps,
// and nothing of what departments or the case say.
type filedPage struct {
	web.Page
	Flash    string
	Who      string
	Mandate  casework.Mandate
	Service  *catalog.Service
	Line     line
	Number   string
	Steps    []web.TimelineStep
	Problems errs.Problems
}

// sent is a mandate of the reader's; any other is not there.
func (p *Portal) sent(r *http.Request, who auth.Who) (casework.Mandate, error) {
	m, err := p.Desk.Mandate(r.Context(), p.Desk.DB, r.PathValue("mandate"))
	if err == nil && m.Account != who.Account {
		err = errs.New(errs.NotFound, "没有找到这份委托。")
	}
	return m, err
}

func (p *Portal) filed(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	m, err := p.sent(r, who)
	if err != nil {
		return err
	}
	return p.filedShown(w, r, who, m, nil)
}

func (p *Portal) filedShown(w http.ResponseWriter, r *http.Request, who auth.Who, m casework.Mandate, problems errs.Problems) (err error) {
	v := filedPage{Page: p.page(r, "替"+m.Name+"办的事", home), Who: who.Account, Mandate: m, Problems: problems}
	if v.Service, err = p.Desk.Services().Version(r.Context(), p.Desk.DB, m.Version); err != nil {
		return err
	}
	if v.Line, err = p.filedLine(r, m); err != nil {
		return err
	}
	if m.Case != "" && m.State == casework.MandateGiven {
		if err := p.way(r, &v); err != nil {
			return err
		}
	}
	status := http.StatusUnprocessableEntity
	if problems == nil {
		v.Flash, status = p.Auth.Take(r, "village"), http.StatusOK
	}
	return web.RenderStatus(w, r, status, filedView(v))
}

// way are the steps that the applicant is shown, by their titles alone.
func (p *Portal) way(r *http.Request, v *filedPage) error {
	c, err := casework.Find(r.Context(), p.Desk.DB, v.Mandate.Case)
	if err != nil {
		return err
	}
	v.Number = c.Number
	events, err := p.Desk.Timeline(r.Context(), p.Desk.DB, c.ID)
	if err != nil {
		return err
	}
	for _, e := range events {
		if e.Shown && e.Code != "lookup" {
			v.Steps = append(v.Steps, web.TimelineStep{State: web.Done, Title: e.Title, Note: day(e.At)})
		}
	}
	if st := v.Service.Step(c.Step); st != nil && c.IsOpen() {
		v.Steps = append(v.Steps, web.TimelineStep{State: web.Under, Icon: "clock", Title: st.Title, Chip: "正在办"})
	}
	return nil
}

// confirm takes the code that the person has told.
func (p *Portal) confirm(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	m, err := p.sent(r, who)
	if err != nil {
		return err
	}
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	right := false
	err = p.Desk.DB.Do(r.Context(), func(tx *db.Tx) error {
		m, right, err = p.Desk.ConfirmMandate(r.Context(), tx, m, strings.TrimSpace(form.Get("code")))
		return err
	})
	if err != nil {
		return err
	}
	if !right {
		var wrong errs.Problems
		wrong.Add("code", "验证码不对，或者过了 10 分钟。请再看一遍，或者重新发一个。")
		return p.filedShown(w, r, who, m, wrong)
	}
	s, err := p.Desk.Services().Version(r.Context(), p.Desk.DB, m.Version)
	if err != nil {
		return err
	}
	return p.arrived(w, r, came(m, s), "/village/filed/"+m.ID)
}

func (p *Portal) sendAgain(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	m, err := p.sent(r, who)
	if err != nil {
		return err
	}
	if m.State != casework.MandateWaits {
		return p.arrived(w, r, "已经委托好了。", "/village/filed/"+m.ID)
	}
	if err := p.Desk.DB.Do(r.Context(), func(tx *db.Tx) error { return p.Desk.SendMandateCode(r.Context(), tx, m) }); err != nil {
		return err
	}
	return p.arrived(w, r, "又发了一个验证码，上一个不能用了。", "/village/filed/"+m.ID)
}
