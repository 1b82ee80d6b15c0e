package citizen

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"minzheng/kernel/calendar"
	"minzheng/kernel/db"
	"minzheng/kernel/people"
	"minzheng/kernel/seen"
	"minzheng/kernel/web"
)

// seenPage tells who looked at what, and why, by matter.
type seenPage struct {
	web.Page
	Flash   string
	Kinds   []seenFilter
	Periods []seenFilter
	Groups  []seenGroup
	Pager   web.PagerView
	Cut     bool
	Choice  seen.Choice
	Answer  int // working days
}

// seenFilter is one way to see less.
type seenFilter struct {
	Href, Label string
	On          bool
}

type seenGroup struct {
	seen.Group
	Rows []seenRow
}

// seenRow is one entry in words.
type seenRow struct {
	seen.Entry
	When     string
	Asked    bool
	Question seen.Question
}

// seenAtOnce is how many entries stand on one page.
const seenAtOnce = 30

var (
	seenKinds   = []struct{ code, label string }{{"", "全部"}, {string(seen.Query), "部门查询"}, {string(seen.Look), "工作人员查看"}, {string(seen.Given), "给了其他部门"}}
	seenPeriods = []struct {
		code, label string
		days        int
	}{{"", "不限时间", 0}, {"30", "近 30 天", 30}, {"365", "近一年", 365}}
)

func (p *Portal) seen(w http.ResponseWriter, r *http.Request) error {
	me, err := p.me(r)
	if err != nil {
		return err
	}
	v := seenPage{Page: p.page(r, "谁看过我的信息", "/my"), Flash: p.Auth.Take(r, "flash"), Answer: p.Seen.Rules().Answer}
	all, err := p.Seen.Of(r.Context(), p.Desk.DB, me)
	if err != nil {
		return err
	}
	asked, err := p.Seen.Questions(r.Context(), p.Desk.DB, me.ID)
	if err != nil {
		return err
	}
	if v.Choice, err = p.Seen.Choice(r.Context(), p.Desk.DB, me.ID); err != nil {
		return err
	}
	v.Cut = all.Cut
	v.fill(all.Groups, asked, r.URL.Query(), p.Desk.DB.Now())
	return web.Render(w, r, seenView(v))
}

// fill puts one page of what the filter leaves onto v. What is told coarsely
// stays whatever the filter is: it has no kind and no day.
func (v *seenPage) fill(groups []seen.Group, asked map[string]seen.Question, q url.Values, now time.Time) {
	kind, period, days := q.Get("kind"), q.Get("since"), 0
	for _, one := range seenPeriods {
		if one.code == period {
			days = one.days
		}
	}
	from, _ := strconv.Atoi(q.Get("from"))
	from = max(0, from)
	total := 0
	for _, g := range groups {
		out := seenGroup{Group: g}
		for _, e := range g.Entries {
			if !g.Coarse && (kind != "" && string(e.Kind) != kind || days > 0 && e.At.Before(now.AddDate(0, 0, -days))) {
				continue
			}
			if total++; total > from && total <= from+seenAtOnce {
				out.Rows = append(out.Rows, seenAs(e, asked))
			}
		}
		if len(out.Rows) > 0 {
			v.Groups = append(v.Groups, out)
		}
	}
	v.page(kind, period, from, total)
}

func seenAs(e seen.Entry, asked map[string]seen.Question) seenRow {
	row := seenRow{Entry: e, When: e.Month}
	if row.When == "" {
		row.When = moment(e.At)
	}
	row.Question, row.Asked = asked[e.Key]
	return row
}

func (v *seenPage) page(kind, period string, from, total int) {
	at := func(kind, period string, from int) string {
		q := url.Values{}
		for name, value := range map[string]string{"kind": kind, "since": period} {
			if value != "" {
				q.Set(name, value)
			}
		}
		if from > 0 {
			q.Set("from", strconv.Itoa(from))
		}
		return strings.TrimSuffix("/my/seen?"+q.Encode(), "?")
	}
	for _, one := range seenKinds {
		v.Kinds = append(v.Kinds, seenFilter{at(one.code, period, 0), one.label, one.code == kind})
	}
	for _, one := range seenPeriods {
		v.Periods = append(v.Periods, seenFilter{at(kind, one.code, 0), one.label, one.code == period})
	}
	v.Pager = web.PagerView{From: min(from+1, total), To: min(from+seenAtOnce, total), Total: total, Unit: "条"}
	if from > 0 {
		v.Pager.Prev = at(kind, period, max(0, from-seenAtOnce))
	}
	if from+seenAtOnce < total {
		v.Pager.Next = at(kind, period, from+seenAtOnce)
	}
}

// entryPage is one entry with what was asked about it.
type entryPage struct {
	web.Page
	Flash  string
	Group  seen.Group
	Row    seenRow
	Chosen string
	Answer int
}

func (p *Portal) seenEntry(w http.ResponseWriter, r *http.Request) error {
	me, err := p.me(r)
	if err != nil {
		return err
	}
	g, e, err := p.Seen.Find(r.Context(), p.Desk.DB, me, r.URL.Query().Get("key"))
	if err != nil {
		return err
	}
	asked, err := p.Seen.Questions(r.Context(), p.Desk.DB, me.ID)
	if err != nil {
		return err
	}
	v := entryPage{Page: p.page(r, "这条记录", "/my"), Flash: p.Auth.Take(r, "flash"), Group: g, Row: seenAs(e, asked), Answer: p.Seen.Rules().Answer}
	v.Narrow = true
	return web.Render(w, r, seenEntryView(v))
}

func (p *Portal) seenAsk(w http.ResponseWriter, r *http.Request) error {
	me, err := p.me(r)
	if err != nil {
		return err
	}
	sent, err := web.Form(r)
	if err != nil {
		return err
	}
	var q seen.Question
	err = p.Desk.DB.Do(r.Context(), func(tx *db.Tx) (err error) {
		q, err = p.Seen.Ask(r.Context(), tx, me, sent.Get("key"), sent.Get("kind"), sent.Get("words"))
		return err
	})
	if err != nil {
		return err
	}
	p.Auth.Put(r, "flash", "您的提问已经交给数据专员，最晚 "+q.Due.Long()+"答复您。")
	http.Redirect(w, r, entryURL(q.Key), http.StatusSeeOther)
	return nil
}

func entryURL(key string) string { return "/my/seen/entry?key=" + url.QueryEscape(key) }

// recent is how often somebody looked in the last 30 days.
func (p *Portal) recent(r *http.Request, me people.Person) (int, error) {
	all, err := p.Seen.Of(r.Context(), p.Desk.DB, me)
	return all.Recent(p.Desk.DB.Now().AddDate(0, 0, -30)), err
}

// questionChip is how a question stands.
func questionChip(q seen.Question) (web.Tone, string, string) {
	if q.Open {
		return web.Wait, "hourglass", "问过了，最晚 " + q.Due.Long() + "答复"
	}
	return web.OK, "check", "已经答复"
}

// dayLong is a day for readers.
func dayLong(t time.Time) string { return calendar.DayOf(t).Long() }
