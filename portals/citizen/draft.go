package citizen

import (
	"net/http"

	"minzheng/kernel/auth"
	"minzheng/kernel/casework"
	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/people"
	"minzheng/kernel/region"
	"minzheng/kernel/web"
)

// applying is a draft with whose it is and what it is for.
type applying struct {
	me      people.Person
	draft   casework.Draft
	service *catalog.Service
	by      casework.Actor // who writes: the applicant, or whoever has their mandate
	home    string         // where the writer goes for a while
}

// proxied reports whether somebody else writes than the applicant.
func (a applying) proxied() bool { return a.by.Role != "citizen" }

// applying reads the draft of the request. One that is handed in already leads
// to its case.
func (p *Portal) applying(r *http.Request) (applying, error) {
	if who, ok := auth.From(r); ok && who.Kind == auth.Staff {
		return p.writingFor(r, who)
	}
	me, err := p.me(r)
	if err != nil {
		return applying{}, err
	}
	d, err := p.Desk.FindDraft(r.Context(), p.Desk.DB, me.ID, r.PathValue("draft"))
	if err != nil {
		return applying{}, err
	}
	if d.Case != "" {
		return applying{}, handedIn{"/my/cases/" + string(d.Case)}
	}
	s, err := p.Desk.Services().Version(r.Context(), p.Desk.DB, d.Version)
	return applying{me: me, draft: d, service: s, by: actor(me), home: "/my"}, err
}

// handedIn says that a draft has become a case, and where that is.
type handedIn struct{ address string }

func (h handedIn) Error() string { return "the draft is handed in" }

// gone answers an error of applying: what is handed in leads to its case.
func gone(w http.ResponseWriter, r *http.Request, err error) error {
	if h, ok := err.(handedIn); ok {
		http.Redirect(w, r, h.address, http.StatusSeeOther)
		return nil
	}
	return err
}

func (p *Portal) save(r *http.Request, d casework.Draft) error {
	return p.Desk.DB.Do(r.Context(), func(tx *db.Tx) error { return p.Desk.SaveDraft(r.Context(), tx, d) })
}

// stop is one station of an application: a page with its address.
type stop struct {
	Address string
	Title   string
	Done    bool
}

// stops are all stations of a draft in their order.
func (p *Portal) stops(a applying) []stop {
	base := "/draft/" + a.draft.ID
	var all []stop
	if a.me.Region == "" || a.draft.Place == "" || a.draft.Done["place"] {
		all = append(all, stop{base + "/place", "住在哪里", a.draft.Place != ""})
	}
	if a.service.Household != nil {
		all = append(all, stop{base + "/household", a.service.Household.Ask, a.draft.Done["household"]})
	}
	for _, t := range a.draft.Turns(a.service, p.today()) {
		all = append(all, stop{base + "/q/" + t.Key(), asking(t, a.draft), a.draft.Done[t.Key()]})
	}
	if len(a.service.Materials) > 0 {
		all = append(all, stop{base + "/papers", "传材料", a.draft.Done["papers"]})
	}
	return append(all, stop{base + "/review", "看一遍，交上去", false})
}

// where finds a station by its address: its place among all, and its neighbours.
func where(all []stop, address string) (at int, before, after string) {
	for i, s := range all {
		if s.Address != address {
			continue
		}
		if i > 0 {
			before = all[i-1].Address
		}
		if i+1 < len(all) {
			after = all[i+1].Address
		}
		return i + 1, before, after
	}
	return 0, "", ""
}

// bar is the row of questions with the reader's place in it.
func (p *Portal) bar(a applying, address string) (web.QuestionView, string) {
	all := p.stops(a)
	at, before, after := where(all, address)
	if after == "" || reviewed(a) && at < len(all) {
		after = all[len(all)-1].Address
	}
	return web.QuestionView{Back: before, Title: a.title(), At: at, Total: len(all)}, after
}

// title names what is being written.
func (a applying) title() string {
	if a.proxied() {
		return "替" + a.me.Name + "写" + a.service.Short + "申请"
	}
	return a.service.Short + "申请"
}

// reviewed reports whether the draft has once come to its end, so that a
// changed answer leads back there.
func reviewed(a applying) bool { return a.draft.Done["review"] }

// resume leads to the first station that is not done.
func (p *Portal) resume(w http.ResponseWriter, r *http.Request) error {
	a, err := p.applying(r)
	if err != nil {
		return gone(w, r, err)
	}
	for _, s := range p.stops(a) {
		if !s.Done {
			http.Redirect(w, r, s.Address, http.StatusSeeOther)
			return nil
		}
	}
	return errs.New(errs.NotFound, "没有找到这份没交的申请。")
}

func (p *Portal) drop(w http.ResponseWriter, r *http.Request) error {
	a, err := p.applying(r)
	if err != nil {
		return gone(w, r, err)
	}
	err = p.Desk.DB.Do(r.Context(), func(tx *db.Tx) error {
		for _, paper := range a.draft.Papers {
			if err := p.Files.Remove(r.Context(), tx, paper.File); err != nil {
				return err
			}
		}
		return casework.DropDraft(r.Context(), tx, a.me.ID, a.draft.ID)
	})
	if err != nil {
		return err
	}
	http.Redirect(w, r, a.home, http.StatusSeeOther)
	return nil
}

// placePage asks where somebody lives whom the register does not place in our county.
type placePage struct {
	web.Page
	Bar      web.QuestionView
	Options  []web.Option
	Problems errs.Problems
	Save     string
	Here     string // the county that the bureau serves
	Anywhere bool   // those registered in another county may apply here too
	Home     string // which it is, as typed
}

func (p *Portal) places(chosen string) []web.Option {
	var all []web.Option
	for _, one := range p.Desk.Places.Children(codeOf(p.County)) {
		if one.To == "" {
			all = append(all, web.Option{Value: string(one.Code), Label: one.Name, Checked: string(one.Code) == chosen})
		}
	}
	return all
}

func (p *Portal) placeView(r *http.Request, a applying) placePage {
	v := placePage{Page: p.page(r, "住在哪里", "/services"), Options: p.places(a.draft.Place)}
	v.Here, v.Anywhere = p.Desk.Places.Name(codeOf(p.County)), a.service.Anywhere != nil
	v.Home = p.homeOf(a)
	v.Narrow = true
	v.Bar, _ = p.bar(a, "/draft/"+a.draft.ID+"/place")
	return v
}

func (p *Portal) placePage(w http.ResponseWriter, r *http.Request) error {
	a, err := p.applying(r)
	if err != nil {
		return gone(w, r, err)
	}
	return web.Render(w, r, place(p.placeView(r, a)))
}

func (p *Portal) setPlace(w http.ResponseWriter, r *http.Request) error {
	a, err := p.applying(r)
	if err != nil {
		return gone(w, r, err)
	}
	sent, err := web.Form(r)
	if err != nil {
		return err
	}
	chosen, later := sent.Get("place"), sent.Get("later") != ""
	if found, ok := p.Desk.Places.Find(codeOf(chosen)); !ok || string(found.Parent) != p.County {
		if later {
			http.Redirect(w, r, a.home, http.StatusSeeOther)
			return nil
		}
		v := p.placeView(r, a)
		v.Problems.Add("place", "请选一个乡镇（街道）。")
		return web.RenderStatus(w, r, http.StatusUnprocessableEntity, place(v))
	}
	if a.draft.Home = ""; sent.Get("home") != "" && a.service.Anywhere != nil {
		home, ok := p.countyNamed(sent.Get("home"))
		if !ok {
			v := p.placeView(r, a)
			v.Home = sent.Get("home")
			v.Problems.Add("home", "没有找到这个县（市、区），或者有好几个。请连市一起写，例如 成都市武侯区。")
			return web.RenderStatus(w, r, http.StatusUnprocessableEntity, place(v))
		}
		if a.draft.Home = home; home == p.County {
			a.draft.Home = ""
		}
	}
	a.draft.Place, a.draft.Done["place"] = chosen, true
	if err := p.save(r, a.draft); err != nil {
		return err
	}
	_, after := p.bar(a, "/draft/"+a.draft.ID+"/place")
	if later {
		after = a.home
	}
	http.Redirect(w, r, after, http.StatusSeeOther)
	return nil
}

func codeOf(s string) region.Code { return region.Code(s) }
