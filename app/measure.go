package app

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"minzheng/app/demo/province"
	"minzheng/kernel/fact"
	"minzheng/kernel/rule"
)

// Measured is what one measuring of the rules gave.
type Measured struct {
	Persons      int     `json:"persons"`
	Households   int     `json:"households"`
	Regions      int     `json:"regions"`
	Workers      int     `json:"workers"`
	Calculation  float64 `json:"calculation_persons_per_second_per_core"` // the rules over the columns, with the sum of each county: the middle of five
	EndToEnd     float64 `json:"end_to_end_persons_per_second_per_core"`  // with making the families and filling the columns, on one core
	CalculationS float64 `json:"calculation_seconds"`
	FillS        float64 `json:"fill_seconds"`
	PeakMemory   int64   `json:"peak_memory_bytes"` // of the whole process
	PerHousehold float64 `json:"memory_bytes_per_household"`
	Columns      float64 `json:"column_bytes_per_household"`
	Yes          int64   `json:"yes"`
	No           int64   `json:"no"`
	Unknown      int64   `json:"unknown"`
	AmountYuan   string  `json:"amount_yuan_a_month"`
	Facts        int     `json:"facts"`
	Rules        int     `json:"rules"`
	Go           string  `json:"go"`
}

// MeasureRules works the rules of 低保 out over a made-up province (示例数据) in
// which every county has a standard of its own.
func MeasureRules(ctx context.Context, persons, counties, workers int, mixed bool) (Measured, error) {
	m := Measured{Persons: persons, Regions: counties, Workers: workers, Go: runtime.Version()}
	if workers <= 0 {
		m.Workers = runtime.GOMAXPROCS(0)
	}
	r, err := provincialRules(counties)
	if err != nil {
		return m, err
	}
	plan, err := r.Plan("符合低保条件", "月保障金额")
	if err != nil {
		return m, err
	}
	m.Rules, m.Facts = len(r.All()), len(plan.Facts())
	runtime.GC()
	before := peakMemory()
	began := time.Now()
	pop, err := province.New(r.Dictionary(), counties)
	if err != nil {
		return m, err
	}
	if err := province.Fill(pop, persons, counties, mixed); err != nil {
		return m, err
	}
	filled := time.Now()
	m.Households, m.FillS = pop.Households(), filled.Sub(began).Seconds()
	var t *tally
	var took []float64
	for range rounds {
		t = &tally{county: make([]atomic.Int64, counties)}
		again := time.Now()
		if err := plan.Run(ctx, pop, province.Today, m.Workers, t.add); err != nil {
			return m, err
		}
		took = append(took, time.Since(again).Seconds())
	}
	slices.Sort(took)
	m.CalculationS = took[rounds/2]
	m.Calculation = float64(persons) / m.CalculationS / float64(m.Workers)
	m.EndToEnd = float64(persons) / (m.FillS + m.CalculationS*float64(m.Workers))
	m.PeakMemory = peakMemory()
	m.PerHousehold = float64(m.PeakMemory-before) / float64(m.Households)
	m.Columns = float64(pop.Bytes()) / float64(m.Households)
	m.Yes, m.No, m.Unknown = t.yes.Load(), t.no.Load(), t.unknown.Load()
	m.AmountYuan = Written(fact.MoneyOf(t.total()), true)
	return m, nil
}

// rounds is how often the calculation is measured; the middle one counts.
const rounds = 5

// provincialRules are the rules of 低保 with a standard for each county.
func provincialRules(counties int) (*rule.Rules, error) {
	all, err := ReadCatalogue("")
	if err != nil {
		return nil, err
	}
	for _, s := range all.Services {
		if s.Code != "dibao" {
			continue
		}
		src, err := province.Rules(s.Files["rules.yaml"], counties)
		if err != nil {
			return nil, err
		}
		return rule.Load("rules.yaml", []byte(src), all.Known.Dictionary)
	}
	return nil, fmt.Errorf("there is no service dibao")
}

// tally adds up by county.
type tally struct {
	yes, no, unknown atomic.Int64
	county           []atomic.Int64 // 分 a month
}

func (t *tally) add(p *rule.Part) {
	var yes, no, unknown int64
	for h := range p.Count {
		switch {
		case !p.Known(0, h) || !p.Known(1, h):
			unknown++
		case p.Int64(0, h) == 1:
			yes++
			t.county[p.Region(h)].Add(p.Int64(1, h))
		default:
			no++
		}
	}
	t.yes.Add(yes)
	t.no.Add(no)
	t.unknown.Add(unknown)
}

func (t *tally) total() (sum int64) {
	for i := range t.county {
		sum += t.county[i].Load()
	}
	return sum
}

// peakMemory is the most memory that this process has had, as the system
// counts it; elsewhere than on Linux, what Go has asked for.
func peakMemory() int64 {
	b, err := os.ReadFile("/proc/self/status")
	if err == nil {
		if _, rest, ok := strings.Cut(string(b), "VmHWM:"); ok {
			if kib, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64); err == nil {
				return kib << 10
			}
		}
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.Sys)
}
