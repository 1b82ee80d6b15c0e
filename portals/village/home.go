package village

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"minzheng/kernel/area"
	"minzheng/kernel/auth"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/notify"
	"minzheng/kernel/web"
)

// homePage is what somebody has sent and how it goes.
type homePage struct {
	web.Page
	Flash    string
	Who      string // whose outbox it is
	Place    string
	News     []notify.Received
	Reports  []line
	Filed    []line
	Shell    bool // without anything about anybody: kept for when there is no line
	Reporter bool
}

// line is one thing that was sent.
type line struct {
	Href, Title, Note string
	Tone              web.Tone
	Icon, State       string
}

func (p *Portal) home(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	v := p.frame(r, who)
	v.Flash = p.Auth.Take(r, "village")
	mandates, err := p.Desk.MandatesBy(r.Context(), p.Desk.DB, who.Account)
	if err != nil {
		return err
	}
	for _, m := range mandates {
		l, err := p.filedLine(r, m)
		if err != nil {
			return err
		}
		v.Filed = append(v.Filed, l)
	}
	if p.Reports != nil {
		all, err := p.Reports.By(r.Context(), p.Desk.DB, who.Account)
		if err != nil {
			return err
		}
		for _, n := range all {
			v.Reports = append(v.Reports, p.reportLine(n))
		}
	}
	if v.News, err = p.news(r, who); err != nil {
		return err
	}
	return web.Render(w, r, homeView(v))
}

// news is what has been answered and not been read yet.
func (p *Portal) news(r *http.Request, who auth.Who) ([]notify.Received, error) {
	all, err := p.Desk.Notify.Inbox(r.Context(), p.Desk.DB, who.Account, 20)
	if err != nil {
		return nil, err
	}
	var unread []notify.Received
	for _, m := range all {
		if !m.Read {
			unread = append(unread, m)
		}
	}
	if len(unread) == 0 {
		return nil, nil
	}
	return unread, p.Desk.DB.Do(r.Context(), func(tx *db.Tx) error { return p.Desk.Notify.MarkAllRead(r.Context(), tx, who.Account) })
}

func (p *Portal) frame(r *http.Request, who auth.Who) homePage {
	return homePage{Page: p.page(r, "村里的事", home), Who: who.Account, Place: p.Desk.Where(place(who)), Reporter: p.Reports != nil}
}

// shell is the home page without anything about anybody, for when there is no line.
func (p *Portal) shell(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	v := p.frame(r, who)
	v.Shell = true
	return web.Render(w, r, homeView(v))
}

func (p *Portal) filedLine(r *http.Request, m casework.Mandate) (line, error) {
	s, err := p.Desk.Services().Version(r.Context(), p.Desk.DB, m.Version)
	if err != nil {
		return line{}, err
	}
	l := line{Href: "/village/filed/" + m.ID, Title: m.Name + "　" + s.Short, Note: day(m.At), Tone: web.Wait, Icon: "pencil", State: "还没交上去"}
	switch {
	case m.State == casework.MandateRevoked:
		l.Tone, l.Icon, l.State = web.Mute, "x", "本人收回了委托"
	case m.State == casework.MandateWaits:
		l.Icon, l.State = "message-circle", "等本人的验证码"
	case m.Case != "":
		c, err := casework.Find(r.Context(), p.Desk.DB, m.Case)
		if err != nil {
			return l, err
		}
		l.Tone, l.Icon, l.State = stands(c)
		if st := s.Step(c.Step); st != nil && c.IsOpen() {
			l.State = st.Title
		}
	}
	return l, nil
}

// stands says how a case stands, in a word.
func stands(c casework.Case) (web.Tone, string, string) {
	switch c.State {
	case casework.Approved:
		return web.OK, "check", "批准了"
	case casework.Refused:
		return web.Bad, "x", "没有批准"
	case casework.Withdrawn, casework.Ended:
		return web.Mute, "minus", "撤回了"
	}
	return web.Info, "clock", "正在办"
}

func (p *Portal) reportLine(n area.Report) line {
	l := line{Href: "/village/reports/" + n.ID, Title: n.Name + "　" + n.What, Note: day(n.At), Tone: web.Wait, Icon: "clock", State: "等乡镇处理"}
	switch n.State {
	case area.Visited:
		l.Tone, l.Icon, l.State = web.Info, "home", "去看过了"
	case area.Applied:
		l.Tone, l.Icon, l.State = web.OK, "check", "开了申请"
	case area.Closed:
		l.Tone, l.Icon, l.State = web.Mute, "check", "办结了"
	}
	return l
}

// worker is the script that keeps the pages for when there is no line.
func (p *Portal) worker(w http.ResponseWriter, r *http.Request) error {
	keep := struct {
		Version string   `json:"version"`
		Pages   []string `json:"pages"`
		Assets  []string `json:"assets"`
	}{Pages: []string{"/village/shell", "/village/file"}}
	if p.Reports != nil {
		keep.Pages = append(keep.Pages, "/village/report")
	}
	versions := ""
	for _, s := range p.offered() {
		keep.Pages, versions = append(keep.Pages, "/village/file/"+s.Code), versions+s.Version
	}
	for _, name := range []string{"app.css", "app.js", "htmx.js", "village.js", "icons.svg", "mark.svg"} {
		keep.Assets = append(keep.Assets, web.AssetURL(name))
	}
	sum := sha256.Sum256([]byte(strings.Join(keep.Pages, " ") + strings.Join(keep.Assets, " ") + versions))
	keep.Version = hex.EncodeToString(sum[:6])
	b, err := json.Marshal(keep)
	if err != nil {
		return err
	}
	return web.Worker(w, "sw.js", b)
}

func day(t time.Time) string { return calendar.DayOf(t).Long() }
