package catalog

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"minzheng/kernel/audit"
	"minzheng/kernel/auth"
	"minzheng/kernel/calendar"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/job"
	"minzheng/kernel/region"
	"minzheng/kernel/rule"
)

//go:embed schema
var schema embed.FS

// Schema returns the room's tables.
func Schema() db.Schema {
	sub, _ := fs.Sub(schema, "schema")
	return db.Schema{Room: "catalog", Files: sub}
}

// State is how far a change has come.
type State string

// The states.
const (
	Proposed  State = "proposed"
	Activated State = "activated"
	Refused   State = "refused"
	Withdrawn State = "withdrawn"
)

// Change is one value that one officer proposes and another activates. What it
// says is written once.
type Change struct {
	ID        string
	Service   string
	Parameter string
	Region    string
	From      calendar.Day
	Until     calendar.Day // last day; 0 is open
	Value     string       // as rules.yaml writes it
	Source    string       // the document that sets it
	Why       string
	Corrects  bool   // takes the place of the region's value from the same day
	Retro     bool   // may begin on a day that is past
	Together  string // id of the first of those proposed at once; "" is alone

	State        State
	Proposer     string // account
	ProposerName string
	ProposedAt   time.Time
	Decider      string // who activated, refused or withdrew it
	DeciderName  string
	DecidedAt    time.Time
	Reason       string  // of a refusal
	Seq          int64   // the order of activation
	Version      string  // of the service with it, once it is activated
	Impact       *Impact // as it was shown when it was activated
}

// Subject is the change's name in the audit log.
func (c Change) Subject() string { return "change/" + c.ID }

// Laid is the change as changes.yaml has it.
func (c Change) Laid() rule.Change {
	v := rule.Change{Parameter: c.Parameter, Region: c.Region, From: c.From.String(), Value: rule.Written(c.Value), Source: c.Source, Corrects: c.Corrects}
	if c.Until != 0 {
		v.Until = c.Until.String()
	}
	return v
}

// Changes keeps the changes of standards and the services as they are with
// them. It is safe for use by several goroutines.
type Changes struct{ ChangeRooms }

// ChangeRooms are what changes stand on.
type ChangeRooms struct {
	DB       *db.DB
	Audit    *audit.Log
	Queue    *job.Queue
	Places   *region.Tree
	Known    Known
	Services []*Service // as their folders say
	Officers []string   // the roles that may change standards
	Weigh    Weigh
}

// NewChanges returns the changes and tells the queue how they are weighed.
func NewChanges(r ChangeRooms) *Changes {
	c := &Changes{r}
	r.Queue.Handle(jobImpact, c.weighed)
	return c
}

// May reports whether somebody may propose and decide changes for a place:
// officers of a county or higher, in their own region.
func (c *Changes) May(who auth.Who, place string) bool {
	return slices.ContainsFunc(c.Seats(who), func(seat string) bool { return c.Places.Within(region.Code(place), region.Code(seat)) })
}

// Seats are the regions in which somebody is an officer.
func (c *Changes) Seats(who auth.Who) []string {
	var all []string
	for _, g := range who.Grants {
		level := region.Code(g.Region).Level()
		if slices.Contains(c.Officers, g.Role) && level != region.Unknown && level <= region.OfCounty && !slices.Contains(all, g.Region) {
			all = append(all, g.Region)
		}
	}
	return all
}

// role is the role in which somebody acts for a place.
func (c *Changes) role(who auth.Who, place string) string {
	for _, g := range who.Grants {
		if c.May(auth.Who{Grants: []auth.Grant{g}}, place) {
			return g.Role
		}
	}
	return ""
}

func (c *Changes) folder(code string) *Service {
	i := slices.IndexFunc(c.Services, func(s *Service) bool { return s.Code == code })
	if i < 0 {
		return nil
	}
	return c.Services[i]
}

const changeColumns = `id, service, parameter, region, from_day, until_day, value, source, why, corrects, retro,
	state, proposer, proposer_name, proposed_at, decider, decider_name, decided_at, reason, seq, version, impact, together`

func scanChange(r db.Row) (c Change, err error) {
	var from, until, impact string
	var corrects, retro, proposed, decided int64
	err = r.Scan(&c.ID, &c.Service, &c.Parameter, &c.Region, &from, &until, &c.Value, &c.Source, &c.Why, &corrects, &retro,
		&c.State, &c.Proposer, &c.ProposerName, &proposed, &c.Decider, &c.DeciderName, &decided, &c.Reason, &c.Seq, &c.Version, &impact, &c.Together)
	if err != nil {
		return c, err
	}
	c.Corrects, c.Retro, c.ProposedAt, c.DecidedAt = corrects != 0, retro != 0, db.Time(proposed), db.Time(decided)
	if c.From, err = calendar.Parse(from); err != nil {
		return c, err
	}
	if until != "" {
		if c.Until, err = calendar.Parse(until); err != nil {
			return c, err
		}
	}
	if impact != "" {
		err = json.Unmarshal([]byte(impact), &c.Impact)
	}
	return c, err
}

// Find returns a change that somebody may decide or could have proposed. Any
// other is not there.
func (c *Changes) Find(ctx context.Context, r db.Reader, who auth.Who, id string) (Change, error) {
	one, err := c.one(ctx, r, `WHERE id = ?`, id)
	if err == nil && !c.May(who, one.Region) {
		return Change{}, errNoChange()
	}
	return one, err
}

func errNoChange() error { return errs.New(errs.NotFound, "没有找到这项标准变更。") }

func (c *Changes) one(ctx context.Context, r db.Reader, where, arg string) (Change, error) {
	one, err := db.One(ctx, r, scanChange, `SELECT `+changeColumns+` FROM catalog_change `+where, arg)
	if errors.Is(err, db.ErrNone) {
		return Change{}, errNoChange()
	}
	if err != nil {
		return Change{}, fmt.Errorf("finding a change: %w", err)
	}
	return one, nil
}

// mostListed is how many changes a list shows.
const mostListed = 200

// Waiting returns the proposed changes of somebody's regions, oldest first.
func (c *Changes) Waiting(ctx context.Context, r db.Reader, who auth.Who) ([]Change, error) {
	return c.list(ctx, r, who, `WHERE state = 'proposed' ORDER BY proposed_at, id`)
}

// Past returns the decided changes of somebody's regions, latest first.
func (c *Changes) Past(ctx context.Context, r db.Reader, who auth.Who) ([]Change, error) {
	return c.list(ctx, r, who, `WHERE state <> 'proposed' ORDER BY decided_at DESC, id DESC`)
}

func (c *Changes) list(ctx context.Context, r db.Reader, who auth.Who, where string) ([]Change, error) {
	if len(c.Seats(who)) == 0 {
		return nil, nil
	}
	all, err := db.All(ctx, r, scanChange, `SELECT `+changeColumns+` FROM catalog_change `+where)
	if err != nil {
		return nil, fmt.Errorf("listing changes: %w", err)
	}
	all = slices.DeleteFunc(all, func(one Change) bool { return !c.May(who, one.Region) })
	return all[:min(len(all), mostListed)], nil
}

// activated returns the changes of a service ("" of all) that hold, in the
// order of their activation.
func activated(ctx context.Context, r db.Reader, service string) ([]Change, error) {
	all, err := db.All(ctx, r, scanChange, `SELECT `+changeColumns+` FROM catalog_change
		WHERE seq > 0 AND (service = ? OR ? = '') ORDER BY seq`, service, service)
	if err != nil {
		return nil, fmt.Errorf("reading the activated changes: %w", err)
	}
	return all, nil
}

// Seq counts the activations: while it stays, the services stay.
func (c *Changes) Seq(ctx context.Context, r db.Reader) (int64, error) {
	n, err := db.One(ctx, r, db.Value[int64], `SELECT COALESCE(MAX(seq), 0) FROM catalog_change WHERE seq > 0`)
	if err != nil {
		return 0, fmt.Errorf("counting the activated changes: %w", err)
	}
	return n, nil
}

// Today returns the services with all activated changes laid in, and the count
// of activations that they hold.
func (c *Changes) Today(ctx context.Context, r db.Reader) ([]*Service, int64, error) {
	all, err := activated(ctx, r, "")
	if err != nil {
		return nil, 0, err
	}
	byService, seq := map[string][]rule.Change{}, int64(0)
	for _, one := range all {
		byService[one.Service], seq = append(byService[one.Service], one.Laid()), one.Seq
	}
	services := slices.Clone(c.Services)
	for i, s := range services {
		if services[i], err = s.Lay(byService[s.Code], c.Known); err != nil {
			return nil, 0, fmt.Errorf("已启用的标准变更和事项 %s 的文件合不上：%w", s.Code, err)
		}
	}
	return services, seq, nil
}

// Pair returns a change's service as it is today and with the change. A change
// that cannot be laid in is errs.Problems or an error of kind Conflict.
func (c *Changes) Pair(ctx context.Context, r db.Reader, one Change) (today, then *Service, err error) {
	s := c.folder(one.Service)
	if s == nil {
		return nil, nil, errs.New(errs.Conflict, "这个事项已经不在目录里了，这项变更不能启用。")
	}
	all, err := activated(ctx, r, one.Service)
	if err != nil {
		return nil, nil, err
	}
	var laid []rule.Change
	for _, o := range all {
		laid = append(laid, o.Laid())
	}
	if today, err = s.Lay(laid, c.Known); err != nil {
		return nil, nil, fmt.Errorf("laying the activated changes of %s: %w", one.Service, err)
	}
	if err := clash(today, one); err != nil {
		return nil, nil, err
	}
	if then, err = s.Lay(append(laid, one.Laid()), c.Known); err != nil {
		return nil, nil, errs.Newf(errs.Conflict, "这个值和现在的规则合不上：%v", err)
	}
	return today, then, nil
}

// LaidInto returns the changes that hold in one standard, the latest activated
// first.
func (c *Changes) LaidInto(ctx context.Context, r db.Reader, service, parameter string) ([]Change, error) {
	all, err := activated(ctx, r, service)
	all = slices.DeleteFunc(all, func(one Change) bool { return one.Parameter != parameter })
	slices.Reverse(all)
	return all, err
}
