package app_test

import (
	"strings"
	"testing"

	"minzheng/app/demo/county"
	"minzheng/areas/assistance"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/fact"
)

func TestNobodyIsInTwoHouseholdsThatReceiveTheSame(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		rechecked(t, h) // 刘子涵 lives on her mother's benefit
		begin := func(members ...relative) error {
			c := listed(t, h, "dibao", members...)
			s, err := h.Desk.Services().Version(t.Context(), h.DB, c.Version)
			if err != nil {
				t.Fatal(err)
			}
			facts, err := h.Desk.Facts(t.Context(), h.DB, c.ID)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range []string{"m1", "m2"} {
				facts.Tell(fact.Statement{Name: "共同生活", About: m, Value: fact.BoolOf(true), Source: "self", At: h.DB.Now()})
			}
			today := calendar.DayOf(h.DB.Now())
			c.Amount = 100_00
			return h.DB.Do(t.Context(), func(tx *db.Tx) error {
				return assistance.New().Effects["start-benefit"](t.Context(), tx, casework.Effecting{Case: c, Service: s, Facts: facts, Judgement: h.Desk.Judge(c, s, facts, today),
					Day: today, For: c.Applicant, Persons: len(members), Desk: h.Desk})
			})
		}
		err := begin(relative{"陈大山", county.ChenDashan, "本人"}, relative{"刘子涵", county.LiuZihan, "孙子女"})
		if !errs.Is(err, errs.Conflict) || !strings.Contains(errs.Sentence(err), "刘子涵已经算在另一户的低保里") {
			t.Errorf("the girl is in two households: %v, want a conflict", err)
		}
		if n := text(t, h, `SELECT CAST(COUNT(*) AS TEXT) FROM assistance_benefit`); n != "1" {
			t.Errorf("%s benefits, want 1", n)
		}
	})
}
