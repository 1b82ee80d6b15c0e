package public

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/web"
)

// noticeView is a notice as everybody may see it.
type noticeView struct {
	ID, Title, Service, Name string
	Members                  int
	Place, Law               string
	Since, Until             string
	Left                     string // 还有 3 天
}

func (p *Portal) views(all []casework.Notice) []noticeView {
	out := make([]noticeView, len(all))
	for i, n := range all {
		out[i] = p.view(n)
	}
	return out
}

func (p *Portal) view(n casework.Notice) noticeView {
	v := noticeView{ID: n.ID, Title: n.Title, Service: n.Service, Name: n.Name, Members: n.Members, Law: n.Law,
		Place: p.Desk.Where(n.Region), Since: n.Since.Long(), Until: n.Until.Long()}
	switch left := int(n.Until - p.today()); {
	case left <= 0:
		v.Left = "今天最后一天"
	default:
		v.Left = "还有 " + strconv.Itoa(left) + " 天"
	}
	return v
}

const perPage = 20

// noticesPage is the list of what is on public notice.
type noticesPage struct {
	web.Page
	Notices []noticeView
	Pager   web.PagerView
}

func (p *Portal) notices(w http.ResponseWriter, r *http.Request) error {
	n, _ := strconv.Atoi(r.URL.Query().Get("page"))
	n = min(max(n, 1), 100_000)
	all, total, err := casework.Notices(r.Context(), p.Desk.DB, p.County, p.today(), (n-1)*perPage, perPage)
	if err != nil {
		return err
	}
	if len(all) == 0 && n > 1 {
		http.Redirect(w, r, "/public/notices", http.StatusSeeOther)
		return nil
	}
	v := noticesPage{Page: p.page(r, "公示", "/public/notices"), Notices: p.views(all)}
	v.Pager = web.PagerView{From: (n-1)*perPage + 1, To: (n-1)*perPage + len(all), Total: total}
	if n > 1 {
		v.Pager.Prev = "/public/notices?page=" + strconv.Itoa(n-1)
	}
	if v.Pager.To < total {
		v.Pager.Next = "/public/notices?page=" + strconv.Itoa(n+1)
	}
	return web.Render(w, r, noticesView(v))
}

// noticePage is one notice with the form for those who object.
type noticePage struct {
	web.Page
	Notice        noticeView
	Text, Contact string
	Problems      errs.Problems
}

func (p *Portal) noticePage(r *http.Request) (noticePage, error) {
	n, err := casework.FindNotice(r.Context(), p.Desk.DB, r.PathValue("id"), p.today())
	return noticePage{Page: p.page(r, n.Title, "/public/notices"), Notice: p.view(n)}, err
}

func (p *Portal) notice(w http.ResponseWriter, r *http.Request) error {
	v, err := p.noticePage(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, noticeShown(v))
}

// filedPage tells an objector how to read the answer.
type filedPage struct {
	web.Page
	Code  string
	Phone string
}

// object files an objection. The code is on the answer alone: it must stand in
// no address.
func (p *Portal) object(w http.ResponseWriter, r *http.Request) error {
	sent, err := web.Form(r)
	if err != nil {
		return err
	}
	v, err := p.noticePage(r)
	if err != nil {
		return err
	}
	v.Text, v.Contact = sent.Get("text"), sent.Get("contact")
	if err := p.mayObject(r, sent); err != nil {
		v.Problems.Add("", errs.Sentence(err))
		return web.RenderStatus(w, r, http.StatusTooManyRequests, noticeShown(v))
	}
	var filed casework.Objection
	err = p.Desk.DB.Do(r.Context(), func(tx *db.Tx) (err error) {
		filed, err = p.Desk.Object(r.Context(), tx, v.Notice.ID, strings.TrimSpace(v.Text), strings.TrimSpace(v.Contact))
		return err
	})
	if problems, ok := err.(errs.Problems); ok {
		v.Problems = problems
		return web.RenderStatus(w, r, http.StatusUnprocessableEntity, noticeShown(v))
	}
	if err != nil {
		return err
	}
	return web.Render(w, r, filedView(filedPage{p.page(r, "意见收到了", "/public/notices"), spaced(filed.Code), p.Desk.Office.Phone}))
}

// mayObject counts only what has something in it, so that whoever forgot to
// write is not kept out.
func (p *Portal) mayObject(r *http.Request, sent url.Values) error {
	if strings.TrimSpace(sent.Get("text")) == "" {
		return nil
	}
	return p.objecting.allow(r)
}

// spaced writes a code in groups of four, to be read out and copied.
func spaced(code string) string {
	var b strings.Builder
	for i, c := range code {
		if i > 0 && i%4 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(c)
	}
	return b.String()
}

// tidy reads a code as people write it.
func tidy(code string) string {
	return strings.ToUpper(strings.NewReplacer(" ", "", "-", "", "　", "", "\t", "").Replace(code))
}

// answerPage asks for a code, or shows what stands under it.
type answerPage struct {
	web.Page
	Code     string
	Problems errs.Problems
	Found    bool
	Filed    string
	Text     string
	Answer   string
	Answered string // "": not yet
}

func (p *Portal) askAnswer(w http.ResponseWriter, r *http.Request) error {
	return web.Render(w, r, answerView(answerPage{Page: p.page(r, "查意见的答复", "/public")}))
}

func (p *Portal) answer(w http.ResponseWriter, r *http.Request) error {
	sent, err := web.Form(r)
	if err != nil {
		return err
	}
	v := answerPage{Page: p.page(r, "查意见的答复", "/public"), Code: sent.Get("code")}
	if tidy(v.Code) == "" {
		v.Problems.Add("code", "请填写查询码。")
		return web.RenderStatus(w, r, http.StatusUnprocessableEntity, answerView(v))
	}
	o, err := p.Desk.ObjectionByCode(r.Context(), p.Desk.DB, tidy(v.Code))
	if errs.Is(err, errs.NotFound) {
		v.Problems.Add("code", errs.Sentence(err))
		return web.RenderStatus(w, r, http.StatusNotFound, answerView(v))
	}
	if err != nil {
		return err
	}
	v.Found, v.Filed, v.Text, v.Answer = true, calendar.DayOf(o.At).Long(), o.Text, o.Answer
	if !o.Answered.IsZero() {
		v.Answered = calendar.DayOf(o.Answered).Long()
	}
	return web.Render(w, r, answerView(v))
}
