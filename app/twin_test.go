package app_test

import (
	"fmt"
	"strings"
	"testing"

	"minzheng/app/demo/county"
	"minzheng/kernel/db"
	"minzheng/kernel/people"
)

func TestSomebodyWhoIsThereTwiceIsMergedByOneAndTakenBackByAnother(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		wrong := county.ZhaoYuqin[:15] + string('0'+(county.ZhaoYuqin[15]-'0'+1)%10) + county.ZhaoYuqin[16:]
		who, err := h.People.ByNumber(t.Context(), h.DB, county.ZhaoYuqin)
		if err != nil {
			t.Fatal(err)
		}
		if err := h.DB.Do(t.Context(), func(tx *db.Tx) error {
			_, err := h.People.Add(t.Context(), tx, people.Person{Name: who.Name, Number: wrong, Birth: who.Birth, Region: who.Region})
			return err
		}); err != nil {
			t.Fatal(err)
		}
		v := h.staff("xianju1")
		v.press(v.get("/staff/twins").must(t, 200, "没有要看的"), "现在找一遍").must(t, 200, "正在找")
		h.jobs()
		p := v.get("/staff/twins").must(t, 200, "身份证号只差第 16 位", "姓名和出生日期都一样", "校验码不对")
		p.mustNot(t, wrong, county.ZhaoYuqin)
		id := text(t, h, `SELECT id FROM people_twin`)
		keep := "a"
		if text(t, h, `SELECT a FROM people_twin`) != string(who.ID) {
			keep = "b"
		}
		v.press(p, "记下", "what-"+id, keep).must(t, 422, "请写明怎么知道的")
		p = v.press(p, "记下", "what-"+id, keep, "reason-"+id, "看了身份证，登记时写错一位").must(t, 200, "合并好了", "并入")
		if p.Find("button:contains('撤销这次合并')").Length() != 0 {
			t.Error("whoever merged may take it back")
		}
		if got, err := h.People.ByNumber(t.Context(), h.DB, wrong); err != nil || got.ID != who.ID {
			t.Errorf("the wrong number finds %s, %v", got.ID, err)
		}
		merge := text(t, h, `SELECT id FROM people_merge`)
		v.post("/staff/twins/merges/"+merge, "why-"+merge, "反悔了").must(t, 403, "另一位")
		other := h.staff("fuze01")
		for i := 2; !strings.Contains(other.get("/staff/twins").raw, "赵玉琴"); i++ { // of her township
			other = h.staff(fmt.Sprintf("fuze%02d", i))
		}
		p = other.get("/staff/twins").must(t, 200, "赵玉琴")
		other.press(p, "撤销这次合并").must(t, 422, "请写明为什么撤销")
		other.press(p, "撤销这次合并", "why-"+merge, "问了本人，是两个人").must(t, 200, "撤销了", "还是两个人")
	})
}
