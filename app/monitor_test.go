package app_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"minzheng/app/demo/county"
	"minzheng/kernel/casework"
)

// watch has the feeds read and what they tell followed.
func watch(h *house) {
	h.t.Helper()
	h.later(11 * time.Minute)
	h.jobs()
	h.jobs()
}

func TestADepartmentsWordBringsSomebodyToTheFamilyAndBecomesHelp(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		c := rechecked(t, h)
		h.on(2026, time.April, 7)
		h.happens("hsa.costs", county.ZhaoYuqin, "medical", "2026-04-06", map[string]any{"medical_cost": 3_200_000})
		watch(h)
		id := text(t, h, `SELECT id FROM assistance_warning WHERE kind = 'medical' AND name = '赵玉琴'`)
		clerk := h.staff(holder(t, h, warned(t, h, id)))
		clerk.get("/staff/warnings").must(t, http.StatusOK, "赵玉琴", "医疗支出大", "红 · 最急")
		p := clerk.get("/staff/warnings/"+id).must(t, http.StatusOK, "医保告知：有人看病自己付的钱多", "近 12 个月一家自己付的医疗费到了红线", "最低生活保障", "一户一档")
		p = clerk.press(p, "联系上了", "contact_way", "电话", "contact_found", "药费借了三万，想申请临时救助").must(t, http.StatusOK, "已办：“联系上了”", "联系上了，在帮")
		if got := h.staff("xianju1").get("/staff/warnings/figures").must(t, http.StatusOK, "变成了救助", "试一条线"); got.Find("table").Length() != 3 {
			t.Errorf("%d tables beside the bars", got.Find("table").Length())
		}
		h.staff("xianju1").get("/staff/warnings/trial?parameter=医疗黄线&value=30").must(t, http.StatusOK, "最近一年的预警", "其中不会再发的")
		clerk.press(p, "已经有保障").must(t, http.StatusUnprocessableEntity, "请写明情况。")
		clerk.press(clerk.get("/staff/warnings/"+id), "已经有保障", "covered.reason", "医保已经给了大病救助").must(t, http.StatusOK, "这条预警已经办结")
		h.resident(county.ZhaoYuqin).get("/my").must(t, http.StatusOK).mustNot(t, "动态监测")
		h.staff("canlian").get("/staff/warnings").must(t, http.StatusNotFound)
		for _, login := range []string{"jingban12a", "fuze12"} {
			h.staff(login).get("/staff/warnings/"+id).must(t, http.StatusNotFound)
		}
		h.visitor().get("/public").must(t, http.StatusOK).mustNot(t, "动态监测")
		if got := text(t, h, `SELECT state FROM casework_case WHERE id = '`+string(c.ID)+`'`); got != casework.Approved {
			t.Errorf("the benefit's case is %s: a warning takes nothing away", got)
		}
		if text(t, h, `SELECT why FROM assistance_warning WHERE id = '`+id+`'`) == "" || strings.Contains(text(t, h, `SELECT why FROM assistance_warning WHERE id = '`+id+`'`), "32,000") {
			t.Error("why it was raised lies open in the database")
		}
	})
}

// warned is the case of a warning.
func warned(t *testing.T, h *house, warning string) casework.Case {
	t.Helper()
	c, err := casework.Find(t.Context(), h.DB, casework.ID(text(t, h, `SELECT case_id FROM assistance_warning WHERE id = '`+warning+`'`)))
	if err != nil {
		t.Fatal(err)
	}
	return c
}
