package catalog

import (
	"maps"
	"slices"

	"minzheng/kernel/fact"
)

// Finds says how a service looks for people who qualify and have not asked.
// Somebody is found when the deciding rule holds by what is known of them, with
// what is assumed in the place of what nobody has told.
type Finds struct {
	Who     string            `yaml:"who"`     // member: every person alone; family: those who live together
	Lead    string            `yaml:"lead"`    // one sentence to whoever is found
	Needs   []string          `yaml:"needs"`   // facts that must be known of whoever is found
	Assumes map[string]string `yaml:"assumes"` // facts that are taken so until somebody tells them

	assumed map[string]fact.Value
}

// Alone reports whether every person is looked at alone.
func (f *Finds) Alone() bool { return f.Who == "member" }

// Assumed returns what is assumed of a fact; ok is false when nothing is.
func (f *Finds) Assumed(name string) (v fact.Value, ok bool) {
	v, ok = f.assumed[name]
	return v, ok
}

// finds checks how a service looks for people. rules is false when the rules
// themselves could not be read.
func (c *checker) finds(rules bool) {
	f := c.s.Finds
	if f == nil {
		return
	}
	c.word("finds.who", f.Who, "member", "family")
	if f.Lead == "" {
		c.bad("finds 没有写 lead：找到的人要看到一句话")
	}
	if f.Who == "member" && c.s.Household != nil {
		c.bad("finds.who 写了 member，可这个事项要问全家，只能写 family")
	}
	if f.Who == "family" && c.s.Household == nil {
		c.bad("finds.who 写了 family，可这个事项是一个人的事，只能写 member")
	}
	if !rules {
		return
	}
	read := c.s.Rules.Facts()
	for _, name := range f.Needs {
		if !slices.Contains(read, name) {
			c.bad("finds.needs 的“%s”没有哪条规则要看", name)
		}
	}
	f.assumed = map[string]fact.Value{}
	for _, name := range slices.Sorted(maps.Keys(f.Assumes)) {
		c.assumes(f, name, slices.Contains(read, name))
	}
	if _, err := c.s.Plan(); err != nil {
		c.bad("finds 要成批地算，可是%v", err)
	}
}

func (c *checker) assumes(f *Finds, name string, read bool) {
	v, err := ParseFact(c.k.Dictionary.Find(name), f.Assumes[name])
	switch {
	case !read:
		c.bad("finds.assumes 的“%s”没有哪条规则要看", name)
	case slices.Contains(f.Needs, name):
		c.bad("finds 的“%s”要么得知道(needs)，要么先假定(assumes)，不能都写", name)
	case err != nil:
		c.bad("finds.assumes：%v", err)
	}
	f.assumed[name] = v
}
