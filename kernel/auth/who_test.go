package auth_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"minzheng/kernel/auth"
	"minzheng/kernel/errs"
)

func TestAGrantCoversItsRegionAndWhatLiesWithin(t *testing.T) {
	t.Parallel()
	w := auth.Who{Kind: auth.Staff, Grants: []auth.Grant{{"clerk", "390102101"}, {"head", "390102"}}}
	for _, one := range []struct {
		role, region string
		want         bool
	}{
		{"clerk", "390102101", true}, {"clerk", "390102101003", true}, {"clerk", "390102102", false},
		{"clerk", "390102", false}, {"head", "390102102", true}, {"other", "390102101", false},
	} {
		if got := w.Covers(one.role, one.region, strings.HasPrefix); got != one.want {
			t.Errorf("%s in %s: got %v, want %v", one.role, one.region, got, one.want)
		}
	}
}

func TestDutiesKeptApartNeedTwoPeople(t *testing.T) {
	t.Parallel()
	apart := [][]string{{"初审", "审核确认"}, {"入户调查", "审核确认"}}
	rapid.Check(t, func(t *rapid.T) {
		did := rapid.SliceOf(rapid.Custom(func(t *rapid.T) auth.Duty {
			return auth.Duty{Name: rapid.SampledFrom([]string{"受理", "初审", "入户调查", "审核确认"}).Draw(t, "duty"),
				Account: rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "account")}
		})).Draw(t, "did")
		by := map[auth.Duty]bool{}
		for _, d := range did {
			by[d] = true
		}
		clash := false
		for _, account := range []string{"a", "b", "c"} {
			confirmed := by[auth.Duty{Name: "审核确认", Account: account}]
			clash = clash || confirmed && (by[auth.Duty{Name: "初审", Account: account}] || by[auth.Duty{Name: "入户调查", Account: account}])
		}
		if err := auth.Distinct(did, apart...); errs.Is(err, errs.Forbidden) != clash {
			t.Fatalf("%v gives %v, want a refusal: %v", did, err, clash)
		}
	})
}

func TestWhoKeepsARegisterSeesNoCases(t *testing.T) {
	t.Parallel()
	for role, want := range map[string]bool{"admin": false, "birth-registrar": false, "township-clerk": true, "auditor": true} {
		if got := (auth.Grant{Role: role, Region: "390121"}).SeesCases(); got != want {
			t.Errorf("%s sees cases: %v, want %v", role, got, want)
		}
	}
}
