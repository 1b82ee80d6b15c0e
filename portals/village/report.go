package village

import (
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"minzheng/kernel/area"
	"minzheng/kernel/auth"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/web"
)

// reportPage asks three questions about a family in need.
type reportPage struct {
	web.Page
	Who      string
	Key      string
	What     []web.Option
	Urgency  []web.Option
	Typed    url.Values
	Problems errs.Problems
}

func (p *Portal) reportView(r *http.Request, who auth.Who) reportPage {
	v := reportPage{Page: p.page(r, "报告困难家庭", "/village/report"), Who: who.Account, Key: db.NewID(), Typed: r.PostForm}
	for _, what := range area.Happenings() {
		v.What = append(v.What, web.Option{Value: what, Label: what})
	}
	for _, u := range area.Urgencies() {
		v.Urgency = append(v.Urgency, web.Option{Value: u[0], Label: u[1]})
	}
	return v
}

func (p *Portal) reportPage(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	if p.Reports == nil {
		return errs.New(errs.NotFound, "这里还不收报告，请打电话告诉乡镇（街道）。")
	}
	w.Header().Set("Permissions-Policy", "camera=(self), geolocation=(self), microphone=(), payment=(), usb=()") // where it is, if they tap so
	return web.Render(w, r, reportView(p.reportView(r, who)))
}

// spot is a place as a telephone tells it.
var spot = regexp.MustCompile(`^-?\d{1,2}\.\d{1,6},-?\d{1,3}\.\d{1,6}$`)

func (p *Portal) report(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	if p.Reports == nil {
		return errs.New(errs.NotFound, "这里还不收报告，请打电话告诉乡镇（街道）。")
	}
	n, err := p.newReport(r, who)
	var made area.Report
	if err == nil {
		err = p.Desk.DB.Do(r.Context(), func(tx *db.Tx) error {
			made, err = p.Reports.Make(r.Context(), tx, n)
			return err
		})
	}
	var problems errs.Problems
	if errors.As(err, &problems) && !web.PrefersJSON(r) {
		v := p.reportView(r, who)
		v.Problems, v.Key = problems, r.PostForm.Get("key")
		return web.RenderStatus(w, r, http.StatusUnprocessableEntity, reportView(v))
	}
	if err != nil {
		return err
	}
	return p.arrived(w, r, "报告收到了。"+p.Desk.OfficeName(made.Office)+"最晚 "+made.Due.Long()+"处理，处理了会告诉您。", "/village/reports/"+made.ID)
}

func (p *Portal) newReport(r *http.Request, who auth.Who) (n area.NewReport, err error) {
	sent, err := web.Form(r)
	if err != nil {
		return n, err
	}
	text := func(name string) string { return strings.TrimSpace(sent.Get(name)) }
	n = area.NewReport{By: actor(who), Region: place(who), Urgency: text("urgency"),
		Told: area.Told{Name: text("name"), Phone: text("phone"), Where: text("where"), What: text("what"), Words: text("words")}}
	if s := text("spot"); spot.MatchString(s) {
		n.Spot = s
	}
	if n.Key, err = key(r, who); err != nil {
		return n, err
	}
	var wrong errs.Problems
	if n.Photos, err = p.blobs(r, "photo", &wrong); err != nil {
		return n, err
	}
	return n, wrong.Err()
}

// reportedPage says what has become of a report.
type reportedPage struct {
	web.Page
	Flash  string
	Who    string
	Report area.Report
	Line   line
	Due    string
}

func (p *Portal) reported(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	if p.Reports == nil {
		return errs.New(errs.NotFound, "没有找到这份报告。")
	}
	n, err := p.Reports.Find(r.Context(), p.Desk.DB, r.PathValue("report"))
	if err == nil && n.Account != who.Account {
		err = errs.New(errs.NotFound, "没有找到这份报告。")
	}
	if err != nil {
		return err
	}
	v := reportedPage{Page: p.page(r, "报告的事", home), Flash: p.Auth.Take(r, "village"), Who: who.Account, Report: n, Line: p.reportLine(n), Due: n.Due.Long()}
	return web.Render(w, r, reportedView(v))
}
