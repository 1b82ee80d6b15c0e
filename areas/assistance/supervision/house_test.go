package supervision_test

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"minzheng/areas/assistance"
	"minzheng/areas/assistance/supervision"
	"minzheng/kernel/audit"
	"minzheng/kernel/auth"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
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
	liuxi   = "390121001"
	shiqiao = "390121100"
)

// house is a desk with the area's own services, departments that know nothing
// bad of anybody, a staff that a test sets, and a clock that it moves.
type house struct {
	t      testing.TB
	ctx    context.Context
	desk   *casework.Desk
	room   *supervision.Room
	queue  *job.Queue
	now    atomic.Pointer[time.Time]
	staff  map[string][]casework.Worker
	serial int64
}

// engines runs a test on both engines.
func engines(t *testing.T, test func(t *testing.T, h *house)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); test(t, open(t, db.Config{Dir: t.TempDir()})) })
	t.Run("postgres", func(t *testing.T) { t.Parallel(); test(t, open(t, db.Config{DSN: dbtest.DSN(t)})) })
}

func open(t testing.TB, config db.Config) *house {
	t.Helper()
	h := &house{t: t, ctx: context.Background(), staff: map[string][]casework.Worker{
		"supervisor/" + qingxi: {{ID: "song", Name: "宋慧"}, {ID: "liang", Name: "梁栋"}}, "supervisor/390100": {{ID: "fan", Name: "范宁"}},
		"township-clerk/" + liuxi: {{ID: "he", Name: "何芳"}, {ID: "gao", Name: "高洁"}}}}
	h.on("2026-03-02")
	config.Now = func() time.Time { return *h.now.Load() }
	area := assistance.New()
	d, err := db.Open(h.ctx, config, job.Schema(), audit.Schema(), file.Schema(), people.Schema(), exchange.Schema(), notify.Schema(), casework.Schema(), *area.Schema)
	h.must(err)
	t.Cleanup(func() { d.Close() })
	box, err := secret.Open(t.TempDir())
	h.must(err)
	days, err := calendar.National()
	h.must(err)
	places, err := region.New(region.Place{Code: "390000", Name: "示例省", Parent: region.Nation}, region.Place{Code: "390100", Name: "云岭市", Parent: "390000"},
		region.Place{Code: qingxi, Name: "清溪县", Parent: "390100"}, region.Place{Code: liuxi, Name: "柳溪街道", Parent: qingxi}, region.Place{Code: shiqiao, Name: "石桥镇", Parent: qingxi},
		region.Place{Code: "390122", Name: "望川县", Parent: "390100"})
	h.must(err)
	files, err := file.NewStore(t.TempDir(), box)
	h.must(err)
	src, err := os.ReadFile("../../../app/sources.yaml")
	h.must(err)
	sources, err := exchange.ReadSources("sources.yaml", src)
	h.must(err)
	departments := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/police/household" {
			fmt.Fprint(w, `{"found":true,"values":{"local_hukou":true}}`)
			return
		}
		fmt.Fprint(w, `{"found":false}`)
	}))
	t.Cleanup(departments.Close)
	h.queue = job.NewQueue(d, slog.New(slog.DiscardHandler), 2)
	outbox := notify.New(d, box, map[string]notify.Channel{})
	h.queue.Handle(notify.JobKind, outbox.Handler())
	x := exchange.New(exchange.Config{Gateway: departments.URL, Sources: sources, Now: d.Now})
	known := h.known(area.Facts, x)
	for name := range area.Effects {
		known.Effects[name] = true
	}
	h.desk = casework.New(casework.Rooms{DB: d, Box: box, People: people.New(box), Audit: audit.New(d, box), Calendar: days, Places: places,
		Exchange: x, Queue: h.queue, Files: files, Notify: outbox, Log: slog.New(slog.DiscardHandler),
		Office: casework.Office{Bureau: "清溪县民政局", Phone: "0390-0000-2301", Review: "清溪县人民政府", Court: "清溪县人民法院", BaseURL: "http://example.test"},
		Staff: func(_ context.Context, _ db.Reader, role, place string) ([]casework.Worker, error) {
			return h.staff[role+"/"+place], nil
		},
		Avoids: func(ctx context.Context, r db.Reader, members []string) ([]casework.Avoided, error) {
			return h.room.Avoids(ctx, r, members)
		}},
		casework.NewShelf(known, h.services(area.Files, known)), area.Effects)
	for _, j := range area.Jobs {
		h.queue.Handle(j.Kind, j.Does(h.desk))
	}
	h.room = supervision.New(h.desk)
	h.do(func(tx *db.Tx) error { return h.desk.Services().Keep(h.ctx, tx) })
	return h
}

func (h *house) known(facts []byte, x *exchange.Exchange) catalog.Known {
	dict, err := fact.ReadDictionary("facts.yaml", facts)
	h.must(err)
	k := catalog.Known{Dictionary: dict, Needs: casework.Needs, Effects: map[string]bool{}, Sources: x.Codes(),
		Roles: map[string]string{"township-clerk": "经办人", "township-head": "负责人", "county-officer": "审核人", "disability-officer": "残联"}}
	for name := range casework.Effects() {
		k.Effects[name] = true
	}
	return k
}

func (h *house) services(files fs.FS, k catalog.Known) []*catalog.Service {
	dirs, err := fs.ReadDir(files, "services")
	h.must(err)
	var all []*catalog.Service
	for _, d := range dirs {
		dir, err := fs.Sub(files, "services/"+d.Name())
		h.must(err)
		s, err := catalog.Read(dir, "assistance", k)
		h.must(err)
		all = append(all, s)
	}
	return all
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) do(fn func(tx *db.Tx) error) { h.t.Helper(); h.must(h.desk.DB.Do(h.ctx, fn)) }

// on moves the clock to nine in the morning of a day.
func (h *house) on(day string) {
	d, err := calendar.Parse(day)
	if err != nil {
		h.t.Fatal(err)
	}
	at := d.Start().Add(9 * time.Hour)
	h.now.Store(&at)
}

func (h *house) jobs() { h.t.Helper(); h.must(h.queue.RunDue(h.ctx)) }

// number is a citizen number of the unassigned province, with its check digit.
func (h *house) number(birth string) string {
	h.serial++
	s := fmt.Sprintf("%s%s%03d", qingxi, birth, h.serial%1000)
	sum := 0
	for i, w := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += int(s[i]-'0') * w
	}
	return s + string("10X98765432"[sum%11])
}

// applied is the case of somebody without income, with their number.
func (h *house) applied(name, place string) (casework.Case, string) {
	h.t.Helper()
	number := h.number("19700610")
	c, err := h.apply(name, number, place, "")
	h.must(err)
	h.jobs()
	return h.find(c.ID), number
}

// apply hands in; by is an account of staff, or "" for themselves.
func (h *house) apply(name, number, place, by string) (c casework.Case, err error) {
	at := h.desk.DB.Now().UTC()
	born := calendar.Date(1970, 6, 10)
	var facts []fact.Statement
	tell := func(name string, v fact.Value) {
		facts = append(facts, fact.Statement{Name: name, About: "m1", Value: v, Source: "self", At: at})
	}
	for _, zero := range []string{"零工收入", "经营收入", "赡养抚养费", "就业成本", "工资收入"} {
		tell(zero, fact.MoneyOf(0))
	}
	tell("共同生活", fact.BoolOf(true))
	tell("患重病", fact.BoolOf(false))
	tell("学业", fact.EnumOf("不在校"))
	tell("工作情况", fact.EnumOf("没有工作"))
	s, err := h.desk.Services().Find("dibao")
	h.must(err)
	err = h.desk.DB.Do(h.ctx, func(tx *db.Tx) error {
		id, err := h.desk.People.Add(h.ctx, tx, people.Person{Name: name, Number: number, Birth: born, Region: place})
		if err != nil {
			return err
		}
		who := casework.Actor{ID: string(id), Name: name, Role: "citizen"}
		if by != "" {
			who = casework.Actor{ID: by, Name: by, Role: "township-clerk"}
		}
		c, err = h.desk.OpenCase(h.ctx, tx, casework.Application{Key: "key/" + number, Service: s, Applicant: id, Region: place, Facts: facts, By: who,
			Members: []casework.Member{{Key: "m1", Name: name, Number: number, Relation: "本人", Birth: born, Consented: at, ConsentBy: "own"}}})
		return err
	})
	return c, err
}

// granted is such a case with a benefit, decided on the day of the clock.
func (h *house) granted(name, place string) casework.Case {
	h.t.Helper()
	c, _ := h.applied(name, place)
	s, err := h.desk.Services().Find("dibao")
	h.must(err)
	h.do(func(tx *db.Tx) error {
		if err := assistance.New().Effects["start-benefit"](h.ctx, tx, casework.Effecting{For: c.Applicant, Persons: 1, Case: c, Service: s, Day: calendar.DayOf(tx.Now), Desk: h.desk}); err != nil {
			return err
		}
		_, err := tx.Exec(h.ctx, `UPDATE casework_case SET state = 'approved', closed = ? WHERE id = ?`, db.Millis(tx.Now), c.ID)
		return err
	})
	return h.find(c.ID)
}

func (h *house) find(id casework.ID) casework.Case {
	h.t.Helper()
	c, err := casework.Find(h.ctx, h.desk.DB, id)
	h.must(err)
	return c
}

func (h *house) count(query string, args ...any) int64 {
	h.t.Helper()
	n, err := db.One(h.ctx, h.desk.DB, db.Value[int64], query, args...)
	h.must(err)
	return n
}

// stored is everything that the tables of supervision hold, as text.
func (h *house) stored() string {
	h.t.Helper()
	var b strings.Builder
	for table, columns := range map[string]string{
		"assistance_kin": "id || account || declarer || post || region || name || number_ix || relation || by_account",
		"assistance_tip": "id || code_ix || county || region || kind || about || said || reporter || assignee || state || outcome || found || answer || case_id",
		"audit_entry":    "actor || actor_name || verb || subject || purpose",
	} {
		all, err := db.All(h.ctx, h.desk.DB, db.Value[string], `SELECT `+columns+` FROM `+table)
		h.must(err)
		b.WriteString(strings.Join(all, "\n"))
	}
	return b.String()
}

func who(account, name, role, place string) auth.Who {
	return auth.Who{Kind: auth.Staff, Account: account, Name: name, Grants: []auth.Grant{{Role: role, Region: place}}}
}

func song() auth.Who  { return who("song", "宋慧", supervision.Supervisor, qingxi) }
func liang() auth.Who { return who("liang", "梁栋", supervision.Supervisor, qingxi) }
