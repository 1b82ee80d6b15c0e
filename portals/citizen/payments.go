package citizen

import (
	"net/http"

	"minzheng/kernel/area"
	"minzheng/kernel/people"
	"minzheng/kernel/web"
)

// paymentRow is one payment as its recipient sees it.
type paymentRow struct {
	area.Payment
	Tone web.Tone
	Icon string
	Word string // 已到账
	Note string // when
}

// paymentsPage is all that a resident was paid.
type paymentsPage struct {
	web.Page
	Rows []paymentRow
}

func (p *Portal) payments(w http.ResponseWriter, r *http.Request) error {
	me, err := p.me(r)
	if err != nil {
		return err
	}
	v := paymentsPage{Page: p.page(r, "发放记录", "/my")}
	v.Narrow = true
	if v.Rows, err = p.paid(r, me); err != nil {
		return err
	}
	return web.Render(w, r, payments(v))
}

func (p *Portal) paid(r *http.Request, me people.Person) ([]paymentRow, error) {
	if p.Payments == nil {
		return nil, nil
	}
	all, err := p.Payments(r.Context(), p.Desk.DB, string(me.ID))
	rows := make([]paymentRow, len(all))
	for i, one := range all {
		rows[i] = rowOf(one)
	}
	return rows, err
}

func rowOf(one area.Payment) paymentRow {
	row := paymentRow{Payment: one}
	switch one.State {
	case area.Paid:
		row.Tone, row.Icon, row.Word, row.Note = web.OK, "check", "已到账", one.Day
	case area.Failed:
		row.Tone, row.Icon, row.Word = web.Bad, "x", "没有到账"
	case area.PaidAgain:
		row.Tone, row.Icon, row.Word, row.Note = web.Info, "refresh", "重发了", "上次没有到账："+one.Reason
	case area.Suspended:
		row.Tone, row.Icon, row.Word, row.Note = web.Mute, "player-pause", "暂停", one.Reason
	default:
		row.Tone, row.Icon, row.Word, row.Note = web.Info, "hourglass", "已经交给银行", one.Day+"审核的，一般几天以内到账"
	}
	return row
}

// addPayments has the page show the newest payment and what has not arrived.
func (v *myPage) addPayments(all []paymentRow) {
	v.Paid = len(all) > 0
	for i, one := range all {
		if one.State == area.Failed {
			v.Trouble = append(v.Trouble, one)
		} else if v.Last == nil {
			v.Last = &all[i]
		}
	}
}
