// Package app puts the rooms together.
//
// It is the only place that knows all rooms, areas and portals. Open gives a
// whole bureau: its database brought up to date, its services read, its doors
// ready to serve, its jobs ready to run.
package app

import (
	"cmp"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"minzheng/kernel/appeal"
	"minzheng/kernel/audit"
	"minzheng/kernel/auth"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/evidence"
	"minzheng/kernel/exchange"
	"minzheng/kernel/file"
	"minzheng/kernel/job"
	"minzheng/kernel/joint"
	"minzheng/kernel/letter"
	"minzheng/kernel/notify"
	"minzheng/kernel/people"
	"minzheng/kernel/region"
	"minzheng/kernel/secret"
	"minzheng/kernel/seen"
	"minzheng/kernel/share"
)

//go:embed sources.yaml
var sourcesYAML []byte

// Config is all that a bureau may set. With Dir alone it runs.
type Config struct {
	Dir         string // data: keys, papers, outbox, and the database unless DSN is set
	DSN         string // postgres://… instead of the embedded database
	Local       string // the bureau's own services, facts, sources, places and holidays
	Departments string // address of the departments' gateway
	Gateway     Gateway
	County      string // the county that the bureau serves; "" is the demo's
	Office      casework.Office
	Demo        bool
	Auth        auth.Config
	SMS         notify.Channel // how SMS goes out; nil writes it to a file
	Now         func() time.Time
	Log         *slog.Logger
	Workers     int // jobs at once; 0 is 8
}

// App is a whole bureau.
type App struct {
	Config    Config
	DB        *db.DB
	Box       *secret.Box
	Auth      *auth.Auth
	Audit     *audit.Log
	People    *people.Register
	Files     *file.Store
	Desk      *casework.Desk
	Joint     *joint.Room
	Queue     *job.Queue
	Notify    *notify.Outbox
	Exchange  *exchange.Exchange
	Seen      *seen.Room
	Share     *share.Room
	Evidence  *evidence.Log
	Places    *region.Tree
	Catalogue *Catalogue // as the folders have it; what is offered is on the shelf of the desk
	Changes   *catalog.Changes
	Fonts     *letter.Fonts
	shelf     *casework.Shelf
	handler   http.Handler
}

// Open opens a bureau. Whatever is wrong with its data and configuration is in
// the error, by name.
func Open(ctx context.Context, c Config) (*App, error) {
	c = c.filled()
	a := &App{Config: c}
	var err error
	if a.Catalogue, err = ReadCatalogue(c.Local); err != nil {
		return nil, err
	}
	if err := a.keys(); err != nil {
		return nil, err
	}
	if err := a.openDB(ctx); err != nil {
		return nil, err
	}
	if err := a.rooms(ctx); err != nil {
		return nil, errors.Join(err, a.DB.Close())
	}
	return a, nil
}

func (c Config) filled() Config {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Workers == 0 {
		c.Workers = 8
	}
	if c.Office.Bureau == "" {
		c.Office = casework.Office{Bureau: "清溪县民政局", Phone: "0390-0000-2301", Review: "清溪县人民政府", Court: "清溪县人民法院",
			BaseURL: c.Office.BaseURL, Hotline: "12349", Account: cmp.Or(c.Office.Account, "100000390121000001")} // of no bank
	}
	if c.County == "" {
		c.County = demoCounty
	}
	return c
}

// keys opens the keys. A database whose keys are lost must not get new ones.
func (a *App) keys() error {
	if err := os.MkdirAll(a.Config.Dir, 0o700); err != nil {
		return fmt.Errorf("making the data directory: %w", err)
	}
	_, noKeys := os.Stat(secret.File(a.Config.Dir))
	_, noDB := os.Stat(db.File(a.Config.Dir))
	if errors.Is(noKeys, fs.ErrNotExist) && noDB == nil {
		return fmt.Errorf("the data directory has a database but not its keys (%s): put the keys back from where they are kept", filepath.Base(secret.File(a.Config.Dir)))
	}
	var err error
	a.Box, err = secret.Open(a.Config.Dir)
	return err
}

func (a *App) openDB(ctx context.Context) error {
	schemas := []db.Schema{job.Schema(), auth.Schema(), audit.Schema(), file.Schema(), people.Schema(), evidence.Schema(), exchange.Schema(), notify.Schema(), catalog.Schema(), casework.Schema(), appeal.Schema(), joint.Schema(), seen.Schema(), share.Schema()}
	for _, area := range a.Catalogue.Areas {
		if area.Schema != nil {
			schemas = append(schemas, *area.Schema)
		}
	}
	c := db.Config{Dir: a.Config.Dir, DSN: a.Config.DSN, Now: a.Config.Now}
	if c.DSN != "" {
		c.Dir = ""
	}
	var err error
	a.DB, err = db.Open(ctx, c, schemas...)
	return err
}

func (a *App) rooms(ctx context.Context) error {
	var err error
	if a.Places, err = places(a.Config.Local, a.Config.County == demoCounty); err != nil {
		return err
	}
	days, err := workdays(a.Config.Local)
	if err != nil {
		return err
	}
	if a.Files, err = file.NewStore(filepath.Join(a.Config.Dir, "papers"), a.Box); err != nil {
		return err
	}
	a.Audit, a.People = audit.New(a.DB, a.Box), people.New(a.Box)
	if a.Config.Auth.Codes == nil {
		a.Config.Auth.Codes = auth.SMS{Phone: a.phone, Write: a.sendCode}
	}
	if a.Auth, err = auth.New(a.DB, a.Box, a.Config.Auth); err != nil {
		return err
	}
	a.Queue = job.NewQueue(a.DB, a.Config.Log, a.Config.Workers)
	if err := a.exchange(ctx); err != nil {
		return err
	}
	a.Notify = notify.New(a.DB, a.Box, a.channels())
	a.Queue.Handle(notify.JobKind, a.Notify.Handler())
	a.desk(days)
	a.changes()
	a.upkeep()
	a.sweeps()
	if a.Fonts, err = fonts(); err != nil {
		return err
	}
	if err := a.follow(ctx); err != nil {
		return err
	}
	if err := a.Desk.Reclock(ctx); err != nil {
		return err
	}
	a.handler, err = a.doors()
	return err
}

func (a *App) desk(days *calendar.Calendar) {
	a.shelf = casework.NewShelf(a.Catalogue.Known, a.Catalogue.Services)
	a.Desk, a.Joint = a.newDesk(casework.Rooms{
		DB: a.DB, Box: a.Box, People: a.People, Audit: a.Audit, Exchange: a.Exchange, Calendar: days, Places: a.Places,
		Queue: a.Queue, Files: a.Files, Notify: a.Notify, Log: a.Config.Log, Office: a.Config.Office, Staff: workers, Name: workerName, Holds: a.holds, Movers: a.movers(), Avoids: a.avoids,
		Opening: func(ctx context.Context, tx *db.Tx, b casework.Beginning) error { return a.Seen.Opening(ctx, tx, b) },
	})
	a.Share = share.New(share.Rooms{DB: a.DB, Box: a.Box, Audit: a.Audit, People: a.People, Calendar: days, Holds: a.holdings}, a.Catalogue.Sharing)
	a.Seen = seen.New(a.Desk, a.Catalogue.Disclosure, a.finders())
}

// movers are what areas keep of people.
func (a *App) movers() []casework.Mover {
	var all []casework.Mover
	for _, one := range a.Catalogue.Areas {
		if one.Mover != nil {
			all = append(all, *one.Mover)
		}
	}
	return all
}

func (a *App) newDesk(r casework.Rooms) (*casework.Desk, *joint.Room) {
	r.Countersigned, r.Ended = joint.Countersigned, joint.CaseEnded
	d := casework.New(r, a.shelf, a.Catalogue.Effects)
	for _, one := range a.Catalogue.Areas {
		for _, j := range one.Jobs {
			r.Queue.Handle(j.Kind, j.Does(d))
		}
	}
	r.Exchange.Serve(r.Queue, r.DB, a.waits(d))
	return d, joint.New(d, joint.Config{Heads: heads, Vouch: vouch, Blind: []string{"admin", casework.Village}})
}

// Clocked returns a desk over the same data with another clock and a queue of
// its own: for filling the demo, and for tests that live through weeks.
func (a *App) Clocked(now func() time.Time) (*casework.Desk, *job.Queue) {
	r := a.Desk.Rooms
	r.DB = a.DB.At(now)
	r.Queue = job.NewQueue(r.DB, a.Config.Log, 16)
	r.Exchange = a.newExchange(r.DB.Now)
	r.Notify = notify.New(r.DB, a.Box, a.channels())
	r.Queue.Handle(notify.JobKind, r.Notify.Handler())
	d, _ := a.newDesk(r)
	return d, r.Queue
}

// workers tells casework who can be given cases.
func workers(ctx context.Context, r db.Reader, role, place string) ([]casework.Worker, error) {
	accounts, err := auth.StaffIn(ctx, r, role, place)
	if err != nil {
		return nil, err
	}
	all := make([]casework.Worker, len(accounts))
	for i, one := range accounts {
		all[i] = casework.Worker{ID: one.ID, Name: one.Name}
	}
	return all, nil
}

func workerName(ctx context.Context, r db.Reader, account string) string {
	a, err := auth.Find(ctx, r, account)
	if err != nil {
		return ""
	}
	return a.Name
}

// ServeHTTP serves all portals.
func (a *App) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.handler.ServeHTTP(w, r) }

// Run does the jobs, and follows what other processes change, until ctx ends.
func (a *App) Run(ctx context.Context) {
	var all sync.WaitGroup
	defer all.Wait()
	all.Go(func() { a.keepFollowing(ctx) })
	all.Go(func() { a.keepEvidence(ctx) })
	a.Queue.Run(ctx)
}

// Close writes last checkpoints of the audit and evidence logs and closes the
// database.
func (a *App) Close() error {
	_, err := a.Evidence.Checkpoint(context.Background())
	return errors.Join(err, a.Audit.Checkpoint(context.Background(), a.Config.Dir), a.DB.Close())
}
