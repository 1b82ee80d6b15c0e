package recheck

import (
	"slices"
	"strings"

	"minzheng/areas/assistance/ledger"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/catalog"
	"minzheng/kernel/fact"
	"minzheng/kernel/region"
	"minzheng/kernel/rule"
)

// Result is what a comparison gives.
type Result string

// The results.
const (
	NoChange Result = "same"
	Higher   Result = "more"
	Lower    Result = "less"
	Out      Result = "out"     // the conditions no longer hold
	Dead     Result = "dead"    // nobody is left
	Unknown  Result = "unknown" // the rules cannot say yet
)

// Change is one fact that is not as it was.
type Change struct {
	Name   string `json:"name"` // 王建军的工资收入
	Fact   string `json:"fact"`
	About  string `json:"about"`
	Before string `json:"before"`
	After  string `json:"after"`
	By     string `json:"by"` // who says so
	On     string `json:"on"`
	Up     bool   `json:"up"` // an amount that has grown
}

// Finding is what a re-check has found so far.
type Finding struct {
	Result  Result   `json:"result"`
	Before  int64    `json:"before"` // 分 a month
	After   int64    `json:"after"`
	Changes []Change `json:"changes"`
	Missing []string `json:"missing"` // facts that the rules lack
	Unasked []string `json:"unasked"` // questions that no department answered
	Same    bool     `json:"same"`    // nothing has changed beyond what is accepted
	Alone   bool     `json:"alone"`   // the applicant has died, and others are left
}

// looked is all that a comparison reads.
type looked struct {
	service *catalog.Service
	c       casework.Case
	facts   *fact.Set
	judged  rule.Judgement
	members []casework.Member
	whom    string // key of the one whom the service is for; "" is the family
	asked   []casework.Asked
	before  int64
	today   calendar.Day
	path    []string
}

// find compares what is known now with what counted before.
func find(l looked) Finding {
	f := Finding{Before: l.before, Changes: changes(l), Unasked: unasked(l)}
	living := slices.ContainsFunc(l.members, func(m casework.Member) bool { return lives(l.facts, m.Key) })
	if l.whom != "" {
		living = !l.died(l.whom)
	}
	f.Alone = living && l.whom == "" && l.died(casework.Applicant)
	decided, _ := l.judged.Find(l.service.Decides)
	amount, paid := l.judged.Find(l.service.Amount)
	switch {
	case !living:
		f.Result = Dead
	case !decided.Known:
		f.Result, f.Missing = Unknown, casework.MissingNames(l.facts, decided.Missing)
	case !decided.Holds():
		f.Result = Out
	case paid && !amount.Known:
		f.Result, f.Missing = Unknown, casework.MissingNames(l.facts, amount.Missing)
	default:
		if paid {
			f.After = amount.Value.Int64()
		}
		f.Result = between(f.Before, f.After)
	}
	if f.Same = l.unchanged(f); f.Same {
		f.Result = NoChange
	}
	return f
}

func (l looked) died(about string) bool {
	dead, _ := l.facts.Get("已去世", about)
	return dead.Bool()
}

func between(before, after int64) Result {
	switch {
	case after > before:
		return Higher
	case after < before:
		return Lower
	}
	return NoChange
}

// unchanged asks the procedure's own rules.
func (l looked) unchanged(f Finding) bool {
	if f.Result == Dead || f.Result == Unknown || len(f.Unasked) > 0 || f.Alone {
		return false
	}
	r, ok := l.process(f).Find(l.service.Process.Decides)
	return ok && r.Holds()
}

// process judges the procedure's rules: whether anything has changed, and when
// to look again.
func (l looked) process(f Finding) rule.Judgement {
	set := fact.NewSet(l.facts.Dictionary())
	l.facts.Each(func(name, about string, said []fact.Statement) { set.Tell(said[0]) })
	tell := func(name string, v fact.Value) {
		set.Tell(fact.Statement{Name: name, Value: v, Source: "ledger"})
	}
	tell("复核前金额", fact.MoneyOf(f.Before))
	tell("复核后金额", fact.MoneyOf(f.After))
	tell("复核后符合", fact.BoolOf(f.Result != Out && f.Result != Dead))
	tell("变化项数", fact.IntOf(int64(len(f.Changes))))
	return l.service.Process.Rules.Judge(rule.Case{Facts: set, Region: l.path, On: int32(l.today)})
}

// changes are the facts that the rules read and that are not as before.
func changes(l looked) []Change {
	var all []Change
	for _, m := range append([]casework.Member{{}}, l.members...) {
		if m.Key != "" && !known(l.facts, m.Key) {
			all = append(all, Change{Name: m.Name, About: m.Key, Before: "不在家里", After: "一起生活"})
			continue
		}
		for _, name := range l.service.Rules.Facts() {
			if c, ok := change(l.facts, name, m); ok {
				all = append(all, c)
			}
		}
	}
	return all
}

// known reports whether anything counted about a member before.
func known(facts *fact.Set, about string) bool {
	_, ok := facts.Before("姓名", about)
	return ok
}

func change(facts *fact.Set, name string, m casework.Member) (Change, bool) {
	def := facts.Dictionary().Find(name)
	now, ok := facts.Best(name, m.Key)
	was, had := facts.Before(name, m.Key)
	if def == nil || !ok || def.Member() != (m.Key != "") || name == "与申请人关系" || had && def.Near(was.Value, now.Value) {
		return Change{}, false
	}
	if !had && now.Source == casework.Implied {
		return Change{}, false
	}
	c := Change{Name: name, Fact: name, About: m.Key, Before: "没有记录", After: worded(def, now.Value), By: facts.Dictionary().Source(now.Source).Title, On: calendar.DayOf(now.At).Long()}
	if m.Key != "" {
		c.Name = m.Name + "的" + name
	}
	if had {
		c.Before = worded(def, was.Value)
		c.Up = def.Typed() == fact.Money && now.Value.Int64() > was.Value.Int64()
	}
	return c, true
}

func worded(def *fact.Def, v fact.Value) string {
	if v.Type() == fact.Money && strings.HasSuffix(def.Unit, "/月") {
		return v.String() + "/月"
	}
	return v.String()
}

// unasked are the questions that should have been answered and were not.
func unasked(l looked) []string {
	var all []string
	for _, q := range l.service.Lookups {
		for _, m := range l.members {
			if q.Of == "family" && m.Key != casework.Applicant || !q.About(m.Relation, m.Age(l.today)) {
				continue
			}
			if !slices.ContainsFunc(l.asked, func(a casework.Asked) bool { return a.Source == q.Source && a.Member == m.Key && a.Answered() }) {
				all = append(all, m.Name+"："+strings.Join(q.Tells, "、"))
			}
		}
	}
	return all
}

// grew reports whether what somebody earns by work has grown: only then a
// benefit fades out instead of stopping.
func (f Finding) grew() bool {
	return slices.ContainsFunc(f.Changes, func(c Change) bool {
		return c.Up && slices.Contains([]string{"工资收入", "零工收入", "经营收入"}, c.Fact)
	})
}

// worse reports whether f is worse for the family than what they were told.
func (f Finding) worse(told Finding) bool {
	rank := map[Result]int{Higher: 0, NoChange: 0, Lower: 1, Out: 2, Dead: 2}
	return rank[f.Result] > rank[told.Result] || f.Result == Lower && told.Result == Lower && f.After < told.After
}

// Follows says in a sentence what a finding leads to.
func (f Finding) Follows(from ledger.Month) string {
	switch f.Result {
	case Higher:
		return "每月从 " + fact.Yuan(f.Before) + " 增加到 " + fact.Yuan(f.After) + "。"
	case Lower:
		return "每月从 " + fact.Yuan(f.Before) + " 减少到 " + fact.Yuan(f.After) + "，最早从" + from.Long() + "起。"
	case Out:
		return "不再符合条件，每月 " + fact.Yuan(f.Before) + " 最早从" + from.Long() + "起停发。"
	case Dead:
		return "领的人已经去世，从下个月起不再发。"
	case Unknown:
		return "还算不出来，缺：" + strings.Join(f.Missing, "、") + "。"
	}
	return "每月还是 " + fact.Yuan(f.Before) + "。"
}

// path is a region's path as rules take it.
func (r *Room) path(code string) []string {
	var all []string
	for _, c := range r.desk.Places.Path(region.Code(code)) {
		all = append(all, string(c))
	}
	return all
}
