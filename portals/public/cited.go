package public

import (
	"strings"

	"minzheng/kernel/catalog"
)

// citedView is one article and what rests on it.
type citedView struct {
	Law  string
	Uses []string
}

// cited lists all articles that a service names, in the order in which they
// first come. 甲法 第1条、第2条 is two.
func cited(s *catalog.Service) []citedView {
	c := &citing{at: map[string]int{}}
	for _, law := range s.Law {
		c.add(law, "")
	}
	if s.Household != nil {
		c.add(s.Household.Law, "问家里有谁")
	}
	for _, page := range s.Form {
		c.add(page.Law, "申请时要填的")
	}
	for _, m := range s.Materials {
		c.add(m.Law, m.Title)
	}
	for _, l := range s.Lookups {
		c.add(l.Law, l.Purpose)
	}
	c.add(s.Consent.Law, s.Consent.Title)
	c.add(s.Clock.Law, "办理期限")
	c.steps(s.Steps)
	for _, one := range s.Rules.All() {
		c.add(one.Law, one.Set)
	}
	first, rest := order(s.Rules)
	for _, name := range append(first, rest...) {
		c.add(s.Rules.Parameters()[name].Law, name)
	}
	return c.all
}

type citing struct {
	all []citedView
	at  map[string]int
}

func (c *citing) steps(steps []catalog.Step) {
	for _, st := range steps {
		c.add(st.Law, st.Title)
		if st.Publicity != nil {
			c.add(st.Publicity.Law, st.Title)
		}
		for _, a := range st.Acts {
			c.add(a.Law, a.Title)
		}
	}
}

func (c *citing) add(laws, use string) {
	for _, law := range articles(laws) {
		i, ok := c.at[law]
		if !ok {
			i = len(c.all)
			c.at[law], c.all = i, append(c.all, citedView{Law: law})
		}
		if use != "" {
			c.all[i].Uses = add(c.all[i].Uses, use)
		}
	}
}

// articles takes apart what is cited together.
func articles(laws string) []string {
	var all []string
	for law := range strings.SplitSeq(laws, "；") {
		title, article, ok := strings.Cut(strings.TrimSpace(law), " 第")
		if !ok {
			if law = strings.TrimSpace(law); law != "" {
				all = append(all, law)
			}
			continue
		}
		for one := range strings.SplitSeq(article, "、第") {
			all = append(all, title+" 第"+one)
		}
	}
	return all
}
