package exchange

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"minzheng/kernel/calendar"
	"minzheng/kernel/secret"
	"minzheng/kernel/strict"
)

// Source is one service that a department offers.
type Source struct {
	Code       string   `yaml:"code"`       // police.household
	Title      string   `yaml:"title"`      // 户籍信息
	Department string   `yaml:"department"` // 公安: who is said to have answered
	Vouches    string   `yaml:"vouches"`    // the dictionary's code of the source: police
	Adapter    string   `yaml:"adapter"`    // how it is spoken to; "" is our own protocol
	Address    string   `yaml:"address"`    // where it is, if not at the gateway; a directory for files
	Path       string   `yaml:"path"`       // below the address
	Within     int      `yaml:"within"`     // milliseconds that it may take
	Feed       string   `yaml:"feed"`       // path of what it tells unasked; "" is nothing
	Fields     []string `yaml:"fields"`     // codes of facts that it offers; empty: not written down
	Coverage   Coverage `yaml:"coverage"`   // of whom its having no record says something
	Optional   bool     `yaml:"optional"`   // the matter goes on without it: it gets a second at most
	Closed     bool     `yaml:"closed"`     // while it is silent the matter waits
	Daily      int      `yaml:"daily"`      // how often it may be asked in a day; 0 is without limit
	Key        string   `yaml:"key"`        // its public key in PEM; what it signs otherwise is not taken
	Client     string   `yaml:"client"`     // as whom it knows us
	Service    string   `yaml:"service"`    // what it calls the service, where its dialect has a word for it
}

// Coverage says of whom a source would have a record if there were something.
// Nobody beside these is "without record": the source does not cover them.
type Coverage struct {
	Since   string   `yaml:"since"`   // its records begin on this day …
	Age     int      `yaml:"age"`     // … and concern people from this age on
	Regions []string `yaml:"regions"` // beginnings of the numbers of people whom it knows; empty: everybody
	Note    string   `yaml:"note"`    // for readers
}

// covers reports whether having no record of a number says something.
func (c Coverage) covers(number string) bool {
	if len(number) != 18 {
		return c.Since == "" && len(c.Regions) == 0
	}
	if len(c.Regions) > 0 && !slices.ContainsFunc(c.Regions, func(r string) bool { return strings.HasPrefix(number, r) }) {
		return false
	}
	if c.Since == "" {
		return true
	}
	since, err := calendar.Parse(c.Since)
	birth, err2 := calendar.Parse(number[6:10] + "-" + number[10:12] + "-" + number[12:14])
	return err == nil && err2 == nil && birth.AddMonths(12*c.Age) >= since
}

const mostOptional = 1000 // milliseconds that a source may take without which the matter goes on

func (s Source) within() int {
	if s.Optional {
		return min(s.Within, mostOptional)
	}
	return s.Within
}

// offers reports whether the source has a field.
func (s Source) offers(field string) bool {
	return len(s.Fields) == 0 || slices.Contains(s.Fields, field)
}

// ReadSources reads sources.yaml strictly.
func ReadSources(name string, src []byte) ([]Source, error) {
	var all []Source
	if err := strict.YAML(src, &all); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	seen := map[string]bool{}
	for _, s := range all {
		if s.Code == "" || s.Title == "" || s.Department == "" || s.Vouches == "" || s.Path == "" || s.Within < 1 || seen[s.Code] {
			return nil, fmt.Errorf("%s: 部门接口 %q 没有写全，或者写了两次", name, s.Code)
		}
		if err := s.check(); err != nil {
			return nil, fmt.Errorf("%s: 部门接口 %s: %w", name, s.Code, err)
		}
		seen[s.Code] = true
	}
	return all, nil
}

func (s Source) check() error {
	if !slices.Contains(adapters, s.Adapter) {
		return fmt.Errorf("没有叫 %q 的对接方式（adapter），有的是 %s", s.Adapter, strings.Join(adapters[1:], "、"))
	}
	if s.Adapter == Drop && s.Address == "" {
		return errors.New("文件交换要写目录（address）")
	}
	if s.Daily < 0 || s.Optional && s.Closed {
		return errors.New("每日次数（daily）不能是负数；可有可无的（optional）不能又是非有不可的（closed）")
	}
	if s.Coverage.Since != "" {
		if _, err := calendar.Parse(s.Coverage.Since); err != nil {
			return errors.New("覆盖范围的起始日（since）要写成 2006-01-02")
		}
	}
	if s.Key != "" {
		if _, err := secret.ReadPublicKey([]byte(s.Key)); err != nil {
			return fmt.Errorf("公钥（key）读不懂: %w", err)
		}
	}
	return nil
}
