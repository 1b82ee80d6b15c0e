package app_test

import (
	"testing"

	"minzheng/app"
	"minzheng/app/demo/county"
	"minzheng/kernel/exchange"
)

func TestTheCounterAsksForNothingBeyondItsPurpose(t *testing.T) {
	h := open(t, app.Config{})
	q := exchange.Question{Source: "police.household", Subject: "marriage-visit/1", Number: county.LiXiufen, Name: "李秀芬", Index: h.People.Index(county.LiXiufen),
		County: county1, Actor: "hunyin1", Purpose: "办理结婚登记，核对双方身份和婚姻状况", Law: "婚姻登记条例 第10条"}
	for field, cause := range map[string]exchange.Cause{"birth": "", "local_hukou": exchange.Ungranted} {
		q.Fields = []string{field}
		if a := h.Exchange.Ask(t.Context(), []exchange.Question{q})[0]; a.Cause != cause {
			t.Errorf("asking for %s ends with %s (%s), want %q", field, a.Outcome, a.Cause, cause)
		}
	}
	q.Fields, q.Purpose = []string{"birth"}, "看看"
	if a := h.Exchange.Ask(t.Context(), []exchange.Question{q})[0]; a.Cause != exchange.Ungranted {
		t.Errorf("another purpose ends with %s (%s)", a.Outcome, a.Cause)
	}
}
