package app

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"minzheng/kernel/area"
	"minzheng/kernel/casework"
	"minzheng/kernel/catalog"
	"minzheng/kernel/exchange"
	"minzheng/kernel/fact"
	"minzheng/kernel/joint/matter"
	"minzheng/kernel/seen"
	"minzheng/kernel/share"
)

// roles are the roles of staff, as services and grants name them.
var roles = map[string]string{
	"township-clerk": "乡镇（街道）经办人", "township-head": "乡镇（街道）负责人",
	"county-officer": "县民政局审核人", "disability-officer": "县残联审核人",
	"marriage-registrar": "婚姻登记员", "supervisor": "监督检查岗", "data-officer": "数据专员", "auditor": "审计员", casework.Village: "村级协理员", "admin": "系统管理员",
}

// guests are roles of other offices: they see the cases of services in which
// they have a step, and what they are asked for.
var guests = map[string]bool{"disability-officer": true, "marriage-registrar": true}

// heads are the roles that look after others: they hear when a request is late,
// and hand over the work of whoever is away. A bureau's own arrangement (示例).
var heads = map[string]string{"township-clerk": "township-head", "township-head": "county-officer", "county-officer": "county-officer",
	"disability-officer": "county-officer", "marriage-registrar": "county-officer"}

// vouch are the sources whose facts a role can tell when it is asked.
var vouch = map[string]string{"township-clerk": "visit", "township-head": "visit", "disability-officer": "disabled", "marriage-registrar": "civil"}

// RoleTitle is the title of a role, "" if there is none of that name.
func RoleTitle(role string) string { return roles[role] }

// RoleNames are the names of all roles, sorted.
func RoleNames() []string { return slices.Sorted(maps.Keys(roles)) }

// Catalogue is everything that areas and the bureau's own directory bring as data.
type Catalogue struct {
	Areas    []area.Area
	Sources  []exchange.Source
	Services []*catalog.Service
	Matters  []*matter.Definition
	Known    catalog.Known
	Effects  map[string]casework.Effect

	Disclosure seen.Rules      // what residents are told of who looked
	Sharing    share.Catalogue // what other departments may be given
}

// ReadCatalogue reads all facts, sources and services strictly; local is the
// bureau's own directory, or "". The error lists everything wrong at once.
func ReadCatalogue(local string) (*Catalogue, error) {
	c := &Catalogue{Areas: areas(), Effects: map[string]casework.Effect{}}
	if err := c.known(local); err != nil {
		return nil, err
	}
	if err := c.disclosure(local); err != nil {
		return nil, err
	}
	var wrong []error
	for _, a := range c.Areas {
		found, err := readServices(a.Files, "services", a.Name, c.Known)
		c.Services = append(c.Services, found...)
		wrong = append(wrong, err)
	}
	if local != "" {
		found, err := readServices(os.DirFS(local), "services", "local", c.Known)
		wrong = append(wrong, err)
		c.lay(found)
	}
	if err := errors.Join(wrong...); err != nil {
		return nil, err
	}
	if err := c.matters(local); err != nil {
		return nil, err
	}
	return c, errors.Join(c.distinct(), c.offered(), c.sharing(local))
}

// offered says which look-ups want of a source what it does not offer: they
// would never be sent.
func (c *Catalogue) offered() error {
	var wrong []error
	for _, g := range c.Grants() {
		i := slices.IndexFunc(c.Sources, func(s exchange.Source) bool { return s.Code == g.Source })
		for _, f := range g.Fields {
			if i >= 0 && len(c.Sources[i].Fields) > 0 && !slices.Contains(c.Sources[i].Fields, f) {
				wrong = append(wrong, fmt.Errorf("sources.yaml: %s 不提供 %s，而有事项要查它（%s）", g.Source, f, g.Purpose))
			}
		}
	}
	return errors.Join(wrong...)
}

//go:embed matters
var matterFiles embed.FS

// matters reads the joint matters (一件事); the bureau's own stand in the place
// of ours with the same code.
func (c *Catalogue) matters(local string) (err error) {
	if c.Matters, err = matter.Read(matterFiles, "matters", c.Known, c.Services); err != nil || local == "" {
		return err
	}
	own, err := matter.Read(os.DirFS(local), "matters", c.Known, c.Services)
	for _, m := range own {
		c.Matters = append(slices.DeleteFunc(c.Matters, func(o *matter.Definition) bool { return o.Code == m.Code }), m)
	}
	return err
}

// known joins what the areas and the bureau define.
func (c *Catalogue) known(local string) error {
	var dictionaries []*fact.Dictionary
	var wrong []error
	for _, a := range c.Areas {
		d, err := fact.ReadDictionary("areas/"+a.Name+"/facts.yaml", a.Facts)
		dictionaries, wrong = append(dictionaries, d), append(wrong, err)
		for name, e := range a.Effects {
			c.Effects[name] = e
		}
	}
	sources, err := exchange.ReadSources("app/sources.yaml", sourcesYAML)
	wrong = append(wrong, err)
	if local != "" {
		d, more, err := readLocal(local)
		if d != nil {
			dictionaries = append(dictionaries, d)
		}
		sources, wrong = laySources(sources, more), append(wrong, err)
	}
	if err := errors.Join(wrong...); err != nil {
		return err
	}
	dictionary, err := fact.Join("facts.yaml", dictionaries...)
	if err != nil {
		return err
	}
	c.Sources = sources
	c.Known = catalog.Known{Dictionary: dictionary, Roles: roles, Guests: guests, Effects: map[string]bool{}, Sources: map[string]bool{}, Needs: casework.Needs}
	for name := range c.Effects {
		c.Known.Effects[name] = true
	}
	for name := range casework.Effects() {
		c.Known.Effects[name] = true
	}
	for _, s := range sources {
		c.Known.Sources[s.Code] = true
	}
	return nil
}

// readLocal reads the bureau's own facts.yaml and sources.yaml, if it has them.
func readLocal(dir string) (d *fact.Dictionary, sources []exchange.Source, err error) {
	if src, err := os.ReadFile(filepath.Join(dir, "facts.yaml")); err == nil {
		if d, err = fact.ReadDictionary(filepath.Join(dir, "facts.yaml"), src); err != nil {
			return nil, nil, err
		}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, nil, err
	}
	src, err := os.ReadFile(filepath.Join(dir, "sources.yaml"))
	if errors.Is(err, fs.ErrNotExist) {
		return d, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	sources, err = exchange.ReadSources(filepath.Join(dir, "sources.yaml"), src)
	return d, sources, err
}

// laySources puts the bureau's sources in the place of ours with the same code.
func laySources(ours, theirs []exchange.Source) []exchange.Source {
	for _, t := range theirs {
		if i := slices.IndexFunc(ours, func(o exchange.Source) bool { return o.Code == t.Code }); i >= 0 {
			ours[i] = t
		} else {
			ours = append(ours, t)
		}
	}
	return ours
}

func readServices(files fs.FS, under, area string, k catalog.Known) ([]*catalog.Service, error) {
	dirs, err := fs.ReadDir(files, under)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var all []*catalog.Service
	var wrong []error
	for _, d := range dirs {
		if !d.IsDir() {
			continue
		}
		dir, err := fs.Sub(files, under+"/"+d.Name())
		if err != nil {
			return nil, err
		}
		s, err := catalog.Read(dir, area, k)
		switch {
		case err != nil:
			wrong = append(wrong, fmt.Errorf("%s/%s: %w", under, d.Name(), err))
		case s.Code != d.Name():
			wrong = append(wrong, fmt.Errorf("%s/%s: 文件夹的名字要和代码 %s 一样", under, d.Name(), s.Code))
		default:
			all = append(all, s)
		}
	}
	return all, errors.Join(wrong...)
}

// lay puts the bureau's services beside ours; one with the same code replaces it.
func (c *Catalogue) lay(services []*catalog.Service) {
	for _, s := range services {
		if i := slices.IndexFunc(c.Services, func(o *catalog.Service) bool { return o.Code == s.Code }); i >= 0 {
			s.Area = c.Services[i].Area
			c.Services[i] = s
		} else {
			c.Services = append(c.Services, s)
		}
	}
}

func (c *Catalogue) distinct() error {
	seen := map[string]string{}
	for _, s := range c.Services {
		if o, ok := seen[s.Code]; ok {
			return fmt.Errorf("事项 %s 在 %s 和 %s 里都有", s.Code, o, s.Area)
		}
		seen[s.Code] = s.Area
	}
	return nil
}
