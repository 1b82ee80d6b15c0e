package catalog_test

import (
	"maps"
	"strings"
	"testing"

	"minzheng/kernel/auth"
	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
)

// twoServices is an office in which the income line stands in two services.
func twoServices(t *testing.T, o *office) {
	t.Helper()
	files := maps.Clone(folder)
	files["service.yaml"] = strings.Replace(files["service.yaml"], "code: water", "code: heat", 1)
	o.changes.Services = append(o.changes.Services, service(t, files))
}

func (o *office) proposeAll(who auth.Who, p catalog.Proposal, others ...string) (all []catalog.Change, err error) {
	err = o.do(func(tx *db.Tx) error {
		all, err = o.changes.ProposeAll(o.t.Context(), tx, who, p, others)
		return err
	})
	return all, err
}

func (o *office) activateAll(who auth.Who, all []catalog.Change) error {
	var seen []catalog.Seen
	for _, one := range all {
		seen = append(seen, catalog.Seen{Change: one.ID, Mark: o.mark(one.ID)})
	}
	return o.do(func(tx *db.Tx) error { return o.changes.ActivateAll(o.t.Context(), tx, who, seen) })
}

func TestOneDecreeIsProposedForAllServicesInWhichItsStandardStands(t *testing.T) {
	t.Parallel()
	offices(t, func(t *testing.T, o *office) {
		twoServices(t, o)
		all, err := o.proposeAll(zhou, raise("k", nil), "heat")
		o.must(err)
		again, err := o.proposeAll(zhou, raise("k", nil), "heat")
		if err != nil || len(again) != 2 || again[1].ID != all[1].ID {
			t.Fatalf("a second press gives %+v, %v", again, err)
		}
		o.must(o.queue.RunDue(t.Context()))
		siblings, err := o.changes.Siblings(t.Context(), o.db, all[0])
		if err != nil || len(siblings) != 2 || siblings[0].Service != "heat" || siblings[1].ID != all[0].ID {
			t.Fatalf("the siblings are %+v, %v", siblings, err)
		}
		refused(t, o.activateAll(zhou, all), errs.Forbidden, "您提出的")
		o.must(o.activateAll(tang, all))
		services, seq, err := o.changes.Today(t.Context(), o.db)
		o.must(err)
		for _, s := range services {
			if got := o.holds(s, "2026-07-01", inQingxi...); got != "¥2,100.00" || seq != 2 {
				t.Errorf("%s holds %s at %d", s.Code, got, seq)
			}
		}
	})
}

func TestChangesProposedTogetherHoldTogetherOrNotAtAll(t *testing.T) {
	t.Parallel()
	offices(t, func(t *testing.T, o *office) {
		twoServices(t, o)
		all, err := o.proposeAll(zhou, raise("k", nil), "heat")
		o.must(err)
		o.must(o.queue.RunDue(t.Context()))
		o.must(o.do(func(tx *db.Tx) error { return o.changes.Refuse(t.Context(), tx, tang, all[1].ID, "供暖另有文件") }))
		refused(t, o.activateAll(tang, all), errs.Conflict, "退回")
		if _, seq := o.today(); seq != 0 {
			t.Fatalf("one of two was activated: seq %d", seq)
		}
	})
}

func TestAServiceWithoutTheStandardCannotBeTicked(t *testing.T) {
	t.Parallel()
	offices(t, func(t *testing.T, o *office) {
		twoServices(t, o)
		_, err := o.proposeAll(zhou, raise("k", nil), "moon")
		refused(t, err, errs.Invalid, "重新勾选")
		_, err = o.proposeAll(zhou, raise("k", nil), "water")
		refused(t, err, errs.Invalid, "重新勾选")
		if waiting, err := o.changes.Waiting(t.Context(), o.db, zhou); err != nil || len(waiting) != 0 {
			t.Fatalf("half a proposal stays: %+v, %v", waiting, err)
		}
	})
}
