package casework_test

import (
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/fact"
	"minzheng/kernel/form"
	"minzheng/kernel/job"
	"minzheng/kernel/people"
)

// fill answers all pages of a draft that are open.
func (h *house) fill(dr *casework.Draft, s *catalog.Service) {
	h.t.Helper()
	for _, turn := range dr.Turns(s, calendar.DayOf(h.desk.DB.Now())) {
		read, problems := form.Read(turn.Page.Fields, url.Values{"phone": {"13800000000"}, "wage": {"500"}, "business_income": {"0"}}, h.desk.DB.Now())
		h.must(problems.Err())
		dr.Keep(turn, read, true)
	}
}

func (h *house) save(dr casework.Draft) error {
	return h.desk.DB.Do(h.ctx, func(tx *db.Tx) error { return h.desk.SaveDraft(h.ctx, tx, dr) })
}

func (h *house) handIn(d *casework.Desk, dr casework.Draft, p people.Person) (c casework.Case, err error) {
	err = d.DB.Do(h.ctx, func(tx *db.Tx) error {
		c, err = d.HandIn(h.ctx, tx, dr, citizen(p))
		return err
	})
	return c, err
}

func TestADraftIsKeptResumedAndHandedInOnce(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, h *house) {
		p, stranger := h.person("赵玉琴"), h.person("孙国平")
		dr := casework.NewDraft(p, h.service, liuxi)
		turn := dr.Turns(h.service, date("2026-03-02"))[0]
		read, problems := form.Read(turn.Page.Fields, url.Values{"phone": {"12"}, "reason": {"<b>冷</b>"}}, h.desk.DB.Now())
		if len(problems) == 0 {
			t.Fatal("12 is taken as a telephone number")
		}
		dr.Keep(turn, read, false)
		h.must(h.save(dr))
		kept, err := h.desk.FindDraft(t.Context(), h.desk.DB, p.ID, dr.ID)
		h.must(err)
		if kept.Typed(turn)["phone"] != "12" || kept.Typed(turn)["reason"] != "<b>冷</b>" || kept.Done["contact"] {
			t.Errorf("kept %v, done %v", kept.Typed(turn), kept.Done)
		}
		if _, err := h.desk.FindDraft(t.Context(), h.desk.DB, stranger.ID, dr.ID); !errs.Is(err, errs.NotFound) {
			t.Errorf("a stranger finds it: %v", err)
		}
		if n := h.count(`SELECT COUNT(*) FROM casework_draft WHERE body LIKE '%' || ? || '%'`, "赵玉琴"); n != 0 {
			t.Error("drafts lie in the open")
		}
		if _, err := h.handIn(h.desk, kept, p); !errs.Is(err, errs.Conflict) {
			t.Errorf("handed in unfinished: %v", err)
		}
		h.fill(&kept, h.service)
		h.must(h.save(kept))
		if all, _ := h.desk.Drafts(t.Context(), h.desk.DB, p.ID); len(all) != 1 {
			t.Errorf("%d drafts, want 1", len(all))
		}
		var all sync.WaitGroup
		for range 5 {
			all.Go(func() {
				if _, err := h.handIn(h.desk, kept, p); err != nil && !errs.Is(err, errs.Conflict) {
					t.Errorf("handing in at once: %v", err)
				}
			})
		}
		all.Wait()
		c, err := h.handIn(h.desk, kept, p)
		h.must(err)
		after, err := h.desk.FindDraft(t.Context(), h.desk.DB, p.ID, dr.ID)
		h.must(err)
		if n := h.count(`SELECT COUNT(*) FROM casework_case`); n != 1 || after.Case != c.ID || after.Answers != nil {
			t.Errorf("%d cases; the draft leads to %s with %v, want %s and its answers gone", n, after.Case, after.Answers, c.ID)
		}
		if err := h.save(kept); !errs.Is(err, errs.Conflict) {
			t.Errorf("a draft that was handed in is changed: %v", err)
		}
		h.do(func(tx *db.Tx) error { return casework.DropDraft(h.ctx, tx, p.ID, dr.ID) })
		if _, err := h.desk.FindDraft(t.Context(), h.desk.DB, p.ID, dr.ID); err != nil {
			t.Errorf("a draft that was handed in can be thrown away: %v", err)
		}
		if left, _ := h.desk.Drafts(t.Context(), h.desk.DB, p.ID); len(left) != 0 {
			t.Errorf("it still stands among the drafts")
		}
	})
}

func TestTakingAMemberOutTakesTheirAnswersAway(t *testing.T) {
	t.Parallel()
	h := small(t)
	p := h.person("赵玉琴")
	dr := casework.NewDraft(p, h.service, liuxi)
	child, husband := number("20200101", 900), number("19790610", 901)
	h.must(dr.AddMember(casework.DraftMember{Name: "王建军", Number: husband, Relation: "配偶", Together: "是"}))
	h.must(dr.AddMember(casework.DraftMember{Name: "王小雨", Number: child, Relation: "女儿", Together: "是"}))
	var keys []string
	for _, turn := range dr.Turns(h.service, date("2026-03-02")) {
		keys = append(keys, turn.Key())
	}
	if want := []string{"contact", "money/m1", "money/m2"}; !slices.Equal(keys, want) {
		t.Fatalf("asked %v, want %v: a child is not asked what it earns", keys, want)
	}
	h.fill(&dr, h.service)
	facts, again := dr.Facts(h.service, h.desk.DB.Now())
	if len(again) != 0 || !slices.ContainsFunc(facts, func(f fact.Statement) bool {
		return f.About == "m3" && f.Name == "工资收入" && f.Source == casework.Implied && f.Value.Int64() == 0
	}) {
		t.Errorf("of the child nothing follows; again %v", again)
	}
	dr.RemoveMember("m1")
	dr.RemoveMember("nobody")
	if len(dr.Members) != 3 {
		t.Fatal("the applicant can be taken out")
	}
	dr.RemoveMember("m2")
	if _, ok := dr.Member("m2"); ok || dr.Answers["m2"] != nil || dr.Done["money/m2"] || !dr.Done["money/m1"] {
		t.Errorf("left of the husband: %v, %v", dr.Answers["m2"], dr.Done)
	}
	h.must(dr.AddMember(casework.DraftMember{Name: "王大", Number: husband, Relation: "儿子", Together: "否"}))
	if m := dr.Members[2]; m.Key != "m4" || dr.Typed(casework.Turn{Page: &h.service.Form[1], Member: m.Key}) != nil {
		t.Errorf("the next one has key %s and answers of somebody else", m.Key)
	}
	if err := dr.AddMember(casework.DraftMember{Name: "又一个", Number: child, Relation: "女儿", Together: "是"}); !errs.Is(err, errs.Invalid) {
		t.Errorf("one number twice: %v", err)
	}
}

func TestACaseKeepsTheDefinitionOfTheDayItWasOpened(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, h *house) {
		p := h.person("赵玉琴")
		dr := casework.NewDraft(p, h.service, liuxi)
		h.fill(&dr, h.service)
		h.must(h.save(dr))
		c := h.applied("孙国平")
		h.do(func(tx *db.Tx) error { return h.desk.Services().Keep(h.ctx, tx) })

		files := maps.Clone(h.service.Files)
		files["service.yaml"] = strings.Replace(files["service.yaml"], "clock: {days: 30", "clock: {days: 20", 1)
		files["rules.yaml"] = strings.Replace(files["rules.yaml"], "value: 1000.00", "value: 100.00", 1)
		changed, err := catalog.ReadFiles(files, "testing", h.known)
		h.must(err)
		rooms := h.rooms
		rooms.Queue = job.NewQueue(h.desk.DB, rooms.Log, 1)
		today := casework.New(rooms, casework.NewShelf(h.known, []*catalog.Service{changed}), nil)
		h.do(func(tx *db.Tx) error { return today.Services().Keep(h.ctx, tx) })

		h.do(func(tx *db.Tx) error {
			c, err = today.Act(h.ctx, tx, casework.Doing{Case: c.ID, Act: "accept", Who: staff("he")})
			return err
		})
		if c.Due.String() != "2026-04-14" || c.Verdict != "yes" || c.Version != h.service.Version {
			t.Errorf("due %v, verdict %s; want 30 days and yes as on the day it was opened", c.Due, c.Verdict)
		}
		old, err := h.handIn(today, dr, p)
		h.must(err)
		if old.Version != h.service.Version {
			t.Errorf("a draft begun before is handed in as %s", old.Version)
		}
		a := h.application(h.person("李秀芬"), 50000)
		a.Service = changed
		fresh, err := h.open(a)
		h.must(err)
		if fresh.Version != changed.Version {
			t.Errorf("a new case has version %s, want %s", fresh.Version, changed.Version)
		}
		if _, err := today.Services().Version(t.Context(), h.desk.DB, "lost"); err == nil || errs.KindOf(err) != errs.Fault {
			t.Errorf("a lost definition gives %v, want a fault of ours", err)
		}
	})
}
