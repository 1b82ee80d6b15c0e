package supervision_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"minzheng/areas/assistance/supervision"
	"minzheng/kernel/auth"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
)

func report(about, said string) supervision.Report {
	return supervision.Report{Kind: supervision.AboutFamily, Region: liuxi, About: about, Said: said, By: supervision.Reporter{Name: "李四", Contact: "19012345678"}}
}

func (h *house) reported(r supervision.Report) (code string, t supervision.Tip) {
	h.t.Helper()
	h.do(func(tx *db.Tx) (err error) {
		code, err = h.room.Report(h.ctx, tx, r)
		return err
	})
	t, err := h.room.TipByCode(h.ctx, h.desk.DB, code)
	h.must(err)
	return code, t
}

func (h *house) read(w auth.Who, id string) (t supervision.Tip, err error) {
	err = h.desk.DB.Do(h.ctx, func(tx *db.Tx) error {
		t, err = h.room.ReadTip(h.ctx, tx, w, id)
		return err
	})
	return t, err
}

func TestATipIsAnsweredToWhoeverHasItsCodeAndLeadsToAReCheck(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		c := h.granted("王大田", liuxi)
		code, tip := h.reported(report("王大田，柳溪街道", "他家在县城有一间门面房，每个月收租两千块。"))
		if tip.Due.String() != "2026-04-14" || tip.Assignee == "" || tip.State != supervision.Open {
			t.Fatalf("the tip is %+v; want it with somebody until 30 working days later", tip)
		}
		for _, secret := range []string{code, "门面房", "王大田", "李四", "19012345678"} {
			if strings.Contains(h.stored(), secret) {
				t.Errorf("%s stands in the tables as it is", secret)
			}
		}
		if _, err := h.room.TipByCode(h.ctx, h.desk.DB, "ABCDEFGHJKMN"); !errs.Is(err, errs.NotFound) {
			t.Errorf("a code that was never given finds %v", err)
		}
		_, err := h.read(song(), tip.ID)
		h.must(err)
		if n := h.count(`SELECT COUNT(*) FROM audit_entry WHERE subject = ? AND verb = 'view'`, tip.Subject()); n != 1 {
			t.Errorf("%d openings are in the audit log, want 1", n)
		}
		good := supervision.Inquiry{Outcome: "true", Found: "查了不动产登记", Answer: "您反映的门面房查到了，已经重新核对。", Number: c.Number}
		for field, bad := range map[string]supervision.Inquiry{"outcome": {Outcome: "maybe", Found: good.Found, Answer: good.Answer}, "answer": {Outcome: "true", Found: good.Found, Answer: "好"},
			"found": {Outcome: "true", Answer: good.Answer}, "number": {Outcome: "true", Found: good.Found, Answer: good.Answer, Number: "390121-2026-999999"}} {
			err := h.desk.DB.Do(h.ctx, func(tx *db.Tx) error { return h.room.Close(h.ctx, tx, song(), tip.ID, bad) })
			if p, ok := err.(errs.Problems); !ok || p.Of(field) == "" {
				t.Errorf("a bad %s gives %v", field, err)
			}
		}
		h.do(func(tx *db.Tx) error { return h.room.Close(h.ctx, tx, song(), tip.ID, good) })
		if err := h.desk.DB.Do(h.ctx, func(tx *db.Tx) error { return h.room.Close(h.ctx, tx, liang(), tip.ID, good) }); !errs.Is(err, errs.Conflict) && err == nil {
			t.Errorf("a second answer gives %v", err)
		}
		after, err := h.room.TipByCode(h.ctx, h.desk.DB, code)
		h.must(err)
		if after.State != supervision.Answered || after.Answer != good.Answer || after.Case == "" {
			t.Fatalf("the reporter reads %+v", after)
		}
		past, err := h.desk.Timeline(h.ctx, h.desk.DB, after.Case)
		h.must(err)
		if said := fmt.Sprint(past); strings.Contains(said, "举报") || strings.Contains(said, "门面房") || strings.Contains(said, "李四") {
			t.Errorf("the family reads of a reporter: %s", said)
		}
		if got := h.find(after.Case); got.Again == "" || !got.IsOpen() {
			t.Errorf("the re-check is %+v", got)
		}
	})
}

func TestWhoReportedIsSeenOnlyWithAReasonAndEachTimeIsLogged(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		_, tip := h.reported(report("王大田", "他家在县城有一间门面房，每个月收租。"))
		ask := func(w auth.Who, why string) (by supervision.Reporter, err error) {
			err = h.desk.DB.Do(h.ctx, func(tx *db.Tx) error {
				by, err = h.room.Reporter(h.ctx, tx, w, tip.ID, why)
				return err
			})
			return by, err
		}
		if _, err := ask(song(), " "); err == nil {
			t.Error("no reason is needed")
		}
		if _, err := ask(who("he", "何芳", "township-clerk", liuxi), "想知道是谁说的"); !errs.Is(err, errs.NotFound) {
			t.Errorf("a clerk gets %v", err)
		}
		before := h.count(`SELECT COUNT(*) FROM audit_entry WHERE subject = ?`, tip.Subject())
		by, err := ask(song(), "要他指认门面房在哪里")
		h.must(err)
		if by.Contact != "19012345678" {
			t.Errorf("the contact is %q", by.Contact)
		}
		if n := h.count(`SELECT COUNT(*) FROM audit_entry WHERE subject = ?`, tip.Subject()); n != before+1 {
			t.Errorf("%d entries were added to the audit log, want 1", n-before)
		}
	})
}

func TestATipNeverComesToWhomItIsAboutNorToTheirRelative(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		h.do(func(tx *db.Tx) error {
			_, err := h.room.Declare(h.ctx, tx, supervision.Declaration{Account: "liang", Declarer: "梁栋", Post: supervision.OfStaff, Region: qingxi,
				Name: "梁小山", Number: h.number("19950101"), Relation: "子女", By: casework.Actor{ID: "liang", Name: "梁栋"}})
			return err
		})
		for _, one := range []struct{ about, said, want string }{
			{"宋慧，县民政局", "收了人家两条烟，给人家办低保。", "liang"},
			{"县里的监督员", "宋 慧 收了人家两条烟，给人家办低保。", "liang"},
			{"梁小山，柳溪街道", "他家有两辆车，还领着低保。", "song"},
			{"宋慧和梁栋", "两个人都收了人家的烟，给人家办低保。", "fan"},
			{"宋慧、梁栋、范宁", "三个人都收了人家的烟，给人家办低保。", ""},
		} {
			_, tip := h.reported(report(one.about, one.said))
			if tip.Assignee != one.want {
				t.Errorf("a tip about %s is with %q, want %q", one.about, tip.Assignee, one.want)
			}
			for _, w := range []auth.Who{song(), liang()} {
				named := strings.Contains(strings.ReplaceAll(one.about+one.said, " ", ""), w.Name) || w.Account == "liang" && strings.Contains(one.about, "梁小山")
				if _, err := h.read(w, tip.ID); errs.Is(err, errs.NotFound) != named {
					t.Errorf("%s opens a tip about %s: %v", w.Name, one.about, err)
				}
				all, err := h.room.Tips(h.ctx, h.desk.DB, w, 100)
				h.must(err)
				if slices.ContainsFunc(all, func(o supervision.Tip) bool { return o.ID == tip.ID }) == named {
					t.Errorf("the list of %s with a tip about %s is wrong", w.Name, one.about)
				}
			}
		}
	})
}

func TestWhoStepsAsideSeesItNoMore(t *testing.T) {
	t.Parallel()
	h := open(t, db.Config{Dir: t.TempDir()})
	_, tip := h.reported(report("老宋，县民政局", "收了人家两条烟，给人家办低保。"))
	h.do(func(tx *db.Tx) error { return h.room.StepAside(h.ctx, tx, song(), tip.ID) })
	if _, err := h.read(song(), tip.ID); !errs.Is(err, errs.NotFound) {
		t.Errorf("it opens: %v", err)
	}
	got, err := h.read(liang(), tip.ID)
	if err != nil || got.Assignee != "liang" {
		t.Errorf("it is with %q, %v", got.Assignee, err)
	}
}

// However the names are written and whoever is named: never to one of them.
func TestNoTipIsGivenToWhomItNames(t *testing.T) {
	t.Parallel()
	h := open(t, db.Config{Dir: t.TempDir()})
	names := map[string]string{"song": "宋慧", "liang": "梁栋", "fan": "范宁"}
	rapid.Check(t, func(rt *rapid.T) {
		named := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"song", "liang", "fan"}), 0, 3, rapid.ID[string]).Draw(rt, "named")
		said := "给人家办低保收了两条烟。"
		for _, account := range named {
			gap := rapid.SampledFrom([]string{"", " ", "　", "·", ".", "-", "\n"}).Draw(rt, "gap")
			sign := []rune(names[account])
			said += string(sign[0]) + gap + string(sign[1]) + rapid.SampledFrom([]string{"，", "收钱", "。"}).Draw(rt, "after")
		}
		var tip supervision.Tip
		err := h.desk.DB.Do(h.ctx, func(tx *db.Tx) error {
			code, err := h.room.Report(h.ctx, tx, report("县民政局的人", said))
			if err == nil {
				tip, err = h.room.TipByCode(h.ctx, tx, code)
			}
			return err
		})
		if err != nil {
			rt.Fatal(err)
		}
		if slices.Contains(named, tip.Assignee) || tip.Assignee == "" && len(named) < 3 {
			rt.Fatalf("a tip about %v is with %q", named, tip.Assignee)
		}
	})
}

func TestASupervisorOfAnotherCountySeesNothing(t *testing.T) {
	t.Parallel()
	h := open(t, db.Config{Dir: t.TempDir()})
	_, tip := h.reported(report("王大田", "他家在县城有一间门面房，每个月收租。"))
	for _, w := range []auth.Who{who("x", "甲", supervision.Supervisor, "390122"), who("x", "甲", "county-officer", qingxi), who("x", "甲", "auditor", qingxi), who("x", "甲", "admin", qingxi)} {
		if _, err := h.read(w, tip.ID); !errs.Is(err, errs.NotFound) {
			t.Errorf("%v opens it: %v", w.Grants, err)
		}
		if all, err := h.room.Tips(h.ctx, h.desk.DB, w, 10); err != nil || len(all) != 0 {
			t.Errorf("%v has %d in the list, %v", w.Grants, len(all), err)
		}
	}
}
