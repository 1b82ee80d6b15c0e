package citizen

import (
	"net/http"
	"slices"

	"minzheng/kernel/casework"
	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/people"
	"minzheng/kernel/web"
)

// applyFrom begins an application with the answers of an interview. Who is not
// signed in signs in first; the answers travel with those pages too.
func (p *Portal) applyFrom(w http.ResponseWriter, r *http.Request) error {
	sent, err := web.Form(r)
	if err != nil {
		return err
	}
	me, in, err := p.visitor(r)
	if err != nil {
		return err
	}
	h, err := p.unseal(sent.Get("talk"), me.ID)
	if errs.Is(err, errs.Invalid) {
		return p.welcome(w, r, http.StatusBadRequest, errs.Sentence(err))
	}
	if err != nil {
		return err
	}
	h.Apply = r.PathValue("service")
	if _, err := p.Desk.Services().Find(h.Apply); err != nil {
		return err
	}
	if !in {
		v := p.signPage(r, "/services")
		if v.Carry, err = p.seal(h); err != nil {
			return err
		}
		return web.Render(w, r, signIn(v))
	}
	to, err := p.carry(r, me, h)
	if err != nil {
		return err
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// carried is where somebody goes who has just signed in to apply with answers
// that came along, or next if none did or they are too old.
func (p *Portal) carried(r *http.Request, me people.Person, sealed, next string) (string, error) {
	if sealed == "" {
		return next, nil
	}
	h, err := p.unseal(sealed, me.ID)
	if errs.Is(err, errs.Invalid) || err == nil && h.Apply == "" {
		return next, nil
	}
	if err != nil {
		return "", err
	}
	return p.carry(r, me, h)
}

// carry writes the answers into a draft and returns its address.
func (p *Portal) carry(r *http.Request, me people.Person, h held) (string, error) {
	s, err := p.Desk.Services().Find(h.Apply)
	if err != nil {
		return "", err
	}
	d, found, elsewhere, err := p.draftFor(r, me, s)
	if err != nil || elsewhere != "" {
		return elsewhere, err
	}
	if !found && s.Household != nil {
		if err := p.bring(r, me, h, s, &d); err != nil {
			return "", err
		}
	}
	d.Fill(s, filling(h, s, d), p.Desk.DB.Now())
	if err := p.Desk.DB.Do(r.Context(), func(tx *db.Tx) error { return p.Desk.SaveDraft(r.Context(), tx, d) }); err != nil {
		return "", err
	}
	return "/draft/" + d.ID, nil
}

// bring puts the household into a new draft. Of members whom the register does
// not know, the name and the number are still to be written.
func (p *Portal) bring(r *http.Request, me people.Person, h held, s *catalog.Service, d *casework.Draft) error {
	family, err := p.relatives(r, me)
	if err != nil {
		return err
	}
	whole := h.Named
	for _, m := range h.Members[1:] {
		one := casework.DraftMember{Key: m.Key, Relation: m.Relation, Together: map[bool]string{true: "是", false: "否"}[m.Together], Born: m.Birth}
		if !slices.Contains(s.Household.Relations, m.Relation) {
			one.Relation, whole = "", false
		}
		if known, ok := (step{family: family}).relative(m.Person); ok {
			one.Name, one.Number, one.Born = known.Name, known.Number, ""
		}
		whole = whole && one.Named()
		d.Members = append(d.Members, one)
	}
	d.Done["household"] = whole
	return nil
}

// filling is what the interview knows, as a draft takes it. Only the members
// that both have count.
func filling(h held, s *catalog.Service, d casework.Draft) casework.Filling {
	dict := s.Rules.Dictionary()
	f := casework.Filling{Said: map[string]map[string]string{}, Told: map[string]map[string]string{}}
	put := func(into map[string]map[string]string, name, about, typed string) {
		def := dict.Find(name)
		m, ok := d.Member(about)
		if def == nil || about != "" && !ok || ok && m.Relation != relationOf(h, about) {
			return
		}
		if into[about] == nil {
			into[about] = map[string]string{}
		}
		into[about][def.Code] = typed
	}
	for _, one := range h.Said {
		put(f.Said, one.Fact, one.About, one.Typed)
	}
	for _, st := range h.Told {
		put(f.Told, st.Name, st.About, st.Value.String())
	}
	return f
}

func relationOf(h held, key string) string {
	for _, m := range h.Members {
		if m.Key == key {
			return m.Relation
		}
	}
	return ""
}
