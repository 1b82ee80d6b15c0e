package departments

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"minzheng/kernel/calendar"
)

// controlPage is all that the control page shows.
type controlPage struct {
	People, AsOf, Since string
	Cards               []sourceCard
	Done, Problem, At   string
}

// sourceCard is one source with its form, which holds what was typed.
type sourceCard struct {
	standing
	State, Tone              string
	Last                     string
	TypedLatency, TypedError string
	TypedJitter              string
	Modes                    []modeChoice
}

type modeChoice struct {
	Value, Title string
	Chosen       bool
}

func (s *simulator) page() controlPage {
	p := controlPage{People: strconv.Itoa(len(s.county.Persons)), AsOf: s.county.AsOf.Long(), Since: clock(s.since)}
	for _, st := range s.standings() {
		c := sourceCard{standing: st, Last: "还没有人问过",
			TypedLatency: strconv.Itoa(st.Latency), TypedJitter: strconv.Itoa(st.Jitter), TypedError: strconv.Itoa(st.Errors)}
		c.State, c.Tone = state(st.Trouble)
		if !st.last.IsZero() {
			c.Last = clock(st.last)
		}
		c.choose(string(st.Mode))
		p.Cards = append(p.Cards, c)
	}
	return p
}

func (c *sourceCard) choose(mode string) {
	c.Modes = []modeChoice{
		{string(Normal), "照常回答", false}, {string(Garbage), "回答读不懂", false},
		{string(Hang), "一直不回答", false}, {string(Reset), "一问就断线", false},
	}
	for i := range c.Modes {
		c.Modes[i].Chosen = c.Modes[i].Value == mode
	}
}

// keep puts back what was typed into the form of a source.
func (p *controlPage) keep(code string, form url.Values) {
	for i := range p.Cards {
		if c := &p.Cards[i]; c.Source == code {
			c.TypedLatency, c.TypedJitter, c.TypedError = form.Get("latency"), form.Get("jitter"), form.Get("errors")
			c.choose(form.Get("mode"))
		}
	}
}

// state says in a word how a source is, and in which colour.
func state(t Trouble) (word, tone string) {
	switch {
	case t.Mode == Hang:
		return "不回答", "bad"
	case t.Mode == Reset:
		return "断线", "bad"
	case t.Errors == 100:
		return "全部出错", "bad"
	case t.Mode == Garbage:
		return "读不懂", "bad"
	case t.Errors > 0:
		return "有时出错", "wait"
	case t.Latency+t.Jitter > 1000:
		return "很慢", "wait"
	}
	return "正常", "ok"
}

// clock writes an instant as readers in China know it.
func clock(t time.Time) string {
	local := t.In(time.FixedZone("Asia/Shanghai", 8*60*60))
	return calendar.DayOf(t).Short() + " " + local.Format("15:04:05")
}

func (s *simulator) show(w http.ResponseWriter, r *http.Request, status int, p controlPage) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	if err := controlView(p).Render(r.Context(), w); err != nil {
		s.log.Debug("the control page was not taken to its end", "error", err)
	}
}
