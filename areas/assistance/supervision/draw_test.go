package supervision_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"minzheng/areas/assistance/supervision"
	"minzheng/kernel/auth"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
)

func TestAMonthIsDrawnOnceFromWhatWasDecidedAndAnybodyCanDrawAgain(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		for i := range 12 {
			h.granted(fmt.Sprintf("王%d", i), []string{liuxi, shiqiao}[i%2])
		}
		h.on("2026-03-20")
		h.must(h.room.DrawDue(h.ctx))
		h.must(h.room.DrawDue(h.ctx))
		all, err := h.room.Draws(h.ctx, h.desk.DB, qingxi, 10)
		h.must(err)
		if len(all) != 1 || all[0].Commitment == "" || !all[0].Drawn.IsZero() {
			t.Fatalf("in the month itself the draws are %+v", all)
		}
		if p, err := h.room.Publish(h.ctx, h.desk.DB, all[0]); err != nil || p.Seed != "" || len(p.Lots) != 0 {
			t.Fatalf("before the draw %+v is published, %v", p, err)
		}
		if err := h.desk.DB.Do(h.ctx, func(tx *db.Tx) error { return h.room.DrawOne(h.ctx, tx, all[0].ID) }); !errs.Is(err, errs.Conflict) {
			t.Errorf("a month that is not over is drawn: %v", err)
		}
		h.granted("王迟", liuxi) // still in the month
		h.on("2026-04-01")
		h.granted("王四月", liuxi)
		h.must(h.room.DrawDue(h.ctx))
		h.must(h.room.DrawDue(h.ctx))
		d, err := h.room.FindDraw(h.ctx, h.desk.DB, all[0].ID)
		h.must(err)
		p, err := h.room.Publish(h.ctx, h.desk.DB, d)
		h.must(err)
		if err := p.Check(); err != nil || p.Commitment != all[0].Commitment || len(p.Lots) != 13 {
			t.Fatalf("drawing again from %d lots: %v", len(p.Lots), err)
		}
		text, err := json.Marshal(p)
		h.must(err)
		if strings.Contains(string(text), "王") || strings.Contains(string(text), "390121-2026") {
			t.Error("what is published says whose it is")
		}
		if n := h.count(`SELECT COUNT(*) FROM assistance_check WHERE picked = 1`); n != 2 {
			t.Errorf("%d are picked, want one of seven and one of six", n)
		}
	})
}

func (h *house) drawn() (supervision.Task, casework.Case) {
	h.t.Helper()
	c := h.granted("王大田", liuxi)
	h.must(h.room.DrawDue(h.ctx))
	h.on("2026-04-01")
	h.must(h.room.DrawDue(h.ctx))
	all, n, err := h.room.Tasks(h.ctx, h.desk.DB, song(), 10)
	h.must(err)
	if n != 1 || all[0].Case != c.ID || all[0].Due.String() != "2026-04-23" {
		h.t.Fatalf("the checks are %+v, want the one until 15 working days later", all)
	}
	return all[0], c
}

func (h *house) finish(w auth.Who, id string, f supervision.Finding) error {
	return h.desk.DB.Do(h.ctx, func(tx *db.Tx) error { return h.room.Finish(h.ctx, tx, w, id, f) })
}

func TestACheckInDoubtHasTheBenefitLookedAtAgainAndDecidesNothing(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		task, c := h.drawn()
		shares, err := h.room.Shares(h.ctx, h.desk.DB, song(), "2026-01")
		h.must(err)
		if len(shares) != 1 || !shares[0].Short() || shares[0].Asked != 10 || shares[0].All != 1 {
			t.Fatalf("the shares are %+v, want one that is short", shares)
		}
		good := supervision.Finding{Outcome: "doubt", Way: "入户", Found: "家里没有人住", On: task.Month.Add(1).First()}
		for field, change := range map[string]func(*supervision.Finding){"outcome": func(f *supervision.Finding) { f.Outcome = "x" }, "way": func(f *supervision.Finding) { f.Way = "猜" },
			"on": func(f *supervision.Finding) { f.On++ }, "found": func(f *supervision.Finding) { f.Found = "" }} {
			bad := good
			change(&bad)
			if p, ok := h.finish(song(), task.ID, bad).(errs.Problems); !ok || p.Of(field) == "" {
				t.Errorf("a bad %s is taken", field)
			}
		}
		if err := h.finish(who("he", "何芳", "township-clerk", liuxi), task.ID, good); !errs.Is(err, errs.NotFound) {
			t.Errorf("a clerk's finding gives %v", err)
		}
		h.must(h.finish(song(), task.ID, good))
		if err := h.finish(liang(), task.ID, good); !errs.Is(err, errs.Conflict) {
			t.Errorf("a second finding gives %v", err)
		}
		after, _, err := h.room.FindTask(h.ctx, h.desk.DB, song(), task.ID)
		h.must(err)
		if after.Again == "" || h.find(after.Again).Again != c.ID || after.Found != good.Found {
			t.Fatalf("the check is %+v", after)
		}
		if n := h.count(`SELECT COUNT(*) FROM assistance_benefit WHERE case_id = ? AND until = ''`, c.ID); n != 1 {
			t.Error("the check has ended the benefit")
		}
		shares, err = h.room.Shares(h.ctx, h.desk.DB, song(), "2026-01")
		h.must(err)
		if shares[0].Short() || shares[0].Percent() != 100 || shares[0].Doubts != 1 {
			t.Errorf("the shares are %+v", shares)
		}
	})
}

// A child's benefit is never named in public, not even in a draw.
func TestWhatHasNoPublicNoticeIsNotNamedInADraw(t *testing.T) {
	t.Parallel()
	h := open(t, db.Config{Dir: t.TempDir()})
	for service, want := range map[string]string{"dibao": "dibao", "tekun": "tekun", "guer": supervision.Others, "wuren-fuyang": supervision.Others, "gone": supervision.Others} {
		if got := h.room.Public(service); got != want {
			t.Errorf("%s is named %s, want %s", service, got, want)
		}
	}
}

func TestWhoHandledACaseOrIsRelatedDoesNotCheckIt(t *testing.T) {
	t.Parallel()
	h := open(t, db.Config{Dir: t.TempDir()})
	task, c := h.drawn()
	good := supervision.Finding{Outcome: "fine", Way: "入户", Found: "看过了，情况属实", On: task.Month.Add(1).First()}
	h.do(func(tx *db.Tx) error { // 周敏 has decided it
		_, err := tx.Exec(h.ctx, `INSERT INTO casework_act (case_id, seq, at, actor, actor_name, role, code, title, from_step, to_step, reason, detail, shown)
			SELECT case_id, 99, at, 'zhou', '周敏', 'county-officer', 'agree', '同意', from_step, to_step, reason, detail, shown FROM casework_act WHERE case_id = ? AND seq = 1`, c.ID)
		return err
	})
	if err := h.finish(who("zhou", "周敏", "county-officer", qingxi), task.ID, good); !errs.Is(err, errs.Forbidden) {
		t.Errorf("whoever decided it checks it: %v", err)
	}
	members, err := h.desk.Members(h.ctx, h.desk.DB, c.ID)
	h.must(err)
	h.do(func(tx *db.Tx) error {
		_, err := tx.Exec(h.ctx, `UPDATE casework_case SET state = 'open' WHERE id = ?`, c.ID)
		if err != nil {
			return err
		}
		return h.desk.Avoid(h.ctx, tx, h.desk.People.Index(members[0].Number), casework.Avoided{Cause: "k", Account: "song", Name: "宋慧", Why: "x"})
	})
	if err := h.finish(song(), task.ID, good); !errs.Is(err, errs.Forbidden) {
		t.Errorf("a relative checks it: %v", err)
	}
	h.must(h.finish(liang(), task.ID, good))
}
