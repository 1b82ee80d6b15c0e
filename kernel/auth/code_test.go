package auth_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"minzheng/kernel/auth"
	"minzheng/kernel/errs"
)

const number = "390102195001011234"

func (h house) request() auth.Challenge {
	h.Helper()
	c, err := h.RequestCode(context.Background(), number, "192.0.2.1")
	if err != nil {
		h.Fatal(err)
	}
	return c
}

// wrong is a code that is not c's.
func wrong(c auth.Challenge) string {
	if c.Shown == "000000" {
		return "111111"
	}
	return "000000"
}

func TestACodeSignsItsOwnerInOnce(t *testing.T) {
	t.Parallel()
	h := open(t, auth.Config{Codes: auth.OnScreen{}})
	c := h.request()
	if len(c.Shown) != 6 {
		t.Fatalf("the code is %q, want six digits", c.Shown)
	}
	got, err := h.ConfirmCode(t.Context(), c.ID, c.Shown)
	if err != nil || got != (auth.Identity{Provider: "code", Number: number}) {
		t.Fatalf("got %+v, %v", got, err)
	}
	_, err = h.ConfirmCode(t.Context(), c.ID, c.Shown)
	wants(t, err, errs.SignIn)
	if n := h.count(`SELECT COUNT(*) FROM auth_challenge WHERE number LIKE '%` + number + `%' OR code LIKE '%` + c.Shown + `%'`); n != 0 {
		t.Fatal("the number or the code lies open in the table")
	}
}

func TestACodeEndsAfterFiveTriesAndFiveMinutes(t *testing.T) {
	t.Parallel()
	h := open(t, auth.Config{Codes: auth.OnScreen{}})
	tried, late, other := h.request(), h.request(), h.request()
	for range 5 {
		_, err := h.ConfirmCode(t.Context(), tried.ID, wrong(tried))
		wants(t, err, errs.SignIn)
	}
	_, err := h.ConfirmCode(t.Context(), tried.ID, tried.Shown)
	wants(t, err, errs.SignIn)
	if _, err := h.ConfirmCode(t.Context(), other.ID, other.Shown); err != nil {
		t.Fatal(err)
	}
	h.wait(5 * time.Minute)
	_, err = h.ConfirmCode(t.Context(), late.ID, late.Shown)
	wants(t, err, errs.SignIn)
	_, err = h.ConfirmCode(t.Context(), "none", "000000")
	wants(t, err, errs.SignIn)
}

func TestCodesAreLimitedByNumberAndByAddress(t *testing.T) {
	t.Parallel()
	h := open(t, auth.Config{Codes: auth.OnScreen{}, Limits: auth.Limits{AddressBurst: 5, AddressEvery: time.Hour}})
	for range 3 {
		h.request()
	}
	_, err := h.RequestCode(t.Context(), number, "192.0.2.2")
	wants(t, err, errs.TooMany)
	h.wait(time.Minute)
	h.request()
	if _, err := h.RequestCode(t.Context(), "another", "192.0.2.1"); err != nil {
		t.Fatal(err)
	}
	_, err = h.RequestCode(t.Context(), "a third", "192.0.2.1")
	wants(t, err, errs.TooMany)
}

func TestGuessingAllDayIsStopped(t *testing.T) {
	t.Parallel()
	h := open(t, auth.Config{Codes: auth.OnScreen{}, Limits: auth.Limits{NumberBurst: 100, AddressBurst: 100}})
	for range 4 {
		c := h.request()
		for range 5 {
			h.ConfirmCode(t.Context(), c.ID, wrong(c))
		}
	}
	_, err := h.RequestCode(t.Context(), number, "192.0.2.9")
	wants(t, err, errs.TooMany)
	h.wait(24 * time.Hour)
	h.request()
}

func TestSMSGoesToTheKnownPhoneAndAStrangerLearnsNothing(t *testing.T) {
	t.Parallel()
	var sent []string
	h := open(t, auth.Config{Codes: auth.SMS{
		Phone: func(_ context.Context, n string) (string, error) {
			if n != number {
				return "", auth.ErrNoPhone
			}
			return "13800006217", nil
		},
		Write: func(_ context.Context, phone, text string) error {
			sent = append(sent, phone+" "+text)
			return nil
		},
	}})
	known := h.request()
	unknown, err := h.RequestCode(t.Context(), "390102195001015555", "192.0.2.1")
	if err != nil || unknown.ID == "" || unknown.Shown != "" || known.Shown != "" {
		t.Fatalf("got %+v and %+v, %v; want the same answer for both", known, unknown, err)
	}
	if len(sent) != 1 || !strings.HasPrefix(sent[0], "13800006217 ") {
		t.Fatalf("sent %q", sent)
	}
	var code string
	fmt.Sscan(strings.TrimPrefix(sent[0], "13800006217 "), &code)
	if got, err := h.ConfirmCode(t.Context(), known.ID, code); err != nil || got.Number != number {
		t.Fatalf("got %+v, %v", got, err)
	}
}

func TestABrokenOrMissingSenderSaysSo(t *testing.T) {
	t.Parallel()
	broken := auth.SMS{
		Phone: func(context.Context, string) (string, error) { return "1", nil },
		Write: func(context.Context, string, string) error { return errors.New("gateway down") },
	}
	for _, c := range []auth.Config{{}, {Codes: broken}} {
		_, err := open(t, c).RequestCode(t.Context(), number, "a")
		wants(t, err, errs.Busy)
	}
}
