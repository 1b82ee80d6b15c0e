package casework_test

import (
	"context"
	"testing"

	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/catalog"
	"minzheng/kernel/job"
)

func TestTheClockRunsByTheRealCalendar(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		on, stepDue string // 3 working days for the step
		due         string // 30 working days in all
	}{
		{"2026-02-10", "2026-02-13", "2026-03-30"},
		{"2026-09-18", "2026-09-22", "2026-11-05"}, // 9-20 is worked
		{"2026-03-02", "2026-03-05", "2026-04-14"}, // 4-6 is off
	} {
		t.Run(c.on, func(t *testing.T) {
			t.Parallel()
			h := small(t)
			h.at(c.on)
			got := h.applied("赵玉琴")
			if got.Due != 0 || got.StepDue.String() != c.stepDue {
				t.Errorf("before 受理 due %v, step due %v; want none and %s", got.Due, got.StepDue, c.stepDue)
			}
			h.act(&got, "accept")
			if got.Accepted != date(c.on) || got.Due.String() != c.due || got.Provisional || got.StepDue.String() != c.stepDue {
				t.Errorf("accepted %v, due %v (provisional %v), step due %v; want %s, %s, false, %s", got.Accepted, got.Due, got.Provisional, got.StepDue, c.on, c.due, c.stepDue)
			}
			h.at("2026-12-31")
			h.act(&got, "checked")
			if got.Due.String() != c.due {
				t.Errorf("a later step moved the due day to %v", got.Due)
			}
		})
	}
}

func TestTheClockCountsWorkingDaysAndStopsWithTheCase(t *testing.T) {
	t.Parallel()
	h := small(t)
	c := h.until("accept")
	for _, w := range []struct {
		today     string
		day, left int
	}{{"2026-03-02", 0, 30}, {"2026-03-03", 1, 29}, {"2026-03-08", 4, 26}, {"2026-04-14", 30, 0}, {"2026-04-15", 31, -1}} {
		k, ok := h.desk.Clock(c, h.service, date(w.today))
		if !ok || k.Day != w.day || k.Left != w.left || k.Total != 30 {
			t.Errorf("on %s day %d, left %d (%v); want %d, %d", w.today, k.Day, k.Left, ok, w.day, w.left)
		}
	}
	h.at("2026-03-04")
	h.act(&c, "withdraw")
	if k, _ := h.desk.Clock(c, h.service, date("2026-05-06")); k.Day != 2 {
		t.Errorf("after it ended the clock runs on to day %d, want 2", k.Day)
	}
	if c.StepDue != 0 || c.Assignee != "" || c.IsOpen() {
		t.Errorf("an ended case still has step due %v, assignee %q, state %s", c.StepDue, c.Assignee, c.State)
	}
}

func TestAnUnloadedYearIsProvisionalUntilItIsKnown(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, h *house) {
		h.at("2026-12-21")
		c := h.until("accept")
		if !c.Provisional || c.Due.Year() != 2027 {
			t.Fatalf("due %v, provisional %v; want 2027 and provisional", c.Due, c.Provisional)
		}
		k, _ := h.desk.Clock(c, h.service, date("2026-12-22"))
		if !k.Provisional || k.Year != 2027 {
			t.Errorf("the clock says %+v, want provisional for 2027", k)
		}
		h.must(h.desk.Reclock(context.Background()))
		if again := h.find(c.ID); again.Revision != c.Revision {
			t.Error("the case is written again although nothing is known")
		}
		days, err := h.rooms.Calendar.With(calendar.Year{Year: 2027, Notice: "示例", Off: []calendar.Span{
			{Name: "元旦", From: date("2027-01-01"), To: date("2027-01-08")}, {Name: "国庆节", From: date("2027-10-01"), To: date("2027-10-07")}}})
		h.must(err)
		rooms := h.rooms
		rooms.Calendar, rooms.Queue = days, job.NewQueue(h.desk.DB, rooms.Log, 1)
		later := casework.New(rooms, casework.NewShelf(h.known, []*catalog.Service{h.service}), nil)
		h.must(later.Reclock(context.Background()))
		got := h.find(c.ID)
		if got.Provisional || got.Due.String() != "2027-02-09" {
			t.Errorf("due %v (provisional %v), want 2027-02-09: 8 days in December, then 22 from 11 January", got.Due, got.Provisional)
		}
		if n := h.count(`SELECT COUNT(*) FROM casework_case WHERE nearest = ?`, got.StepDue.String()); n != 1 {
			t.Errorf("the inbox is no longer sorted by the nearer deadline")
		}
	})
}
