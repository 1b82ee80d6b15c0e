package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"minzheng/kernel/calendar"
	"minzheng/kernel/catalog"
	"minzheng/kernel/fact"
	"minzheng/kernel/rule"
)

// Diff compares services of two catalogues over a population.
type Diff struct {
	Pairs []catalog.Question
	path  func(string) []string
}

// ReadDiff reads what OLD and NEW name: a directory of one service, a directory
// of the shape of --local, or the code of a service of the program's own. It
// pairs the services that both have and that differ.
func ReadDiff(old, then string, on calendar.Day) (*Diff, error) {
	all, err := ReadCatalogue("")
	if err != nil {
		return nil, err
	}
	d := &Diff{}
	if d.path, err = Paths(""); err != nil {
		return nil, err
	}
	before, err := servicesOf(all, old)
	if err != nil {
		return nil, err
	}
	after, err := servicesOf(all, then)
	if err != nil {
		return nil, err
	}
	for _, s := range before {
		i := slices.IndexFunc(after, func(o *catalog.Service) bool { return o.Code == s.Code })
		if i >= 0 && after[i].Version != s.Version {
			d.Pairs = append(d.Pairs, catalog.Question{Old: s, New: after[i], On: on})
		}
	}
	if len(d.Pairs) == 0 {
		return nil, errors.New("两边没有同名而又不同的事项")
	}
	return d, nil
}

func servicesOf(all *Catalogue, name string) ([]*catalog.Service, error) {
	if i := slices.IndexFunc(all.Services, func(s *catalog.Service) bool { return s.Code == name }); i >= 0 {
		return all.Services[i : i+1], nil
	}
	if _, err := os.Stat(filepath.Join(name, "service.yaml")); err == nil {
		s, err := catalog.Read(os.DirFS(name), "local", all.Known)
		return []*catalog.Service{s}, err
	}
	if _, err := os.Stat(filepath.Join(name, "services")); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s 既不是事项代码，也不是事项文件夹或本地目录", name)
	}
	local, err := ReadCatalogue(name)
	if err != nil {
		return nil, err
	}
	return local.Services, nil
}

// Run compares every pair over the families and tells what would change.
func (d *Diff) Run(ctx context.Context, families func(each func(catalog.Family) error) error, workers int, out io.Writer) error {
	var all []*catalog.Comparison
	for _, q := range d.Pairs {
		c, err := catalog.Compare(q, d.path, workers)
		if err != nil {
			return err
		}
		all = append(all, c)
	}
	err := families(func(one catalog.Family) error {
		for _, c := range all {
			if err := c.Add(ctx, one); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for i, c := range all {
		im, err := c.Impact(ctx)
		if err != nil {
			return err
		}
		borders, err := catalog.Borders(d.Pairs[i], d.path)
		if err != nil {
			return err
		}
		if _, err := io.WriteString(out, tellImpact(d.Pairs[i], im)+tellBorders(borders)); err != nil {
			return err
		}
	}
	return nil
}

var verdicts = [...]string{"不符合", "符合", "还不能判断"}

// tellImpact says in plain text what a change means.
func tellImpact(q catalog.Question, im catalog.Impact) string {
	var b strings.Builder
	say := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	say("%s（%s）　%s → %s　按 %s 算", q.New.Title, q.New.Code, q.Old.Version[:12], q.New.Version[:12], im.On)
	say("共 %d 户", im.Households)
	for was, row := range im.Moves {
		for is, n := range row {
			if n > 0 && was != is {
				say("  %s → %s：%d 户", verdicts[was], verdicts[is], n)
			}
		}
	}
	sign := "多"
	if im.After < im.Before {
		sign = "少"
	}
	say("每月合计 %s → %s（%s %s）", fact.Yuan(im.Before), fact.Yuan(im.After), sign, fact.Yuan(max(im.After-im.Before, im.Before-im.After)))
	for _, c := range im.Classes {
		to := "以上"
		if c.Upto > 0 {
			to = "至 " + fact.Yuan(c.Upto)
		}
		if c.Up+c.Down > 0 {
			say("  每月相差 %s %s：多领 %d 户，少领 %d 户", fact.Yuan(c.Over), to, c.Up, c.Down)
		}
	}
	if im.Unpriced > 0 {
		say("  符合但算不出金额：%d 户", im.Unpriced)
	}
	for _, f := range im.Flips {
		say("  %s：%s → %s，%s → %s", name(f.Subject), verdicts[f.Was], verdicts[f.Is], fact.Yuan(f.Before), fact.Yuan(f.After))
	}
	return b.String()
}

// mostBorders is how many thresholds are told.
const mostBorders = 40

// tellBorders says in plain text where thresholds have moved, by the examples
// on both sides of each.
func tellBorders(all []catalog.Border) string {
	var b strings.Builder
	if len(all) > 0 {
		b.WriteString("边界上的算例\n")
	}
	for _, one := range all[:min(len(all), mostBorders)] {
		e := one.New
		if e == nil {
			e = one.Old
		}
		fmt.Fprintf(&b, "  %s（%s）　原来：%s　以后：%s　算例“%s”\n", e.Name, e.Formula, tellEdge(one.Old), tellEdge(one.New), one.Example)
	}
	if len(all) > mostBorders {
		fmt.Fprintf(&b, "  还有 %d 处\n", len(all)-mostBorders)
	}
	return b.String()
}

func tellEdge(e *rule.Edge) string {
	if e == nil {
		return "没有这道线"
	}
	return fmt.Sprintf("%s %s，%s %s", e.Last, verdictOf(e.Before), e.First, verdictOf(e.After))
}

func verdictOf(s rule.Settled) string {
	switch {
	case !s.Known:
		return verdicts[2]
	case s.Value.Bool():
		return verdicts[1]
	}
	return verdicts[0]
}

func name(id string) string {
	if id == "" {
		return "（没有编号）"
	}
	return id
}
