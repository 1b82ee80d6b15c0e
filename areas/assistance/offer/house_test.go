package offer_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"minzheng/areas/assistance"
	"minzheng/areas/assistance/offer"
	"minzheng/kernel/area"
	"minzheng/kernel/audit"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/casework/caseworktest"
	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/db/dbtest"
	"minzheng/kernel/exchange"
	"minzheng/kernel/fact"
	"minzheng/kernel/file"
	"minzheng/kernel/job"
	"minzheng/kernel/notify"
	"minzheng/kernel/people"
	"minzheng/kernel/region"
	"minzheng/kernel/secret"
)

const (
	qingxi  = "390121"
	village = "390121001001"
)

// house is a desk with 低保 and the worked example 高龄津贴, no departments, and
// a clock that the test moves.
type house struct {
	t       testing.TB
	ctx     context.Context
	db      *db.DB
	desk    *casework.Desk
	offers  *offer.Desk
	now     atomic.Pointer[time.Time]
	serial  int
	elderly *catalog.Service
}

func engines(t *testing.T, test func(t *testing.T, h *house)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); test(t, open(t, db.Config{Dir: t.TempDir()})) })
	t.Run("postgres", func(t *testing.T) { t.Parallel(); test(t, open(t, db.Config{DSN: dbtest.DSN(t)})) })
}

func small(t testing.TB) *house { t.Helper(); return open(t, db.Config{Dir: t.TempDir()}) }

func open(t testing.TB, c db.Config) *house {
	t.Helper()
	return openAt(t, c, t.TempDir())
}

// openAt is open with the keys in a directory: two processes may share them.
func openAt(t testing.TB, c db.Config, keys string) *house {
	t.Helper()
	h := &house{t: t, ctx: context.Background()}
	h.at("2026-03-02")
	c.Now = func() time.Time { return *h.now.Load() }
	var err error
	h.db, err = db.Open(h.ctx, c, job.Schema(), audit.Schema(), file.Schema(), people.Schema(), exchange.Schema(), notify.Schema(), casework.Schema(), *assistance.New().Schema)
	h.must(err)
	t.Cleanup(func() { h.db.Close() })
	box, err := secret.Open(keys)
	h.must(err)
	h.desk = h.newDesk(box)
	h.offers = offer.New(h.desk)
	h.do(func(tx *db.Tx) error { return h.desk.Services().Keep(h.ctx, tx) })
	return h
}

func (h *house) newDesk(box *secret.Box) *casework.Desk {
	h.t.Helper()
	days, err := calendar.National()
	h.must(err)
	places, err := region.New(region.Place{Code: "390000", Name: "示例省", Parent: region.Nation}, region.Place{Code: "390100", Name: "云岭市", Parent: "390000"},
		region.Place{Code: qingxi, Name: "清溪县", Parent: "390100"}, region.Place{Code: "390121001", Name: "柳溪街道", Parent: qingxi}, region.Place{Code: village, Name: "文昌社区", Parent: "390121001"})
	h.must(err)
	sources, known := caseworktest.Folder(h.t, "../../..", "assistance", "start-benefit", "weigh-appraisal", "warning-reached", "warning-close")
	known.Dictionary = joined(h.t, known.Dictionary)
	var all []*catalog.Service
	for _, dir := range []string{"../services/dibao", "../../../docs/guides/example/services/gaoling", "../services/canji-shenghuo", "../services/jiance"} {
		s, err := catalog.Read(os.DirFS(dir), "assistance", known)
		h.must(err)
		all = append(all, s)
	}
	h.elderly = all[1]
	files, err := file.NewStore(h.t.TempDir(), box)
	h.must(err)
	log := slog.New(slog.DiscardHandler)
	queue := job.NewQueue(h.db, log, 2)
	outbox := notify.New(h.db, box, map[string]notify.Channel{"sms": notify.FileSink(h.t.TempDir(), "sms")})
	queue.Handle(notify.JobKind, outbox.Handler())
	rooms := casework.Rooms{DB: h.db, Box: box, People: people.New(box), Audit: audit.New(h.db, box), Calendar: days, Places: places,
		Exchange: exchange.New(exchange.Config{Sources: sources, Now: h.db.Now}), Queue: queue, Files: files, Notify: outbox, Log: log,
		Office: casework.Office{Bureau: "清溪县民政局"}, Staff: func(context.Context, db.Reader, string, string) ([]casework.Worker, error) { return nil, nil }}
	return casework.New(rooms, casework.NewShelf(known, all), assistance.New().Effects)
}

func joined(t testing.TB, d *fact.Dictionary) *fact.Dictionary {
	t.Helper()
	src, err := os.ReadFile("../../../docs/guides/example/facts.yaml")
	if err != nil {
		t.Fatal(err)
	}
	more, err := fact.ReadDictionary("facts.yaml", src)
	if err != nil {
		t.Fatal(err)
	}
	if d, err = fact.Join("facts.yaml", d, more); err != nil {
		t.Fatal(err)
	}
	return d
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) do(fn func(tx *db.Tx) error) { h.t.Helper(); h.must(h.db.Do(h.ctx, fn)) }

// at moves the clock to a day.
func (h *house) at(day string) {
	d, err := calendar.Parse(day)
	h.must(err)
	now := d.Start().Add(9 * time.Hour)
	h.now.Store(&now)
}

func (h *house) today() calendar.Day { return calendar.DayOf(h.db.Now()) }

// person registers somebody; change may say more of them.
func (h *house) person(birth string, change ...func(*people.Person)) people.Person {
	h.t.Helper()
	h.serial++
	d, err := calendar.Parse(birth)
	h.must(err)
	p := people.Person{ID: people.ID(db.NewID()), Name: fmt.Sprintf("周某%d", h.serial), Number: number(d, h.serial), Sex: "女", Birth: d,
		Region: village, Phone: "13900000000", Household: fmt.Sprintf("hu%05d", h.serial), Relation: "户主"}
	for _, c := range change {
		c(&p)
	}
	h.do(func(tx *db.Tx) error { _, err := h.desk.People.Add(h.ctx, tx, p); return err })
	return p
}

// number is a citizen number of somebody born on a day.
func number(d calendar.Day, serial int) string {
	s := fmt.Sprintf("390121%04d%02d%02d%03d", d.Year(), d.Month(), d.DayOfMonth(), serial%1000)
	sum := 0
	for i, w := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += int(s[i]-'0') * w
	}
	return s + string("10X98765432"[sum%11])
}

func (h *house) sweep() area.Swept {
	h.t.Helper()
	s, err := h.offers.Sweep(h.ctx, h.today())
	h.must(err)
	return s
}

// of are the offers to somebody, newest first.
func (h *house) of(p people.Person) []area.Offer {
	h.t.Helper()
	all, err := h.offers.Of(h.ctx, h.db, p.ID)
	h.must(err)
	return all
}

func (h *house) count(query string, args ...any) int {
	h.t.Helper()
	n, err := db.One(h.ctx, h.db, db.Value[int], query, args...)
	h.must(err)
	return n
}

// accept taps once.
func (h *house) accept(id string, p people.Person) (c casework.Case, err error) {
	err = h.db.Do(h.ctx, func(tx *db.Tx) (err error) { c, err = h.offers.Accept(h.ctx, tx, id, p); return err })
	return c, err
}

var clerk = casework.Actor{ID: "he", Name: "何芳", Role: "township-clerk"}

// apply has somebody apply for 高龄津贴 alone, and closes the case in a state.
func (h *house) apply(p people.Person, state string) casework.Case {
	h.t.Helper()
	var c casework.Case
	h.do(func(tx *db.Tx) (err error) {
		c, err = h.desk.OpenCase(h.ctx, tx, casework.Application{Key: db.NewID(), Service: h.elderly, Applicant: p.ID, Region: village,
			Members: []casework.Member{{Key: "m1", Name: p.Name, Number: p.Number, Relation: "本人", Birth: p.Birth, Consented: tx.Now, ConsentBy: "own"}},
			By:      casework.Actor{ID: string(p.ID), Name: p.Name, Role: "citizen"}})
		if err == nil && state != casework.Open {
			_, err = tx.Exec(h.ctx, `UPDATE casework_case SET state = ?, closed = ? WHERE id = ?`, state, db.Millis(tx.Now), c.ID)
		}
		return err
	})
	return c
}

func day(h *house, s string) calendar.Day {
	h.t.Helper()
	d, err := calendar.Parse(s)
	h.must(err)
	return d
}

// withServices is the desk with other services.
func (h *house) withServices(all []*catalog.Service) *casework.Desk {
	r := h.desk.Rooms
	r.Queue = job.NewQueue(h.db, r.Log, 2)
	return casework.New(r, casework.NewShelf(h.desk.Services().Known(), all), assistance.New().Effects)
}
