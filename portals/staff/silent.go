package staff

import (
	"slices"
	"strings"

	"minzheng/kernel/casework"
	"minzheng/kernel/catalog"
	"minzheng/kernel/exchange"
	"minzheng/kernel/rule"
)

// silentView is a department that has not answered.
type silentView struct {
	Department, Title string
	Who               string // about whom it was asked
	Tries, Last       string
	May               string // what its answer may change
}

// silents are the departments that were asked and have not answered.
func (d *dossier) silents() []silentView {
	var all []silentView
	for _, l := range d.s.Lookups {
		var asked []casework.Asked
		for _, a := range d.lookups {
			if a.Source == l.Source && !a.Answered() {
				asked = append(asked, a)
			}
		}
		if len(asked) > 0 {
			all = append(all, d.silent(l, asked))
		}
	}
	return all
}

func (d *dossier) silent(l catalog.Lookup, asked []casework.Asked) silentView {
	source, ok := d.p.Desk.Exchange.Source(l.Source)
	if !ok {
		source = exchange.Source{Department: l.Source, Title: l.Purpose}
	}
	var names []string
	tries, last, lacks := 0, asked[0].At, false
	for _, a := range asked {
		names = append(names, d.called(a.Member))
		tries = max(tries, a.Tries)
		if a.At.After(last) {
			last = a.At
		}
		lacks = lacks || slices.ContainsFunc(d.missing(), func(m rule.Missing) bool { return m.About == a.Member && slices.Contains(l.Tells, m.Name) })
	}
	v := silentView{Department: source.Department, Title: source.Title, Who: strings.Join(names, "、"), Tries: "问了 " + itoa(tries) + " 次", Last: timed(last, d.today)}
	switch tells := strings.Join(l.Tells, "、"); {
	case lacks:
		v.May = "没有它还下不了结论，缺：" + tells
	case d.toldOtherwise(l, asked):
		v.May = "现在按别的来源算，它回复了可能会变：" + tells
	default:
		v.May = "照现在的数据，缺了它也是这个结论；别的数据变了再看：" + tells
	}
	return v
}

// toldOtherwise reports whether somebody else has told what was asked.
func (d *dossier) toldOtherwise(l catalog.Lookup, asked []casework.Asked) bool {
	return slices.ContainsFunc(asked, func(a casework.Asked) bool {
		return slices.ContainsFunc(l.Tells, func(name string) bool {
			_, ok := d.facts.Get(name, a.Member)
			return ok
		})
	})
}

// whyMissing says why nobody has told a fact.
func (d *dossier) whyMissing(name, about string) string {
	for _, l := range d.s.Lookups {
		if !slices.Contains(l.Tells, name) {
			continue
		}
		for _, a := range d.lookups {
			if a.Source == l.Source && a.Member == about && a.Outcome == exchange.Uncovered {
				source, _ := d.p.Desk.Exchange.Source(l.Source)
				return source.Department + "的记录没有覆盖到这个人，不等于没有；要看别的材料"
			}
			if a.Source == l.Source && a.Member == about && !a.Answered() {
				source, _ := d.p.Desk.Exchange.Source(l.Source)
				return source.Department + "没有回复，问了 " + itoa(a.Tries) + " 次"
			}
		}
		for _, m := range d.members {
			if m.Key == about && l.Consent && m.Consented.IsZero() {
				return "本人还没同意查询，没有去问"
			}
		}
	}
	return "没有人说过"
}
