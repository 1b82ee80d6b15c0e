// Package matter tracks several services as one (一件事): what somebody has to
// do after a death or a wedding is started once, and what is needed is said
// once.
//
// A matter is data, read strictly. Each of its parts is agreed to by itself and
// decided by itself; the matter only knows how far each is.
package matter

import (
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"minzheng/kernel/catalog"
	"minzheng/kernel/form"
	"minzheng/kernel/strict"
)

// Definition is one joint matter as its folder describes it.
type Definition struct {
	Code    string        `yaml:"code"`
	Title   string        `yaml:"title"` // 身后一件事
	Icon    string        `yaml:"icon"`
	For     string        `yaml:"for"` // for whom: 家里有人去世了
	Summary string        `yaml:"summary"`
	Law     []string      `yaml:"law"`
	Person  *Person       `yaml:"person"` // somebody else whom it is about
	Day     string        `yaml:"day"`    // the question for a day; "" asks none
	Asks    []*form.Field `yaml:"asks"`   // what is said once and filled in everywhere
	Parts   []Part        `yaml:"parts"`
}

// Person says how somebody else is asked for.
type Person struct {
	Ask  string `yaml:"ask"`
	Kin  bool   `yaml:"kin"` // by the register they must be of the family of whoever starts it
	Hint string `yaml:"hint"`
}

// Part is one thing to be done. It is exactly one of the four.
type Part struct {
	Code    string     `yaml:"code"`
	Title   string     `yaml:"title"`
	Lead    string     `yaml:"lead"` // what it does, and what agreeing means
	Law     string     `yaml:"law"`
	After   []string   `yaml:"after"`   // parts that come first
	When    *form.When `yaml:"when"`    // only if this was said
	Service string     `yaml:"service"` // that is applied for
	Change  string     `yaml:"change"`  // that is reported: died, came
	Page    string     `yaml:"page"`    // that is opened, if there is such a page
	Task    *Office    `yaml:"task"`    // that an office does
}

// Office is who does a task, and within how many working days.
type Office struct {
	Role  string `yaml:"role"`
	Level string `yaml:"level"` // township or county
	Days  int    `yaml:"days"`
	Text  string `yaml:"text"`
}

// The changes that areas know to take.
const (
	Died = "died"
	Came = "came" // somebody has married into the family
)

// Part returns the part with a code, or nil.
func (d *Definition) Part(code string) *Part {
	for i := range d.Parts {
		if d.Parts[i].Code == code {
			return &d.Parts[i]
		}
	}
	return nil
}

// Read reads all folders under a directory: CODE/matter.yaml. The error lists
// everything that is wrong.
func Read(files fs.FS, under string, k catalog.Known, services []*catalog.Service) ([]*Definition, error) {
	dirs, err := fs.ReadDir(files, under)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var all []*Definition
	var wrong []error
	for _, dir := range dirs {
		if !dir.IsDir() {
			continue
		}
		name := under + "/" + dir.Name() + "/matter.yaml"
		src, err := fs.ReadFile(files, name)
		if err != nil {
			wrong = append(wrong, err)
			continue
		}
		d, err := Parse(src, k, services)
		if err == nil && d.Code != dir.Name() {
			err = fmt.Errorf("文件夹的名字要和代码 %s 一样", d.Code)
		}
		if err != nil {
			wrong = append(wrong, fmt.Errorf("%s: %w", name, err))
			continue
		}
		all = append(all, d)
	}
	return all, errors.Join(wrong...)
}

// Parse reads one definition.
func Parse(src []byte, k catalog.Known, services []*catalog.Service) (*Definition, error) {
	d := &Definition{}
	if err := strict.YAML(src, d); err != nil {
		return nil, err
	}
	c := &checker{d: d, k: k, services: services}
	c.all()
	return d, errors.Join(c.wrong...)
}

type checker struct {
	d        *Definition
	k        catalog.Known
	services []*catalog.Service
	wrong    []error
}

func (c *checker) bad(format string, args ...any) {
	c.wrong = append(c.wrong, fmt.Errorf(format, args...))
}

var codes = regexp.MustCompile(`^[a-z][a-z0-9-]{0,30}$`)

func (c *checker) all() {
	for name, value := range map[string]string{"title": c.d.Title, "for": c.d.For, "summary": c.d.Summary} {
		if value == "" {
			c.bad("没有写 %s", name)
		}
	}
	if !codes.MatchString(c.d.Code) {
		c.bad("代码 %q 要用小写字母、数字和连字符", c.d.Code)
	}
	if len(c.d.Law) == 0 {
		c.bad("没有写依据 law")
	}
	if len(c.d.Parts) == 0 {
		c.bad("没有写要办哪几件 parts")
	}
	if slices.Contains(c.d.Asks, nil) {
		c.bad("asks 里有一条是空的")
		return
	}
	for _, w := range form.Bind(c.d.Asks, c.k.Dictionary) {
		c.bad("asks：%s", w)
	}
	for _, f := range c.d.Asks {
		if f.Def != nil && f.Def.Member() && f.Def.Private {
			c.bad("asks：%s 不能一次问了到处填", f.Fact)
		}
	}
	for i := range c.d.Parts {
		c.part(i)
	}
}

func (c *checker) part(i int) {
	p := &c.d.Parts[i]
	where := "第 " + fmt.Sprint(i+1) + " 件 " + p.Code
	if !codes.MatchString(p.Code) || c.d.Part(p.Code) != p {
		c.bad("%s：代码不对，或者写了两次", where)
	}
	if p.Title == "" || p.Lead == "" {
		c.bad("%s：要写 title 和 lead", where)
	}
	n := 0
	for _, has := range []bool{p.Service != "", p.Change != "", p.Page != "", p.Task != nil} {
		if has {
			n++
		}
	}
	if n != 1 {
		c.bad("%s：service、change、page、task 写一样，只写一样", where)
	}
	for _, a := range p.After {
		if j := slices.IndexFunc(c.d.Parts, func(o Part) bool { return o.Code == a }); j < 0 || j >= i {
			c.bad("%s：after 的 %s 要写在前面", where, a)
		}
	}
	if p.When != nil && !slices.ContainsFunc(c.d.Asks, func(f *form.Field) bool { return f.Fact == p.When.Fact }) {
		c.bad("%s：when 的“%s”没有问过", where, p.When.Fact)
	}
	c.does(where, p)
}

func (c *checker) does(where string, p *Part) {
	switch {
	case p.Service != "":
		i := slices.IndexFunc(c.services, func(s *catalog.Service) bool { return s.Code == p.Service })
		if i < 0 || !c.services[i].StartedBy("citizen") {
			c.bad("%s：事项 %s 没有，或者居民不能自己申请", where, p.Service)
		}
	case p.Change != "":
		if p.Change != Died && p.Change != Came {
			c.bad("%s：不认识变化 %s", where, p.Change)
		}
		if c.d.Person == nil || p.Change == Died && c.d.Day == "" {
			c.bad("%s：报告变化要问是谁，去世的还要问哪一天", where)
		}
	case p.Page != "":
		if !strings.HasPrefix(p.Page, "/") || strings.HasPrefix(p.Page, "//") {
			c.bad("%s：page 要是本站的地址", where)
		}
	case p.Task != nil:
		if c.k.Roles[p.Task.Role] == "" || p.Task.Level != "township" && p.Task.Level != "county" || p.Task.Days < 1 || p.Task.Days > 30 || p.Task.Text == "" {
			c.bad("%s：task 要写岗位 role、层级 level（township 或 county）、1 到 30 的 days 和 text", where)
		}
	}
}
