package assistance_test

import (
	"strings"
	"testing"

	"minzheng/areas/assistance"
	"minzheng/kernel/area"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/db/dbtest"
	"minzheng/kernel/errs"
	"minzheng/kernel/people"
)

// approved is a case that has just been approved, with 1,210 yuan a month.
func approved(id casework.ID, who people.ID) casework.Effecting {
	return casework.Effecting{
		Case:    casework.Case{ID: id, Service: "dibao", Version: "v1", Applicant: who, Region: "390121001", Members: 3, Amount: 121000},
		Service: &catalog.Service{Code: "dibao", Title: "最低生活保障"},
		Day:     calendar.Date(2026, 3, 31),
	}
}

func start(t testing.TB, d *db.DB, e casework.Effecting) error {
	t.Helper()
	return d.Do(t.Context(), func(tx *db.Tx) error { return assistance.New().Effects["start-benefit"](t.Context(), tx, e) })
}

func of(t testing.TB, d *db.DB, who people.ID) []area.Benefit {
	t.Helper()
	all, err := assistance.Of(t.Context(), d, string(who), calendar.Date(2026, 10, 15))
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// end ends all benefits of a person.
func end(t testing.TB, d *db.DB, who people.ID) {
	t.Helper()
	err := d.Do(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), `UPDATE assistance_benefit SET until = '2026-09' WHERE recipient = ?`, who)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestABenefitBeginsWithTheMonthAfterTheDecision(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, *assistance.New().Schema)
	for _, c := range []struct {
		decided      calendar.Day
		from, review string
	}{
		{calendar.Date(2026, 3, 1), "2026-04", "2027-04"},
		{calendar.Date(2026, 3, 31), "2026-04", "2027-04"},
		{calendar.Date(2026, 1, 31), "2026-02", "2027-02"}, // not March, though February has no 31st
		{calendar.Date(2026, 12, 1), "2027-01", "2028-01"},
		{calendar.Date(2026, 12, 31), "2027-01", "2028-01"},
		{calendar.Date(2028, 2, 29), "2028-03", "2029-03"},
	} {
		who := people.ID("who " + c.decided.String())
		e := approved(casework.ID("case "+c.decided.String()), who)
		e.Day = c.decided
		if err := start(t, d, e); err != nil {
			t.Fatalf("decided on %s: %v", c.decided, err)
		}
		if got := of(t, d, who); len(got) != 1 || got[0].From != c.from || got[0].State != "running" {
			t.Errorf("decided on %s: %+v, want one that runs from %s", c.decided, got, c.from)
		}
		review, err := db.One(t.Context(), d, db.Value[string], `SELECT review FROM assistance_benefit WHERE recipient = ?`, who)
		if err != nil || review != c.review {
			t.Errorf("decided on %s: re-check in %s, %v; want %s", c.decided, review, err, c.review)
		}
	}
}

func TestABenefitOfNothingIsNotStarted(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, *assistance.New().Schema)
	for _, amount := range []int64{0, -1} {
		e := approved("case", "wang")
		e.Case.Amount = amount
		if err := start(t, d, e); !errs.Is(err, errs.Conflict) || !strings.Contains(errs.Sentence(err), "金额") {
			t.Errorf("%d 分 gives %v, want a conflict that names the amount", amount, err)
		}
	}
	e := approved("case", "wang")
	e.Case.Amount = 1
	if err := start(t, d, e); err != nil {
		t.Errorf("one 分 gives %v", err)
	}
	if got := of(t, d, "wang"); len(got) != 1 || got[0].Amount != 1 {
		t.Errorf("started are %+v, want the one of 1 分", got)
	}
}

func TestACaseAndAPersonHaveOneBenefit(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, open func(...db.Schema) *db.DB) {
		d := open(*assistance.New().Schema)
		if err := start(t, d, approved("one", "wang")); err != nil {
			t.Fatal(err)
		}
		if err := start(t, d, approved("one", "wang")); !errs.Is(err, errs.Conflict) {
			t.Errorf("the same case again gives %v, want a conflict", err)
		}
		if err := start(t, d, approved("two", "wang")); !errs.Is(err, errs.Conflict) {
			t.Errorf("another case of the same person gives %v, want a conflict", err)
		}
		if err := start(t, d, approved("one", "li")); err == nil {
			t.Error("the same case for another person is started")
		}
		other := approved("three", "wang")
		other.Service = &catalog.Service{Code: "gaoling", Title: "高龄津贴"}
		if err := start(t, d, other); err != nil {
			t.Errorf("another service of the same person gives %v", err)
		}
		end(t, d, "wang")
		if err := start(t, d, approved("one", "wang")); err == nil {
			t.Error("a case whose benefit has ended starts it again")
		}
		if err := start(t, d, approved("four", "wang")); err != nil {
			t.Errorf("a new case after the benefit has ended gives %v", err)
		}
		if got := of(t, d, "wang"); len(got) != 3 {
			t.Errorf("there are %+v, want those of the cases one, three and four", got)
		}
	})
}

func TestAPersonSeesWhatTheyReceiveNewestFirst(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, open func(...db.Schema) *db.DB) {
		d := open(*assistance.New().Schema)
		if err := start(t, d, approved("old", "wang")); err != nil {
			t.Fatal(err)
		}
		end(t, d, "wang")
		later := approved("new", "wang")
		later.Day, later.Case.Amount = calendar.Date(2026, 10, 9), 36400
		if err := start(t, d, later); err != nil {
			t.Fatal(err)
		}
		if err := start(t, d, approved("other", "li")); err != nil {
			t.Fatal(err)
		}
		want := []area.Benefit{
			{Service: "dibao", Title: "最低生活保障", Amount: 36400, From: "2026-11", State: "running", Case: "new"},
			{Service: "dibao", Title: "最低生活保障", Amount: 121000, From: "2026-04", State: "ended", Case: "old"},
		}
		got := of(t, d, "wang")
		if len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
			t.Errorf("sees %+v, want %+v", got, want)
		}
		if got := of(t, d, "nobody"); len(got) != 0 {
			t.Errorf("who receives nothing sees %+v", got)
		}
	})
}
