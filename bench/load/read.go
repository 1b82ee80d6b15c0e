package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"

	"minzheng/app"
	"minzheng/app/demo"
	"minzheng/kernel/auth"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/form"
)

// readCmd fills the bureau with open cases and reads inboxes and case pages of
// the clerks of all townships. Every case page is an audited view: a durable
// write.
type readCmd struct {
	Cases    int           `help:"Open cases." default:"100000"`
	Rate     int           `help:"Pages a second." default:"200"`
	Duration time.Duration `help:"How long." default:"20s"`
}

func (c readCmd) Run(b *bench) error {
	if c.Duration > longest || c.Rate > 5000 || c.Cases > 1_000_000 {
		return fmt.Errorf("at most %v, 5000 a second and a million cases", longest)
	}
	ids, err := b.fill(c.Cases)
	if err != nil {
		return err
	}
	p, _, err := b.serve("--jobs", "0")
	if err != nil {
		return err
	}
	defer p.stop()
	cookies, err := clerks(p)
	if err != nil {
		return err
	}
	var n atomic.Int64
	attack("staff inbox", func(t *vegeta.Target) error {
		t.Method, t.URL = http.MethodGet, p.base+"/staff"
		t.Header = http.Header{"Cookie": {cookies[int(n.Add(1))%len(cookies)]}}
		return nil
	}, c.Rate, c.Duration)
	officer, err := p.staff("xianju1")
	if err != nil {
		return err
	}
	attack("case page", func(t *vegeta.Target) error {
		t.Method, t.URL = http.MethodGet, p.base+"/staff/cases/"+string(ids[int(n.Add(1)*7919)%len(ids)])
		t.Header = http.Header{"Cookie": {officer}}
		return nil
	}, c.Rate, c.Duration)
	now, peak := p.memory()
	fmt.Printf("memory %d MiB, peak %d MiB\n", now, peak)
	return nil
}

func clerks(p *process) ([]string, error) {
	var all []string
	for i := range 14 {
		cookie, err := p.staff(fmt.Sprintf("jingban%02da", i+1))
		if err != nil {
			return nil, err
		}
		all = append(all, cookie)
	}
	return all, nil
}

// fill opens cases for the residents of the demo county, each by the desk
// itself, many in one transaction.
func (b *bench) fill(cases int) ([]casework.ID, error) {
	ctx := context.Background()
	a, err := app.Open(ctx, app.Config{Dir: b.dir, DSN: b.dsn, Demo: true, Auth: auth.Config{Codes: auth.OnScreen{}}, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, err
	}
	defer a.Close()
	if _, err := demo.Register(ctx, a); err != nil {
		return nil, err
	}
	if err := demo.Staff(ctx, a); err != nil {
		return nil, err
	}
	ids, err := db.All(ctx, a.DB, db.Value[casework.ID], `SELECT id FROM casework_case WHERE state = 'open' LIMIT ?`, cases)
	if err != nil {
		return nil, err
	}
	drafts, err := templates(ctx, a)
	if err != nil {
		return nil, err
	}
	began := time.Now()
	for len(ids) < cases && time.Since(began) < longest {
		err := a.DB.Do(ctx, func(tx *db.Tx) error {
			for range min(200, cases-len(ids)) {
				d := drafts[len(ids)%len(drafts)]
				d.ID = db.NewID()
				c, err := a.Desk.HandIn(ctx, tx, d, casework.Actor{ID: string(d.Person), Name: d.Members[0].Name, Role: "citizen"})
				if err != nil {
					return err
				}
				ids = append(ids, c.ID)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	fmt.Printf("%d open cases, filled in %v\n", len(ids), round(time.Since(began)))
	return ids, nil
}

// templates are finished drafts of residents who live alone, some in each township.
func templates(ctx context.Context, a *app.App) ([]casework.Draft, error) {
	c := demo.County(a)
	service, err := a.Desk.Services().Find("dibao")
	if err != nil {
		return nil, err
	}
	sent := map[string][]string{"phone": {"19000000078"}, "address": {"青山村 3 组"}, "dwelling": {"自有住房"}, "reason": {"一个人，身体不好"}, "work": {"已退休"}, "pension": {"160"},
		"support": {"0"}, "deposits": {"3000"}, "houses": {"1"}, "vehicle_value": {"0"}, "serious_illness": {"否"}, "schooling": {"不在校"}}
	var all []casework.Draft
	for _, h := range c.Households {
		one := c.Person(h.Members[0])
		if len(h.Members) > 1 || c.Age(one) < 20 || one.Death != nil || len(all) == 2000 {
			continue
		}
		p, err := a.People.ByNumber(ctx, a.DB, one.Number)
		if err != nil {
			return nil, err
		}
		d := casework.NewDraft(p, service, p.Region)
		for _, t := range d.Turns(service, c.AsOf) {
			answers, problems := form.Read(t.Page.Fields, sent, a.DB.Now())
			if len(problems) > 0 {
				return nil, problems
			}
			d.Keep(t, answers, true)
		}
		d.Done["household"], d.Done["papers"] = true, true
		all = append(all, d)
	}
	return all, nil
}
