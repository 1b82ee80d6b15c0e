package staff

import (
	"slices"

	"minzheng/kernel/casework"
	"minzheng/kernel/fact"
	"minzheng/kernel/secret"
	"minzheng/kernel/web"
)

// factGroup is what is known about one member, or about the family.
type factGroup struct {
	ID, Title, Note string
	Consent         chip
	Counts          string // whether they count among the family, and why
	ConsentForm     *consentForm
	Rows            []factLine
	Rest            []web.FactRow // what there is none of
	Implied         []string      // what need not be asked
}

// factLine is one fact with its sources.
type factLine struct {
	Label, Value string
	Conflict     bool   // sources differ, and nobody has decided
	Settle       string // the address of the form for that; "" is none
	Unknown      bool
	Seals        []web.SealView
	Others       []said
	Note         string
}

// said is what one source says.
type said struct {
	Seal  web.SealView
	Value string
	Gives string // what would follow from it
}

// consentForm records a consent that was given on paper.
type consentForm struct {
	Href, Name string
	Field      web.Field
}

// counts says whether a member counts among the family and why; "" where the
// service does not ask.
func (d *dossier) counts(member string) string {
	c := d.s.Counted(d.judged, member)
	switch {
	case c.Why == "":
		return ""
	case !c.Known:
		return "算不算家里人还说不准：" + c.Why + "（" + c.Law + "）"
	case c.In:
		return "算家里人：" + c.Why + "（" + c.Law + "）"
	}
	return "不算家里人：" + c.Why + "（" + c.Law + "）"
}

// groups are the members in their order, then the family.
func (d *dossier) groups(t typed) []factGroup {
	all := make([]factGroup, 0, len(d.members)+1)
	for _, m := range d.members {
		g := factGroup{ID: m.Key, Title: m.Name, Note: m.Relation + "　" + itoa(m.Age(d.today)) + " 岁　" + secret.MaskNumber(m.Number)}
		g.Consent, g.ConsentForm = d.consentOf(m, t)
		g.Counts = d.counts(m.Key)
		all = append(all, g)
	}
	all = append(all, factGroup{ID: "family", Title: "全家"})
	d.facts.Each(func(name, about string, said []fact.Statement) {
		i := slices.IndexFunc(all, func(g factGroup) bool { return g.ID == about || about == "" && g.ID == "family" })
		def := d.facts.Dictionary().Find(name)
		if i >= 0 && def != nil && name != "姓名" && name != "与申请人关系" {
			d.put(&all[i], def, about, said)
		}
	})
	d.putMissing(all)
	return all
}

// put adds a fact to its group: in full, among what there is none of, or among
// what need not be asked.
func (d *dossier) put(g *factGroup, def *fact.Def, about string, all []fact.Statement) {
	best := all[0]
	line := factLine{Label: def.Name, Value: worded(def, best.Value), Seals: []web.SealView{d.seal(best.Source)}}
	if slices.ContainsFunc(d.conflicts, func(c fact.Conflict) bool { return c.Def == def && c.About == about }) {
		line.Conflict, line.Value, line.Seals = true, "", nil
		if d.mayAct {
			line.Settle = "#" + conflictKey(def, about)
		}
		for _, s := range all {
			line.Others = append(line.Others, said{d.seal(s.Source), worded(def, s.Value), d.gives(def, about, s.Value)})
		}
		g.Rows = append(g.Rows, line)
		return
	}
	if best.Source == casework.Implied {
		g.Implied = append(g.Implied, def.Name)
		return
	}
	same := true
	for _, s := range all[1:] {
		if s.Value == best.Value {
			line.Seals = append(line.Seals, d.seal(s.Source))
			continue
		}
		same = false
		line.Others = append(line.Others, said{Seal: d.seal(s.Source), Value: worded(def, s.Value)})
	}
	if best.Source == fact.Decided {
		line.Note = timed(best.At, d.today) + " 认定"
	}
	if same && nothing(best.Value) && best.Source != fact.Decided {
		g.Rest = append(g.Rest, web.FactRow{Label: line.Label, Value: line.Value, Seals: line.Seals})
		return
	}
	g.Rows = append(g.Rows, line)
}

// putMissing adds what the decision lacks and nobody has said.
func (d *dossier) putMissing(groups []factGroup) {
	for _, m := range d.missing() {
		i := slices.IndexFunc(groups, func(g factGroup) bool { return g.ID == m.About || m.About == "" && g.ID == "family" })
		if i < 0 {
			continue
		}
		groups[i].Rows = append(groups[i].Rows, factLine{Label: m.Name, Unknown: true, Note: d.whyMissing(m.Name, m.About)})
	}
}

func (d *dossier) seal(source string) web.SealView { return seal(d.facts.Dictionary(), source) }

// consentOf says whether a member has agreed to the check.
func (d *dossier) consentOf(m casework.Member, t typed) (chip, *consentForm) {
	if d.s.Consent.Text == "" || !d.s.AsksConsent() && m.Key != casework.Applicant {
		return chip{}, nil
	}
	if !m.Consented.IsZero() {
		how := map[string]string{"own": "本人已同意查询", "guardian": "由申请人代为同意", "paper": "已签纸质授权书"}[m.ConsentBy]
		return chip{web.OK, "check", how}, nil
	}
	no := chip{web.Wait, "signature", "还没同意查询"}
	if !d.mayAct {
		return no, nil
	}
	key := "consent-" + m.Key
	return no, &consentForm{Href: "/staff/cases/" + string(d.c.ID) + "/consent/" + m.Key, Name: m.Name,
		Field: web.Field{Name: key + ".seen", Label: m.Name + "的授权书", Several: true, Problem: t.problem(key, "seen"),
			Options: []web.Option{{Value: "1", Label: "我看过" + m.Name + "本人签字的纸质授权书"}}}}
}
