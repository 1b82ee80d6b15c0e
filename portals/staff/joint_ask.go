package staff

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"minzheng/kernel/auth"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/fact"
	"minzheng/kernel/joint"
	"minzheng/kernel/region"
	"minzheng/kernel/web"
)

// askJointPage asks another office about a case: first whom, then what.
type askJointPage struct {
	Page     web.Page
	Problems errs.Problems
	Post     string
	Kind, To web.Field
	Chosen   *askJointForm // nil: whom is still to be chosen
}

// askJointForm is what is asked, and what the asked may see.
type askJointForm struct {
	Who, Word, KindValue, ToValue string
	Named, Text, Days, Law        web.Field
	Members, Papers               *web.Field
	Facts                         []askJointGroup
	Wants                         *web.Field
	Leaves                        bool
}

// askJointGroup are the facts about one member, or about the family.
type askJointGroup struct {
	Title string
	Field web.Field
	Open  bool
}

// seatOf reads role@place.
func seatOf(s string) casework.Seat {
	role, office, _ := strings.Cut(s, "@")
	return casework.Seat{Role: role, Office: office}
}

func seatValue(at casework.Seat) string { return at.Role + "@" + at.Office }

// seatsAround are the offices that can be asked: those of the case's county.
func (p *Portal) seatsAround(ctx context.Context, c casework.Case) ([]web.Option, error) {
	places := []string{c.County}
	for _, one := range p.Desk.Places.Children(region.Code(c.County)) {
		if one.To == "" {
			places = append(places, string(one.Code))
		}
	}
	staff, err := auth.StaffAt(ctx, p.Desk.DB, places)
	if err != nil {
		return nil, err
	}
	var seats []casework.Seat
	for _, a := range staff {
		for _, g := range a.Grants {
			at := casework.Seat{Role: g.Role, Office: g.Region}
			if slices.Contains(places, g.Region) && !slices.Contains(p.Joint.Blind, g.Role) && (p.acts(g.Role) || p.Joint.Vouch[g.Role] != "") && !slices.Contains(seats, at) {
				seats = append(seats, at)
			}
		}
	}
	near := func(at casework.Seat) int {
		switch {
		case at.Office == c.County:
			return 0
		case p.within(c.Region, at.Office):
			return 1
		}
		return 2
	}
	slices.SortStableFunc(seats, func(a, b casework.Seat) int {
		if n := near(a) - near(b); n != 0 {
			return n
		}
		return strings.Compare(a.Office+a.Role, b.Office+b.Role)
	})
	all := []web.Option{{Label: "请选一个单位"}}
	for _, at := range seats {
		all = append(all, web.Option{Value: seatValue(at), Label: p.Joint.SeatTitle(at)})
	}
	return all, nil
}

func (p *Portal) askJointForm(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	d, err := p.read(r.Context(), who, r.PathValue("id"))
	if err != nil {
		return err
	}
	q := r.URL.Query()
	return p.askJointShown(w, r, d, url.Values{"kind": q["kind"], "to": q["to"], "days": {"3"}}, nil)
}

func (p *Portal) askJointShown(w http.ResponseWriter, r *http.Request, d *dossier, sent url.Values, problems errs.Problems) error {
	if !d.mayAct {
		return errs.New(errs.Forbidden, "请别的单位协办，由正在办这一件的人来请。")
	}
	if err := d.looked(r.Context(), nil); err != nil {
		return err
	}
	pg, err := p.page(r, d.who, "请人协办", "/staff")
	if err != nil {
		return err
	}
	here := "/staff/cases/" + string(d.c.ID)
	pg.Crumbs = []web.Crumb{{Href: "/staff", Label: "待办"}, {Href: here, Label: d.c.Number}, {Label: "请人协办"}}
	v := askJointPage{Page: pg, Problems: problems, Post: here + "/joint"}
	kind, to := kindOf(sent.Get("kind")), seatOf(sent.Get("to"))
	v.Kind = web.Field{Name: "kind", Label: "请对方做什么", Value: string(kind), Options: []web.Option{
		{Value: string(joint.Assist), Label: "协查", Hint: "帮着查清一件事，或者开个证明"}, {Value: string(joint.Countersign), Label: "会签", Hint: "看过以后，说同意还是不同意"}}}
	v.To = web.Field{Name: "to", Label: "请谁", Value: sent.Get("to"), Problem: problems.Of("to")}
	if v.To.Options, err = p.seatsAround(r.Context(), d.c); err != nil {
		return err
	}
	if slices.ContainsFunc(v.To.Options, func(o web.Option) bool { return o.Value == v.To.Value && o.Value != "" }) {
		if v.Chosen, err = p.askJointOf(r.Context(), d, kind, to, typed{values: sent, problems: problems}); err != nil {
			return err
		}
	}
	status := http.StatusOK
	if len(problems) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return web.RenderStatus(w, r, status, askJointView(v))
}

func kindOf(s string) joint.Kind {
	if s == string(joint.Countersign) {
		return joint.Countersign
	}
	return joint.Assist
}

// askJointOf is the form once it is known whom to ask.
func (p *Portal) askJointOf(ctx context.Context, d *dossier, kind joint.Kind, to casework.Seat, t typed) (*askJointForm, error) {
	f := &askJointForm{Who: p.Joint.SeatTitle(to), Word: kind.Word(), KindValue: string(kind), ToValue: seatValue(to), Leaves: p.Joint.Leaves(d.c, d.s, to)}
	staff, err := p.Desk.Ready(ctx, p.Desk.DB, d.c.ID, to, d.today)
	if err != nil {
		return nil, err
	}
	f.Named = web.Field{Name: "named", Label: "给那里的谁", Value: t.value("", "named"), Options: []web.Option{{Label: "谁手上的少，就分给谁"}}}
	for _, w := range staff {
		if w.ID != d.who.Account {
			f.Named.Options = append(f.Named.Options, web.Option{Value: w.ID, Label: "只给" + w.Name})
		}
	}
	field := func(name, label, hint string) web.Field {
		return web.Field{Name: name, Label: label, Hint: hint, Value: t.value("", name), Problem: t.problem("", name)}
	}
	f.Text = field("text", "请对方做什么", "写清查什么、为什么要查。对方看不到别的信息。")
	f.Text.Rows, f.Text.MaxLength = 4, 2000
	f.Days = field("days", "几个工作日内答复", "1 到 30 天。办理期限不因此延长，请留够时间。")
	f.Days.InputMode = "numeric"
	f.Law = field("law", "依据", "")
	f.Law.MaxLength, f.Law.Optional = 200, !f.Leaves
	if f.Leaves {
		f.Law.Hint = "对方不办这件事。给对方看信息的，要写明依据，例如：社会救助法第41条。"
	}
	p.grantFields(d, to, t, f)
	return f, nil
}

// grantFields offer what the asked may see and tell. Nothing is ticked before.
func (p *Portal) grantFields(d *dossier, to casework.Seat, t typed, f *askJointForm) {
	ticked := func(name, value string) bool { return slices.Contains(t.values[name], value) }
	f.Members = &web.Field{Name: "members", Label: "让对方看哪些人", Hint: "看得到姓名、关系、年龄，身份证号遮住中间。", Several: true, Optional: true, Problem: t.problem("", "members")}
	for _, m := range d.members {
		f.Members.Options = append(f.Members.Options, web.Option{Value: m.Key, Label: m.Name, Hint: m.Relation, Checked: ticked("members", m.Key)})
	}
	keys := map[string]int{}
	for _, m := range d.members {
		keys[m.Key] = len(f.Facts)
		f.Facts = append(f.Facts, askJointGroup{Title: m.Name + "的哪几项", Field: web.Field{Name: "facts", Label: m.Name + "的哪几项", Several: true, Optional: true}})
	}
	keys[""] = len(f.Facts)
	f.Facts = append(f.Facts, askJointGroup{Title: "全家的哪几项", Field: web.Field{Name: "facts", Label: "全家的哪几项", Several: true, Optional: true}})
	d.facts.Each(func(name, about string, _ []fact.Statement) {
		if i, ok := keys[about]; ok && name != "姓名" && name != "与申请人关系" {
			o := web.Option{Value: name + "|" + about, Label: name, Checked: ticked("facts", name+"|"+about)}
			f.Facts[i].Field.Options, f.Facts[i].Open = append(f.Facts[i].Field.Options, o), f.Facts[i].Open || o.Checked
		}
	})
	f.Facts = slices.DeleteFunc(f.Facts, func(g askJointGroup) bool { return len(g.Field.Options) == 0 })
	if len(d.papers) > 0 {
		f.Papers = &web.Field{Name: "papers", Label: "让对方看哪些材料", Several: true, Optional: true, Problem: t.problem("", "papers")}
		for _, a := range d.papers {
			f.Papers.Options = append(f.Papers.Options, web.Option{Value: a.File, Label: d.materialTitle(a.Material), Hint: d.files[a.File].Name, Checked: ticked("papers", a.File)})
		}
	}
	f.Wants = p.wantsField(d, to, t)
}

// wantsField offers the facts that the asked office vouches for and the rules
// of the service read.
func (p *Portal) wantsField(d *dossier, to casework.Seat, t typed) *web.Field {
	source := p.Joint.Vouch[to.Role]
	if source == "" || kindOf(t.values.Get("kind")) == joint.Countersign {
		return nil
	}
	f := &web.Field{Name: "wants", Label: "请对方填哪几项", Hint: "对方填的算“" + d.facts.Dictionary().Source(source).Title + "”的数据，会重新算一遍。", Several: true, Optional: true, Problem: t.problem("", "wants")}
	for _, name := range d.s.Rules.Facts() {
		def := d.facts.Dictionary().Find(name)
		if def == nil || !slices.Contains(def.Sources, source) {
			continue
		}
		about := []string{""}
		if def.Member() {
			about = about[:0]
			for _, m := range d.members {
				about = append(about, m.Key)
			}
		}
		for _, key := range about {
			value := name + "|" + key
			f.Options = append(f.Options, web.Option{Value: value, Label: d.ofWhom(name, key), Checked: slices.Contains(t.values["wants"], value)})
		}
	}
	if len(f.Options) == 0 {
		return nil
	}
	return f
}

// askJoint makes the request.
func (p *Portal) askJoint(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	d, sent, err := p.opened(r, who)
	if err != nil {
		return err
	}
	a := joint.Asking{Kind: kindOf(sent.Get("kind")), To: seatOf(sent.Get("to")), Named: sent.Get("named"), Text: sent.Get("text"), Law: sent.Get("law"), Who: d.actor}
	a.Days = pageNumber(sent.Get("days"), 1<<20)
	if strings.TrimSpace(sent.Get("days")) == "" {
		a.Days = 0
	}
	a.Grant = grantOf(sent)
	err = p.Desk.DB.Do(r.Context(), func(tx *db.Tx) error {
		_, err := p.Joint.Ask(r.Context(), tx, d.c.ID, a)
		return err
	})
	var problems errs.Problems
	if errors.As(err, &problems) {
		return p.askJointShown(w, r, d, sent, problems)
	}
	return p.done(w, r, d, typed{}, err, "已经请"+p.Joint.SeatTitle(a.To)+a.Kind.Word()+"，答复了会告诉您。")
}

// grantOf reads what the asked may see. Whoever a chosen fact is about is seen
// by name.
func grantOf(sent url.Values) joint.Grant {
	g := joint.Grant{Members: sent["members"], Papers: sent["papers"]}
	read := func(values []string) (all []joint.Fact) {
		for _, v := range values {
			name, about, _ := strings.Cut(v, "|")
			all = append(all, joint.Fact{Name: name, About: about})
			if about != "" && !slices.Contains(g.Members, about) {
				g.Members = append(g.Members, about)
			}
		}
		return all
	}
	g.Facts, g.Wants = read(sent["facts"]), read(sent["wants"])
	return g
}

// withdrawJoint takes a request back.
func (p *Portal) withdrawJoint(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	d, _, err := p.opened(r, who)
	if err != nil {
		return err
	}
	err = p.Desk.DB.Do(r.Context(), func(tx *db.Tx) error {
		return p.Joint.Withdraw(r.Context(), tx, d.c.ID, r.PathValue("request"), d.actor)
	})
	return p.done(w, r, d, typed{}, err, "收回了，对方看不到这一件了。")
}
