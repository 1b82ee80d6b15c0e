package catalog

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"minzheng/kernel/catalog/remedy"
	"minzheng/kernel/fact"
	"minzheng/kernel/form"
	"minzheng/kernel/letter"
	"minzheng/kernel/rule"
	"minzheng/kernel/secret"
	"minzheng/kernel/strict"
)

// Known is what a service folder may name.
type Known struct {
	Dictionary *fact.Dictionary
	Roles      map[string]string // code → title
	Effects    map[string]bool
	Sources    map[string]bool // departments' services
	Needs      map[string]bool // what casework can check before an act
}

var levels = []string{"township", "county", "prefecture", "province"}

// Read reads one service folder. The error lists everything wrong with it.
func Read(dir fs.FS, area string, k Known) (*Service, error) {
	files, err := contents(dir)
	if err != nil {
		return nil, err
	}
	return ReadFiles(files, area, k)
}

// ReadFiles reads a service from the contents of its folder.
func ReadFiles(files map[string]string, area string, k Known) (*Service, error) {
	if files[procedureDir+"service.yaml"] != "" {
		return readOver(files, area, k)
	}
	s := &Service{}
	if err := readYAML("service.yaml", files["service.yaml"], s); err != nil {
		return nil, err
	}
	// Only now: reading an empty document empties what it is read into.
	s.Area, s.Files, s.Version, s.Letters = area, files, version(files), map[string]*letter.Template{}
	var wrong []error
	keep := func(err error) {
		if err != nil {
			wrong = append(wrong, err)
		}
	}
	changes, err := readChanges(files[changesFile])
	keep(err)
	if s.Rules, err = rule.LoadWith(s.Code+"/rules.yaml", []byte(files["rules.yaml"]), k.Dictionary, changes); files["rules.yaml"] == "" {
		err = fmt.Errorf("缺少文件 %s/rules.yaml", s.Code)
	}
	keep(err)
	keep(readYAML(s.Code+"/examples.yaml", files["examples.yaml"], &s.Examples))
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if strings.HasPrefix(name, "letters/") {
			t, err := letter.Parse(s.Code+"/"+name, files[name])
			keep(err)
			s.Letters[strings.TrimSuffix(path.Base(name), ".md")] = t
		}
	}
	c := &checker{s: s, k: k}
	c.all(err == nil)
	for _, w := range c.wrong {
		wrong = append(wrong, fmt.Errorf("%s/service.yaml: %s", s.Code, w))
	}
	if len(wrong) > 0 {
		return nil, errors.Join(wrong...)
	}
	return s, nil
}

func readYAML(name, src string, into any) error {
	if src == "" {
		return fmt.Errorf("缺少文件 %s", name)
	}
	if err := strict.YAML([]byte(src), into); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

func contents(dir fs.FS) (map[string]string, error) {
	files := map[string]string{}
	err := fs.WalkDir(dir, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if !strings.HasSuffix(name, ".yaml") && !strings.HasSuffix(name, ".md") {
			return fmt.Errorf("事项文件夹里有不认识的文件 %s", name)
		}
		b, err := fs.ReadFile(dir, name)
		files[name] = string(b)
		return err
	})
	return files, err
}

func version(files map[string]string) string {
	var all strings.Builder
	for _, name := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintf(&all, "%s %d\n%s\n", name, len(files[name]), files[name])
	}
	sum := secret.Hash([]byte(all.String()))
	return hex.EncodeToString(sum[:])
}

// checker collects what is wrong in service.yaml.
type checker struct {
	s     *Service
	k     Known
	wrong []string
}

func (c *checker) bad(format string, args ...any) {
	c.wrong = append(c.wrong, fmt.Sprintf(format, args...))
}

func (c *checker) all(rules bool) {
	s := c.s
	for _, v := range [][2]string{{"code", s.Code}, {"title", s.Title}, {"short", s.Short}, {"summary", s.Summary}, {"decides", s.Decides}} {
		if v[1] == "" {
			c.bad("没有写 %s", v[0])
		}
	}
	for _, who := range s.Starts {
		c.word("starts", who, "citizen", "staff", "event", "sweep", "clock")
	}
	if len(s.Law) == 0 {
		c.bad("没有写依据(law)")
	}
	for _, p := range s.Form {
		c.page(p)
	}
	for _, m := range s.Materials {
		c.material(m)
	}
	for _, l := range s.Lookups {
		c.lookup(l)
	}
	if s.Clock.Days > 0 && s.Clock.Law == "" && !s.Clock.Ours {
		c.bad("办理期限没有写依据，也没有写是自己的承诺(ours)")
	}
	if len(s.Steps) == 0 {
		c.bad("没有步骤")
	}
	for i := range s.Steps {
		c.step(&s.Steps[i])
	}
	c.reachable()
	c.twice()
	c.benefit()
	c.receives()
	if s.Procedure && (len(s.Form)+len(s.Lookups) > 0 || s.Household != nil || s.Amount != "") {
		c.bad("办理程序(procedure)只写怎么走，问什么、查什么、怎么算是各个事项自己的")
	}
	if s.Internal && (s.StartedBy("citizen") || s.StartedBy("staff") || s.Amount != "" || s.Finds != nil) {
		c.bad("内部事项(internal)没有人申请，也不发钱，不能写 citizen、staff、amount、finds")
	}
	if rules {
		c.rules()
	}
	c.finds(rules)
}

// word refuses a word that is none of those that can stand there.
func (c *checker) word(where, word string, known ...string) {
	if !slices.Contains(known, word) {
		c.bad("%s 不认识“%s”，只能写 %s", where, word, strings.TrimPrefix(strings.Join(known, "、"), "、"))
	}
}

// twice finds codes that name two things at once.
func (c *checker) twice() {
	seen := map[string]bool{}
	note := func(what, code string) {
		if seen[what+code] {
			c.bad("%s %s 写了两次", what, code)
		}
		seen[what+code] = true
	}
	for _, p := range c.s.Form {
		note("页", p.Code)
	}
	for _, m := range c.s.Materials {
		note("材料", m.Code)
	}
	for _, st := range c.s.Steps {
		note("步骤", st.Code)
		for _, a := range st.Acts {
			note("步骤 "+st.Code+" 的动作", a.Code)
		}
	}
}

func (c *checker) material(m Material) {
	if m.Code == "" || m.Title == "" {
		c.bad("有一样材料没有代码或名称")
	}
	if m.When == nil {
		return
	}
	for _, w := range m.When.Check(c.k.Dictionary) {
		c.bad("材料 %s %s", m.Code, w)
	}
}

func (c *checker) page(p form.Page) {
	c.only("第 "+p.Code+" 页", p.Only)
	for _, w := range form.Bind(p.Fields, c.k.Dictionary) {
		c.bad("第 %s 页：%s", p.Code, w)
	}
	if p.Ask == "" || p.Code == "" || len(p.Fields) == 0 {
		c.bad("有一页没有代码、问题或要填的项")
	}
	for _, f := range p.Fields {
		if f != nil && f.Def != nil && f.Def.Member() != (p.Each == "member") {
			c.bad("第 %s 页：“%s”是%s的事实，问法不对", p.Code, f.Fact, map[bool]string{true: "每个人", false: "全家"}[f.Def.Member()])
		}
	}
}

func (c *checker) lookup(l Lookup) {
	c.only("查 "+l.Source, l.Only)
	if !c.k.Sources[l.Source] {
		c.bad("没有 %s 这个部门接口", l.Source)
	}
	if l.Purpose == "" || l.Law == "" {
		c.bad("查 %s 要写明用途和依据", l.Source)
	}
	for _, name := range l.Tells {
		def := c.k.Dictionary.Find(name)
		if def == nil {
			c.bad("查 %s 要得到的事实“%s”没有定义", l.Source, name)
		} else if def.Member() != (l.Of == "member") {
			c.bad("查 %s 的“%s”，全家和每个人弄反了", l.Source, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(l.Absent)) {
		typed := l.Absent[name]
		if !slices.Contains(l.Tells, name) {
			c.bad("查 %s 没有记录时的“%s”不在它能给的事实里", l.Source, name)
		} else if _, err := ParseFact(c.k.Dictionary.Find(name), typed); err != nil {
			c.bad("查 %s 没有记录时：%v", l.Source, err)
		}
	}
}

func (c *checker) step(st *Step) {
	if c.k.Roles[st.Role] == "" && st.Role != "citizen" && st.Role != "" {
		c.bad("步骤 %s 的岗位 %s 不认识", st.Code, st.Role)
	}
	if !slices.Contains(levels, st.Level) {
		c.bad("步骤 %s 没有写由哪一级办（%s）", st.Code, strings.Join(levels, "、"))
	}
	if st.Within > 0 && !st.Ours && st.Law == "" {
		c.bad("步骤 %s 的时限没有写依据，也没有写是自己的承诺(ours)", st.Code)
	}
	if p := st.Publicity; p != nil && (st.Act(p.Then) == nil || st.Act(p.Stood) == nil || p.Days < 1 || p.Law == "") {
		c.bad("步骤 %s 的公示没有写清天数、依据和到期后的动作", st.Code)
	}
	if w := st.Wait; w != nil && (w.Days < 1 || !st.byClock(w.Then) || st.Law == "" && !st.Ours) {
		c.bad("步骤 %s 的等待没有写清几个工作日、到期后由时钟(clock)做的动作，或者没有写依据", st.Code)
	}
	if st.Answered != "" && !st.byClock(st.Answered) {
		c.bad("步骤 %s 部门答复后的动作 %s 没有，或者不是由时钟(clock)做的", st.Code, st.Answered)
	}
	for i := range st.Acts {
		c.act(st, &st.Acts[i])
	}
}

func (st *Step) byClock(code string) bool {
	a := st.Act(code)
	return a != nil && a.Doer() == "clock"
}

func (c *checker) act(st *Step, a *Act) {
	where := st.Code + " 的动作 " + a.Code
	if a.Code == "" || a.Title == "" {
		c.bad("步骤 %s 有一个动作没有代码或名称", st.Code)
	}
	if a.To != "" && a.To != "back" && c.s.Step(a.To) == nil {
		c.bad("%s 走到一个没有的步骤 %s", where, a.To)
	}
	if a.Or != "" && (a.To == "" || a.To == "back" || c.s.Step(a.Or) == nil) {
		c.bad("%s 的另一条路 %s 没有这个步骤，或者没有写 to", where, a.Or)
	}
	c.word(where+" 的 by", a.By, "", "staff", "citizen", "clock")
	c.word(where+" 的 ends", a.Ends, "", "approved", "refused", "withdrawn", "ended")
	c.word(where+" 的 reason", a.Reason, "", "required", "optional")
	c.word(where+" 的 tone", a.Tone, "", "primary", "quiet", "stop")
	c.word(where+" 的 clock", a.Clock, "", "start", "special")
	for _, w := range form.Bind(a.Form, c.k.Dictionary) {
		c.bad("%s:%s", where, w)
	}
	for _, name := range slices.Sorted(maps.Keys(a.Tells)) {
		def := c.k.Dictionary.Find(name)
		if _, err := ParseFact(def, a.Tells[name]); err != nil {
			c.bad("%s 说的“%s”：%v", where, name, err)
		} else if def.Member() {
			c.bad("%s 说的“%s”是每个人的事实，动作只能说全家的", where, name)
		}
	}
	for _, e := range a.Effects {
		if !c.k.Effects[e] {
			c.bad("%s 的效果 %s 没有哪个业务提供", where, e)
		}
	}
	if a.Letter != "" && c.s.Letters[a.Letter] == nil {
		c.bad("%s 要的信 letters/%s.md 没有", where, a.Letter)
	}
	for _, n := range a.Needs {
		kind, other, _ := strings.Cut(n, ":")
		if !c.k.Needs[kind] {
			c.bad("%s 的前提 %s 不认识", where, n)
		}
		if (kind == "done" || kind == "not-same" || kind == "filed") && !c.hasAct(other) {
			c.bad("%s 的前提 %s 说的动作没有", where, n)
		}
	}
	if (a.Ends == "approved" || a.Ends == "refused" || a.Decides) && a.Doer() != "staff" {
		c.bad("%s 作了决定，必须由人来做（个人信息保护法 第24条）", where)
	}
	c.remedy(where, a)
}

func (c *checker) remedy(where string, a *Act) {
	if a.Remedy == "" {
		return
	}
	t, err := remedy.Load()
	if err != nil {
		c.bad("%v", err)
	} else if _, ok := t.Of(a.Remedy); !ok || !a.Decides {
		c.bad("%s 的 remedy %s 不认识，或者这个动作不作决定", where, a.Remedy)
	}
}

func (c *checker) hasAct(code string) bool {
	return slices.ContainsFunc(c.s.Steps, func(st Step) bool { return st.Act(code) != nil })
}

// reachable finds steps that no way leads to, and steps that nothing leaves.
func (c *checker) reachable() {
	if len(c.s.Steps) == 0 {
		return
	}
	seen := map[string]bool{c.s.Steps[0].Code: true}
	for range c.s.Steps {
		for _, st := range c.s.Steps {
			for _, a := range st.Acts {
				if seen[st.Code] && a.To != "" && a.To != "back" {
					seen[a.To] = true
				}
				if seen[st.Code] && a.Or != "" {
					seen[a.Or] = true
				}
			}
		}
	}
	for _, st := range c.s.Steps {
		if !seen[st.Code] {
			c.bad("没有办法走到步骤 %s", st.Code)
		}
		out := slices.ContainsFunc(st.Acts, func(a Act) bool { return a.To != "" || a.Ends != "" })
		if !out {
			c.bad("步骤 %s 没有出路", st.Code)
		}
	}
}

// rules finds rules that nothing uses and results that no rule gives.
func (c *checker) rules() {
	s := c.s
	wanted := append(append([]string{s.Decides}, s.Explains...), c.reasons()...)
	if s.Amount != "" {
		wanted = append(wanted, s.Amount)
	}
	if !c.yields(s.Decides, fact.Bool) {
		c.bad("decides 写的 %s 要是一条得出全家是否的规则", s.Decides)
	}
	if s.Amount != "" && !c.yields(s.Amount, fact.Money) {
		c.bad("amount 写的 %s 要是一条得出全家金额的规则", s.Amount)
	}
	if s.Household != nil && s.Household.Counts != "" {
		wanted = append(wanted, s.Household.Counts)
		one := s.Rules.Find(s.Household.Counts)
		if got, _ := s.Rules.Yields(s.Household.Counts); one == nil || one.Each != "member" || got != fact.Bool {
			c.bad("household 的 counts 写的 %s 要是一条得出每个人是否的规则", s.Household.Counts)
		}
	}
	if s.Benefit != nil && s.Benefit.Ends != "" {
		wanted = append(wanted, s.Benefit.Ends)
		if !c.yields(s.Benefit.Ends, fact.Date) {
			c.bad("benefit 的 ends 写的 %s 要是一条得出日期的规则", s.Benefit.Ends)
		}
	}
	for _, name := range s.Explains {
		if s.Rules.Find(name) == nil {
			c.bad("explains 写的 %s 没有这条规则", name)
		}
	}
	for _, name := range s.Rules.Unused(wanted) {
		c.bad("规则 %s 没有用处", name)
	}
}

// yields reports whether a rule gives the family one result of the type.
func (c *checker) yields(name string, want fact.Type) bool {
	one := c.s.Rules.Find(name)
	got, _ := c.s.Rules.Yields(name)
	return one != nil && one.Each == "" && got == want
}
