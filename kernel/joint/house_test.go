package joint_test

import (
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"minzheng/kernel/audit"
	"minzheng/kernel/auth"
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
	"minzheng/kernel/joint"
	"minzheng/kernel/notify"
	"minzheng/kernel/people"
	"minzheng/kernel/region"
	"minzheng/kernel/secret"

	"context"
)

const (
	qingxi  = "390121"
	liuxi   = "390121001"
	shiqiao = "390121100"
)

// house is a desk with one service of an area, staff of two townships and the
// county, and a clock that the test moves.
type house struct {
	t       testing.TB
	desk    *casework.Desk
	room    *joint.Room
	queue   *job.Queue
	service *catalog.Service
	now     atomic.Pointer[time.Time]
	staff   map[string]auth.Who
	serial  int
}

func engines(t *testing.T, test func(t *testing.T, h *house)) {
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); test(t, open(t, db.Config{Dir: t.TempDir()})) })
	t.Run("postgres", func(t *testing.T) { t.Parallel(); test(t, open(t, db.Config{DSN: dbtest.DSN(t)})) })
}

func open(t testing.TB, config db.Config) *house {
	t.Helper()
	h := &house{t: t, staff: map[string]auth.Who{}}
	h.at("2026-03-02")
	config.Now = func() time.Time { return *h.now.Load() }
	d, err := db.Open(context.Background(), config, job.Schema(), auth.Schema(), audit.Schema(), file.Schema(), people.Schema(), exchange.Schema(), notify.Schema(), casework.Schema(), joint.Schema())
	h.must(err)
	t.Cleanup(func() { d.Close() })
	box, err := secret.Open(t.TempDir())
	h.must(err)
	days, err := calendar.National()
	h.must(err)
	places, err := region.New(region.Place{Code: "390000", Name: "示例省", Parent: region.Nation}, region.Place{Code: "390100", Name: "云岭市", Parent: "390000"},
		region.Place{Code: qingxi, Name: "清溪县", Parent: "390100"}, region.Place{Code: liuxi, Name: "柳溪街道", Parent: qingxi}, region.Place{Code: shiqiao, Name: "石桥镇", Parent: qingxi})
	h.must(err)
	files, err := file.NewStore(t.TempDir(), box)
	h.must(err)
	sources, known := caseworktest.Folder(t, "../..", "assistance", "start-benefit", "weigh-appraisal")
	known.Guests = map[string]bool{"disability-officer": true}
	h.service, err = catalog.Read(os.DirFS("../../areas/assistance/services/dibao"), "assistance", known)
	h.must(err)
	h.queue = job.NewQueue(d, slog.New(slog.DiscardHandler), 2)
	outbox := notify.New(d, box, map[string]notify.Channel{"sms": notify.FileSink(t.TempDir(), "sms")})
	h.queue.Handle(notify.JobKind, outbox.Handler())
	h.desk = casework.New(casework.Rooms{DB: d, Box: box, People: people.New(box), Audit: audit.New(d, box), Calendar: days, Places: places,
		Exchange: exchange.New(exchange.Config{Gateway: "http://127.0.0.1:1", Sources: sources, Now: d.Now}), Queue: h.queue, Files: files, Notify: outbox, Log: slog.New(slog.DiscardHandler),
		Office: casework.Office{Bureau: "清溪县民政局", Phone: "0390-0000-2301"}, Staff: workers, Name: workerName, Countersigned: joint.Countersigned, Ended: joint.CaseEnded,
	}, casework.NewShelf(known, []*catalog.Service{h.service}), map[string]casework.Effect{"start-benefit": func(context.Context, *db.Tx, casework.Effecting) error { return nil }})
	h.room = joint.New(h.desk, joint.Config{Heads: map[string]string{"township-clerk": "township-head", "disability-officer": "county-officer"},
		Vouch: map[string]string{"disability-officer": "disabled", "township-clerk": "visit"}, Blind: []string{"admin"}})
	h.do(func(tx *db.Tx) error { return h.desk.Services().Keep(t.Context(), tx) })
	h.accounts()
	return h
}

func (h *house) accounts() {
	for _, one := range []struct{ login, name, role, region string }{
		{"he", "何芳", "township-clerk", liuxi}, {"gao", "高洁", "township-clerk", liuxi}, {"ding", "丁卫东", "township-head", liuxi},
		{"luo", "罗一鸣", "township-clerk", shiqiao}, {"wu", "吴建国", "township-clerk", shiqiao}, {"ren", "任秋菊", "township-head", shiqiao},
		{"zhou", "周敏", "county-officer", qingxi}, {"qian", "钱进", "disability-officer", qingxi}, {"tang", "唐宁", "admin", qingxi},
	} {
		h.do(func(tx *db.Tx) error {
			grants := []auth.Grant{{Role: one.role, Region: one.region}}
			id, err := auth.Add(h.t.Context(), tx, auth.NewAccount{Login: one.login, Name: one.name, Password: password, Grants: grants})
			h.staff[one.login] = auth.Who{Kind: auth.Staff, Account: id, Name: one.name, Grants: grants}
			return err
		})
	}
}

// password is a hash of nothing that anybody signs in with.
const password = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

func workers(ctx context.Context, r db.Reader, role, place string) ([]casework.Worker, error) {
	accounts, err := auth.StaffIn(ctx, r, role, place)
	var all []casework.Worker
	for _, a := range accounts {
		all = append(all, casework.Worker{ID: a.ID, Name: a.Name})
	}
	return all, err
}

func workerName(ctx context.Context, r db.Reader, id string) string {
	a, _ := auth.Find(ctx, r, id)
	return a.Name
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) do(fn func(tx *db.Tx) error) {
	h.t.Helper()
	h.must(h.desk.DB.Do(context.Background(), fn))
}

func (h *house) at(day string) {
	d, err := calendar.Parse(day)
	if err != nil {
		panic(err)
	}
	h.moment(d.Start().Add(9 * time.Hour))
}

func (h *house) moment(now time.Time) { h.now.Store(&now) }

func (h *house) jobs() { h.t.Helper(); h.must(h.queue.RunDue(context.Background())) }

func number(birth string, serial int) string {
	s := fmt.Sprintf("%s%s%03d", qingxi, birth, serial)
	sum := 0
	for i, w := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += int(s[i]-'0') * w
	}
	return s + string("10X98765432"[sum%11])
}

// secrets are what nobody sees who is not let: by fact and member.
func secrets() map[joint.Fact]fact.Value {
	return map[joint.Fact]fact.Value{{Name: "工资收入", About: "m1"}: fact.MoneyOf(123411), {Name: "工资收入", About: "m2"}: fact.MoneyOf(234522), {Name: "存款", About: "m1"}: fact.MoneyOf(345633),
		{Name: "存款", About: "m2"}: fact.MoneyOf(456744), {Name: "残疾等级", About: "m2"}: fact.EnumOf("二级"), {Name: "申请原因"}: fact.TextOf("秘密的原因"), {Name: "手机号"}: fact.TextOf("13812346217")}
}

// opened is a case of two people with papers.
func (h *house) opened() casework.Case {
	h.t.Helper()
	h.serial++
	now := h.desk.DB.Now()
	a := casework.Application{Key: fmt.Sprint("test/", h.serial), Service: h.service, Region: liuxi, Members: []casework.Member{
		{Key: "m1", Name: "赵玉琴", Number: number("19790610", h.serial), Relation: "本人", Birth: calendar.Date(1979, 6, 10), Consented: now, ConsentBy: "own"},
		{Key: "m2", Name: "王建军", Number: number("19800501", h.serial), Relation: "配偶", Birth: calendar.Date(1980, 5, 1), Consented: now, ConsentBy: "own"}}}
	for f, v := range secrets() {
		a.Facts = append(a.Facts, fact.Statement{Name: f.Name, About: f.About, Value: v, Source: "self", At: now.UTC()})
	}
	a.By = casework.Actor{Name: "赵玉琴", Role: "citizen"}
	var c casework.Case
	h.do(func(tx *db.Tx) (err error) {
		if a.Applicant, err = h.desk.People.Add(h.t.Context(), tx, people.Person{Name: "赵玉琴", Number: a.Members[0].Number, Sex: "女", Birth: a.Members[0].Birth, Region: liuxi}); err != nil {
			return err
		}
		a.By.ID = string(a.Applicant)
		c, err = h.desk.OpenCase(h.t.Context(), tx, a)
		return err
	})
	return c
}

// paper adds a paper to a case and returns its id.
func (h *house) paper(c casework.Case, name string) string {
	h.t.Helper()
	pdf := "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\nxref\n0 4\n0000000000 65535 f \n0000000009 00000 n \n0000000052 00000 n \n0000000101 00000 n \ntrailer<</Size 4/Root 1 0 R>>\nstartxref\n160\n%%EOF " + name
	blob, err := h.desk.Files.Put(h.t.Context(), name+".pdf", strings.NewReader(pdf))
	h.must(err)
	var id string
	h.do(func(tx *db.Tx) error {
		f, err := h.desk.Files.Add(h.t.Context(), tx, blob.File("desk/x", "he"))
		if err != nil {
			return err
		}
		id = f.ID
		_, err = h.desk.Add(h.t.Context(), tx, c.ID, casework.Addition{Papers: []casework.Paper{{File: f.ID, Material: "more", By: "何芳"}}, Code: "paper", Title: "加材料", By: h.actor("he")})
		return err
	})
	return id
}

func (h *house) actor(login string) casework.Actor {
	w := h.staff[login]
	return casework.Actor{ID: w.Account, Name: w.Name, Role: w.Grants[0].Role}
}

// asking is a good request to the clerks of the other township.
func (h *house) asking() joint.Asking {
	return joint.Asking{Kind: joint.Assist, To: casework.Seat{Role: "township-clerk", Office: shiqiao}, Text: "请上门看看老房子有没有人住。", Law: "社会救助法 第50条", Days: 3, Who: h.actor("he")}
}

func (h *house) ask(c casework.Case, a joint.Asking) (q joint.Request, err error) {
	err = h.desk.DB.Do(context.Background(), func(tx *db.Tx) error {
		q, err = h.room.Ask(context.Background(), tx, c.ID, a)
		return err
	})
	return q, err
}

func (h *house) asked(c casework.Case, a joint.Asking) joint.Request {
	h.t.Helper()
	q, err := h.ask(c, a)
	h.must(err)
	return q
}

func (h *house) answer(id, login string, a joint.Answering) error {
	return h.desk.DB.Do(context.Background(), func(tx *db.Tx) error {
		_, err := h.room.Answer(context.Background(), tx, id, h.staff[login], a)
		return err
	})
}

func (h *house) find(id string) joint.Request {
	h.t.Helper()
	q, err := h.room.Find(context.Background(), h.desk.DB, id)
	h.must(err)
	return q
}

// titles are what somebody has been told, newest first.
func (h *house) titles(login string) []string {
	h.t.Helper()
	all, err := h.room.Notices(context.Background(), h.desk.DB, h.staff[login].Account)
	h.must(err)
	var out []string
	for _, m := range all {
		out = append(out, m.Title)
	}
	return out
}

// of is who of the other township has a request, and who has not.
func (h *house) of(q joint.Request) (has, other string) {
	if q.Assignee == h.staff["luo"].Account {
		return "luo", "wu"
	}
	return "wu", "luo"
}
