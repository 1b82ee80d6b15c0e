package offer

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"sync"

	"minzheng/kernel/area"
	"minzheng/kernel/calendar"
	"minzheng/kernel/db"
	"minzheng/kernel/family"
	"minzheng/kernel/people"
)

// candidate is an offer that is to be made unless it was made before.
type candidate struct {
	area.Offer
	mark  people.Mark
	basis string
	body  string // sealed
}

// explain works everybody out alone whom the columns have found, on all
// processors, and writes down why.
func (d *Desk) explain(p page, who []found, h held, at moment) ([]candidate, error) {
	out := make([]*candidate, len(who))
	workers := min(runtime.GOMAXPROCS(0), len(who))
	failures := make([]error, workers)
	var all sync.WaitGroup
	for w := range workers {
		all.Go(func() {
			for i := w; i < len(who) && failures[w] == nil; i += workers {
				out[i], failures[w] = d.explainOne(&p.homes[who[i].home], who[i], h, at)
			}
		})
	}
	all.Wait()
	var kept []candidate
	for _, one := range out {
		if one != nil {
			kept = append(kept, *one)
		}
	}
	for _, err := range failures {
		if err != nil {
			return nil, err
		}
	}
	return kept, nil
}

// grown is the age from which somebody answers for themselves (民法典 第17条).
const grown = 18

func (d *Desk) explainOne(home *family.Home, f found, h held, at moment) (*candidate, error) {
	k, ok := known(home, f.person, f.s, at.now)
	if !ok {
		return nil, nil
	}
	p, ok := d.families.Judge(k, f.s, at.day)
	if !ok || !p.Holds() {
		return nil, fmt.Errorf("service %s: the columns and the single case differ", f.s.Code)
	}
	if !p.Ready() || !d.free(home, p, h) {
		return nil, nil
	}
	who := home.People[f.person]
	body, err := json.Marshal(area.Body{Reasons: holding(p), Confirm: points(p)})
	if err != nil {
		return nil, fmt.Errorf("writing why: %w", err)
	}
	o := area.Offer{Service: f.s.Code, Version: f.s.Version, Title: f.s.Title, Person: who.ID, Name: who.Name, Region: k.Region, Family: !f.s.Finds.Alone(),
		Worker: !who.Phoned || calendar.Age(who.Birth, at.day) < grown, Amount: p.Amount(), Day: at.day}
	return &candidate{o, home.People[0].Mark(), d.Box.Index("offer", p.Basis()), d.Box.SealText(string(body), sealBody)}, nil
}

// holding are the conditions that speak for it.
func holding(p family.Prospect) []family.Reason {
	var all []family.Reason
	for _, r := range p.Reasons() {
		if r.Holds {
			all = append(all, r)
		}
	}
	return all
}

// before is an offer as it stands when a sweep comes by again.
type before struct{ id, person, service, basis, state string }

// write makes what is new of a page, and has lapse what no longer holds.
func (d *Desk) write(ctx context.Context, tx *db.Tx, p page, all []candidate) (made, lapsed int, err error) {
	old, err := d.onPage(ctx, tx, p)
	if err != nil {
		return 0, 0, err
	}
	type what struct{ person, service string }
	now := map[what]string{}
	for _, c := range all {
		now[what{string(c.Person), c.Service}] = c.basis
	}
	there := map[before]bool{}
	for _, o := range old {
		live := o.state == area.Made || o.state == area.Seen
		same := now[what{o.person, o.service}] == o.basis
		if same && o.state != area.Lapsed {
			there[before{person: o.person, service: o.service, basis: o.basis}] = true
		}
		if live && !same {
			if _, err := tx.Exec(ctx, `UPDATE assistance_offer SET state = 'lapsed', closed = ? WHERE id = ? AND state IN ('made', 'seen')`, db.Millis(tx.Now), o.id); err != nil {
				return made, lapsed, fmt.Errorf("having an offer lapse: %w", err)
			}
			lapsed++
		}
	}
	for _, c := range all {
		if there[before{person: string(c.Person), service: c.Service, basis: c.basis}] {
			continue
		}
		n, err := d.insert(ctx, tx, c)
		if err != nil {
			return made, lapsed, err
		}
		made += int(n)
	}
	return made, lapsed, nil
}

// onPage are the offers to people of a page.
func (d *Desk) onPage(ctx context.Context, tx *db.Tx, p page) ([]before, error) {
	all, err := db.All(ctx, tx, func(r db.Row) (b before, err error) {
		return b, r.Scan(&b.id, &b.person, &b.service, &b.basis, &b.state)
	},
		`SELECT id, person, service, basis, state FROM assistance_offer WHERE (alone, walk) > (?, ?) AND (alone, walk) <= (?, ?)`,
		b2i(p.after.Alone), p.after.Key, b2i(p.last.Alone), p.last.Key)
	if err != nil {
		return nil, fmt.Errorf("reading the offers of a page: %w", err)
	}
	return all, nil
}

// insert makes an offer. One that was made for the same reason stays as it was
// answered; one that had lapsed is made anew, and one to somebody who has moved
// to another household goes with them.
func (d *Desk) insert(ctx context.Context, tx *db.Tx, c candidate) (int64, error) {
	n, err := tx.Exec(ctx, `INSERT INTO assistance_offer (id, service, version, title, person, name, region, family, worker, alone, walk, amount, day, basis, body, state, made)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'made', ?)
		ON CONFLICT (person, service, basis) DO UPDATE SET version = excluded.version, region = excluded.region, alone = excluded.alone, walk = excluded.walk,
			amount = excluded.amount, day = excluded.day, body = excluded.body, worker = excluded.worker, closed = 0,
			made = CASE assistance_offer.state WHEN 'lapsed' THEN excluded.made ELSE assistance_offer.made END,
			seen = CASE assistance_offer.state WHEN 'lapsed' THEN 0 ELSE assistance_offer.seen END,
			state = CASE assistance_offer.state WHEN 'lapsed' THEN 'made' ELSE assistance_offer.state END
			WHERE assistance_offer.state IN ('lapsed', 'made', 'seen')`,
		db.NewID(), c.Service, c.Version, c.Title, c.Person, c.Name, c.Region, b2i(c.Family), b2i(c.Worker), b2i(c.mark.Alone), c.mark.Key,
		c.Amount, c.Day.String(), c.basis, c.body, db.Millis(tx.Now))
	if err != nil {
		return 0, fmt.Errorf("making an offer: %w", err)
	}
	return n, nil
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}
