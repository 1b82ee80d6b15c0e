package seen

import (
	"fmt"
	"slices"

	"minzheng/kernel/strict"
)

// Relation is what a person is to a matter.
type Relation string

// The relations. Only the first three know whose matter it is.
const (
	Own       Relation = "own"       // it is theirs
	Consented Relation = "consented" // they have agreed to be asked about, themselves
	Party     Relation = "party"     // they take part in it in person
	Member    Relation = "member"    // they were named in it
	Other     Relation = "other"     // nobody has said what they are to it
)

var relations = []Relation{Own, Consented, Party, Member, Other}

// knows reports whether whoever stands so to a matter knows of it anyway.
func (r Relation) knows() bool { return r == Own || r == Consented || r == Party }

// Show is how much of something is told.
type Show string

// The ways of telling.
const (
	Full     Show = "full"
	Coarse   Show = "coarse"   // the month alone, once it is over
	After    Show = "after"    // nothing while the matter runs, then Rule.Then
	Withheld Show = "withheld" // the same, by a law, and some days longer
	Never    Show = "never"    // only as what comes after Withheld
)

// Rule says how what happened in some matters is told.
type Rule struct {
	Matter   []string   `yaml:"matter"` // codes of services or kinds of subjects; "*" is any
	Relation []Relation `yaml:"relation"`
	Show     Show       `yaml:"show"`
	Then     Show       `yaml:"then"`   // after Show after or withheld
	Days     int        `yaml:"days"`   // for which it stays withheld after the end
	Law      string     `yaml:"law"`    // by which it is withheld
	Notice   bool       `yaml:"notice"` // whom it concerns is told when it begins
}

// Names of staff on the page.
const (
	NameWhole  = "whole"
	NameMasked = "masked"
	NameNone   = "none" // the office and the role alone
)

// Rules are all of them: the first that fits counts, and where none does it is
// told coarsely.
type Rules struct {
	Staff  string   `yaml:"staff"`  // how staff are named
	Answer int      `yaml:"answer"` // working days within which a question is answered
	Lifted int      `yaml:"lifted"` // minutes for which a lock stays lifted
	Own    []string `yaml:"own"`    // kinds of subjects that concern whoever the log names
	Rules  []Rule   `yaml:"rules"`
}

// ReadRules reads disclosure.yaml strictly. A rule that would tell a person
// all of what somebody else does is refused.
func ReadRules(name string, src []byte) (Rules, error) {
	var all Rules
	if err := strict.YAML(src, &all); err != nil {
		return Rules{}, fmt.Errorf("%s: %w", name, err)
	}
	if !slices.Contains([]string{NameWhole, NameMasked, NameNone}, all.Staff) || all.Answer < 1 || all.Lifted < 1 {
		return Rules{}, fmt.Errorf("%s: staff 要是 whole、masked 或 none，answer 和 lifted 至少是 1", name)
	}
	for i, r := range all.Rules {
		if why := r.wrong(); why != "" {
			return Rules{}, fmt.Errorf("%s: 第 %d 条规则：%s", name, i+1, why)
		}
	}
	return all, nil
}

func (r Rule) wrong() string {
	later := r.Show == After || r.Show == Withheld
	switch {
	case len(r.Matter) == 0 || len(r.Relation) == 0:
		return "要写明 matter 和 relation"
	case slices.ContainsFunc(r.Relation, func(one Relation) bool { return !slices.Contains(relations, one) }):
		return "relation 不认识"
	case !slices.Contains([]Show{Full, Coarse, After, Withheld}, r.Show):
		return "show 不认识"
	case later && r.Then != Full && r.Then != Coarse && (r.Then != Never || r.Show != Withheld), !later && r.Then != "":
		return "then 不认识，或者不该有"
	case r.Show == Withheld && r.Law == "":
		return "不公开要写明依据 law"
	case r.Days < 0 || r.Days > 0 && r.Show != Withheld:
		return "days 只用在 withheld"
	case r.Notice && r.Show != Full:
		return "show 不是 full，不能马上通知：时间会说出别人的事"
	case (r.Show == Full || r.Then == Full) && slices.ContainsFunc(r.Relation, func(one Relation) bool { return !one.knows() }):
		return "full 只能给办事的人自己、同意过的人和到场的人"
	}
	return ""
}

// find returns the rule for a matter; kinds are its service and the kind of its
// subject.
func (r Rules) find(kinds []string, as Relation) Rule {
	for _, one := range r.Rules {
		if slices.Contains(one.Relation, as) && (slices.Contains(one.Matter, "*") || slices.ContainsFunc(kinds, func(k string) bool { return slices.Contains(one.Matter, k) })) {
			return one
		}
	}
	return Rule{Show: Coarse}
}
