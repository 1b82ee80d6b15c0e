package notify_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"minzheng/kernel/db"
	"minzheng/kernel/db/dbtest"
	"minzheng/kernel/errs"
	"minzheng/kernel/job"
	"minzheng/kernel/notify"
	"minzheng/kernel/secret"
)

// carrier fails as often as it is told and remembers what it was given.
type carrier struct {
	fail  int
	why   error
	given []notify.Outgoing
}

func (c *carrier) Deliver(_ context.Context, o notify.Outgoing) (string, error) {
	c.given = append(c.given, o)
	if len(c.given) <= c.fail {
		return "", c.why
	}
	return fmt.Sprintf("r%d", len(c.given)), nil
}

type house struct {
	t     *testing.T
	db    *db.DB
	out   *notify.Outbox
	queue *job.Queue
	sms   *carrier
	now   time.Time
}

func open(t *testing.T, d *db.DB) *house {
	t.Helper()
	box, err := secret.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	h := &house{t: t, sms: &carrier{}, now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
	h.db = d.At(func() time.Time { return h.now })
	h.out = notify.New(h.db, box, map[string]notify.Channel{"sms": h.sms, "wechat": &carrier{}})
	h.queue = job.NewQueue(h.db, slog.New(slog.DiscardHandler), 2)
	h.queue.Handle(notify.JobKind, h.out.Handler())
	return h
}

func (h *house) do(fn func(*db.Tx) error) {
	h.t.Helper()
	if err := h.db.Do(h.t.Context(), fn); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) send(m notify.Message) {
	h.t.Helper()
	h.do(func(tx *db.Tx) error { return h.out.Send(h.t.Context(), tx, m) })
}

// after runs what is due after a while.
func (h *house) after(wait time.Duration) {
	h.t.Helper()
	h.now = h.now.Add(wait)
	if err := h.queue.RunDue(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) deliveries() []notify.Delivery {
	h.t.Helper()
	all, err := h.out.Deliveries(h.t.Context(), h.db, "case/1")
	if err != nil {
		h.t.Fatal(err)
	}
	return all
}

func (h *house) unread(person string) int {
	h.t.Helper()
	n, err := h.out.Unread(h.t.Context(), h.db, person)
	if err != nil {
		h.t.Fatal(err)
	}
	return n
}

func each(t *testing.T, f func(t *testing.T, h *house)) {
	dbtest.Each(t, func(t *testing.T, fresh func(...db.Schema) *db.DB) {
		t.Parallel()
		f(t, open(t, fresh(job.Schema(), notify.Schema())))
	})
}

func decided() notify.Message {
	return notify.Message{Key: "case/1/decided", To: "p1", Phone: "13900001234", Title: "低保申请有结果了",
		Text: "每月 1210 元，从四月起。", Short: "您的申请有结果了，请登录查看。", Link: "/my/cases/1", Subject: "case/1",
		Channels: []string{"app", "sms", "wechat"}}
}

func TestAMessageReachesTheInboxAndTheCarriersOnce(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.send(decided())
		h.send(decided()) // the act was repeated
		h.after(0)
		h.send(decided())
		h.after(time.Hour)
		if len(h.sms.given) != 1 {
			t.Fatalf("%d SMS, want 1", len(h.sms.given))
		}
		if o := h.sms.given[0]; o.Phone != "13900001234" || o.Text != "您的申请有结果了，请登录查看。" || o.To != "p1" || o.Link != "/my/cases/1" {
			t.Errorf("the carrier was given %+v", o)
		}
		all := h.deliveries()
		if len(all) != 2 {
			t.Fatalf("%d deliveries, want 2", len(all))
		}
		for _, d := range all {
			if d.State != notify.Sent || d.Tries != 1 || d.Receipt != "r1" || d.Done.IsZero() {
				t.Errorf("delivery %+v, want sent at the first try", d)
			}
		}
		inbox, err := h.out.Inbox(t.Context(), h.db, "p1", 10)
		if err != nil || len(inbox) != 1 || inbox[0].Text != "每月 1210 元，从四月起。" || inbox[0].Read {
			t.Fatalf("inbox %+v, %v", inbox, err)
		}
	})
}

func TestAMessageOfAFailedActIsNeverSent(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		err := h.db.Do(t.Context(), func(tx *db.Tx) error {
			return errors.Join(h.out.Send(t.Context(), tx, decided()), errors.New("the act failed"))
		})
		if err == nil {
			t.Fatal("the act did not fail")
		}
		h.after(time.Hour)
		if len(h.sms.given) != 0 || h.unread("p1") != 0 || len(h.deliveries()) != 0 {
			t.Fatalf("sent %d, unread %d, deliveries %d; want none", len(h.sms.given), h.unread("p1"), len(h.deliveries()))
		}
	})
}

func TestAnInboxIsItsOwnersAlone(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.send(decided())
		other := decided()
		other.Key, other.To = "case/2/decided", "p2"
		h.send(other)
		quiet := decided()
		quiet.Key, quiet.Channels = "case/1/quiet", []string{"sms"}
		h.send(quiet)
		inbox, err := h.out.Inbox(t.Context(), h.db, "p1", 10)
		if err != nil || len(inbox) != 1 || h.unread("p1") != 1 {
			t.Fatalf("inbox %+v, unread %d, %v", inbox, h.unread("p1"), err)
		}
		id := inbox[0].ID
		if _, err := h.out.Find(t.Context(), h.db, "p2", id); !errs.Is(err, errs.NotFound) {
			t.Errorf("another finds it: %v", err)
		}
		h.do(func(tx *db.Tx) error { return h.out.MarkRead(t.Context(), tx, "p2", id) })
		if h.unread("p1") != 1 {
			t.Error("another could mark it as read")
		}
		h.do(func(tx *db.Tx) error { return h.out.MarkRead(t.Context(), tx, "p1", id) })
		if m, err := h.out.Find(t.Context(), h.db, "p1", id); err != nil || !m.Read || h.unread("p1") != 0 {
			t.Errorf("after reading: %+v, unread %d, %v", m, h.unread("p1"), err)
		}
		h.do(func(tx *db.Tx) error { return h.out.MarkAllRead(t.Context(), tx, "p2") })
		if h.unread("p2") != 0 {
			t.Errorf("unread %d after all were marked", h.unread("p2"))
		}
	})
}

func TestAFailedDeliveryIsTriedAgainUnderTheSameKey(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.sms.fail, h.sms.why = 2, errors.New("the carrier answers 503")
		h.send(decided())
		h.after(0)
		if d := byChannel(h.deliveries(), "sms"); d.State != notify.Queued || d.Tries != 1 || d.Failure != "the carrier answers 503" || !d.Done.IsZero() {
			t.Fatalf("after one try: %+v", d)
		}
		h.after(10 * time.Second)
		if len(h.sms.given) != 1 {
			t.Fatal("it was tried again too soon")
		}
		h.after(time.Minute)
		h.after(2 * time.Minute)
		if d := byChannel(h.deliveries(), "sms"); d.State != notify.Sent || d.Tries != 3 || d.Failure != "" {
			t.Fatalf("after three tries: %+v", d)
		}
		if h.sms.given[0].Key == "" || h.sms.given[0].Key != h.sms.given[2].Key {
			t.Errorf("keys %q and %q, want one", h.sms.given[0].Key, h.sms.given[2].Key)
		}
	})
}

func TestTryingEndsAndStaffMayBeginAnew(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.sms.fail, h.sms.why = 10, errors.New("no line")
		h.send(decided())
		for range 20 {
			h.after(2 * time.Hour)
		}
		d := byChannel(h.deliveries(), "sms")
		if d.State != notify.Failed || d.Tries != 10 || len(h.sms.given) != 10 {
			t.Fatalf("after all tries: %+v, carried %d times", d, len(h.sms.given))
		}
		h.do(func(tx *db.Tx) error { return h.out.Again(t.Context(), tx, d.ID) })
		h.after(0)
		if d := byChannel(h.deliveries(), "sms"); d.State != notify.Sent || d.Tries != 1 {
			t.Fatalf("anew: %+v", d)
		}
		err := h.db.Do(t.Context(), func(tx *db.Tx) error { return h.out.Again(t.Context(), tx, d.ID) })
		if !errs.Is(err, errs.Conflict) {
			t.Errorf("sending a sent one again: %v, want a conflict", err)
		}
	})
}

func TestARefusedMessageIsNotTriedAgain(t *testing.T) {
	t.Parallel()
	h := open(t, dbtest.Open(t, job.Schema(), notify.Schema()))
	h.sms.fail, h.sms.why = 100, fmt.Errorf("%w: it answers 422", notify.ErrRefused)
	h.send(decided())
	h.after(0)
	h.after(24 * time.Hour)
	if d := byChannel(h.deliveries(), "sms"); d.State != notify.Failed || len(h.sms.given) != 1 {
		t.Fatalf("%+v, carried %d times", d, len(h.sms.given))
	}
}

// A process may die after the carrier took a message and before we wrote that
// down. The message then goes out once more, recognisably the same.
func TestADeliveryThatACrashRepeatsCarriesTheSameKey(t *testing.T) {
	t.Parallel()
	h := open(t, dbtest.Open(t, job.Schema(), notify.Schema()))
	h.send(decided())
	d := byChannel(h.deliveries(), "sms")
	if _, err := h.out.Handler()(t.Context(), job.Job{Kind: notify.JobKind, Payload: []byte(`"` + d.ID + `"`)}); err != nil {
		t.Fatal(err) // its effect is lost
	}
	h.after(0)
	if len(h.sms.given) != 2 || h.sms.given[0] != h.sms.given[1] || h.sms.given[0].Key != d.ID {
		t.Fatalf("carried %+v", h.sms.given)
	}
	if d := byChannel(h.deliveries(), "sms"); d.State != notify.Sent || d.Receipt != "r2" {
		t.Fatalf("%+v, want sent", d)
	}
	h.queue.RunDue(t.Context())
	effect, err := h.out.Handler()(t.Context(), job.Job{Kind: notify.JobKind, Payload: []byte(`"` + d.ID + `"`)})
	if effect != nil || err != nil || len(h.sms.given) != 2 {
		t.Fatalf("a late job carried it again: %v, %d", err, len(h.sms.given))
	}
}

func TestWithoutANumberTheSMSIsShownAsFailed(t *testing.T) {
	t.Parallel()
	h := open(t, dbtest.Open(t, job.Schema(), notify.Schema()))
	m := decided()
	m.Phone = ""
	h.send(m)
	h.after(0)
	d := byChannel(h.deliveries(), "sms")
	if d.State != notify.Failed || d.Failure != "没有登记手机号" || len(h.sms.given) != 0 {
		t.Fatalf("%+v, carried %d times", d, len(h.sms.given))
	}
	err := h.db.Do(t.Context(), func(tx *db.Tx) error { return h.out.Again(t.Context(), tx, d.ID) })
	if !errs.Is(err, errs.Conflict) {
		t.Errorf("again without a number: %v, want a conflict", err)
	}
}

func TestNothingReadableLiesInTheDatabase(t *testing.T) {
	t.Parallel()
	h := open(t, dbtest.Open(t, job.Schema(), notify.Schema()))
	h.send(decided())
	look := func() string {
		all, err := db.All(t.Context(), h.db, db.Value[string], `
			SELECT title || text || short FROM notify_message UNION ALL
			SELECT phone FROM notify_delivery UNION ALL SELECT payload FROM job_job`)
		if err != nil || len(all) < 3 {
			t.Fatalf("%d rows, %v", len(all), err)
		}
		return strings.Join(all, "\n")
	}
	for _, plain := range []string{"低保", "1210", "13900001234", "请登录"} {
		if strings.Contains(look(), plain) {
			t.Errorf("%s is readable", plain)
		}
	}
	h.after(0)
	if n, err := db.One(t.Context(), h.db, db.Value[int64], `SELECT COUNT(*) FROM notify_delivery WHERE phone <> ''`); err != nil || n != 0 {
		t.Errorf("%d numbers are kept after sending, %v", n, err)
	}
}

func TestAMessageThatCannotBeRightIsRefused(t *testing.T) {
	t.Parallel()
	h := open(t, dbtest.Open(t, job.Schema(), notify.Schema()))
	for name, spoil := range map[string]func(*notify.Message){
		"no key":             func(m *notify.Message) { m.Key = "" },
		"no person":          func(m *notify.Message) { m.To = "" },
		"no title":           func(m *notify.Message) { m.Title = "" },
		"an unknown channel": func(m *notify.Message) { m.Channels = []string{"app", "pigeon"} },
		"a channel twice":    func(m *notify.Message) { m.Channels = []string{"sms", "sms"} },
		"a link outside":     func(m *notify.Message) { m.Link = "//evil.example" },
		"a script":           func(m *notify.Message) { m.Link = "javascript:alert(1)" },
	} {
		m := decided()
		spoil(&m)
		if err := h.db.Do(t.Context(), func(tx *db.Tx) error { return h.out.Send(t.Context(), tx, m) }); err == nil {
			t.Errorf("%s was sent", name)
		}
	}
}

func byChannel(all []notify.Delivery, channel string) notify.Delivery {
	for _, d := range all {
		if d.Channel == channel {
			return d
		}
	}
	return notify.Delivery{}
}
