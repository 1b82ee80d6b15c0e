package supervision

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"minzheng/kernel/area"
	"minzheng/kernel/auth"
	"minzheng/kernel/calendar"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/file"
	"minzheng/kernel/region"
	"minzheng/kernel/web"
)

const (
	reportURL  = "/public/report"
	answerURL  = "/public/report/answer"
	drawsURL   = "/public/draws"
	mostPhotos = 3
	mostUpload = 32 << 20
)

// Tiles lead to the public pages.
func Tiles() []web.TileView {
	return []web.TileView{
		{Href: reportURL, Icon: "message-report", Title: "举报", Text: "有人骗领，或者工作人员有问题"},
		{Href: answerURL, Icon: "search", Title: "举报有答复吗", Text: "用查询码查"},
		{Href: drawsURL, Icon: "list-check", Title: "抽查怎么抽的", Text: "每个月抽签，您可以重新抽一遍"},
	}
}

// publicPages are the pages for everybody.
type publicPages struct {
	*Room
	door area.PublicDoor
}

// PublicPages hangs them.
func PublicPages(door area.PublicDoor) {
	p := publicPages{New(door.Desk), door}
	door.Handle("GET "+reportURL, p.ask)
	door.HandleLimit("POST "+reportURL, mostUpload, p.report)
	door.Handle("GET "+answerURL, p.askAnswer)
	door.Handle("POST "+answerURL, p.answer)
	door.Handle("GET "+drawsURL, p.draws)
	door.Handle("GET "+drawsURL+"/{draw}", p.draw)
}

// reportPage takes a tip.
type reportPage struct {
	web.Page
	Problems errs.Problems
	Typed    map[string]string
	Places   []web.Option
	Name     string // of the resident who is signed in
	Photos   int    // that were chosen and are to be chosen again
}

func (p publicPages) ask(w http.ResponseWriter, r *http.Request) error {
	return p.again(w, r, url.Values{}, nil, http.StatusOK)
}

func (p publicPages) again(w http.ResponseWriter, r *http.Request, sent url.Values, problems errs.Problems, status int) error {
	v := reportPage{Page: p.door.Page(r, "举报", "/public"), Problems: problems, Typed: map[string]string{}, Name: resident(r)}
	v.Page.Narrow = true
	for _, name := range []string{"kind", "region", "about", "said", "contact", "named"} {
		v.Typed[name] = sent.Get(name)
	}
	v.Places = []web.Option{{Label: "请选"}}
	for _, one := range p.desk.Places.Children(region.Code(p.door.County)) {
		v.Places = append(v.Places, web.Option{Value: string(one.Code), Label: one.Name})
	}
	if r.MultipartForm != nil {
		v.Photos = len(r.MultipartForm.File["photos"])
	}
	return web.RenderStatus(w, r, status, reportView(v))
}

// resident is the name of the resident who is signed in.
func resident(r *http.Request) string {
	if who, ok := auth.From(r); ok && who.Kind == auth.Citizen {
		return who.Name
	}
	return ""
}

// receiptPage gives the code, once.
type receiptPage struct {
	web.Page
	Code string
	Days int
}

// report files a tip. The code is on the answer alone: it stands in no address.
func (p publicPages) report(w http.ResponseWriter, r *http.Request) error {
	sent, err := web.Form(r)
	if err != nil {
		return err
	}
	t := Report{Kind: sent.Get("kind"), Region: sent.Get("region"), About: strings.TrimSpace(sent.Get("about")), Said: strings.TrimSpace(sent.Get("said")),
		By: Reporter{Contact: strings.TrimSpace(sent.Get("contact"))}}
	if name := resident(r); name != "" && sent.Get("named") != "" {
		t.By.Name, t.Named = name, true
	}
	var problems errs.Problems
	if errors.As(t.Check(), &problems); r.MultipartForm != nil && len(r.MultipartForm.File["photos"]) > mostPhotos {
		problems.Add("photos", "最多传 "+strconv.Itoa(mostPhotos)+" 张。")
	}
	if string(p.desk.Places.County(region.Code(t.Region))) != p.door.County {
		problems.Add("region", "请选在哪个乡镇（街道）。")
	}
	if len(problems) > 0 {
		return p.again(w, r, sent, problems, http.StatusUnprocessableEntity)
	}
	if err := p.door.Allow(r); err != nil {
		problems.Add("", errs.Sentence(err))
		return p.again(w, r, sent, problems, http.StatusTooManyRequests)
	}
	if t.Papers, err = p.photos(r); err != nil {
		if k := errs.KindOf(err); k != errs.Invalid && k != errs.TooLarge {
			return err
		}
		problems.Add("photos", errs.Sentence(err))
		return p.again(w, r, sent, problems, http.StatusUnprocessableEntity)
	}
	code := ""
	err = p.desk.DB.Do(r.Context(), func(tx *db.Tx) (err error) {
		code, err = p.Report(r.Context(), tx, t)
		return err
	})
	if errors.As(err, &problems) {
		return p.again(w, r, sent, problems, http.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	days, err := p.number(t.Region, calendar.DayOf(p.desk.DB.Now()), "举报答复期限")
	if err != nil {
		return err
	}
	v := receiptPage{p.door.Page(r, "举报收到了", "/public"), spaced(code), days}
	v.Page.Narrow = true
	return web.Render(w, r, receiptView(v))
}

func (p publicPages) photos(r *http.Request) ([]file.Blob, error) {
	if r.MultipartForm == nil {
		return nil, nil
	}
	var all []file.Blob
	for _, h := range r.MultipartForm.File["photos"] {
		f, err := h.Open()
		if err != nil {
			return nil, errs.New(errs.Invalid, "没有收全这张照片，请再传一次。")
		}
		b, err := p.desk.Files.Put(r.Context(), "照片", f)
		f.Close()
		if err != nil {
			return nil, err
		}
		all = append(all, b)
	}
	return all, nil
}

// spaced writes a code in groups of four, to be read out and copied.
func spaced(code string) string {
	var parts []string
	for i := 0; i < len(code); i += 4 {
		parts = append(parts, code[i:min(i+4, len(code))])
	}
	return strings.Join(parts, " ")
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
	Tip      Tip
	Filed    string
	Due      string
	Outcome  string
	Answered string // "": not yet
}

func (p publicPages) askAnswer(w http.ResponseWriter, r *http.Request) error {
	v := answerPage{Page: p.door.Page(r, "查举报的答复", "/public")}
	v.Page.Narrow = true
	return web.Render(w, r, answerView(v))
}

func (p publicPages) answer(w http.ResponseWriter, r *http.Request) error {
	sent, err := web.Form(r)
	if err != nil {
		return err
	}
	v := answerPage{Page: p.door.Page(r, "查举报的答复", "/public"), Code: sent.Get("code")}
	v.Page.Narrow = true
	if tidy(v.Code) == "" {
		v.Problems.Add("code", "请填写查询码。")
		return web.RenderStatus(w, r, http.StatusUnprocessableEntity, answerView(v))
	}
	v.Tip, err = p.TipByCode(r.Context(), p.desk.DB, tidy(v.Code))
	if errs.Is(err, errs.NotFound) {
		v.Problems.Add("code", errs.Sentence(err))
		return web.RenderStatus(w, r, http.StatusNotFound, answerView(v))
	}
	if err != nil {
		return err
	}
	v.Found, v.Filed, v.Due, v.Outcome = true, calendar.DayOf(v.Tip.At).Long(), v.Tip.Due.Long(), OutcomeWord(v.Tip.Outcome)
	if !v.Tip.Done.IsZero() {
		v.Answered = calendar.DayOf(v.Tip.Done).Long()
	}
	return web.Render(w, r, answerView(v))
}

// drawsPage lists the draws with what was published of each and when.
type drawsPage struct {
	web.Page
	Rows []drawRow
}

type drawRow struct {
	Href, Month, Commitment, Committed, Drawn string
	All, Picked                               int
}

func (p publicPages) draws(w http.ResponseWriter, r *http.Request) error {
	v := drawsPage{Page: p.door.Page(r, "抽查", "/public")}
	all, err := p.Draws(r.Context(), p.desk.DB, p.door.County, 24)
	if err != nil {
		return err
	}
	for _, d := range all {
		row := drawRow{Month: d.Month.Long(), Commitment: d.Commitment, Committed: calendar.DayOf(d.Committed).Long()}
		if !d.Drawn.IsZero() {
			row.Href, row.Drawn = drawsURL+"/"+d.ID, calendar.DayOf(d.Drawn).Long()
			if row.All, row.Picked, err = p.counted(r.Context(), d.ID); err != nil {
				return err
			}
		}
		v.Rows = append(v.Rows, row)
	}
	return web.Render(w, r, drawsView(v))
}

func (r *Room) counted(ctx context.Context, draw string) (all, picked int, err error) {
	n, err := db.One(ctx, r.desk.DB, func(row db.Row) (n [2]int, err error) { return n, row.Scan(&n[0], &n[1]) },
		`SELECT COUNT(*), COALESCE(SUM(picked), 0) FROM assistance_check WHERE draw = ?`, draw)
	return n[0], n[1], err
}

// draw hands out all that is needed to draw again.
func (p publicPages) draw(w http.ResponseWriter, r *http.Request) error {
	d, err := p.FindDraw(r.Context(), p.desk.DB, r.PathValue("draw"))
	if err != nil {
		return err
	}
	if d.County != p.door.County || d.Drawn.IsZero() {
		return errs.New(errs.NotFound, "没有找到这一次抽查。")
	}
	all, err := p.Publish(r.Context(), p.desk.DB, d)
	if err != nil {
		return err
	}
	body, err := json.MarshalIndent(all, "", " ")
	if err != nil {
		return err
	}
	return web.Download(w, "抽查"+string(d.Month)+".json", "application/json; charset=utf-8", body)
}
