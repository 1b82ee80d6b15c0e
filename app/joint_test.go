package app_test

import (
	"strings"
	"testing"

	"minzheng/app"
	"minzheng/app/demo/county"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
)

// asks fills in the form by which a clerk asks another office about a case, and
// returns the case's page.
func asks(t *testing.T, v *visitor, c casework.Case, to, kind string, pairs ...string) page {
	t.Helper()
	path := "/staff/cases/" + string(c.ID) + "/joint"
	v.get(path).must(t, 200, "先选请谁", "石桥镇经办人", "县残联审核人")
	p := v.get(path+"?kind="+kind+"&to="+to).must(t, 200, "对方看得到什么")
	return v.press(p, "请对方", pairs...).must(t, 200, "协同")
}

// link is the address behind words.
func link(t *testing.T, p page, words string) string {
	t.Helper()
	found := ""
	p.Find("a").Each(func(_ int, s *selection) {
		if found == "" && strings.HasPrefix(squeeze(s.Text()), words) {
			found = s.AttrOr("href", "")
		}
	})
	if found == "" {
		t.Fatalf("%s has no link %q:\n%s", p.path, words, squeeze(p.Text()))
	}
	return found
}

func TestTheDisabledFederationHelpsAndSeesNothingElse(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		c := handedIn(t, h)
		v, p := at(t, h, holder(t, h, c), c)
		v.press(p, "受理").must(t, 200)
		asked := asks(t, v, c, "disability-officer@"+string(county.Qingxi), "assist", "text", "请查刘子涵的残疾证还有没有效。", "law", "社会救助法第50条", "days", "3",
			"facts", "残疾等级|m2", "wants", "残疾等级|m2")
		asked.must(t, 200, "请县残联审核人协查", "等答复", "对方只看得到 1 个人、1 项事实")

		guest := h.staff("canlian")
		list := guest.get("/staff/joint").must(t, 200, "请我办的", "请查刘子涵的残疾证")
		one := guest.get(link(t, list, "协查")).must(t, 200, "刘子涵", "残疾等级")
		one.mustNot(t, "赵玉琴", c.Number, "工资收入", "/staff/cases/")
		guest.get("/staff/cases/"+string(c.ID)).must(t, 404).mustNot(t, "赵玉琴")
		other := h.staff("jingban03a")
		other.get(one.path).must(t, 404).mustNot(t, "刘子涵")

		id := strings.TrimPrefix(one.path, "/staff/joint/")
		guest.get("/api/requests").must(t, 200, id).mustNot(t, "赵玉琴", c.Number)
		guest.get("/api/requests/"+id).must(t, 200, "刘子涵", "残疾等级").mustNot(t, "赵玉琴", "刘子轩", c.Number, "工资收入", string(c.ID))
		guest.get("/api/cases/"+string(c.ID)).must(t, 404).mustNot(t, "赵玉琴")
		other.get("/api/requests/"+id).must(t, 404).mustNot(t, "刘子涵")

		me := h.resident(county.ZhaoYuqin)
		me.get("/my/cases/"+string(c.ID)).must(t, 200, "请县残联审核人协查，2026年3月5日前答复", "钱进").mustNot(t, "还有没有效")
		me.get("/my/seen").must(t, 200, "钱进", "协查", "只看得到需要的几项")

		guest.press(one, "答复", "disability_grade", "二级", "reason", "证件有效，到 2030 年。").must(t, 200, "答复了")
		guest.get(one.path).must(t, 200, "不再给您看").mustNot(t, "刘子涵的残疾等级")
		done := v.get("/staff/cases/"+string(c.ID)).must(t, 200, "证件有效，到 2030 年。", "答复了")
		if !strings.Contains(squeeze(done.Find("#facts").Closest("section").Text()), "残联") {
			t.Error("the case does not show who vouches for the grade")
		}
		v.get("/staff/joint").must(t, 200, "我请的", "县残联审核人 钱进", "答复了协查")
		me.get("/my/cases/"+string(c.ID)).must(t, 200, "县残联审核人答复了协查").mustNot(t, "2030")
	})
}

func TestARequestComesBackWithWhatWasTyped(t *testing.T) {
	t.Parallel()
	h := open(t, app.Config{})
	c := handedIn(t, h)
	v := h.staff(holder(t, h, c))
	path := "/staff/cases/" + string(c.ID) + "/joint"
	p := v.get(path+"?kind=assist&to=township-clerk@390121001").must(t, 200, "请柳溪街道经办人协查")
	back := v.press(p, "请对方", "text", "看", "facts", "存款|m1").must(t, 422, "要对方做什么", "写明依据")
	if n := back.Find("input[name=facts][checked]").Length(); n != 1 {
		t.Errorf("%d facts are still ticked", n)
	}
}

func TestColleaguesWriteBesideACaseAndTheApplicantDoesNotSeeIt(t *testing.T) {
	t.Parallel()
	h := open(t, app.Config{})
	c := handedIn(t, h)
	login := holder(t, h, c)
	v := h.staff(login)
	p := v.get("/staff/cases/"+string(c.ID)).must(t, 200, "写批注")
	officer := ""
	p.Find("[name='comment.mentions']").Each(func(_ int, s *selection) {
		if strings.Contains(s.Parent().Text(), "周敏") {
			officer = s.AttrOr("value", "")
		}
	})
	p = v.press(p, "写上", "words", "存款和上次差得多，请帮着看看", "mentions", officer).must(t, 200, "提到周敏")
	boss := h.staff("xianju1")
	list := boss.get("/staff/joint").must(t, 200, "没看过", "存款和上次差得多", "提到您")
	boss.get(strings.Split(link(t, list, "存款和上次"), "#")[0]).must(t, 200, "提到您")
	boss.get("/staff/joint").must(t, 200, "存款和上次").mustNot(t, "没看过")
	h.resident(county.ZhaoYuqin).get("/my/cases/"+string(c.ID)).must(t, 200).mustNot(t, "差得多")
	v.press(v.get("/staff/cases/"+string(c.ID)), "撤回这条").must(t, 200, "写了一条，又撤回了").mustNot(t, "差得多")
	h.staff("shenji").post("/staff/cases/"+string(c.ID)+"/comments", "comment.words", "x").must(t, 403)
}

func TestAHeadSendsSomebodyAwayAndTheirWorkGoesOn(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		c := handedIn(t, h)
		login := holder(t, h, c)
		other := strings.TrimSuffix(login, "a") + "b"
		if strings.HasSuffix(login, "b") {
			other = strings.TrimSuffix(login, "b") + "a"
		}
		head := h.staff("fuze" + login[len("jingban"):len("jingban")+2])
		p := head.get("/staff/joint").must(t, 200, "登记离岗")
		head.press(p, "登记", "from", "2026-03-05", "until", "2026-03-04").must(t, 422, "最后一天不能早于第一天")
		head.press(p, "登记", "who", c.Assignee, "from", "2026-03-02", "until", "2026-03-06", "to", "share", "reason", "外出培训").must(t, 200, "正在转给同事", "3月2日")
		h.jobs()
		if got := holder(t, h, c); got != other {
			t.Fatalf("the case is with %s, want %s", got, other)
		}
		h.staff(other).get("/staff/cases/"+string(c.ID)).must(t, 200, "外出培训")
		head.press(head.get("/staff/joint"), "回来了").must(t, 200, "又可以分事情")
	})
}

// A process that has taken a hand-over dies: its claim runs out, another does
// it, and no case is moved twice.
func TestAHandOverWhoseProcessDiedIsDoneByAnother(t *testing.T) {
	t.Parallel()
	h := open(t, app.Config{})
	c := handedIn(t, h)
	who := casework.Actor{ID: c.Assignee, Name: "x", Role: "township-clerk"}
	err := h.DB.Do(t.Context(), func(tx *db.Tx) error {
		return h.Desk.HandOver(t.Context(), tx, casework.Leaving{From: c.Assignee, Reason: "休假", Who: who})
	})
	if err != nil {
		t.Fatal(err)
	}
	err = h.DB.Do(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), `UPDATE job_job SET claimed_until = ?, attempt = attempt + 1 WHERE kind = 'casework.leave'`, db.Millis(tx.Now.Add(120e9)))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	h.jobs()
	if now, _ := casework.Find(t.Context(), h.DB, c.ID); now.Assignee != c.Assignee {
		t.Fatal("somebody else did a job that is claimed")
	}
	h.later(day / 12)
	now, err := casework.Find(t.Context(), h.DB, c.ID)
	if err != nil || now.Assignee == c.Assignee || now.Assignee == "" {
		t.Fatalf("it is still with %q: %v", now.Assignee, err)
	}
	past, err := h.Desk.Timeline(t.Context(), h.DB, c.ID)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, e := range past {
		if e.Code == "reassign" {
			n++
		}
	}
	if n != 1 {
		t.Errorf("it was handed over %d times", n)
	}
}
