package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"sync/atomic"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"

	"minzheng/app/demo"
	"minzheng/app/demo/county"
	"minzheng/kernel/calendar"
)

// submitCmd hands in whole applications: form, household, facts, timeline,
// audit entry, message and jobs, each in one durable transaction, while the
// jobs ask the departments.
type submitCmd struct {
	Rate     int           `help:"Submissions a second." default:"200"`
	Duration time.Duration `help:"How long." default:"30s"`
	Jobs     int           `help:"Jobs at once meanwhile." default:"2"`
}

func (c submitCmd) Run(b *bench) error {
	if c.Duration > longest || c.Rate > 5000 {
		return fmt.Errorf("at most %v and 5000 a second", longest)
	}
	dep, _, err := b.start("departments", "--fast")
	if err != nil {
		return err
	}
	defer dep.stop()
	p, _, err := b.serve("--departments", dep.base, "--jobs", fmt.Sprint(c.Jobs))
	if err != nil {
		return err
	}
	defer p.stop()
	tokens, err := signIn(p)
	if err != nil {
		return err
	}
	var n atomic.Int64
	body, err := json.Marshal(application())
	if err != nil {
		return err
	}
	run := fmt.Sprint(time.Now().UnixNano())
	targets := func(t *vegeta.Target) error {
		i := n.Add(1)
		t.Method, t.URL, t.Body = http.MethodPost, p.base+"/api/cases", body
		t.Header = http.Header{"Content-Type": {"application/json"}, "Authorization": {"Bearer " + tokens[int(i)%len(tokens)]}, "Idempotency-Key": {fmt.Sprintf("%s-%d", run, i)}}
		return nil
	}
	attack("complete submissions", targets, c.Rate, c.Duration)
	now, peak := p.memory()
	fmt.Printf("memory %d MiB, peak %d MiB\n", now, peak)
	return nil
}

// attack loads at a constant rate, after a warm-up of a tenth, and prints what came of it.
func attack(what string, targets vegeta.Targeter, rate int, d time.Duration) {
	pace := vegeta.Rate{Freq: rate, Per: time.Second}
	for range attacker().Attack(targets, pace, d/10, "warm") {
	}
	var m vegeta.Metrics
	for r := range attacker().Attack(targets, pace, d, what) {
		m.Add(r)
	}
	m.Close()
	fmt.Printf("%s: asked %d/s, %d in %.1f s, done %.1f/s, success %.2f%%, p50 %v, p95 %v, p99 %v, max %v\n", what, rate, m.Requests, m.Duration.Seconds(),
		m.Throughput, m.Success*100, round(m.Latencies.P50), round(m.Latencies.P95), round(m.Latencies.P99), round(m.Latencies.Max))
	if len(m.Errors) > 0 {
		fmt.Fprintln(os.Stderr, "first error:", m.Errors[0])
	}
}

func attacker() *vegeta.Attacker {
	return vegeta.NewAttacker(vegeta.Workers(16), vegeta.MaxWorkers(256), vegeta.Timeout(20*time.Second), vegeta.KeepAlive(true))
}

func round(d time.Duration) time.Duration { return d.Round(100 * time.Microsecond) }

// signIn signs two dozen residents who live alone in.
func signIn(p *process) ([]string, error) {
	c := county.Generate(demo.Seed, calendar.DayOf(time.Now()))
	var tokens []string
	for _, h := range c.Households {
		if len(tokens) == 24 {
			return tokens, nil
		}
		one := c.Person(h.Members[0])
		if len(h.Members) > 1 || c.Age(one) < 20 || one.Death != nil {
			continue
		}
		token, err := p.resident(one.Number)
		if err != nil {
			return nil, err
		}
		tokens = append(tokens, token)
	}
	return tokens, nil
}

// application is that of somebody who lives alone on a small pension.
func application() map[string]any {
	return map[string]any{"service": "dibao", "declared": true, "answers": map[string]any{
		"":   map[string]any{"phone": "19000000078", "address": "青山村 3 组", "dwelling": "自有住房", "reason": "一个人，身体不好"},
		"m1": map[string]any{"work": "已退休", "pension": 16000, "support": 0, "deposits": 300000, "houses": 1, "vehicle_value": 0, "serious_illness": false, "schooling": "不在校"}}}
}

// startCmd times the start on a database that is filled already.
type startCmd struct {
	Times int `help:"How often." default:"5"`
}

func (c startCmd) Run(b *bench) error {
	p, took, err := b.serve()
	if err != nil {
		return err
	}
	p.stop()
	fmt.Printf("first start with the demo county: %v\n", round(took))
	for range min(c.Times, 50) {
		if p, took, err = b.serve(); err != nil {
			return err
		}
		p.stop()
		fmt.Printf("start to first page: %v\n", round(took))
	}
	return nil
}
