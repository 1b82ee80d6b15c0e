package app_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"minzheng/app"
	"minzheng/app/demo"
	"minzheng/app/demo/county"
	"minzheng/kernel/auth"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
)

// registered has 黄秀兰 hand an application in at 柳溪街道, as somebody who is
// registered in home.
func registered(t *testing.T, h *house, home string) (me *visitor, id string) {
	t.Helper()
	if err := h.DB.Do(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), `UPDATE people_person SET region = '' WHERE number_ix = ?`, h.People.Index(county.HuangXiulan))
		return err
	}); err != nil {
		t.Fatal(err)
	}
	me = h.resident(county.HuangXiulan)
	p := me.post("/apply/canji-huli").must(t, 200, "我的户籍不在清溪县", "可以在这里交")
	me.press(p, "下一题", "place", "390121001", "home", "没有这个县").must(t, 422, "没有找到这个县")
	p = me.press(me.get(p.path), "下一题", "place", "390121001", "home", home).must(t, 200)
	p = me.press(p, "下一题", "phone", "19000000031", "address", "文昌路 18 号")
	p = me.press(p, "下一题", "care_months", "600")
	p = me.press(p, "下一题", "similar_care", "0")
	p = me.press(p, "传好了")
	me.press(p, "交上去", "agree", "1", "declare", "1").must(t, 200, "受理号", "柳溪街道查材料", home+"办理")
	id, err := db.One(t.Context(), h.DB, db.Value[string], `SELECT id FROM casework_case`)
	if err != nil {
		t.Fatal(err)
	}
	return me, id
}

func TestAnApplicationOfAnotherCountyIsCheckedHereAndSentThereSigned(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		me, id := registered(t, h, "成都市武侯区")
		clerk := h.staff("jingban01a")
		p := clerk.get("/staff/cases/"+id).must(t, 200, "跨省通办", "这里只查材料齐不齐", "最晚")
		if got := clerk.post("/staff/cases/"+id+"/acts/accept", "accept.reason", ""); got.status < 400 {
			t.Errorf("what another county decides is accepted here: %d", got.status)
		}
		p = clerk.press(p, "材料齐全，转过去").must(t, 200, "办好了", "已经转到成都市武侯区")
		me.get("/my/cases/"+id).must(t, 200, "材料齐全，转到成都市武侯区", "成都市武侯区办理")
		var f casework.TransferFile
		if err := json.Unmarshal([]byte(clerk.get("/staff/cases/"+id+"/transfer/transfer.json").raw), &f); err != nil {
			t.Fatal(err)
		}
		if !h.Box.Verify(f.Record, f.Signature.Value) {
			t.Error("the file's signature does not hold")
		}
		f.Record[len(f.Record)/2] ^= 1
		if h.Box.Verify(f.Record, f.Signature.Value) {
			t.Error("a changed file passes")
		}
		clerk.get("/staff/cases/"+id+"/transfer/letter.pdf").must(t, 200)
		clerk.press(p, "记下结果").must(t, 422, "请写户籍地怎么答复的")
		clerk.press(p, "记下结果", "answer", "已经批准，下月起发").must(t, 200, "这件事已经办完了")
		me.get("/my/cases/"+id).must(t, 200, "答复：已经批准，下月起发")
	})
}

func TestAnApplicationOfAnotherCountyOfTheHouseGoesToItsTownship(t *testing.T) {
	local := t.TempDir()
	if err := os.MkdirAll(filepath.Join(local, "places"), 0o700); err != nil {
		t.Fatal(err)
	}
	places := "390122001\t望江街道\t390122\n"
	if err := os.WriteFile(filepath.Join(local, "places", "wangchuan.tsv"), []byte(places), 0o600); err != nil {
		t.Fatal(err)
	}
	h := open(t, app.Config{Local: local})
	hash, err := h.Auth.HashPassword(t.Context(), demo.Password)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.DB.Do(t.Context(), func(tx *db.Tx) error {
		_, err := auth.Add(t.Context(), tx, auth.NewAccount{Login: "wangjiang", Name: "江河", Password: hash, Grants: []auth.Grant{{Role: "township-clerk", Region: "390122001"}}})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	me, id := registered(t, h, "云岭市望川县")
	clerk := h.staff("jingban01a")
	p := clerk.get("/staff/cases/"+id).must(t, 200, "转到哪个乡镇")
	clerk.press(p, "材料齐全，转过去", "township", "390122001").must(t, 200)
	c, err := casework.Find(t.Context(), h.DB, casework.ID(id))
	if err != nil {
		t.Fatal(err)
	}
	if c.Region != "390122001" || c.County != "390122" || c.Office != "390122001" || c.Step != "submitted" {
		t.Errorf("it lies in %s of %s at %s, step %s", c.Region, c.County, c.Office, c.Step)
	}
	clerk.get("/staff/cases/"+id).must(t, 404)
	me.get("/my/cases/"+id).must(t, 200, "材料齐全，转到", "待受理", "望江街道")
}

func TestWhoIsRegisteredElsewhereIsToldWhereToGo(t *testing.T) {
	h := open(t, app.Config{})
	if err := h.DB.Do(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), `UPDATE people_person SET region = '' WHERE number_ix = ?`, h.People.Index(county.SunGuoping))
		return err
	}); err != nil {
		t.Fatal(err)
	}
	h.resident(county.SunGuoping).post("/apply/dibao").must(t, 200, "这件事要由户籍地的乡镇（街道）办", "临时救助（急难型）")
}
