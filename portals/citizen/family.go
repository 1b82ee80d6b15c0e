package citizen

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"minzheng/kernel/area"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/family"
	"minzheng/kernel/people"
	"minzheng/kernel/web"
)

// familyPage is what a resident's family receives, has asked for and may still
// get. Of other adults it shows only what is for all who live together.
type familyPage struct {
	web.Page
	Members  []familyMember
	Benefits []familyBenefit
	Rows     []serviceRow
	Not      []serviceRow // that are not for them now
	Cases    []familyCase
}

type familyMember struct{ Name, Note string }

type familyBenefit struct {
	area.Benefit
	Whose  string
	Person people.ID
}

type familyCase struct{ Title, Whose, State, Number, Href string }

// serviceRow is how the family stands to one service.
type serviceRow struct {
	Code  string
	Title string
	Href  string
	Whos  []standRow
	Tone  web.Tone
	Word  string
	best  family.Verdict
}

// standRow is how one of them stands, in one sentence.
type standRow struct {
	Person  people.ID
	Name    string
	Say     string
	Href    string
	Do      string
	Reasons []becauseView
}

// grown is the age from which somebody looks after their own matters (民法典 第17条).
const grown = 18

func (p *Portal) family(w http.ResponseWriter, r *http.Request) error {
	me, err := p.me(r)
	if err != nil {
		return err
	}
	if p.Families == nil {
		return errNoOffer()
	}
	home, err := p.Families.Of(r.Context(), p.Desk.DB, me)
	if err != nil {
		return err
	}
	v := familyPage{Page: p.page(r, "我家", "/my")}
	v.Narrow = true
	mine := p.mineOf(&home, me)
	if v.Benefits, err = p.familyBenefits(r, &home, mine); err != nil {
		return err
	}
	for i, one := range home.People {
		m := familyMember{Name: one.Name, Note: one.Relation}
		if one.ID == me.ID {
			m.Note = "您"
		} else if one.Died() {
			m.Note += "，已去世"
		} else if !mine[i] {
			m.Note += "，本人的事由本人登录看"
		}
		v.Members = append(v.Members, m)
	}
	v.Cases = p.familyCases(&home, mine, me)
	offers, err := p.offers(r, me)
	if err != nil {
		return err
	}
	for _, row := range p.familyRows(&home, mine, p.Desk.DB.Now(), v.Benefits) {
		row.offered(offers, me)
		if row.best == family.Not {
			v.Not = append(v.Not, row)
		} else {
			v.Rows = append(v.Rows, row)
		}
	}
	return web.Render(w, r, familyView(v))
}

// mineOf are the people whose own matters the resident sees: themselves and
// the children of the household.
func (p *Portal) mineOf(h *family.Home, me people.Person) map[int]bool {
	mine := map[int]bool{}
	for i, one := range h.People {
		mine[i] = one.ID == me.ID || !one.Died() && one.Birth != 0 && calendar.Age(one.Birth, p.today()) < grown
	}
	return mine
}

// familyBenefits are what runs for the resident and the children, and for the
// family that the resident is in.
func (p *Portal) familyBenefits(r *http.Request, h *family.Home, mine map[int]bool) ([]familyBenefit, error) {
	in := map[string]bool{}
	for i, one := range h.People {
		for _, b := range one.In {
			in[string(b.Case)] = in[string(b.Case)] || mine[i]
		}
	}
	var all []familyBenefit
	runs := map[casework.ID]casework.Held{}
	for i, one := range h.People {
		some, err := p.Benefits(r.Context(), p.Desk.DB, string(one.ID))
		if err != nil {
			return nil, err
		}
		for _, b := range some {
			if b.State != "running" {
				continue
			}
			runs[casework.ID(b.Case)] = b.Held()
			if mine[i] || in[b.Case] {
				all = append(all, familyBenefit{b, one.Name, one.ID})
			}
		}
	}
	p.Families.Hold(h, runs)
	return all, nil
}

func (p *Portal) familyCases(h *family.Home, mine map[int]bool, me people.Person) []familyCase {
	var all []familyCase
	seen := map[casework.ID]bool{}
	for i, one := range h.People {
		for _, b := range one.In {
			s, err := p.Desk.Services().Find(b.Service)
			if !mine[i] || seen[b.Case] || err != nil {
				continue
			}
			seen[b.Case] = true
			c := familyCase{Title: s.Title + "申请", State: caseState(b.State), Number: b.Number, Whose: one.Name}
			if b.Applicant == me.ID {
				c.Href = "/my/cases/" + string(b.Case)
			}
			all = append(all, c)
		}
	}
	return all
}

func caseState(state string) string {
	switch state {
	case casework.Open:
		return "正在办"
	case casework.Approved:
		return "批准了"
	case casework.Refused:
		return "没有批准"
	}
	return "没有办下去"
}

func (p *Portal) familyRows(h *family.Home, mine map[int]bool, now time.Time, held []familyBenefit) []serviceRow {
	gets := func(one family.Person, service string) bool {
		return slices.ContainsFunc(one.Held, func(b casework.Held) bool { return b.Service == service }) ||
			slices.ContainsFunc(held, func(b familyBenefit) bool { return b.Service == service && b.Person == one.ID })
	}
	var all []serviceRow
	for _, st := range p.Families.Standings(h, now, gets) {
		if !st.Service.StartedBy("citizen") {
			continue
		}
		row := serviceRow{Code: st.Service.Code, Title: st.Service.Title, Href: "/public/services/" + st.Service.Code}
		best := family.Not
		for _, one := range st.Who {
			if st.Family || mine[one.Person] {
				row.Whos = append(row.Whos, p.standRow(h, st, one))
				best = min(best, one.Verdict)
			}
		}
		row.best = best
		if row.Tone, row.Word = verdictWord(best); len(row.Whos) > 0 {
			all = append(all, row)
		}
	}
	return all
}

// offered leads from what was offered to the resident to where one tap is enough.
func (s *serviceRow) offered(all []offerView, me people.Person) {
	for i := range s.Whos {
		for _, o := range all {
			if one := &s.Whos[i]; o.Offer.Service == s.Code && one.Person == me.ID && one.Do != "" {
				one.Do, one.Href = "看一看，一键同意", "/my/offers/"+o.ID
			}
		}
	}
}

func verdictWord(v family.Verdict) (web.Tone, string) {
	switch v {
	case family.Gets:
		return web.OK, "正在领"
	case family.Asked:
		return web.Info, "正在办"
	case family.May:
		return web.OK, "可能可以"
	case family.Unsure:
		return web.Wait, "说不准"
	}
	return web.Mute, "现在不符合"
}

func (p *Portal) standRow(h *family.Home, st family.Standing, one family.Stand) standRow {
	row := standRow{Person: h.People[one.Person].ID, Name: h.People[one.Person].Name, Reasons: p.reasons(known(one.Reasons))}
	if st.Family {
		row.Name = "全家"
	}
	switch one.Verdict {
	case family.Gets:
		row.Say = "已经在领了。"
	case family.Asked:
		row.Say = "申请正在办。"
	case family.May:
		row.Say = "照已经知道的情况，可能可以领。"
		if one.Amount > 0 {
			row.Say = "照已经知道的情况，可能可以领，" + st.Service.Grants().Pays(one.Amount) + "。"
		}
		row.Do, row.Href = "去申请", "/services#"+st.Service.Code
	case family.Unsure:
		row.Say = "还说不准，要知道：" + some(one.Lacks) + "。"
		row.Do, row.Href = "去申请，一起核对", "/services#"+st.Service.Code
	default:
		row.Say = "现在不符合。"
		if why, ok := one.Failing(); ok {
			row.Say = "“" + why.Why + "”这一条现在不符合。"
		}
	}
	return row
}

// some names the first few of many things.
func some(all []string) string {
	const few = 4
	if len(all) <= few {
		return strings.Join(all, "、")
	}
	return strings.Join(all[:few], "、") + "等 " + itoa(len(all)) + " 样"
}

// known are the conditions of which it is known whether they hold.
func known(all []family.Reason) []family.Reason {
	var out []family.Reason
	for _, r := range all {
		if r.Known {
			out = append(out, r)
		}
	}
	return out
}
