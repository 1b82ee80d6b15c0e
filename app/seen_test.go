package app_test

import (
	"strings"
	"testing"
	"time"

	"minzheng/app/demo/county"
	"minzheng/areas/marriage/counter"
	"minzheng/areas/marriage/register"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/people"
)

// mate is a member of a case who has not agreed to anything.
func mate(t *testing.T, h *house, c casework.Case) casework.Member {
	t.Helper()
	all, err := h.Desk.Members(t.Context(), h.DB, c.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range all[1:] {
		if m.Consented.IsZero() || m.ConsentBy == "guardian" {
			return m
		}
	}
	t.Fatalf("nobody among %d members has not agreed", len(all))
	return casework.Member{}
}

func TestWhoLookedIsToldWithoutTellingOfOthers(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		c := proposed(t, h)
		h.jobs()
		resident := h.resident(county.ZhaoYuqin)
		p := resident.get("/my/seen").must(t, 200, "向税务查询", "看了这份申请", "社会救助法", c.Number)
		if n := p.Find("form[action='/my/seen/question']").Length(); n == 0 {
			t.Fatal("no entry can be questioned")
		}
		resident.get("/my/seen?kind=look").must(t, 200, "看了这份申请").mustNot(t, "向税务查询")
		resident.get("/my/seen?kind=query&since=30").must(t, 200, "向税务查询").mustNot(t, "看了这份申请")

		m := mate(t, h, c)
		silent := func(p page) {
			p.mustNot(t, c.Number, c.Name, "低保", "最低生活保障", "社会救助法", "向税务", "3月2日")
		}
		other := h.resident(m.Number)
		p = other.get("/my/seen").must(t, 200, "没有记录")
		silent(p)
		h.later(31 * 24 * time.Hour)
		other = h.resident(m.Number)
		p = other.get("/my/seen?kind=look").must(t, 200, "别人的事里用到您的信息", "2026年3月", "个人信息保护法")
		silent(p)
	})
}

func TestAQuestionedEntryIsAnsweredWithinItsClock(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		proposed(t, h)
		resident := h.resident(county.ZhaoYuqin)
		p := resident.get("/my/seen?kind=look").must(t, 200)
		key := p.Find("input[name=key]").First().AttrOr("value", "")
		resident.post("/my/seen/question", "key", key, "kind", "not-me", "words", "我没有请人看").must(t, 200, "已经交给数据专员", "最晚 2026年3月", "我没有请人看")
		resident.post("/my/seen/question", "key", "a/of-somebody-else", "kind", "not-me").must(t, 404, "没有找到这条记录")
		resident.post("/my/seen/question", "key", key, "kind", "other").must(t, 400, "请选一个")

		clerk := h.staff("jingban01a")
		clerk.get("/staff/privacy").must(t, 200, "人在柜台").mustNot(t, "居民对查看记录的提问")
		leader := h.staff("xianju1")
		p = leader.get("/staff/privacy").must(t, 200, "赵玉琴", "这次不是我办的", "最晚")
		link := p.Find("a[href*='/staff/privacy/questions/']").First().AttrOr("href", "")
		clerk.get(link).must(t, 403)
		leader.post(link, "outcome", "proper", "text", "受理时按规定看的材料。").must(t, 403, "数据专员答复")
		officer := h.staff("shuju")
		officer.get(link).must(t, 200, "我没有请人看", "后面的实情", "看了这份申请")
		officer.post(link, "outcome", "", "text", "短").must(t, 422, "请选查下来的结果", "10 到 1000 个字")
		officer.post(link, "outcome", "proper", "text", "经办人受理您的申请时看的，是办这件事的人。").must(t, 200, "已经答复")
		officer.post(link, "outcome", "misuse", "text", "经办人受理您的申请时看的，是办这件事的人。").must(t, 409, "已经有人答复")
		resident = h.resident(county.ZhaoYuqin)
		resident.get("/my/seen/entry?key="+key).must(t, 200, "按规定办的", "经办人受理您的申请时看的")
		resident.get("/my/messages").must(t, 200, "您问的一条查看记录")
		resident.get("/my/seen").must(t, 200, "看答复", "数据专员")
		leader.get("/staff/privacy").must(t, 200, "1/1")
	})
}

func TestALockedNumberBeginsNothing(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		resident := h.resident(county.ZhaoYuqin)
		resident.get("/my/lock").must(t, 200, "没有上锁")
		resident.post("/my/lock").must(t, 200, "已经上锁")
		resident.press(apply(t, resident), "交上去", "agree", "1", "declare", "1").must(t, 409, "您给自己的身份证号上了锁")
		me, err := h.People.ByNumber(t.Context(), h.DB, county.ZhaoYuqin)
		if err != nil {
			t.Fatal(err)
		}
		if all, err := casework.Of(t.Context(), h.DB, me.ID); err != nil || len(all) != 0 {
			t.Fatalf("with a locked number there are cases: %v, %v", all, err)
		}
		p := resident.post("/my/lock/code").must(t, 200, "填验证码")
		challenge, code := p.Find("input[name=challenge]").AttrOr("value", ""), strings.TrimSpace(p.Find("[data-code]").Text())
		resident.post("/my/lock/open", "challenge", challenge, "code", "000000x").must(t, 422, "填验证码")
		resident.get("/my/lock").must(t, 200, "已上锁")

		clerk := h.staff("jingban01a")
		clerk.post("/staff/privacy/lock", "number", county.ZhaoYuqin, "reason", "手机丢了，核对了身份证原件").must(t, 422, "本人不在场的，不能打开")
		clerk.post("/staff/privacy/lock", "number", county.ZhaoYuqin, "present", "1", "reason", "好").must(t, 422, "至少 6 个字")
		clerk.post("/staff/privacy/lock", "number", county.ZhaoYuqin, "present", "1", "reason", "手机丢了，核对了身份证原件").must(t, 200, "临时打开 30 分钟")
		resident.get("/my/messages").must(t, 200, "临时打开了您身份证号的锁")
		resident.get("/my/seen").must(t, 200, "手机丢了，核对了身份证原件")

		resident.post("/my/lock/open", "challenge", challenge, "code", code).must(t, 200, "锁打开了")
	})
}

func TestWhoDidNotBeginAMatterIsToldOnce(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		s, err := h.Desk.Services().Find("gaoling-jintie")
		if err != nil {
			t.Fatal(err)
		}
		var p people.Person
		begin := func(key string, who casework.Actor) error {
			return h.DB.Do(t.Context(), func(tx *db.Tx) (err error) {
				if p, err = h.People.ByNumber(t.Context(), tx, county.ZhaoYuqin); err != nil {
					return err
				}
				_, err = h.Desk.OpenCase(t.Context(), tx, casework.Application{Key: key, Service: s, Applicant: p.ID, Region: p.Region, By: who,
					Members: []casework.Member{{Key: casework.Applicant, Name: p.Name, Number: p.Number, Relation: "本人", Birth: p.Birth}}})
				return err
			})
		}
		told := func() (n int) {
			all, err := h.Notify.Inbox(t.Context(), h.DB, string(p.ID), 50)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range all {
				if m.Title == "有人用您的身份证号办事" {
					n++
				}
			}
			return n
		}
		clerk := casework.Actor{ID: "clerk", Name: "何芳", Role: "township-clerk"}
		for range 2 {
			if err := begin("one", clerk); err != nil {
				t.Fatal(err)
			}
		}
		if n := told(); n != 1 {
			t.Fatalf("she is told %d times, want once", n)
		}
		if err := begin("own", casework.Actor{ID: string(p.ID), Name: p.Name, Role: "citizen"}); err != nil {
			t.Fatal(err)
		}
		resident := h.resident(county.ZhaoYuqin)
		resident.post("/my/lock/notice", "quiet", "1").must(t, 200, "以后不再马上告诉您")
		if err := begin("two", clerk); err != nil {
			t.Fatal(err)
		}
		if n := told(); n != 1 {
			t.Fatalf("after her choice she is told %d times", n)
		}
		resident.post("/my/lock").must(t, 200, "已经上锁")
		if err := begin("three", clerk); err == nil || !strings.Contains(err.Error(), "本人已上锁") {
			t.Fatalf("a clerk begins with a locked number: %v", err)
		}
	})
}

func TestALockedNumberIsNotMarriedUnawares(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		people := [2]counter.Person{{Number: county.ZhaoYuqin, Name: "赵玉琴", Declared: "离异"}, {Number: county.WangJianjun, Name: "王建军", Declared: "未婚"}}
		me, err := h.People.ByNumber(ctx, h.DB, county.ZhaoYuqin)
		if err != nil {
			t.Fatal(err)
		}
		lock := func(on bool) {
			if err := h.DB.Do(ctx, func(tx *db.Tx) error { return h.Seen.Lock(ctx, tx, me, on) }); err != nil {
				t.Fatal(err)
			}
		}
		clerk := register.Clerk{ID: "gu", Name: "顾晓岚", Office: "390121"}
		lock(true)
		if _, err := counter.New(h.Desk).Enter(ctx, clerk, counter.Enter{People: people}); !errs.Is(err, errs.Conflict) || !strings.Contains(err.Error(), "本人已上锁") {
			t.Fatalf("with a locked number: %v", err)
		}
		lock(false)
		if _, err := counter.New(h.Desk).Enter(ctx, clerk, counter.Enter{People: people}); err != nil {
			t.Fatal(err)
		}
		resident := h.resident(county.ZhaoYuqin)
		resident.get("/my/messages").must(t, 200, "用您的身份证号开始办了")
		resident.get("/my/seen").must(t, 200, "结婚登记").mustNot(t, "王建军", county.WangJianjun)
	})
}
