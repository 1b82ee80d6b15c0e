package joint

import (
	"context"
	"slices"

	"minzheng/kernel/audit"
	"minzheng/kernel/auth"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/fact"
	"minzheng/kernel/file"
	"minzheng/kernel/secret"
)

// Grant is what whoever is asked may see of a case, and what they are to tell.
type Grant struct {
	Members []string `json:"members,omitempty"` // keys
	Facts   []Fact   `json:"facts,omitempty"`
	Papers  []string `json:"papers,omitempty"` // ids of files
	Wants   []Fact   `json:"wants,omitempty"`  // facts that the asked office vouches for
}

// Fact names one fact about one member, or about the family.
type Fact struct {
	Name  string `json:"name"`
	About string `json:"about,omitempty"`
}

// Empty reports whether the grant shows nothing.
func (g Grant) Empty() bool { return len(g.Members)+len(g.Facts)+len(g.Papers) == 0 }

// check says what of a grant is not in the case, or does not go together.
func (x *Room) check(ctx context.Context, r db.Reader, c casework.Case, to casework.Seat, g Grant) error {
	var p errs.Problems
	members, err := x.desk.Members(ctx, r, c.ID)
	if err != nil {
		return err
	}
	for _, key := range g.Members {
		if !slices.ContainsFunc(members, func(m casework.Member) bool { return m.Key == key }) {
			p.Add("members", "这件事里没有这个人。")
		}
	}
	facts, err := x.desk.Facts(ctx, r, c.ID)
	if err != nil {
		return err
	}
	for _, f := range append(slices.Clone(g.Facts), g.Wants...) {
		def := facts.Dictionary().Find(f.Name)
		if def == nil || def.Member() != (f.About != "") {
			p.Add("facts", "没有这一项事实。")
			continue
		}
		if f.About != "" && !slices.Contains(g.Members, f.About) {
			p.Add("members", "选了"+f.Name+"，也要选这一项说的是谁。")
		}
	}
	for _, f := range g.Wants {
		if def := facts.Dictionary().Find(f.Name); def != nil && (x.Vouch[to.Role] == "" || !slices.Contains(def.Sources, x.Vouch[to.Role])) {
			p.Add("wants", f.Name+"不归对方证明，请从列出来的里面选。")
		}
	}
	papers, err := casework.Papers(ctx, r, c.ID)
	if err != nil {
		return err
	}
	for _, id := range g.Papers {
		if !slices.ContainsFunc(papers, func(a casework.Added) bool { return a.File == id }) {
			p.Add("papers", "这件事里没有这份材料。")
		}
	}
	return p.Err()
}

// Shown is all that whoever is asked sees. Once the request is closed that is
// what was asked and answered.
type Shown struct {
	Request
	Matter  string // 低保申请
	Members []ShownMember
	Facts   []ShownFact
	Wants   []Want
	Papers  []file.File
}

// ShownMember is somebody of the case.
type ShownMember struct {
	Key, Name, Relation string
	Number              string // masked
	Age                 int
}

// ShownFact is one fact with what counts and who says so.
type ShownFact struct {
	Fact
	Whose  string
	Def    *fact.Def
	Value  fact.Value
	Known  bool
	Source string
}

// Want is a fact that the asked office is to tell.
type Want struct {
	Fact
	Whose string
	Def   *fact.Def
}

// See returns what somebody who is asked sees. Of anybody else's requests they
// do not even learn that they exist.
func (x *Room) See(ctx context.Context, r db.Reader, who auth.Who, id string) (Shown, error) {
	q, err := x.Find(ctx, r, id)
	if err != nil {
		return Shown{}, err
	}
	if !q.Reaches(who) {
		return Shown{}, errNoRequest()
	}
	if q.Case == "" {
		return Shown{Request: q}, nil
	}
	if err := x.desk.Keeps(ctx, r, q.Case, who.Account); err != nil {
		return Shown{}, err
	}
	c, err := casework.Find(ctx, r, q.Case)
	if err != nil {
		return Shown{}, err
	}
	return x.show(ctx, r, c, q)
}

func (x *Room) show(ctx context.Context, r db.Reader, c casework.Case, q Request) (Shown, error) {
	v := Shown{Request: q}
	s, err := x.desk.Services().Version(ctx, r, c.Version)
	if err != nil {
		return v, err
	}
	v.Matter = s.ShortMatter()
	if q.State != Open {
		v.Grant = Grant{}
		return v, nil
	}
	members, err := x.desk.Members(ctx, r, c.ID)
	if err != nil {
		return v, err
	}
	whose := map[string]string{}
	for _, m := range members {
		if slices.Contains(q.Grant.Members, m.Key) {
			whose[m.Key] = m.Name
			v.Members = append(v.Members, ShownMember{m.Key, m.Name, m.Relation, secret.MaskNumber(m.Number), m.Age(calendar.DayOf(x.desk.DB.Now()))})
		}
	}
	facts, err := x.desk.Facts(ctx, r, c.ID)
	if err != nil {
		return v, err
	}
	for _, f := range q.Grant.Facts {
		one := ShownFact{Fact: f, Whose: whose[f.About], Def: facts.Dictionary().Find(f.Name)}
		if best, ok := facts.Best(f.Name, f.About); ok {
			one.Value, one.Known, one.Source = best.Value, true, best.Source
		}
		v.Facts = append(v.Facts, one)
	}
	for _, f := range q.Grant.Wants {
		v.Wants = append(v.Wants, Want{f, whose[f.About], facts.Dictionary().Find(f.Name)})
	}
	return v, x.showPapers(ctx, r, c, q, &v)
}

func (x *Room) showPapers(ctx context.Context, r db.Reader, c casework.Case, q Request, v *Shown) error {
	if len(q.Grant.Papers) == 0 {
		return nil
	}
	all, err := x.desk.Files.Of(ctx, r, c.Subject())
	if err != nil {
		return err
	}
	for _, f := range all {
		if slices.Contains(q.Grant.Papers, f.ID) {
			v.Papers = append(v.Papers, f)
		}
	}
	return nil
}

// Paper returns one paper that the request lets somebody see.
func (x *Room) Paper(ctx context.Context, r db.Reader, who auth.Who, id, paper string) (Shown, file.File, error) {
	v, err := x.See(ctx, r, who, id)
	if err != nil {
		return v, file.File{}, err
	}
	i := slices.IndexFunc(v.Papers, func(f file.File) bool { return f.ID == paper })
	if i < 0 {
		return v, file.File{}, errs.New(errs.NotFound, "没有找到这份材料。")
	}
	return v, v.Papers[i], nil
}

// Looked records that somebody who is asked has seen what a request shows, or
// one paper of it. The applicant reads it under 谁看过.
func (x *Room) Looked(ctx context.Context, who auth.Who, v Shown, detail map[string]string) error {
	if v.State != Open {
		return nil
	}
	if v.Case == "" {
		return x.desk.Audit.RecordNow(ctx, audit.Entry{Actor: who.Account, ActorName: who.Name, Role: v.To.Role, Verb: audit.View, Subject: v.Subject(),
			Person: v.By.ID, Purpose: "办您交来的一件事里的一件"})
	}
	c, err := casework.Find(ctx, x.desk.DB, v.Case)
	if err != nil {
		return err
	}
	all := map[string]string{"request": v.ID}
	for k, d := range detail {
		all[k] = d
	}
	return x.desk.Audit.RecordNow(ctx, audit.Entry{Actor: who.Account, ActorName: who.Name, Role: v.To.Role, Verb: audit.View, Subject: c.Subject(),
		Person: string(c.Applicant), Purpose: v.Kind.Word() + v.Matter + "，只看得到需要的几项", Detail: all})
}
