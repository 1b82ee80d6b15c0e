package register_test

import (
	"fmt"
	"testing"

	"minzheng/areas/marriage"
	"minzheng/areas/marriage/register"
	"minzheng/kernel/calendar"
	"minzheng/kernel/db"
	"minzheng/kernel/db/dbtest"
	"minzheng/kernel/people"
	"minzheng/kernel/secret"
)

const office = "390121"

// house is a fresh register.
type house struct {
	*register.Register
	t      *testing.T
	d      *db.DB
	people *people.Register
}

func each(t *testing.T, f func(t *testing.T, h *house)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, open func(...db.Schema) *db.DB) {
		box, err := secret.Open(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		residents := people.New(box)
		f(t, &house{register.New(box, residents), t, open(people.Schema(), marriage.Schema()), residents})
	})
}

// man and woman are the n-th of each.
func man(n int) register.Party {
	return register.Party{Number: fmt.Sprintf("39012119900101%03d1", n), Name: "男" + string(rune('甲'+n)), Sex: "男", Birth: calendar.Date(1990, 1, 1)}
}

func woman(n int) register.Party {
	return register.Party{Number: fmt.Sprintf("39012119920202%03d2", n), Name: "女" + string(rune('甲'+n)), Sex: "女", Birth: calendar.Date(1992, 2, 2)}
}

func clerk(n int) register.Clerk {
	return register.Clerk{ID: fmt.Sprint("clerk-", n), Name: "登记员", Office: office}
}

// marry registers two in a transaction of their own.
func (h *house) marry(a, b register.Party) (v register.Record, err error) {
	err = h.d.Do(h.t.Context(), func(tx *db.Tx) error {
		v, err = h.Marry(h.t.Context(), tx, [2]register.Party{a, b}, clerk(1), "")
		return err
	})
	return v, err
}

func (h *house) part(id string) (v register.Record, err error) {
	err = h.d.Do(h.t.Context(), func(tx *db.Tx) error {
		v, err = h.Part(h.t.Context(), tx, id, clerk(1), "")
		return err
	})
	return v, err
}

func (h *house) do(fn func(tx *db.Tx) error) error { return h.d.Do(h.t.Context(), fn) }

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}
