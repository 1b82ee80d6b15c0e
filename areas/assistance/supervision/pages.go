package supervision

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"

	"minzheng/areas/assistance/ledger"
	"minzheng/kernel/area"
	"minzheng/kernel/auth"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/web"
)

const (
	home     = "/staff/supervision"
	kinURL   = "/staff/kin"
	mostRows = 100
	admin    = "admin"
)

// pages are the pages of supervision, in the portal for staff.
type pages struct {
	*Room
	door area.StaffDoor
}

// Pages hangs them.
func Pages(door area.StaffDoor) {
	p := pages{New(door.Desk), door}
	door.Handle("GET "+home, p.list)
	door.Handle("GET "+home+"/tips/{tip}", p.tip)
	door.Handle("GET "+home+"/tips/{tip}/papers/{file}", p.paper)
	door.Handle("POST "+home+"/tips/{tip}/reporter", p.reporter)
	door.Handle("POST "+home+"/tips/{tip}/aside", p.aside)
	door.Handle("POST "+home+"/tips/{tip}/close", p.close)
	door.Handle("GET "+home+"/checks/{check}", p.check)
	door.Handle("POST "+home+"/checks/{check}", p.checked)
	door.Handle("GET "+kinURL, p.kin)
	door.Handle("POST "+kinURL, p.declare)
	door.Handle("POST "+kinURL+"/{kin}/end", p.end)
}

// Menu is the way there: supervision for those who check, one's own relatives
// for everybody who handles cases.
func Menu(ctx context.Context, d *casework.Desk, who auth.Who) ([]web.MenuItem, error) {
	var all []web.MenuItem
	if checks(who) {
		r := New(d)
		n, err := r.waiting(ctx, who)
		if err != nil {
			return nil, err
		}
		all = append(all, web.MenuItem{Href: home, Icon: "eye-check", Label: "监督", Badge: n})
	}
	if declares(who) {
		all = append(all, web.MenuItem{Href: kinURL, Icon: "user-check", Label: "近亲属备案"})
	}
	return all, nil
}

func declares(who auth.Who) bool {
	return slices.ContainsFunc(who.Grants, auth.Grant.SeesCases)
}

// waiting is how much waits for somebody.
func (r *Room) waiting(ctx context.Context, who auth.Who) (int, error) {
	_, n, err := r.Tasks(ctx, r.desk.DB, who, 1)
	if err != nil || !who.Holds(Supervisor) {
		return n, err
	}
	tips, err := db.One(ctx, r.desk.DB, db.Value[int], `SELECT COUNT(*) FROM assistance_tip WHERE assignee = ? AND state = 'open'`, who.Account)
	return n + tips, err
}

func errNoPage() error {
	return errs.New(errs.NotFound, "没有这个页面。可能是地址打错了，也可能它已经不在了。")
}

// listPage is what waits for supervision and how far the checks are.
type listPage struct {
	Page       web.Page
	Flash      string
	KPIs       []web.KPIView
	Supervisor bool
	Tips       []tipRow
	Orphans    int // tips that nobody may handle
	Tasks      []taskRow
	More       int // checks that are not shown
	Shares     []shareRow
	Short      int
}

type tipRow struct {
	Href, Title, About, At, Due, State, Holder string
	Late, Open                                 bool
}

type taskRow struct {
	Href, Name, Number, Title, Place, Kind, Due string
	Late                                        bool
}

type shareRow struct {
	Month, Place, Title, Counts, Reached, Asked, Doubts string
	Short                                               bool
}

func (p pages) list(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	if !checks(who) {
		return errNoPage()
	}
	v := listPage{Supervisor: who.Holds(Supervisor), Flash: p.door.Auth.Take(r, "supervision")}
	var err error
	if v.Page, err = p.door.Page(r, who, "监督", home); err != nil {
		return err
	}
	for _, part := range []func(context.Context, auth.Who, *listPage) error{p.tips, p.tasks, p.shares} {
		if err := part(r.Context(), who, &v); err != nil {
			return err
		}
	}
	return web.Render(w, r, listView(v))
}

func (p pages) today() calendar.Day { return calendar.DayOf(p.desk.DB.Now()) }

func kindWord(kind string) string {
	return map[string]string{AboutFamily: "反映一家不该领", AboutOfficer: "反映工作人员", AboutOther: "别的事"}[kind]
}

func (p pages) tips(ctx context.Context, who auth.Who, v *listPage) error {
	all, err := p.Tips(ctx, p.desk.DB, who, mostRows)
	if err != nil {
		return err
	}
	open := 0
	for _, t := range all {
		row := tipRow{Href: home + "/tips/" + t.ID, Title: kindWord(t.Kind), About: p.desk.Where(t.Region), At: calendar.DayOf(t.At).Long(), Due: t.Due.Long(),
			Open: t.State == Open, State: OutcomeWord(t.Outcome), Holder: p.desk.WorkerName(ctx, p.desk.DB, t.Assignee)}
		if row.Open {
			row.State, row.Late = "正在查", t.Due < p.today()
			open++
		}
		v.Tips = append(v.Tips, row)
	}
	if v.Supervisor {
		v.KPIs = append(v.KPIs, web.KPIView{Label: "没有答复的举报", Value: strconv.Itoa(open), Unit: "件"})
		ranges := p.places(who, Supervisor)
		where, args := inRanges("region", ranges)
		v.Orphans, err = db.One(ctx, p.desk.DB, db.Value[int], `SELECT COUNT(*) FROM assistance_tip WHERE state = 'open' AND assignee = '' AND `+where, args...)
	}
	return err
}

func (p pages) tasks(ctx context.Context, who auth.Who, v *listPage) error {
	all, n, err := p.Tasks(ctx, p.desk.DB, who, mostRows)
	if err != nil {
		return err
	}
	for _, t := range all {
		c, err := casework.Find(ctx, p.desk.DB, t.Case)
		if err != nil {
			return err
		}
		title, err := p.matter(ctx, c)
		if err != nil {
			return err
		}
		v.Tasks = append(v.Tasks, taskRow{Href: home + "/checks/" + t.ID, Name: c.Name, Number: c.Number, Title: title, Place: p.desk.Where(t.Township),
			Kind: checkKind(t.Kind), Due: t.Due.Long(), Late: t.Due < p.today()})
	}
	v.More = n - len(all)
	v.KPIs = append(v.KPIs, web.KPIView{Label: "抽中还没有查的", Value: strconv.Itoa(n), Unit: "件"})
	return nil
}

func checkKind(kind string) string {
	return map[string]string{KindNew: "新批的", KindAgain: "复核过的"}[kind]
}

func (p pages) title(service string) string {
	if service == Others {
		return "其他事项"
	}
	if s, err := p.desk.Services().Find(service); err == nil {
		return s.Short
	}
	return service
}

// matter is what a case is about, for those who may see it.
func (p pages) matter(ctx context.Context, c casework.Case) (string, error) {
	s, err := p.desk.Services().Version(ctx, p.desk.DB, c.Version)
	if err != nil {
		return "", err
	}
	return p.title(s.Base()), nil
}

// shares are those of the last twelve months.
func (p pages) shares(ctx context.Context, who auth.Who, v *listPage) error {
	all, err := p.Shares(ctx, p.desk.DB, who, ledger.MonthOf(p.today()).Add(-12))
	if err != nil {
		return err
	}
	for _, c := range all {
		if c.Short() {
			v.Short++
		}
		v.Shares = append(v.Shares, shareRow{Month: c.Month.Long(), Place: p.desk.Where(c.Township), Title: p.title(c.Service),
			Counts:  strconv.Itoa(c.All) + " 件，抽中 " + strconv.Itoa(c.Picked) + " 件，查完 " + strconv.Itoa(c.Done) + " 件",
			Reached: strconv.Itoa(c.Percent()) + "%", Asked: strconv.Itoa(c.Asked) + "%", Doubts: strconv.Itoa(c.Doubts) + " 件", Short: c.Short()})
	}
	v.KPIs = append(v.KPIs, web.KPIView{Label: "没有查够比例的", Value: strconv.Itoa(v.Short), Unit: "处"})
	return nil
}

// kinPage is one's own relatives, those of village committees, and for the
// supervisor everybody's.
type kinPage struct {
	Page      web.Page
	Flash     string
	Problems  errs.Problems
	Typed     map[string]string
	Mine      []kinRow
	Village   bool // the reader files those of village committees
	Villages  []web.Option
	All       []kinRow
	Everybody bool
}

type kinRow struct {
	End, Who, Post, Place, Name, Relation, At string
}

// files tells where somebody may file relatives of village committees: the
// township's people, and the supervisor.
func (p pages) files(who auth.Who) []string {
	var all []string
	for _, g := range who.Grants {
		if slices.Contains([]string{"township-clerk", "township-head", Supervisor}, g.Role) {
			all = append(all, g.Region)
		}
	}
	return all
}

func (p pages) kin(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	return p.kinShown(w, r, who, map[string]string{"post": OfStaff}, nil)
}

func (p pages) kinShown(w http.ResponseWriter, r *http.Request, who auth.Who, typed map[string]string, problems errs.Problems) error {
	if !declares(who) {
		return errNoPage()
	}
	v := kinPage{Typed: typed, Problems: problems, Village: len(p.files(who)) > 0, Everybody: who.Holds(Supervisor)}
	status := http.StatusUnprocessableEntity
	if len(problems) == 0 {
		status, v.Flash = http.StatusOK, p.door.Auth.Take(r, "kin")
	}
	var err error
	if v.Page, err = p.door.Page(r, who, "近亲属备案", kinURL); err != nil {
		return err
	}
	mine, err := p.KinOf(r.Context(), p.desk.DB, who.Account)
	if err != nil {
		return err
	}
	for _, k := range mine {
		v.Mine = append(v.Mine, p.kinRow(k))
	}
	if err := p.others(r.Context(), who, &v); err != nil {
		return err
	}
	return web.RenderStatus(w, r, status, kinView(v))
}

// others are the declarations that the reader looks after.
func (p pages) others(ctx context.Context, who auth.Who, v *kinPage) error {
	for _, place := range p.files(who) {
		v.Villages = append(v.Villages, web.Option{Value: place, Label: p.desk.OfficeName(place)})
	}
	ranges := p.places(who, Supervisor)
	for _, role := range []string{"township-clerk", "township-head"} {
		if !v.Everybody {
			ranges = append(ranges, p.places(who, role)...)
		}
	}
	all, err := p.KinIn(ctx, p.desk.DB, ranges, mostRows)
	for _, k := range all {
		if v.Everybody || k.Post == OfVillage {
			v.All = append(v.All, p.kinRow(k))
		}
	}
	return err
}

func (p pages) kinRow(k Kin) kinRow {
	return kinRow{End: kinURL + "/" + k.ID + "/end", Who: k.Declarer, Post: map[string]string{OfStaff: "工作人员", OfVillage: "村（居）委会成员"}[k.Post],
		Place: p.desk.Where(k.Region), Name: k.Name, Relation: k.Relation, At: calendar.DayOf(k.At).Long()}
}

func (p pages) declare(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	sent, err := web.Form(r)
	if err != nil {
		return err
	}
	if !declares(who) {
		return errNoPage()
	}
	typed := map[string]string{"post": sent.Get("post")}
	for _, name := range []string{"region", "declarer", "name", "number", "relation"} {
		typed[name] = sent.Get(typed["post"] + "-" + name) // two forms on one page
	}
	d := Declaration{Account: who.Account, Declarer: who.Name, Post: OfStaff, Region: who.Grants[0].Region, Name: typed["name"], Number: typed["number"], Relation: typed["relation"],
		By: casework.Actor{ID: who.Account, Name: who.Name, Role: who.Grants[0].Role}}
	if typed["post"] == OfVillage {
		if !slices.Contains(p.files(who), typed["region"]) {
			return errs.New(errs.Forbidden, "村（居）委会成员的近亲属由乡镇（街道）登记。")
		}
		d.Account, d.Declarer, d.Post, d.Region = "", typed["declarer"], OfVillage, typed["region"]
	}
	err = p.desk.DB.Do(r.Context(), func(tx *db.Tx) error {
		_, err := p.Declare(r.Context(), tx, d)
		return err
	})
	var problems errs.Problems
	if errors.As(err, &problems) {
		for i := range problems {
			problems[i].Field = typed["post"] + "-" + problems[i].Field
		}
		return p.kinShown(w, r, who, typed, problems)
	}
	if err != nil {
		return err
	}
	p.door.Auth.Put(r, "kin", "备案了。他家的申请不会分给要回避的人。")
	http.Redirect(w, r, kinURL, http.StatusSeeOther)
	return nil
}

func (p pages) end(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	k, err := p.FindKin(r.Context(), p.desk.DB, r.PathValue("kin"))
	if err != nil {
		return err
	}
	looksAfter := k.Post == OfVillage && slices.ContainsFunc(p.files(who), func(place string) bool { return p.within(k.Region, place) })
	if k.Account != who.Account && !looksAfter && !who.Covers(Supervisor, k.Region, p.within) {
		return errs.New(errs.NotFound, "没有找到这一条备案。")
	}
	err = p.desk.DB.Do(r.Context(), func(tx *db.Tx) error {
		return p.End(r.Context(), tx, k.ID, casework.Actor{ID: who.Account, Name: who.Name, Role: who.Grants[0].Role})
	})
	if err != nil {
		return err
	}
	p.door.Auth.Put(r, "kin", "撤了。正在办的件不再要求回避，已经办完的备案还在。")
	http.Redirect(w, r, kinURL, http.StatusSeeOther)
	return nil
}
