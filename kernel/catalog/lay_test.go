package catalog_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"minzheng/kernel/audit"
	"minzheng/kernel/calendar"
	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/db/dbtest"
	"minzheng/kernel/job"
	"minzheng/kernel/rule"
)

func TestWhateverADocumentIsCalledItIsLaidInAndReadBack(t *testing.T) {
	t.Parallel()
	s, k := service(t, folder), known(t)
	rapid.Check(t, func(t *rapid.T) {
		source := rapid.StringMatching(`[一-龥〔〕“”:#{}\[\],&*!|>%@'"\\ \-a-z0-9<]{1,40}`).Draw(t, "source")
		c := rule.Change{Parameter: "收入线", Region: "390121", From: "2026-07-01", Value: "2100.00", Source: source}
		laid, err := s.Lay([]rule.Change{c}, k)
		if strings.TrimSpace(source) == "" {
			return
		}
		if err != nil {
			t.Fatalf("%q: %v", source, err)
		}
		v := laid.Rules.Parameters()["收入线"].On([]string{"390121"}, int32(calendar.Date(2026, 7, 1)))
		if v == nil || v.Source != source || string(v.Value) != "2100.00" {
			t.Fatalf("%q is read back as %+v", source, v)
		}
		more, err := laid.Lay([]rule.Change{{Parameter: "收入线", Region: "390122", From: "2026-07-01", Value: "2200.00", Source: "x"}}, k)
		if err != nil || more.Version == laid.Version || laid.Version == s.Version {
			t.Fatalf("a second change on top: %v", err)
		}
	})
}

func TestAChangeOfNothingThatIsThereIsRefused(t *testing.T) {
	t.Parallel()
	for name, line := range map[string]string{
		"没有参数":    `- {parameter: 水线, region: "390121", from: 2026-07-01, value: "1.00", source: x}`,
		"unknown": `- {parameter: 收入线, region: "390121", from: 2026-07-01, value: "1.00", source: x, extra: 1}`,
		"不是金额":    `- {parameter: 收入线, region: "390121", from: 2026-07-01, value: "多", source: x}`,
		"出处":      `- {parameter: 收入线, region: "390121", from: 2026-07-01, value: "1.00"}`,
		"日期重叠":    `- {parameter: 收入线, region: "390000", from: 2026-01-01, value: "1.00", source: x}`,
	} {
		files := maps.Clone(folder)
		files["changes.yaml"] = line
		if _, err := catalog.ReadFiles(files, "example", known(t)); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// After any valid changes exactly one value holds on every day in every place.
func TestAfterAnyValidChangesExactlyOneValueHoldsOnEveryDay(t *testing.T) {
	t.Parallel()
	o := newOffice(t, dbtest.Open(t, job.Schema(), audit.Schema(), catalog.Schema()))
	paths := [][]string{{"390121001", "390121", "390100", "390000", "000000"}, {"390122", "390100", "390000", "000000"}}
	start := calendar.Date(2026, 3, 2)
	rapid.Check(t, func(r *rapid.T) {
		if err := o.do(func(tx *db.Tx) error {
			_, err := tx.Exec(context.Background(), `DELETE FROM catalog_change`)
			return err
		}); err != nil {
			r.Fatal(err)
		}
		var model []catalog.Change
		for i := range rapid.IntRange(1, 8).Draw(r, "changes") {
			p := catalog.Proposal{Key: db.NewID(), Service: "water", Parameter: "收入线", Source: "x", Why: "y", Value: fmt.Sprint(1000 + i)}
			p.Region = rapid.SampledFrom([]string{"390000", "390100", "390121", "390121001"}).Draw(r, "region")
			from := calendar.AddDays(start, rapid.IntRange(0, 20).Draw(r, "from"))
			p.From, p.Corrects = from.String(), rapid.Bool().Draw(r, "corrects")
			if rapid.Bool().Draw(r, "bounded") {
				p.Until = calendar.AddDays(from, rapid.IntRange(0, 6).Draw(r, "days")).String()
			}
			c, err := o.propose(sheng, p)
			if err != nil {
				continue // not valid, so not in the sequence
			}
			o.must(o.queue.RunDue(context.Background()))
			who := tang
			who.Grants = sheng.Grants
			o.must(o.activate(who, c.ID, o.mark(c.ID)))
			model = append(model, c)
		}
		s, _ := o.today()
		for _, path := range paths {
			for on := start; on < calendar.AddDays(start, 30); on++ {
				want := expected(r, model, path, on)
				if got := o.holds(s, on.String(), path...); got != want {
					r.Fatalf("in %s on %s: got %s, want %s", path[0], on, got, want)
				}
			}
		}
	})
}

// expected works out by itself which value holds, and that it is one: of open
// ones the last to begin; beside a bounded one there is none.
func expected(t *rapid.T, model []catalog.Change, path []string, on calendar.Day) string {
	for _, place := range path {
		var holding []catalog.Change
		for i, c := range model {
			if c.Region == place && c.From <= on && (c.Until == 0 || on <= c.Until) && !corrected(model[i+1:], c) {
				holding = append(holding, c)
			}
		}
		var last catalog.Change
		for _, c := range holding {
			if len(holding) > 1 && c.Until != 0 || c.From == last.From {
				t.Fatalf("in %s on %s hold at once %+v", place, on, holding)
			}
			if c.From > last.From {
				last = c
			}
		}
		if last.Value != "" {
			return "¥" + last.Value[:1] + "," + last.Value[1:]
		}
	}
	return "¥2,000.00" // the folder's, of the province
}

func corrected(later []catalog.Change, c catalog.Change) bool {
	return slices.ContainsFunc(later, func(o catalog.Change) bool { return o.Corrects && o.Region == c.Region && o.From == c.From })
}

func FuzzChanges(f *testing.F) {
	f.Add(`- {parameter: 收入线, region: "390121", from: 2026-07-01, until: 2026-08-01, value: "1.00", source: x, corrects: true}`)
	f.Add("- ~")
	f.Add("parameter: x")
	f.Fuzz(func(t *testing.T, src string) {
		files := maps.Clone(folder)
		files["changes.yaml"] = src
		catalog.ReadFiles(files, "example", known(t)) // must not panic
	})
}
