package public

import (
	"cmp"
	"maps"
	"math/big"
	"slices"
	"strings"

	"minzheng/kernel/calendar"
	"minzheng/kernel/catalog"
	"minzheng/kernel/fact"
	"minzheng/kernel/region"
	"minzheng/kernel/rule"
)

// parameterView is one standard: what it is where and when the reader asked.
type parameterView struct {
	Name, Law, About string
	valueView
	Next []valueView // what it will be, and from when
}

// valueView is a value that holds from a day on.
type valueView struct {
	Value, Since  string
	Where, Source string // for which region, by which document
	Sample        bool
	Table         tableView
}

const notSet = "本地还没有设定"

// parameters are the values that hold in the place, and those to come.
func (p *Portal) parameters(s *catalog.Service, names []string, at place) []parameterView {
	var all []parameterView
	for _, name := range names {
		one := s.Rules.Parameters()[name]
		now := one.On(at.path, int32(at.On))
		v := parameterView{Name: name, Law: one.Law, About: one.About, valueView: p.value(one, now)}
		for _, day := range changes(one, at) {
			if next := one.On(at.path, int32(day)); next != now {
				view := p.value(one, next)
				view.Since = day.Long()
				v.Next, now = append(v.Next, view), next
			}
		}
		all = append(all, v)
	}
	return all
}

func (p *Portal) value(one *rule.Parameter, d *rule.Dated) valueView {
	if d == nil {
		return valueView{Value: notSet}
	}
	v := valueView{Value: withUnit(one.Show(d), one.Unit), Source: d.Source, Sample: d.Sample, Where: "全国", Table: tableOf(one, d)}
	if d.Region != rule.Nation {
		v.Where = p.Desk.Places.Name(region.Code(d.Region))
	}
	if from, err := calendar.Parse(d.From); err == nil {
		v.Since = from.Long()
	}
	return v
}

// changes are the days after which another value may hold in the place.
func changes(one *rule.Parameter, at place) []calendar.Day {
	var days []calendar.Day
	for _, d := range one.Values {
		if !slices.Contains(at.path, d.Region) {
			continue
		}
		if from, err := calendar.Parse(d.From); err == nil && from > at.On {
			days = append(days, from)
		}
		if until, err := calendar.Parse(d.Until); err == nil && until >= at.On {
			days = append(days, until+1)
		}
	}
	slices.Sort(days)
	return slices.Compact(days)
}

// order returns the parameters that conditions read, and all others, as the
// rules use them.
func order(r *rule.Rules) (first, rest []string) {
	read := func(names []string, conditions bool) []string {
		for _, one := range r.All() {
			for _, name := range catalog.Names(one.As) {
				if one.Condition() == conditions && r.Parameters()[name] != nil && !slices.Contains(first, name) {
					names = add(names, name)
				}
			}
		}
		return names
	}
	first = read(nil, true)
	rest = read(nil, false)
	for _, name := range slices.Sorted(maps.Keys(r.Parameters())) {
		if !slices.Contains(first, name) {
			rest = add(rest, name)
		}
	}
	return first, rest
}

// withUnit puts the unit behind a value; the ¥ stands for 元 already.
func withUnit(shown, unit string) string {
	if rest, ok := strings.CutPrefix(unit, "元"); ok && strings.Contains(shown, "¥") {
		return shown + rest
	}
	if unit == "" || shown == "" || shown == "见表" {
		return shown
	}
	return shown + " " + unit
}

// tableView is a standard that depends on something, row by row.
type tableView struct {
	Heads []string // of the axes
	Head  string   // of the value
	Rows  []tableRow
}

type tableRow struct {
	Cells []string
	Value string
}

// tableOf is a table as readers know it; it has no rows when the parameter is
// one value.
func tableOf(one *rule.Parameter, d *rule.Dated) tableView {
	v := tableView{Head: cmp.Or(one.Unit, "是多少")}
	for _, a := range one.By {
		v.Heads = append(v.Heads, a.Of)
	}
	for _, row := range d.Rows {
		cells := make([]string, len(one.By))
		for i, a := range one.By {
			cells[i] = cell(a, string(row.Is[i]), stepAbove(d, row))
		}
		v.Rows = append(v.Rows, tableRow{cells, one.ShowCell(row)})
	}
	return v
}

// cell says for what a row is: a word, or from where to where.
func cell(a rule.Axis, is, above string) string {
	switch {
	case a.From == "" && is == rule.Other:
		return "其他的"
	case a.From == "":
		return is
	case above == "":
		return figure(a, is) + " 以上"
	}
	return figure(a, is) + " 以上，不到 " + figure(a, above)
}

func figure(a rule.Axis, written string) string {
	if fen, ok := fact.ParseYuan(written); ok && a.From == "money" {
		return fact.Yuan(fen)
	}
	return written
}

// stepAbove is the step at which the next row of the same words begins; "" if
// there is none.
func stepAbove(d *rule.Dated, row *rule.Row) string {
	last := len(row.Is) - 1
	own, ok := new(big.Rat).SetString(string(row.Is[last]))
	if !ok {
		return ""
	}
	var above *big.Rat
	written := ""
	for _, other := range d.Rows {
		n, ok := new(big.Rat).SetString(string(other.Is[last]))
		if ok && slices.Equal(other.Is[:last], row.Is[:last]) && n.Cmp(own) > 0 && (above == nil || n.Cmp(above) < 0) {
			above, written = n, string(other.Is[last])
		}
	}
	return written
}
