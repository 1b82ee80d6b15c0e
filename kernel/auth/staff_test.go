package auth_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"minzheng/kernel/auth"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
)

func TestStaffSignInWithTheirPassword(t *testing.T) {
	t.Parallel()
	h := open(t, auth.Config{})
	id := h.add("WangMin", auth.Grant{Role: "township-clerk", Region: "390102101"})
	who, err := h.SignInStaff(t.Context(), " wangmin ", password, "")
	if err != nil || who.Account != id || who.Kind != auth.Staff || !who.Holds("township-clerk") {
		t.Fatalf("got %+v, %v", who, err)
	}
	_, err = h.SignInStaff(t.Context(), "wangmin", password+"x", "")
	wants(t, err, errs.SignIn)
	h.do(func(ctx context.Context, tx *db.Tx) error { return auth.Disable(ctx, tx, id) })
	_, err = h.SignInStaff(t.Context(), "wangmin", password, "")
	wants(t, err, errs.SignIn)
}

func TestFiveFailuresLockALoginForAQuarterWhetherItExistsOrNot(t *testing.T) {
	t.Parallel()
	h := open(t, auth.Config{})
	h.add("wangmin")
	var sentences [2][]string
	for i, login := range []string{"wangmin", "nobody"} {
		for range 6 {
			_, err := h.SignInStaff(t.Context(), login, "wrong", "")
			sentences[i] = append(sentences[i], errs.Sentence(err))
		}
	}
	if a, b := strings.Join(sentences[0], "|"), strings.Join(sentences[1], "|"); a != b {
		t.Fatalf("a login that exists says\n%s\nanother says\n%s", a, b)
	}
	_, err := h.SignInStaff(t.Context(), "wangmin", password, "")
	wants(t, err, errs.TooMany)
	h.wait(15*time.Minute + time.Second)
	if _, err := h.SignInStaff(t.Context(), "wangmin", password, ""); err != nil {
		t.Fatalf("after a quarter of an hour: %v", err)
	}
}

func TestSuccessForgetsFailures(t *testing.T) {
	t.Parallel()
	h := open(t, auth.Config{})
	h.add("wangmin")
	for range 3 {
		for range 4 {
			h.SignInStaff(t.Context(), "wangmin", "wrong", "")
		}
		if _, err := h.SignInStaff(t.Context(), "wangmin", password, ""); err != nil {
			t.Fatal(err)
		}
	}
}

func TestManyTriesAtOnceAreNotMoreTries(t *testing.T) {
	t.Parallel()
	h := open(t, auth.Config{})
	h.add("wangmin")
	var mu sync.Mutex
	looked := 0
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			_, err := h.SignInStaff(context.Background(), "wangmin", "wrong", "")
			mu.Lock()
			defer mu.Unlock()
			if errs.Is(err, errs.SignIn) {
				looked++
			}
		})
	}
	all.Wait()
	if looked != 5 {
		t.Fatalf("%d passwords were looked at, want 5", looked)
	}
}

func TestAnEnrolledSecondFactorIsNeededAndCountsOnce(t *testing.T) {
	t.Parallel()
	h := open(t, auth.Config{})
	id := h.add("wangmin")
	key, address, err := auth.NewTOTP("wangmin")
	if err != nil || !strings.HasPrefix(address, "otpauth://totp/") {
		t.Fatalf("got %q, %v", address, err)
	}
	code := func() string {
		c, err := totp.GenerateCode(key, h.d.Now())
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	wants(t, h.d.Do(t.Context(), func(tx *db.Tx) error { return h.SetTOTP(t.Context(), tx, id, key, "000") }), errs.Invalid)
	enrolled := code()
	h.do(func(ctx context.Context, tx *db.Tx) error { return h.SetTOTP(ctx, tx, id, key, enrolled) })
	_, err = h.SignInStaff(t.Context(), "wangmin", password, "")
	wants(t, err, errs.SignIn)
	_, err = h.SignInStaff(t.Context(), "wangmin", password, enrolled)
	wants(t, err, errs.SignIn) // used up when it was enrolled
	h.wait(time.Minute)
	next := code()
	if _, err := h.SignInStaff(t.Context(), "wangmin", password, next); err != nil {
		t.Fatal(err)
	}
	_, err = h.SignInStaff(t.Context(), "wangmin", password, next)
	wants(t, err, errs.SignIn)
	if plain := h.count(`SELECT COUNT(*) FROM auth_account WHERE totp LIKE '%` + key + `%'`); plain != 0 {
		t.Fatal("the key lies open in the table")
	}
	h.do(func(ctx context.Context, tx *db.Tx) error { return auth.ClearTOTP(ctx, tx, id) })
	if _, err := h.SignInStaff(t.Context(), "wangmin", password, ""); err != nil {
		t.Fatal(err)
	}
}

func TestWeakPasswordsAreRefused(t *testing.T) {
	t.Parallel()
	h := open(t, auth.Config{})
	for _, weak := range []string{"", "short1", "onlyletters", "1234567890", strings.Repeat("a1", 200)} {
		_, err := h.HashPassword(t.Context(), weak)
		wants(t, err, errs.Invalid)
	}
	if one, two := h.hash(password), h.hash(password); one == two || strings.Contains(string(one), password) {
		t.Fatal("two hashes of a password are equal, or show it")
	}
}

func TestAccountsAreFoundByRoleAndRegion(t *testing.T) {
	t.Parallel()
	h := open(t, auth.Config{})
	clerk := auth.Grant{Role: "township-clerk", Region: "390102101"}
	a := h.add("a", clerk, auth.Grant{Role: "investigator", Region: "390102101"})
	h.add("b", auth.Grant{Role: "township-clerk", Region: "390102102"})
	gone := h.add("c", clerk)
	h.do(func(ctx context.Context, tx *db.Tx) error { return auth.Disable(ctx, tx, gone) })
	got, err := auth.StaffIn(t.Context(), h.d, "township-clerk", "390102101")
	if err != nil || len(got) != 1 || got[0].ID != a || len(got[0].Grants) != 2 {
		t.Fatalf("got %+v, %v; want account a with two grants", got, err)
	}
	h.do(func(ctx context.Context, tx *db.Tx) error { return auth.SetGrants(ctx, tx, a, nil) })
	if got, err := auth.StaffIn(t.Context(), h.d, "township-clerk", "390102101"); err != nil || len(got) != 0 {
		t.Fatalf("got %+v, %v; want nobody", got, err)
	}
	if all, err := auth.Accounts(t.Context(), h.d); err != nil || len(all) != 3 || all[0].Login != "a" || !all[2].Disabled {
		t.Fatalf("got %+v, %v; want three", all, err)
	}
}

func TestALoginBelongsToOneAccount(t *testing.T) {
	t.Parallel()
	h := open(t, auth.Config{})
	h.add("wangmin")
	hash := h.hash(password)
	put := func(n auth.NewAccount) error {
		return h.d.Do(t.Context(), func(tx *db.Tx) error { _, err := auth.Add(t.Context(), tx, n); return err })
	}
	wants(t, put(auth.NewAccount{Login: "WANGMIN", Name: "别人", Password: hash}), errs.Conflict)
	wants(t, put(auth.NewAccount{Login: "x", Name: "无密码"}), errs.Invalid)
	wants(t, put(auth.NewAccount{Login: "x", Name: "无区划", Password: hash, Grants: []auth.Grant{{Role: "r"}}}), errs.Invalid)
	_, err := auth.ByLogin(t.Context(), h.d, "x")
	wants(t, err, errs.NotFound)
}
