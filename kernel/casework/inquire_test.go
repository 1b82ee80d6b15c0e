package casework_test

import (
	"slices"
	"strings"
	"testing"

	"minzheng/kernel/audit"
	"minzheng/kernel/casework"
	"minzheng/kernel/catalog"
	"minzheng/kernel/exchange"
	"minzheng/kernel/people"
)

func TestAnInquiryAsksDepartmentsAndKeepsOnlyThatItDid(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, h *house) {
		p, child := h.person("赵玉琴"), h.person("王小雨")
		child.Birth = date("2015-03-01")
		h.say("/police", `{"found":true,"values":{"local_hukou":true,"name":"赵玉琴"}}`)
		h.say("/tax", `{"found":true,"values":{"wage":90000}}`)
		h.say("/bank", `not json`)
		got, err := h.desk.Inquire(t.Context(), casework.Inquiry{Who: p, About: map[string]people.Person{"m1": p, "m2": child}, Services: []*catalog.Service{h.service}})
		h.must(err)
		var said []string
		for _, f := range got.Facts {
			said = append(said, f.Name+f.About+f.Value.String())
		}
		slices.Sort(said)
		if want := "工资收入m1¥900.00 本县户籍m1是 本县户籍m2是"; strings.Join(said, " ") != want {
			t.Errorf("told %v, want %s", said, want)
		}
		if !slices.Equal(got.Silent, []string{"银行"}) {
			t.Errorf("silent are %v", got.Silent)
		}
		if n := h.times("/bank", "王小雨") + h.times("/tax", "王小雨"); n != 0 {
			t.Errorf("a child was asked about %d times where only the grown are", n)
		}
		about, err := exchange.About(t.Context(), h.desk.DB, h.desk.People.Index(p.Number), 10)
		h.must(err)
		if len(about) != 3 {
			t.Fatalf("%d receipts about her, want 3", len(about))
		}
		for _, q := range about {
			if !strings.HasPrefix(q.Purpose, "本人想知道能享受什么") || q.Law == "" || strings.Contains(q.Fields, "name") {
				t.Errorf("receipt %+v", q)
			}
		}
		log, err := h.desk.Audit.About(t.Context(), h.desk.DB, string(p.ID), 10)
		h.must(err)
		if len(log) != 1 || log[0].Verb != audit.Ask {
			t.Errorf("the log says %v", log)
		}
		for _, table := range []string{"casework_case", "casework_told", "casework_lookup", "casework_draft"} {
			if n := h.count(`SELECT COUNT(*) FROM ` + table); n != 0 {
				t.Errorf("%d rows in %s", n, table)
			}
		}
	})
}

func TestWhatWasSaidBeforeStandsInTheDraft(t *testing.T) {
	t.Parallel()
	h := small(t)
	p := h.person("赵玉琴")
	dr := casework.NewDraft(p, h.service, liuxi)
	dr.Members = append(dr.Members, casework.DraftMember{Key: "m2", Relation: "配偶", Together: "是", Born: "1980-01-01"}, casework.DraftMember{Key: "m3", Relation: "儿子", Together: "是", Born: "2015-01-01"})
	fill := casework.Filling{Said: map[string]map[string]string{"m1": {"wage": "500", "business_income": "0"}, "m2": {"wage": "?", "business_income": "?"}},
		Told: map[string]map[string]string{"": {"reason": "冷"}}}
	dr.Fill(h.service, fill, h.desk.DB.Now())
	for key, want := range map[string]bool{"contact": false, "money/m1": true, "money/m2": false, "money/m3": false} {
		if dr.Done[key] != want {
			t.Errorf("%s is done: %v, want %v", key, dr.Done[key], want)
		}
	}
	if dr.Answers["m1"]["wage"] != "500" || dr.Answers["m2"]["wage"] != "?" || dr.Answers["m2"]["business_income"] != "" || dr.Answers[""]["reason"] != "冷" {
		t.Errorf("the draft holds %v", dr.Answers)
	}
	dr.Keep(dr.Turns(h.service, date("2026-03-02"))[1], nil, true)
	dr.Fill(h.service, fill, h.desk.DB.Now())
	if dr.Answers["m1"]["wage"] != "" {
		t.Error("a page that was answered is filled again")
	}
	for _, turn := range dr.Turns(h.service, date("2026-03-02")) {
		if turn.Member == "m3" {
			t.Error("the child without a number counts as grown")
		}
		dr.Done[turn.Key()] = true
	}
	if _, err := h.handIn(h.desk, dr, p); err == nil {
		t.Error("handed in with a member who has no name and no number")
	}
}
