package app_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"minzheng/app"
	"minzheng/kernel/calendar"
	"minzheng/kernel/catalog"
	"minzheng/kernel/rule"
)

// words of formulas that have a way of saying of their own.
var functions = []string{"成员", "合计", "最大", "人数", "任一", "全部", "年龄", "月数", "元", "日期", "取整", "进位", "舍去", "较大", "较小", "累进"}

func TestEveryRuleOfEveryServiceIsReadWithoutLoss(t *testing.T) {
	t.Parallel()
	all, err := app.ReadCatalogue(example)
	if err != nil {
		t.Fatal(err)
	}
	number := regexp.MustCompile(`\b[0-9][0-9.]*`)
	for _, s := range all.Services {
		for _, one := range s.Rules.All() {
			said, ok := (catalog.Saying{Rules: s.Rules}).Aloud(one.As)
			if !ok {
				t.Errorf("%s: nobody can say %s = %s", s.Code, one.Set, one.As)
				continue
			}
			for _, name := range catalog.Names(one.As) {
				if name == "出生日期" {
					name = "周岁年龄"
				}
				if !slices.Contains(functions, name) && !strings.Contains(said.Text, name) {
					t.Errorf("%s: %s loses %s when it is said: %s", s.Code, one.Set, name, said.Text)
				}
			}
			for _, n := range number.FindAllString(one.As, -1) {
				if n = strings.TrimLeft(n, "0"); !strings.Contains(said.Text, n) { // the 01 of a date is said as 1
					t.Errorf("%s: %s loses %s when it is said: %s", s.Code, one.Set, n, said.Text)
				}
			}
		}
	}
}

func TestTheHandbookHasEveryRuleStandardAndArticleOfEveryService(t *testing.T) {
	t.Parallel()
	h := open(t, app.Config{Local: example})
	whole := h.visitor().get("/handbook/whole").must(t, 200)
	all, err := app.ReadCatalogue(example)
	if err != nil {
		t.Fatal(err)
	}
	path, err := app.Paths(example)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range all.Services {
		wanted := inHandbook(s, path(h.Config.County), calendar.DayOf(h.now))
		for where, page := range map[string]page{"its chapter": h.visitor().get("/handbook/"+s.Code).must(t, 200), "the whole": whole} {
			got := squeeze(page.Find("main").Text())
			if where == "the whole" {
				got = squeeze(page.Find("main #" + s.Code).Text())
			}
			for _, w := range wanted {
				if w = squeeze(w); !strings.Contains(got, w) {
					t.Errorf("%s of %s does not show %q", where, s.Code, w)
				}
			}
		}
	}
}

// inHandbook is all that the handbook has to say of a service.
func inHandbook(s *catalog.Service, path []string, on calendar.Day) []string {
	all := slices.Concat([]string{s.Title, s.Summary, s.Version, s.Version[:12], s.Clock.Law, on.Long()}, s.Who, s.Gets, s.Law)
	for _, one := range s.Rules.All() {
		said, _ := (catalog.Saying{Rules: s.Rules}).Aloud(one.As)
		all = append(all, one.Set, one.As, one.Law, one.Why)
		if len(said.Cases) == 0 {
			all = append(all, said.Text)
		}
		for _, c := range said.Cases {
			if all = append(all, c.When); len(c.Then.Cases) == 0 {
				all = append(all, c.Then.Text)
			}
		}
	}
	for name, p := range s.Rules.Parameters() {
		all = append(all, name, p.Law, p.About)
		for _, v := range p.Values {
			from, _ := calendar.Parse(v.From)
			if slices.Contains(path, v.Region) && (v == p.On(path, int32(on)) || from > on && v == p.On(path, int32(from))) {
				all = append(all, v.Source, from.Long())
				if all = append(all, rowsOf(p, v)...); len(v.Rows) == 0 {
					all = append(all, p.Show(v))
				}
			}
		}
	}
	for _, m := range s.Materials {
		all = append(all, m.Title, m.Law)
	}
	for _, l := range s.Lookups {
		all = append(append(all, l.Law), l.Tells...)
	}
	for _, st := range s.Steps {
		all = append(all, st.Doing, st.Law)
		for _, a := range st.Acts {
			all = append(all, a.Title, a.Law)
		}
	}
	for _, e := range s.Examples {
		all = append(all, e.Name)
	}
	return all
}

func rowsOf(p *rule.Parameter, v *rule.Dated) (all []string) {
	for _, row := range v.Rows {
		all = append(all, p.ShowCell(row))
	}
	return all
}
