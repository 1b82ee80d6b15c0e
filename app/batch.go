package app

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"minzheng/kernel/catalog"
	"minzheng/kernel/fact"
	"minzheng/kernel/rule"
)

// atOnce is how many households a batch holds in columns at a time.
const atOnce = 50_000

// Batch works out one service for any number of households.
type Batch struct {
	service *catalog.Service
	plan    *rule.Plan
	path    func(string) []string
	on      int32
	workers int
	sum     Tally
}

// Tally is what a batch found.
type Tally struct {
	Households, Persons, Yes, No, Unknown int
	Amount                                int64 // 分 a month
	Took                                  time.Duration
}

// String says it to a reader.
func (t Tally) String() string {
	return fmt.Sprintf("%d 户 %d 人：符合 %d 户，不符合 %d 户，还不能判断 %d 户；每月合计 %s；用时 %s",
		t.Households, t.Persons, t.Yes, t.No, t.Unknown, fact.Yuan(t.Amount), t.Took.Round(time.Millisecond))
}

// NewBatch compiles a service's rules; one that cannot be compiled is refused
// with its reason.
func NewBatch(s *catalog.Service, path func(string) []string, on int32, workers int) (*Batch, error) {
	wanted := append([]string{s.Decides}, s.Explains...)
	if s.Amount != "" {
		wanted = append([]string{s.Decides, s.Amount}, s.Explains...)
	}
	plan, err := s.Rules.Plan(wanted...)
	if err != nil {
		return nil, err
	}
	return &Batch{service: s, plan: plan, path: path, on: on, workers: workers}, nil
}

// Run works out all families that come and writes one line of JSON for each,
// in their order. It holds only some of them at a time.
func (b *Batch) Run(ctx context.Context, families func(each func(catalog.Family) error) error, out io.Writer) (Tally, error) {
	began := time.Now()
	w := bufio.NewWriterSize(out, 1<<16)
	dict := b.service.Rules.Dictionary()
	now := catalog.NewFamilies(dict, b.plan.Facts(), b.path)
	flush := func() error {
		err := b.flush(ctx, now, w)
		now = catalog.NewFamilies(dict, b.plan.Facts(), b.path)
		return err
	}
	err := families(func(one catalog.Family) error {
		if err := now.Add(one); err != nil {
			return err
		}
		if len(now.IDs) == atOnce {
			return flush()
		}
		return nil
	})
	if err == nil {
		err = flush()
	}
	if err == nil {
		err = w.Flush()
	}
	b.sum.Took = time.Since(began)
	return b.sum, err
}

// line is one household's result.
type line struct {
	ID      string            `json:"id,omitempty"`
	Outcome string            `json:"outcome"`
	Facts   map[string]string `json:"facts"`
}

func (b *Batch) flush(ctx context.Context, f *catalog.Families, w io.Writer) error {
	f.Population.Close()
	lines := make([]line, len(f.IDs))
	var one sync.Mutex
	err := b.plan.Run(ctx, f.Population, b.on, b.workers, func(p *rule.Part) {
		part := b.lines(p, f.IDs, lines)
		one.Lock()
		defer one.Unlock()
		b.sum.add(part)
	})
	if err != nil {
		return err
	}
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	for _, l := range lines {
		if err := out.Encode(l); err != nil {
			return err
		}
	}
	return nil
}

func (b *Batch) lines(p *rule.Part, ids []string, lines []line) Tally {
	t := Tally{Households: p.Count}
	sets := b.plan.Wanted()
	for h := range p.Count {
		t.Persons += p.People(h)
		l := line{ID: ids[p.First+h], Facts: map[string]string{}}
		for w, set := range sets {
			v, known := p.Value(w, h)
			l.Facts[set] = Written(v, known)
		}
		l.Outcome = l.Facts[b.service.Decides]
		delete(l.Facts, b.service.Decides)
		switch {
		case !p.Known(0, h):
			t.Unknown++
		case p.Int64(0, h) == 1:
			t.Yes++
		default:
			t.No++
		}
		if b.service.Amount != "" && p.Known(1, h) {
			t.Amount += p.Int64(1, h)
		}
		lines[p.First+h] = l
	}
	return t
}

func (t *Tally) add(o Tally) {
	t.Households += o.Households
	t.Persons += o.Persons
	t.Yes += o.Yes
	t.No += o.No
	t.Unknown += o.Unknown
	t.Amount += o.Amount
}

// Written is a value as examples.yaml writes it: 1282.00, 是, 2026-03-02; 未知
// when it is not known.
func Written(v fact.Value, known bool) string {
	switch {
	case !known:
		return "未知"
	case v.Type() == fact.Money:
		return strings.NewReplacer("¥", "", ",", "").Replace(v.String())
	case v.Type() == fact.Date:
		return strings.TrimPrefix(v.Encode(), "d:")
	}
	return v.String()
}
