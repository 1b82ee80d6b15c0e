package main

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"minzheng/app/demo"
	"minzheng/app/demo/county"
	"minzheng/kernel/calendar"
)

// couplesCmd marries couples at the counter by its pages: two numbers are
// entered, the departments asked with signatures both ways, and what may be
// registered is. Each couple comes once.
type couplesCmd struct {
	Rate     int           `help:"Couples a second." default:"22"`
	Duration time.Duration `help:"How long." default:"20s"`
	Latency  int           `help:"How many milliseconds each department takes; 0 answers at once." default:"0"`
	Dead     string        `help:"A source that never answers, such as health.premarital."`
}

// visit is what one couple took.
type visit struct {
	check, whole time.Duration
	registered   bool
	failure      string
}

func (c couplesCmd) Run(b *bench) error {
	if c.Duration > longest || c.Rate < 1 || c.Rate > 500 {
		return fmt.Errorf("at most %v and 500 a second", longest)
	}
	dep, _, err := b.start("departments", "--fast")
	if err != nil {
		return err
	}
	defer dep.stop()
	p, _, err := b.serve("--departments", dep.base, "--jobs", "2")
	if err != nil {
		return err
	}
	defer p.stop()
	if err := c.trouble(dep); err != nil {
		return err
	}
	desk, err := p.staff("hunyin1")
	if err != nil {
		return err
	}
	couples := singles(county.Generate(demo.Seed, calendar.DayOf(time.Now())))
	warm, n := c.Rate, c.Rate*int(c.Duration/time.Second)
	if len(couples) < warm+n {
		n = len(couples) - warm
		fmt.Printf("the demo county has %d couples, so %d s are measured\n", len(couples), n/c.Rate)
	}
	c.marry(p, desk, couples[:warm])
	began := time.Now()
	all := c.marry(p, desk, couples[warm:warm+n])
	c.print(all, time.Since(began))
	now, peak := p.memory()
	fmt.Printf("memory %d MiB, peak %d MiB\n", now, peak)
	return nil
}

// trouble sets how departments answer.
func (c couplesCmd) trouble(dep *process) error {
	set := func(in map[string]any) error { return dep.call("/control.json", "", in, new(any)) }
	if err := set(map[string]any{"source": "*", "latency": c.Latency, "jitter": 0, "errors": 0}); err != nil || c.Dead == "" {
		return err
	}
	return set(map[string]any{"source": c.Dead, "mode": "hang"})
}

// marry has couples come at the rate, whatever those before them take.
func (c couplesCmd) marry(p *process, desk string, couples [][2]*county.Person) []visit {
	client := &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 256},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	all := make([]visit, len(couples))
	tick := time.NewTicker(time.Second / time.Duration(c.Rate))
	defer tick.Stop()
	var wait sync.WaitGroup
	for i, two := range couples {
		<-tick.C
		wait.Go(func() { all[i] = come(client, p.base, desk, two) })
	}
	wait.Wait()
	return all
}

// come is one visit: the check from sending the numbers to the page with all
// answers, and the registration.
func come(client *http.Client, base, desk string, two [2]*county.Person) (v visit) {
	began := time.Now()
	form := url.Values{}
	for i, one := range two {
		end := fmt.Sprint("-", i+1)
		form.Set("name"+end, one.Name)
		form.Set("number"+end, one.Number)
		form.Set("declared"+end, "未婚")
	}
	at, _, err := send(client, desk, http.MethodPost, base+"/staff/marriage", form)
	if err == nil && at == "" {
		err = fmt.Errorf("the numbers were not taken")
	}
	if err == nil {
		_, _, err = send(client, desk, http.MethodGet, base+at, nil)
	}
	if v.check = time.Since(began); err != nil {
		v.failure = err.Error()
		return v
	}
	_, _, err = send(client, desk, http.MethodPost, base+at+"/register", url.Values{"present": {"1"}, "willing": {"1"}, "nokin": {"1"}, "told": {"1"}, "signed": {"1"}})
	if v.whole = time.Since(began); err != nil {
		v.failure = err.Error()
		return v
	}
	_, page, err := send(client, desk, http.MethodGet, base+at, nil)
	v.registered = err == nil && strings.Contains(page, "登记好了")
	return v
}

// send returns where the answer leads and what it says.
func send(client *http.Client, cookie, method, to string, form url.Values) (at, page string, err error) {
	req, err := http.NewRequest(method, to, strings.NewReader(form.Encode()))
	if err != nil {
		return "", "", err
	}
	req.Header.Set("Cookie", cookie)
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	resp, err := client.Do(req)
	if err != nil {
		return "", "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode >= 400 {
		err = fmt.Errorf("%s answers %d", req.URL.Path, resp.StatusCode)
	}
	return resp.Header.Get("Location"), string(body), err
}

func (c couplesCmd) print(all []visit, took time.Duration) {
	var check, whole []time.Duration
	registered, failed, first := 0, 0, ""
	for _, v := range all {
		if v.failure != "" {
			failed++
			first = v.failure
			continue
		}
		check, whole = append(check, v.check), append(whole, v.whole)
		if v.registered {
			registered++
		}
	}
	at := func(some []time.Duration, percent int) time.Duration {
		if len(some) == 0 {
			return 0
		}
		slices.Sort(some)
		return round(some[len(some)*percent/100])
	}
	fmt.Printf("couples: asked %d/s, %d in %.1f s (%.1f/s), %d registered, %d failed %s\n", c.Rate, len(all), took.Seconds(), float64(len(all))/took.Seconds(), registered, failed, first)
	fmt.Printf("check, with departments that take %d ms: p50 %v, p95 %v, p99 %v; with registration: p50 %v, p95 %v, p99 %v\n", c.Latency,
		at(check, 50), at(check, 95), at(check, 99), at(whole, 50), at(whole, 95), at(whole, 99))
}

// singles are couples of grown people whom nobody is married to.
func singles(c *county.County) (all [][2]*county.Person) {
	by := map[bool][]*county.Person{}
	for i := range c.Persons {
		p := &c.Persons[i]
		if age := c.Age(p); p.Marriage.Status == county.Single && p.Death == nil && age >= 22 && age <= 60 && p.Differs == county.NoDifference && p.Late == "" {
			by[p.Sex == county.Female] = append(by[p.Sex == county.Female], p)
		}
	}
	for i := range min(len(by[true]), len(by[false])) {
		all = append(all, [2]*county.Person{by[false][i], by[true][i]})
	}
	return all
}
