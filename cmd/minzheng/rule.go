package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"minzheng/app"
	"minzheng/kernel/calendar"
	"minzheng/kernel/catalog"
	"minzheng/kernel/rule"
)

// day reads --on; empty is today.
func day(s string) (int32, error) {
	if s == "" {
		return int32(calendar.DayOf(time.Now())), nil
	}
	d, err := calendar.Parse(s)
	if err != nil {
		return 0, usageError{fmt.Errorf("日期 %q 要写成 2026-03-02", s)}
	}
	return int32(d), nil
}

// shelf reads the services, and how a place lies in the tree of places.
func shelf(local, code string) (*catalog.Service, func(string) []string, error) {
	all, err := app.ReadCatalogue(local)
	if err != nil {
		return nil, nil, usageError{err}
	}
	path, err := app.Paths(local)
	if err != nil {
		return nil, nil, err
	}
	i := slices.IndexFunc(all.Services, func(s *catalog.Service) bool { return s.Code == code })
	if i < 0 {
		return nil, nil, usageError{fmt.Errorf("没有事项 %s", code)}
	}
	return all.Services[i], path, nil
}

// ruleEvalCmd works out one household and explains it.
type ruleEvalCmd struct {
	Service string `arg:"" help:"The service's code, such as dibao."`
	Region  string `help:"The place's code." required:""`
	On      string `help:"The day, such as 2026-03-02; today if left out."`
	Facts   string `help:"A JSON file with facts and members; - reads standard input." required:""`
	Local   string `help:"The bureau's own directory." type:"existingdir"`
}

// explained is what rule eval prints.
type explained struct {
	Outcome        string              `json:"outcome"` // 是, 否 or 未知
	Facts          map[string]string   `json:"facts"`   // what the rules of the family gave
	Conditions     []explainedOne      `json:"conditions"`
	Missing        []string            `json:"missing"`
	Counterfactual []string            `json:"counterfactual"`
	Members        []map[string]string `json:"members,omitempty"` // what the rules gave of each member
	Version        string              `json:"version"`           // hash of the service's folder
}

type explainedOne struct {
	Set   string     `json:"set"`
	Value string     `json:"value"`
	Law   string     `json:"law"`
	Why   string     `json:"why"`
	Used  []usedFact `json:"used"`
}

type usedFact struct {
	Name   string `json:"name"`
	About  string `json:"about,omitempty"`
	Value  string `json:"value"`
	Source string `json:"source,omitempty"` // of a parameter: the document that set it
	Since  string `json:"since,omitempty"`
}

func (c ruleEvalCmd) Run() error {
	s, path, err := shelf(c.Local, c.Service)
	if err != nil {
		return err
	}
	on, err := day(c.On)
	if err != nil {
		return err
	}
	family, err := readFamily(c.Facts)
	if err != nil {
		return usageError{err}
	}
	set, err := family.Set(s.Rules.Dictionary(), "self")
	if err != nil {
		return usageError{err}
	}
	region := path(c.Region)
	if len(region) == 0 {
		return usageError{fmt.Errorf("没有 %q 这个地区", c.Region)}
	}
	e := explain(s, rule.Case{Facts: set, Region: region, On: on}, len(family.Members))
	out := json.NewEncoder(os.Stdout)
	out.SetIndent("", "  ")
	out.SetEscapeHTML(false)
	return out.Encode(e)
}

func readFamily(name string) (catalog.Family, error) {
	b, err := read(name)
	if err != nil {
		return catalog.Family{}, err
	}
	one, err := catalog.ReadFamily(b)
	if err != nil {
		return one, fmt.Errorf("%s：%w", name, err)
	}
	return one, nil
}

func read(name string) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(io.LimitReader(os.Stdin, 1<<20))
	}
	return os.ReadFile(name)
}

func explain(s *catalog.Service, c rule.Case, members int) explained {
	j := s.Rules.Judge(c)
	e := explained{Facts: map[string]string{}, Members: make([]map[string]string, members), Missing: []string{}, Counterfactual: []string{}, Version: s.Version}
	for i := range e.Members {
		e.Members[i] = map[string]string{}
	}
	for _, r := range j.Results {
		value := app.Written(r.Value, r.Known)
		if r.About == "" {
			e.Facts[r.Rule.Set] = value
		} else {
			e.Members[slices.Index(c.Facts.Members(), r.About)][r.Rule.Set] = value
		}
	}
	for _, r := range j.Conditions() {
		one := explainedOne{Set: r.Rule.Set, Value: app.Written(r.Value, r.Known), Law: r.Rule.Law, Why: r.Rule.Why}
		for _, u := range r.Used {
			from := u.Source
			if u.Set != "" {
				from = u.Set
			}
			one.Used = append(one.Used, usedFact{Name: u.Name, About: u.About, Value: app.Written(u.Value, u.Known), Source: from, Since: u.From})
		}
		e.Conditions = append(e.Conditions, one)
	}
	settled := s.Rules.Settle(c, s.Decides)
	e.Outcome = app.Written(settled.Value, settled.Known)
	for _, m := range settled.Missing {
		e.Missing = append(e.Missing, strings.TrimPrefix(m.About+"."+m.Name, "."))
	}
	if settled.Broken != "" {
		e.Missing = append(e.Missing, settled.Broken)
	}
	for _, t := range s.Rules.Turn(c, s.Decides) {
		e.Counterfactual = append(e.Counterfactual, t.Say(func(about string) string { return about }))
	}
	return e
}

// ruleBatchCmd works out every household of a register.
type ruleBatchCmd struct {
	Service string `arg:"" help:"The service's code, such as dibao."`
	register
	On      string `help:"The day, such as 2026-03-02; today if left out."`
	Out     string `help:"Where the results go, one JSON object a line." default:"-"`
	Workers int    `help:"Goroutines; 0 is one for each processor."`
}

func (c ruleBatchCmd) Run() error {
	s, path, err := shelf(c.Local, c.Service)
	if err != nil {
		return err
	}
	on, err := day(c.On)
	if err != nil {
		return err
	}
	out := os.Stdout
	if c.Out != "-" {
		if out, err = os.OpenFile(c.Out, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600); err != nil {
			return err
		}
		defer out.Close()
	}
	b, err := app.NewBatch(s, path, on, c.Workers)
	if err != nil {
		return usageError{err}
	}
	sum, err := b.Run(context.Background(), c.families(), out)
	if err != nil {
		return usageError{err}
	}
	fmt.Fprintln(os.Stderr, sum)
	return nil
}

// register are the households that a command works through.
type register struct {
	Population string `help:"Households, one JSON object a line: {id, region, facts, members}; - reads standard input." xor:"from" required:""`
	Data       string `help:"A data directory: every household of its register, with the facts of its last case." type:"existingdir" xor:"from" required:""`
	DSN        string `help:"postgres://… if the database is a server." name:"dsn" env:"MINZHENG_DSN"`
	Local      string `help:"The bureau's own directory." type:"existingdir"`
}

func (r register) families() func(each func(catalog.Family) error) error {
	if r.Data == "" {
		return func(each func(catalog.Family) error) error { return fileFamilies(r.Population, each) }
	}
	return func(each func(catalog.Family) error) error {
		return app.RegisterFamilies(context.Background(), app.Config{Dir: r.Data, DSN: r.DSN, Local: r.Local}, each)
	}
}

func fileFamilies(name string, each func(catalog.Family) error) error {
	if name == "-" {
		return catalog.ReadFamilies(os.Stdin, each)
	}
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := catalog.ReadFamilies(f, each); err != nil {
		return fmt.Errorf("%s %w", name, err)
	}
	return nil
}

// ruleBenchCmd measures the rules of 低保 over a made-up province.
type ruleBenchCmd struct {
	Persons int  `help:"How many people." default:"1000000"`
	Regions int  `help:"How many counties, each with its own standard." default:"3000"`
	Workers int  `help:"Goroutines; 0 is one for each processor." default:"1"`
	Mixed   bool `help:"Households in no order, instead of county by county."`
}

func (c ruleBenchCmd) Run() error {
	if c.Persons < 1 || c.Persons > 200_000_000 || c.Regions < 1 || c.Regions > 9999 {
		return usageError{fmt.Errorf("--persons is 1 to 200000000, --regions 1 to 9999")}
	}
	m, err := app.MeasureRules(context.Background(), c.Persons, c.Regions, c.Workers, c.Mixed)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(m)
}
