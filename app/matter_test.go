package app_test

import (
	"strings"
	"testing"

	"minzheng/app"
	"minzheng/app/demo/county"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/people"
)

func TestADeathIsToldOnceAndEachPartGoesItsOwnWay(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		rechecked(t, h)
		me := h.resident(county.ZhaoYuqin)
		me.get("/services").must(t, 200, "几件一起办", "身后一件事", "新婚一件事")
		form := me.get("/matters/shenhou").must(t, 200, "去世的是谁", "要办哪几件")
		said := []string{"name", "刘子轩", "number", county.LiuZixuan, "on", "2026-03-01", "phone", "13800000000", "reason", "家里一下子过不下去"}
		me.press(form, "开始办", append(said, "on", "2099-01-01")...).must(t, 422, "不能晚于今天", "请至少选一件")
		me.press(form, "开始办", append(said, "name", "王建军", "number", county.WangJianjun)...).must(t, 422, "查不到您和这个人是一家")

		values := form.Find("form[action='/matters/shenhou']").First()
		once := values.Find("[name=once]").AttrOr("value", "")
		sent := append([]string{"once", once, "agree", "report", "agree", "visit", "agree", "jinan"}, said...)
		p := me.post("/matters/shenhou", sent...).must(t, 200, "开始办了", "告诉了", "还有 2 件", "前答复您", "没有选")
		if again := me.post("/matters/shenhou", sent...); again.path != p.path {
			t.Errorf("sent twice it is two matters: %s and %s", p.path, again.path)
		}
		me.post("/matters/shenhou", append([]string{"once", "another", "agree", "report"}, said...)...).must(t, 422, "您已经在办了")
		h.resident(county.LiXiufen).get(p.path).must(t, 404)

		c := openRecheck(t, h) // the area looks at the benefit by itself
		facts, err := h.Desk.Facts(t.Context(), h.DB, c.ID)
		if err != nil {
			t.Fatal(err)
		}
		if day, ok := facts.Get("去世日期", "m3"); !ok || day.String() != "2026-03-01" && !strings.Contains(day.String(), "3月1日") {
			t.Errorf("the day of death is %v", day)
		}
		h.staff("xianju1").get("/staff/cases/"+string(c.ID)).must(t, 200, "属于身后一件事", "乡镇（街道）上门看看", "正在办", "申请临时救助").mustNot(t, "家里一下子过不下去")

		task, err := db.One(t.Context(), h.DB, db.Value[string], `SELECT login FROM auth_account WHERE id = (SELECT assignee FROM joint_request WHERE kind = 'task')`)
		if err != nil {
			t.Fatal(err)
		}
		clerk := h.staff(task)
		one := clerk.get(link(t, clerk.get("/staff/joint").must(t, 200, "身后一件事"), "一件事里的任务")).must(t, 200, "刘子轩", "13800000000")
		h.staff("canlian").get(one.path).must(t, 404)
		clerk.press(one, "办好了", "reason", "去看过了，殡葬费用可以减免，户口去派出所注销。").must(t, 200, "答复了")
		me.get(p.path).must(t, 200, "去看过了，殡葬费用可以减免", "还有 1 件")
		me.get("/my/messages").must(t, 200, "办好了")

		draft := me.press(me.get(p.path), "去办").must(t, 200)
		if !strings.HasPrefix(draft.path, "/draft/") {
			t.Fatalf("going on leads to %s", draft.path)
		}
		id := strings.Split(draft.path, "/")[2]
		who, _ := db.One(t.Context(), h.DB, db.Value[string], `SELECT person FROM joint_matter WHERE code = 'shenhou'`)
		d, err := h.Desk.FindDraft(t.Context(), h.DB, people.ID(who), id)
		if err != nil {
			t.Fatal(err)
		}
		if d.Answers[""]["phone"] != "13800000000" || d.Answers[""]["reason"] != "家里一下子过不下去" {
			t.Errorf("the draft has %v", d.Answers)
		}
		me.get(p.path).must(t, 200, "等您写完", "接着写")
		me.get("/my").must(t, 200, "身后一件事", "办好 2 件，共 3 件")
		me.post("/draft/" + id + "/drop")
		me.get(p.path).must(t, 200, "等您办")
	})
}

func TestAWeddingIsToldOnceAndTheFamilyIsLookedAtAgain(t *testing.T) {
	t.Parallel()
	h := open(t, app.Config{})
	c := rechecked(t, h)
	me := h.resident(county.ZhaoYuqin)
	form := me.get("/matters/xinhun").must(t, 200, "和您结婚的是谁")
	if strings.Contains(form.Text(), "预约结婚登记") != (me.get("/my/marriage/book").status == 200) {
		t.Error("booking is offered without a page, or is not though there is one")
	}
	once := form.Find("[name=once]").AttrOr("value", "")
	p := me.post("/matters/xinhun", "once", once, "name", "孙国平", "number", county.SunGuoping, "phone", "13800000000", "agree", "came", "agree", "may").must(t, 200, "告诉了", "等您办")
	again := openRecheck(t, h)
	members, err := h.Desk.Members(t.Context(), h.DB, again.ID)
	if err != nil {
		t.Fatal(err)
	}
	if last := members[len(members)-1]; last.Number != county.SunGuoping || last.Relation != "配偶" || !last.Consented.IsZero() {
		t.Errorf("who has come is %s, %s", last.Relation, last.ConsentBy)
	}
	if again.Again != c.ID {
		t.Errorf("it looks again at %s", again.Again)
	}
	me.press(me.get(p.path), "去办").must(t, 200, "我能享受什么")
	me.get(p.path).must(t, 200, "去看过了", "选的几件都办好了")
	h.resident(county.SunGuoping).get("/my").must(t, 200, "同意")
}

func TestATaskThatNobodyDoesIsEscalated(t *testing.T) {
	t.Parallel()
	h := open(t, app.Config{})
	me := h.resident(county.ZhaoYuqin)
	me.post("/matters/shenhou", "once", "x", "name", "刘子轩", "number", county.LiuZixuan, "on", "2026-03-01", "phone", "13800000000", "agree", "visit").must(t, 200, "前答复您")
	h.later(10 * day)
	h.resident(county.ZhaoYuqin).get("/my/messages").must(t, 200, "超期")
	heads, err := db.All(t.Context(), h.DB, db.Value[casework.ID], `SELECT a.login FROM auth_account AS a JOIN auth_grant AS g ON g.account = a.id WHERE g.role = 'township-head' AND g.region = '390121100'`)
	if err != nil || len(heads) == 0 {
		t.Fatalf("no head: %v", err)
	}
	h.staff(string(heads[0])).get("/staff/joint").must(t, 200, "超期", "请督促").mustNot(t, "刘子轩")
}
