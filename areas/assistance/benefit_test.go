package assistance_test

import (
	"strings"
	"testing"

	"minzheng/areas/assistance"
	"minzheng/areas/assistance/ledger"
	"minzheng/kernel/area"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/db/dbtest"
	"minzheng/kernel/errs"
	"minzheng/kernel/job"
	"minzheng/kernel/people"
	"minzheng/kernel/region"
)

// approved is a case that has just been approved, with 1,210 yuan a month.
func approved(id casework.ID, who people.ID) casework.Effecting {
	return casework.Effecting{
		Case:    casework.Case{ID: id, Service: "dibao", Version: "v1", Applicant: who, Region: "390121001", Members: 3, Amount: 121000},
		Service: &catalog.Service{Code: "dibao", Title: "最低生活保障", Amount: "月保障金额"},
		Persons: 3,
		Day:     calendar.Date(2026, 3, 31),
		For:     who,
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
	d := dbtest.Open(t, job.Schema(), *assistance.New().Schema)
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
	d := dbtest.Open(t, job.Schema(), *assistance.New().Schema)
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
		d := open(job.Schema(), *assistance.New().Schema)
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
		other.Service = &catalog.Service{Code: "gaoling", Title: "高龄津贴", Amount: "每月津贴"}
		if err := start(t, d, other); err != nil {
			t.Errorf("another service of the same person gives %v", err)
		}
		end(t, d, "wang")
		if err := start(t, d, approved("one", "wang")); err == nil {
			t.Error("a case whose benefit has ended starts it again")
		}
		again := approved("four", "wang")
		again.Day = calendar.Date(2026, 8, 31) // from September, which is paid already
		if err := start(t, d, again); !errs.Is(err, errs.Conflict) {
			t.Errorf("a new case for the last month of a benefit gives %v, want a conflict", err)
		}
		again.Day = calendar.Date(2026, 9, 1)
		if err := start(t, d, again); err != nil {
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
		d := open(job.Schema(), *assistance.New().Schema)
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
			{Service: "dibao", Title: "最低生活保障", Kind: "monthly", Amount: 36400, Persons: 3, From: "2026-11", State: "running", Case: "new"},
			{Service: "dibao", Title: "最低生活保障", Kind: "monthly", Amount: 121000, Persons: 3, From: "2026-04", Until: "2026-09", State: "ended", Case: "old"},
		}
		got := of(t, d, "wang")
		for i := range got {
			if (got[i].Change != "") != (got[i].State == "running") {
				t.Errorf("%+v: a change is reported of what runs, and of nothing else", got[i])
			}
			got[i].Change = ""
		}
		if len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
			t.Errorf("sees %+v, want %+v", got, want)
		}
		if got := of(t, d, "nobody"); len(got) != 0 {
			t.Errorf("who receives nothing sees %+v", got)
		}
	})
}

// under is a case of a service that grants in another way.
func under(id casework.ID, b catalog.Benefit, amount string) casework.Effecting {
	e := approved(id, "wang")
	e.Service = &catalog.Service{Code: "other", Title: "临时救助", Amount: amount, Benefit: &b}
	return e
}

func TestWhatIsGivenOnceIsGivenInTheMonthOfTheDecisionAndMayBeGivenAgain(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, job.Schema(), *assistance.New().Schema)
	once := catalog.Benefit{Kind: catalog.Once, First: "this-month"}
	for _, id := range []casework.ID{"fire", "flood"} {
		if err := start(t, d, under(id, once, "救助金额")); err != nil {
			t.Fatalf("%s: %v", id, err)
		}
	}
	got := of(t, d, "wang")
	if len(got) != 2 || got[0].From != "2026-03" || got[0].Until != "2026-03" || got[0].Kind != "once" || got[0].State != "ended" {
		t.Errorf("given are %+v, want two of March 2026 alone", got)
	}
	if err := start(t, d, under("fire", once, "救助金额")); err == nil {
		t.Error("the same case gives it twice")
	}
	for month, want := range map[ledger.Month]int{"2026-03": 2, "2026-04": 0} {
		walk := ledger.Walk{Service: "other", Places: []region.Range{{Low: "390121", High: "390121999999"}}, First: month, Last: "2026-10"}
		if n, err := walk.Count(t.Context(), d); err != nil || n != want {
			t.Errorf("from %s on %d are given (%v), want %d", month, n, err, want)
		}
	}
}

func TestAStandingHasNoMoneyAndIsConfirmedOnce(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, job.Schema(), *assistance.New().Schema)
	standing := catalog.Benefit{First: "this-month"}
	e := under("one", standing, "")
	e.Case.Amount = 0
	if err := start(t, d, e); err != nil {
		t.Fatal(err)
	}
	if got := of(t, d, "wang"); len(got) != 1 || got[0].Kind != "standing" || got[0].From != "2026-03" || got[0].Until != "" || got[0].Shown() != "已认定" {
		t.Errorf("confirmed is %+v, want a standing from March 2026", got)
	}
	e.Case.ID = "two"
	if err := start(t, d, e); !errs.Is(err, errs.Conflict) {
		t.Errorf("confirmed again gives %v, want a conflict", err)
	}
}

func TestABenefitThatEndsNeedsItsLastDay(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, job.Schema(), *assistance.New().Schema)
	if err := start(t, d, under("one", catalog.Benefit{Kind: catalog.Monthly, Ends: "有效期至"}, "每月津贴")); !errs.Is(err, errs.Conflict) || !strings.Contains(errs.Sentence(err), "哪一天") {
		t.Errorf("without a last day it gives %v, want a conflict that says so", err)
	}
}
