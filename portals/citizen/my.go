package citizen

import (
	"net/http"
	"slices"

	"minzheng/kernel/area"
	"minzheng/kernel/casework"
	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/fact"
	"minzheng/kernel/notify"
	"minzheng/kernel/people"
	"minzheng/kernel/web"
)

// matter is one case in a list.
type matter struct {
	casework.Case
	Title string
	Doing string
	Tone  web.Tone
	Clock web.ClockView
	Timed bool
	Wants bool // it waits for the resident
	Heard bool // for what they think, not for papers
}

func (p *Portal) matters(r *http.Request, me people.Person) ([]matter, error) {
	cases, err := casework.Of(r.Context(), p.Desk.DB, me.ID)
	if err != nil {
		return nil, err
	}
	var all []matter
	for _, c := range cases {
		s, err := p.Desk.Services().Version(r.Context(), p.Desk.DB, c.Version)
		if err != nil {
			return nil, err
		}
		if !s.Internal {
			all = append(all, p.matter(c, s))
		}
	}
	return all, nil
}

func (p *Portal) matter(c casework.Case, s *catalog.Service) matter {
	m := matter{Case: c, Title: s.Matter(), Tone: web.Info}
	if s.Process != nil && !c.IsOpen() {
		m.Doing, m.Tone = "办完了", web.OK
		return m
	}
	switch c.State {
	case casework.Approved:
		m.Doing, m.Tone = "批准了", web.OK
	case casework.Refused:
		m.Doing, m.Tone = "没有批准", web.Bad
	case casework.Withdrawn, casework.Ended:
		m.Doing, m.Tone = "已撤回", web.Mute
	default:
		st := s.Step(c.Step)
		m.Doing, m.Wants, m.Heard = st.Doing, st.Role == "citizen", st.Wait != nil
		if m.Wants {
			m.Tone = web.Wait
		}
		m.Clock, m.Timed = p.clock(c, s)
	}
	return m
}

// clock is the statutory period as pages show it.
func (p *Portal) clock(c casework.Case, s *catalog.Service) (web.ClockView, bool) {
	k, ok := p.Desk.Clock(c, s, p.today())
	if !ok {
		return web.ClockView{}, false
	}
	v := web.ClockView{Day: k.Day, Total: k.Total, Overdue: k.Left < 0, Note: "最晚 " + k.Due.Long() + "给您结果。", Unit: k.Unit, Word: k.Word}
	if !s.Clock.Natural {
		v.Note += "周末和放假不算在内。"
	}
	if k.Day == 0 {
		v.Sentence = "今天受理，从下一" + k.Unit + "开始算，" + k.Word + " " + itoa(k.Total) + " " + k.Unit
	}
	if k.Provisional {
		v.Note = "最晚 " + k.Due.Long() + "给您结果（暂定：" + itoa(k.Year) + "年的放假安排还没有公布，公布后会重新算）。"
	}
	return v, true
}

// myPage is everything that concerns one resident.
type myPage struct {
	web.Page
	Flash    string
	Matters  []matter
	Together []togetherRow
	Drafts   []draftRow
	Requests []consentRequest
	Offers   []offerView
	Benefits []area.Benefit
	Paid     bool         // something was paid or is to be
	Last     *paymentRow  // the newest of it
	Trouble  []paymentRow // what has not arrived
	Unread   int
	Mandates []mandateView
	Menus    []web.MenuItem // pages of areas
}

type draftRow struct{ ID, Title, When string }

func (p *Portal) my(w http.ResponseWriter, r *http.Request) error {
	me, err := p.me(r)
	if err != nil {
		return err
	}
	v := myPage{Page: p.page(r, "我的", "/my"), Menus: p.areaMenu(), Flash: p.Auth.Take(r, "flash")}
	if v.Matters, err = p.matters(r, me); err != nil {
		return err
	}
	if v.Together, err = p.togetherRows(r, me); err != nil {
		return err
	}
	drafts, err := p.Desk.Drafts(r.Context(), p.Desk.DB, me.ID)
	if err != nil {
		return err
	}
	for _, d := range drafts {
		s, err := p.Desk.Services().Version(r.Context(), p.Desk.DB, d.Version)
		if err != nil {
			return err
		}
		v.Drafts = append(v.Drafts, draftRow{d.ID, s.Title + "申请", ago(d.Updated, p.Desk.DB.Now())})
	}
	if v.Requests, err = p.requests(r, me); err != nil {
		return err
	}
	if v.Offers, err = p.offers(r, me); err != nil {
		return err
	}
	if v.Mandates, err = p.mandates(r, me); err != nil {
		return err
	}
	if v.Benefits, err = p.Benefits(r.Context(), p.Desk.DB, string(me.ID)); err != nil {
		return err
	}
	v.Benefits = slices.DeleteFunc(v.Benefits, func(b area.Benefit) bool { return b.State != "running" })
	paid, err := p.paid(r, me)
	if err != nil {
		return err
	}
	v.addPayments(paid)
	if v.Unread, err = p.Desk.Notify.Unread(r.Context(), p.Desk.DB, string(me.ID)); err != nil {
		return err
	}
	return web.Render(w, r, my(v))
}

// messagesPage are the messages to one resident.
type messagesPage struct {
	web.Page
	Messages []notify.Received
}

func (p *Portal) messages(w http.ResponseWriter, r *http.Request) error {
	me, err := p.me(r)
	if err != nil {
		return err
	}
	v := messagesPage{Page: p.page(r, "通知", "/my")}
	v.Narrow = true
	if v.Messages, err = p.Desk.Notify.Inbox(r.Context(), p.Desk.DB, string(me.ID), 100); err != nil {
		return err
	}
	if err := p.markRead(r, me, v.Messages); err != nil {
		return err
	}
	return web.Render(w, r, messages(v))
}

// look is somebody who saw something about the resident.
type look struct {
	When, Who, What, Why string
	Machine              bool
}

// sealOf is a source's seal.
func sealOf(d *fact.Dictionary, code string) web.SealView {
	s := d.Source(code)
	return web.SealView{Char: s.Seal, Title: s.Title, Person: s.Person}
}

// markRead marks what the resident is being shown.
func (p *Portal) markRead(r *http.Request, me people.Person, shown []notify.Received) error {
	if !slices.ContainsFunc(shown, func(m notify.Received) bool { return !m.Read }) {
		return nil
	}
	return p.Desk.DB.Do(r.Context(), func(tx *db.Tx) error { return p.Desk.Notify.MarkAllRead(r.Context(), tx, string(me.ID)) })
}
