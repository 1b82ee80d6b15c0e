package offer_test

import (
	"errors"
	"testing"
	"time"

	"minzheng/kernel/area"
	"minzheng/kernel/db"
	"minzheng/kernel/job"
	"minzheng/kernel/notify"
	"minzheng/kernel/people"
)

// invite runs the morning's job and returns when it wants to come again.
func (h *house) invite() error {
	h.t.Helper()
	then, err := h.offers.Invite(h.ctx, job.Job{})
	if err == nil {
		h.do(func(tx *db.Tx) error { return then(h.ctx, tx) })
	}
	return err
}

func (h *house) inbox(p people.Person) []notify.Received {
	h.t.Helper()
	all, err := h.desk.Notify.Inbox(h.ctx, h.db, string(p.ID), 10)
	h.must(err)
	return all
}

func TestWhoIsFoundAtNightIsToldOnceInTheMorning(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, h *house) {
		phoned := h.person("1946-03-01")
		silent := h.person("1946-03-01", func(p *people.Person) { p.Phone = "" })
		night := h.today().Start().Add(2 * time.Hour)
		h.now.Store(&night)
		h.sweep()
		var again job.Again
		if err := h.invite(); !errors.As(err, &again) || !again.At.Equal(h.today().Start().Add(9*time.Hour)) || len(h.inbox(phoned)) > 0 {
			t.Fatalf("at two in the night the job gives %v and %d are told", err, len(h.inbox(phoned)))
		}
		morning := night.Add(7 * time.Hour)
		h.now.Store(&morning)
		for range 2 {
			h.must(h.invite())
		}
		all := h.inbox(phoned)
		if len(all) != 1 || all[0].Link != "/my/offers/"+h.of(phoned)[0].ID || len(h.inbox(silent)) != 0 {
			t.Fatalf("told are %+v, and without a phone %d", all, len(h.inbox(silent)))
		}
		if o := h.of(phoned)[0]; o.State != area.Made {
			t.Errorf("telling makes it %s", o.State)
		}
		if n := h.count(`SELECT COUNT(*) FROM notify_delivery WHERE subject = ?`, "offer/"+h.of(phoned)[0].ID); n != 1 {
			t.Errorf("%d deliveries go out", n)
		}
	})
}
