package joint_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"minzheng/kernel/auth"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/fact"
	"minzheng/kernel/joint"
)

func TestAnotherOfficeHelpsAndItsAnswerStaysInTheFile(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		ctx, c := t.Context(), h.opened()
		q := h.asked(c, h.asking())
		if q.Due.String() != "2026-03-05" || q.Assignee == "" {
			t.Fatalf("due %s, assigned to %q", q.Due, q.Assignee)
		}
		has, other := h.of(q)
		second := h.asked(c, h.asking())
		if has2, _ := h.of(second); has2 != other {
			t.Errorf("both went to %s", has)
		}
		for login, want := range map[string]int{has: 2, other: 2, "he": 0, "qian": 0, "ren": 0} { // the office's both
			all, err := h.room.AskedOf(ctx, h.desk.DB, h.staff[login])
			h.must(err)
			if len(all) != want {
				t.Errorf("%s is asked %d, want %d", login, len(all), want)
			}
		}
		if err := h.answer(q.ID, "he", joint.Answering{Text: "x"}); !errs.Is(err, errs.NotFound) {
			t.Errorf("who was not asked answers: %v", err)
		}
		if err := h.answer(q.ID, has, joint.Answering{}); !errs.Is(err, errs.Invalid) {
			t.Errorf("an empty answer is taken: %v", err)
		}
		paper := h.paper(c, "photo")
		h.must(h.answer(q.ID, has, joint.Answering{Text: "去看了，没有人住。", Papers: []casework.Paper{{File: paper, Material: "joint", By: "x"}}}))
		if got := h.find(q.ID); got.State != joint.Answered || got.Answer != "去看了，没有人住。" || got.ClosedBy.ID != h.staff[has].Account {
			t.Errorf("it is %+v", got)
		}
		if err := h.answer(q.ID, has, joint.Answering{Text: "又答一次"}); !errs.Is(err, errs.Conflict) {
			t.Errorf("it is answered twice: %v", err)
		}
		past, err := h.desk.Timeline(ctx, h.desk.DB, c.ID)
		h.must(err)
		last := past[len(past)-1]
		if last.Title != "石桥镇经办人答复了协查" || !last.Shown || strings.Contains(fmt.Sprint(last), "没有人住") {
			t.Errorf("the timeline says %+v", last)
		}
		if !slices.Contains(h.titles("he"), "答复了协查") || !slices.Contains(h.titles(has), "请您协查") {
			t.Errorf("told: %v, %v", h.titles("he"), h.titles(has))
		}
	})
}

func TestARequestMustBeSound(t *testing.T) {
	t.Parallel()
	h := open(t, db.Config{Dir: t.TempDir()})
	c := h.opened()
	for field, spoil := range map[string]func(a *joint.Asking){
		"text":    func(a *joint.Asking) { a.Text = "看" },
		"days":    func(a *joint.Asking) { a.Days = 0 },
		"to":      func(a *joint.Asking) { a.To.Role = "nobody" },
		"law":     func(a *joint.Asking) { a.Law, a.Grant.Members = "", []string{"m1"} },
		"members": func(a *joint.Asking) { a.Grant.Facts = []joint.Fact{{Name: "存款", About: "m2"}} },
		"facts":   func(a *joint.Asking) { a.Grant.Facts = []joint.Fact{{Name: "没有的"}} },
		"wants": func(a *joint.Asking) {
			a.Grant.Members, a.Grant.Wants = []string{"m2"}, []joint.Fact{{Name: "残疾等级", About: "m2"}}
		},
		"papers": func(a *joint.Asking) { a.Grant.Papers = []string{"another's"} },
	} {
		a := h.asking()
		spoil(&a)
		_, err := h.ask(c, a)
		var p errs.Problems
		if !errs.Is(err, errs.Invalid) || !strings.Contains(fmt.Sprintf("%#v", err), `"`+field+`"`) {
			t.Errorf("%s: %v %v", field, err, p)
		}
	}
	own := h.asking() // within the case's own offices no further basis is needed
	own.To.Office, own.Law, own.Grant.Members = liuxi, "", []string{"m1"}
	if q := h.asked(c, own); q.Assignee != h.staff["gao"].Account {
		t.Errorf("asked of oneself")
	}
}

// draws is a request of any kind of grant.
func draws(rt *rapid.T, papers []string) joint.Grant {
	var g joint.Grant
	for _, m := range []string{"m1", "m2"} {
		if rapid.Bool().Draw(rt, "member "+m) {
			g.Members = append(g.Members, m)
		}
	}
	for f := range secrets() {
		if rapid.Bool().Draw(rt, f.Name+f.About) {
			g.Facts = append(g.Facts, f)
		}
	}
	for _, p := range papers {
		if rapid.Bool().Draw(rt, "paper") {
			g.Papers = append(g.Papers, p)
		}
	}
	return g
}

func TestTheAskedNeverSeeMoreThanTheyAreLet(t *testing.T) {
	t.Parallel()
	h := open(t, db.Config{Dir: t.TempDir()})
	c := h.opened()
	papers := []string{h.paper(c, "secret-one"), h.paper(c, "secret-two")}
	members, err := h.desk.Members(t.Context(), h.desk.DB, c.ID)
	h.must(err)
	rapid.Check(t, func(rt *rapid.T) {
		a := h.asking()
		a.Grant = draws(rt, papers)
		q, err := h.ask(c, a)
		if err != nil { // a fact of somebody who may not be seen
			if !errs.Is(err, errs.Invalid) || !slices.ContainsFunc(a.Grant.Facts, func(f joint.Fact) bool { return f.About != "" && !slices.Contains(a.Grant.Members, f.About) }) {
				rt.Fatalf("%v is refused: %v", a.Grant, err)
			}
			return
		}
		has, _ := h.of(q)
		v, err := h.room.See(context.Background(), h.desk.DB, h.staff[has], q.ID)
		if err != nil {
			rt.Fatal(err)
		}
		b, err := json.Marshal(v)
		if err != nil {
			rt.Fatal(err)
		}
		text := string(b)
		for _, m := range members {
			if let := slices.Contains(a.Grant.Members, m.Key); strings.Contains(text, m.Name) != let {
				rt.Fatalf("let see %s: %v, shown: %s", m.Key, let, text)
			}
			if strings.Contains(text, m.Number) {
				rt.Fatalf("a number stands in %s", text)
			}
		}
		for f, value := range secrets() {
			enc, _ := json.Marshal(value)
			if let := slices.Contains(a.Grant.Facts, f); strings.Contains(text, strings.Trim(string(enc), `"`)) != let {
				rt.Fatalf("let see %v: %v, shown: %s", f, let, text)
			}
		}
		for i, p := range papers {
			let := slices.Contains(a.Grant.Papers, p)
			if strings.Contains(text, []string{"secret-one", "secret-two"}[i]) != let {
				rt.Fatalf("let see paper %d: %v, shown: %s", i, let, text)
			}
			if _, _, err := h.room.Paper(context.Background(), h.desk.DB, h.staff[has], q.ID, p); (err == nil) != let {
				rt.Fatalf("paper %d is given: %v", i, err)
			}
		}
		for _, login := range []string{"he", "ren", "qian", "zhou", "tang"} {
			if _, err := h.room.See(context.Background(), h.desk.DB, h.staff[login], q.ID); !errs.Is(err, errs.NotFound) {
				rt.Fatalf("%s sees it: %v", login, err)
			}
		}
		h.do(func(tx *db.Tx) error { return h.room.Withdraw(context.Background(), tx, c.ID, q.ID, h.actor("he")) })
		if v, err = h.room.See(context.Background(), h.desk.DB, h.staff[has], q.ID); err != nil || len(v.Members)+len(v.Facts)+len(v.Papers)+len(v.Grant.Facts) > 0 {
			rt.Fatalf("after it was withdrawn: %+v, %v", v, err)
		}
	})
}

func TestEachLookOfTheAskedIsAudited(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		c := h.opened()
		a := h.asking()
		a.Grant.Members = []string{"m1"}
		q := h.asked(c, a)
		has, _ := h.of(q)
		v, err := h.room.See(t.Context(), h.desk.DB, h.staff[has], q.ID)
		h.must(err)
		h.must(h.room.Looked(t.Context(), h.staff[has], v, nil))
		seen, err := h.desk.Audit.About(t.Context(), h.desk.DB, string(c.Applicant), 1)
		h.must(err)
		if len(seen) != 1 || seen[0].Verb != "view" || seen[0].Actor != h.staff[has].Account || seen[0].Detail["request"] != q.ID || !strings.Contains(seen[0].Purpose, "协查") {
			t.Errorf("audited: %+v", seen)
		}
	})
}

func TestTheAskedOfficeTellsOnlyWhatItVouchesFor(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		c := h.opened()
		a := h.asking()
		a.To, a.Grant.Members, a.Grant.Wants = casework.Seat{Role: "disability-officer", Office: qingxi}, []string{"m2"}, []joint.Fact{{Name: "残疾等级", About: "m2"}}
		q := h.asked(c, a)
		told := joint.Told{Fact: joint.Fact{Name: "残疾等级", About: "m2"}, Value: fact.EnumOf("一级")}
		other := joint.Told{Fact: joint.Fact{Name: "残疾类别", About: "m2"}, Value: fact.EnumOf("肢体")}
		wrong := joint.Told{Fact: told.Fact, Value: fact.EnumOf("九级")}
		for _, one := range []joint.Told{other, wrong} {
			if err := h.answer(q.ID, "qian", joint.Answering{Text: "查到了", Facts: []joint.Told{one}}); !errs.Is(err, errs.Invalid) {
				t.Errorf("%v is taken: %v", one, err)
			}
		}
		before := c.Revision
		h.must(h.answer(q.ID, "qian", joint.Answering{Facts: []joint.Told{told}}))
		facts, err := h.desk.Facts(t.Context(), h.desk.DB, c.ID)
		h.must(err)
		best, _ := facts.Best("残疾等级", "m2")
		if best.Value != told.Value || best.Source != "disabled" || best.Proof != "joint/"+q.ID {
			t.Errorf("what counts is %+v", best)
		}
		if c, err = casework.Find(t.Context(), h.desk.DB, c.ID); err != nil || c.Revision == before {
			t.Errorf("the case is as it was: %v", err)
		}
	})
}

func TestACountersignatureCountsWhereItWasAsked(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		c := h.opened()
		a := h.asking()
		a.Kind, a.To = joint.Countersign, casework.Seat{Role: "disability-officer", Office: qingxi}
		has := func(want ...string) {
			t.Helper()
			got, err := joint.Countersigned(t.Context(), h.desk.DB, c)
			h.must(err)
			if !slices.Equal(got, want) {
				t.Errorf("countersigned by %v, want %v", got, want)
			}
		}
		q := h.asked(c, a)
		if err := h.answer(q.ID, "qian", joint.Answering{Agrees: "no"}); !errs.Is(err, errs.Invalid) {
			t.Errorf("a no without a reason is taken: %v", err)
		}
		h.must(h.answer(q.ID, "qian", joint.Answering{Agrees: "no", Text: "证件过期了"}))
		has()
		h.moment(h.now.Load().Add(time.Minute))
		h.must(h.answer(h.asked(c, a).ID, "qian", joint.Answering{Agrees: "yes"}))
		has("disability-officer")
		h.moment(h.now.Load().Add(time.Minute))
		h.must(h.answer(h.asked(c, a).ID, "qian", joint.Answering{Agrees: "no", Text: "又看了，不行"}))
		has() // the last word counts
		h.moment(h.now.Load().Add(time.Minute))
		h.must(h.answer(h.asked(c, a).ID, "qian", joint.Answering{Agrees: "yes"}))
		has("disability-officer")
		c.StepSince = h.now.Load().Add(time.Hour) // the step was left and entered again
		has()
	})
}

func TestOfManyAnswersAtOnceOneCounts(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		c := h.opened()
		q := h.asked(c, h.asking())
		var all sync.WaitGroup
		outcome := make([]error, 8)
		for i := range outcome {
			all.Go(func() {
				outcome[i] = h.answer(q.ID, []string{"luo", "wu"}[i%2], joint.Answering{Text: fmt.Sprintf("答复 %d", i)})
			})
		}
		all.Wait()
		good := -1
		for i, err := range outcome {
			switch {
			case err == nil && good >= 0:
				t.Fatalf("both %d and %d were taken", good, i)
			case err == nil:
				good = i
			case !errs.Is(err, errs.Conflict):
				t.Errorf("answer %d: %v", i, err)
			}
		}
		if got := h.find(q.ID); good < 0 || got.Answer != fmt.Sprintf("答复 %d", good) {
			t.Errorf("%d was taken and %q is kept", good, got.Answer)
		}
		past, err := h.desk.Timeline(t.Context(), h.desk.DB, c.ID)
		h.must(err)
		n := 0
		for _, e := range past {
			if e.Code == "joint-answered" {
				n++
			}
		}
		if n != 1 {
			t.Errorf("the timeline has %d answers", n)
		}
	})
}

func TestTheAskedAreRemindedAndTheirHeadsToldOnceEach(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		c := h.opened()
		a := h.asking()
		a.Days = 5 // until Monday the 9th: reminded on Friday
		q := h.asked(c, a)
		has, _ := h.of(q)
		count := func(login, title string) int {
			n := 0
			for _, one := range h.titles(login) {
				if strings.Contains(one, title) {
					n++
				}
			}
			return n
		}
		for _, day := range []struct {
			day                  string
			reminded, late, told int
		}{{"2026-03-05", 0, 0, 0}, {"2026-03-06", 1, 0, 0}, {"2026-03-09", 1, 0, 0}, {"2026-03-10", 1, 1, 1}, {"2026-03-10", 1, 1, 1}, {"2026-06-01", 1, 1, 1}} {
			h.at(day.day)
			h.jobs()
			if r, l, s, k := count(has, "快到期"), count(has, "超期"), count("ren", "超期"), count("he", "超期"); r != day.reminded || l != day.late || s != day.told || k != day.told {
				t.Errorf("on %s: reminded %d, late %d, head %d, asker %d", day.day, r, l, s, k)
			}
		}
	})
}

func TestAClockThatJumpsOverTheDeadlineTellsOnlyThatItIsOver(t *testing.T) {
	t.Parallel()
	h := open(t, db.Config{Dir: t.TempDir()})
	q := h.asked(h.opened(), h.asking())
	has, _ := h.of(q)
	h.at("2026-05-06")
	h.jobs()
	if got := strings.Join(h.titles(has), " "); strings.Contains(got, "快到期") || !strings.Contains(got, "超期") {
		t.Errorf("told: %s", got)
	}
	h.at("2026-03-03") // and back
	h.jobs()
	if n := len(h.titles(has)); n != 2 {
		t.Errorf("told %d times", n)
	}
}

func TestWhatIsAnsweredOrEndedIsNotRemindedOf(t *testing.T) {
	t.Parallel()
	h := open(t, db.Config{Dir: t.TempDir()})
	c := h.opened()
	q, open := h.asked(c, h.asking()), h.asked(c, h.asking())
	has, _ := h.of(q)
	h.must(h.answer(q.ID, has, joint.Answering{Text: "有房子", Declines: true}))
	h.do(func(tx *db.Tx) error {
		_, err := h.desk.Act(t.Context(), tx, casework.Doing{Case: c.ID, Act: "withdraw", Who: casework.Actor{ID: string(c.Applicant), Name: c.Name, Role: "citizen"}})
		return err
	})
	if got := h.find(open.ID); got.State != joint.Withdrawn {
		t.Errorf("the case has ended and a request is %s", got.State)
	}
	h.at("2026-04-01")
	h.jobs()
	for _, login := range []string{"luo", "wu", "ren", "he"} {
		if got := strings.Join(h.titles(login), " "); strings.Contains(got, "到期") || strings.Contains(got, "超期") {
			t.Errorf("%s is told %s", login, got)
		}
	}
}

func TestOnlyColleaguesWhoMaySeeTheCaseAreMentioned(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		ctx, c := t.Context(), h.opened()
		say := func(mentions ...string) error {
			var ids []string
			for _, m := range mentions {
				ids = append(ids, h.staff[m].Account)
			}
			return h.desk.DB.Do(ctx, func(tx *db.Tx) error {
				return h.room.Say(ctx, tx, c.ID, h.actor("he"), "请看看收入对不对", ids)
			})
		}
		for _, one := range []string{"luo", "qian", "tang", "he"} { // another place, a guest, the administrator, oneself
			if err := say(one); !errs.Is(err, errs.Invalid) {
				t.Errorf("%s is mentioned: %v", one, err)
			}
		}
		h.must(say("ding", "gao", "gao"))
		n, err := h.room.Waiting(ctx, h.desk.DB, h.staff["ding"].Account)
		h.must(err)
		if n != 1 {
			t.Errorf("%d wait for ding", n)
		}
		comments, err := h.room.Comments(ctx, h.desk.DB, c.ID)
		h.must(err)
		if len(comments) != 1 || len(comments[0].Mentions) != 2 || !joint.Unseen(comments, h.staff["ding"].Account) {
			t.Fatalf("comments: %+v", comments)
		}
		h.do(func(tx *db.Tx) error { return h.room.Seen(ctx, tx, c.ID, h.staff["ding"].Account) })
		if n, _ = h.room.Waiting(ctx, h.desk.DB, h.staff["ding"].Account); n != 0 {
			t.Errorf("%d wait for ding, who has seen it", n)
		}
		back := func(login string) error {
			return h.desk.DB.Do(ctx, func(tx *db.Tx) error { return h.room.TakeBack(ctx, tx, c, comments[0].ID, h.actor(login)) })
		}
		if err := back("ding"); !errs.Is(err, errs.NotFound) {
			t.Errorf("another takes it back: %v", err)
		}
		h.must(back("he"))
		comments, err = h.room.Comments(ctx, h.desk.DB, c.ID)
		h.must(err)
		if len(comments) != 1 || comments[0].Text != "" || comments[0].Back.IsZero() {
			t.Errorf("taken back it is %+v", comments)
		}
		if n, _ = h.room.Waiting(ctx, h.desk.DB, h.staff["gao"].Account); n != 0 {
			t.Errorf("what was taken back waits for %d", n)
		}
		past, err := h.desk.Timeline(ctx, h.desk.DB, c.ID)
		h.must(err)
		for _, e := range past {
			if strings.Contains(e.Title+e.Reason, "收入对不对") {
				t.Errorf("the applicant reads %q", e.Title)
			}
		}
	})
}

func TestWhoIsAwayHandsOverRequestsToo(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		ctx, c := t.Context(), h.opened()
		a := h.asking()
		a.Named = h.staff["luo"].Account
		q := h.asked(c, a)
		day := calendar.DayOf(h.desk.DB.Now())
		leave := func(who string) error {
			return h.desk.DB.Do(ctx, func(tx *db.Tx) error {
				return h.room.Leave(ctx, tx, h.staff[who], casework.Absence{Account: h.staff["luo"].Account, From: day, Until: day + 4, By: h.actor(who)},
					&casework.Leaving{Reason: "休假", Who: h.actor(who)})
			})
		}
		for _, stranger := range []string{"wu", "ding", "tang", "qian"} {
			if err := leave(stranger); !errs.Is(err, errs.Forbidden) {
				t.Errorf("%s sends luo away: %v", stranger, err)
			}
		}
		h.must(leave("ren"))
		h.jobs()
		if got := h.find(q.ID); got.Assignee != h.staff["wu"].Account || got.Named {
			t.Errorf("it is with %+v", got)
		}
		if q := h.asked(c, h.asking()); q.Assignee != h.staff["wu"].Account {
			t.Errorf("new work is given to who is away")
		}
		if _, err := h.ask(c, a); !errs.Is(err, errs.Invalid) {
			t.Errorf("asked by name who is away: %v", err)
		}
		h.do(func(tx *db.Tx) error { return h.room.Return(ctx, tx, h.staff["luo"], h.staff["luo"].Account) })
		if q := h.asked(c, h.asking()); q.Assignee != h.staff["luo"].Account {
			t.Errorf("luo is back and has the fewest, and %s is asked", q.Assignee)
		}
	})
}

func TestAGuestSeesNoCaseInWhichItHasNothingToDo(t *testing.T) {
	t.Parallel()
	h := open(t, db.Config{Dir: t.TempDir()})
	c := h.opened()
	for login, want := range map[string]string{"he": "township-clerk", "zhou": "county-officer", "qian": "", "luo": "", "tang": ""} {
		if got := h.room.Sees(h.staff[login].Grants, c); got != want {
			t.Errorf("%s sees it as %q, want %q", login, got, want)
		}
	}
	if got := h.room.Sees([]auth.Grant{{Role: "admin", Region: qingxi}, {Role: "township-head", Region: liuxi}}, c); got != "township-head" {
		t.Errorf("seen as %q", got)
	}
}
