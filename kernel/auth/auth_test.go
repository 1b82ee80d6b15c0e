package auth_test

import (
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"minzheng/kernel/auth"
	"minzheng/kernel/db"
	"minzheng/kernel/db/dbtest"
	"minzheng/kernel/errs"
	"minzheng/kernel/secret"
)

const password = "qingxi2026"

type house struct {
	*testing.T
	*auth.Auth
	d     *db.DB
	shift *atomic.Int64 // how far its clock is ahead
}

func open(t *testing.T, c auth.Config) house {
	t.Helper()
	return openOn(t, dbtest.Open(t, auth.Schema()), c)
}

func openOn(t *testing.T, d *db.DB, c auth.Config) house {
	t.Helper()
	shift := new(atomic.Int64)
	d = d.At(func() time.Time { return time.Now().Add(time.Duration(shift.Load())) })
	box, err := secret.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	a, err := auth.New(d, box, c)
	if err != nil {
		t.Fatal(err)
	}
	return house{t, a, d, shift}
}

func (h house) wait(d time.Duration) { h.shift.Add(int64(d)) }

func (h house) do(fn func(ctx context.Context, tx *db.Tx) error) {
	h.Helper()
	if err := h.d.Do(context.Background(), func(tx *db.Tx) error { return fn(context.Background(), tx) }); err != nil {
		h.Fatal(err)
	}
}

func (h house) hash(password string) auth.PasswordHash {
	h.Helper()
	hash, err := h.HashPassword(context.Background(), password)
	if err != nil {
		h.Fatal(err)
	}
	return hash
}

func (h house) add(login string, grants ...auth.Grant) (id string) {
	h.Helper()
	hash := h.hash(password)
	h.do(func(ctx context.Context, tx *db.Tx) (err error) {
		id, err = auth.Add(ctx, tx, auth.NewAccount{Login: login, Name: "王敏", Password: hash, Grants: grants})
		return err
	})
	return id
}

func (h house) count(query string) (n int64) {
	h.Helper()
	n, err := db.One(context.Background(), h.d, db.Value[int64], query)
	if err != nil {
		h.Fatal(err)
	}
	return n
}

func wants(t *testing.T, err error, kind errs.Kind) {
	t.Helper()
	if !errs.Is(err, kind) {
		t.Fatalf("got %v, want an error of kind %v", err, kind)
	}
}

// browser is somebody with cookies before a handler.
type browser struct {
	*testing.T
	client *http.Client
	base   string
}

func (h house) browse(handler http.HandlerFunc) browser {
	s := httptest.NewServer(h.Middleware(handler))
	h.Cleanup(s.Close)
	jar, _ := cookiejar.New(nil)
	return browser{h.T, &http.Client{Jar: jar}, s.URL}
}

func (b browser) get(path string, header ...string) string {
	b.Helper()
	req, _ := http.NewRequest("GET", b.base+path, nil)
	if len(header) == 2 {
		req.Header.Set(header[0], header[1])
	}
	resp, err := b.client.Do(req)
	if err != nil {
		b.Fatal(err)
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	return strings.TrimSpace(string(body))
}

func (b browser) wants(path, want string, header ...string) {
	b.Helper()
	if got := b.get(path, header...); got != want {
		b.Fatalf("%s gives %q, want %q", path, got, want)
	}
}

func TestSweepRemovesOnlyWhatHasExpired(t *testing.T) {
	t.Parallel()
	h := open(t, auth.Config{Codes: auth.OnScreen{}})
	who := auth.Who{Kind: auth.Citizen, Account: "p-1"}
	leave := func() {
		b := h.browse(func(w http.ResponseWriter, r *http.Request) { h.SignIn(r, who) })
		b.get("/")
		if _, err := h.RequestCode(t.Context(), "1", "a"); err != nil {
			t.Fatal(err)
		}
		h.SignInStaff(t.Context(), "nobody", "x", "")
		h.do(func(ctx context.Context, tx *db.Tx) error {
			_, err := h.IssueToken(ctx, tx, who, 25*time.Hour)
			return err
		})
	}
	leave()
	h.wait(26 * time.Hour)
	leave()
	h.do(h.Sweep)
	for _, table := range []string{"auth_session", "auth_token", "auth_challenge", "auth_attempt"} {
		if n := h.count(`SELECT COUNT(*) FROM ` + table); n != 1 {
			t.Errorf("%s has %d rows, want 1", table, n)
		}
	}
}

func TestTheDoorIsTheSameOnBothEngines(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, open func(...db.Schema) *db.DB) {
		h := openOn(t, open(auth.Schema()), auth.Config{Codes: auth.OnScreen{}})
		id := h.add("wangmin", auth.Grant{Role: "clerk", Region: "390102101"})
		for range 5 {
			h.SignInStaff(t.Context(), "wangmin", "wrong", "")
		}
		_, err := h.SignInStaff(t.Context(), "wangmin", password, "")
		wants(t, err, errs.TooMany)
		h.wait(16 * time.Minute)
		who, err := h.SignInStaff(t.Context(), "wangmin", password, "")
		if err != nil {
			t.Fatal(err)
		}
		if all, err := auth.StaffIn(t.Context(), h.d, "clerk", "390102101"); err != nil || len(all) != 1 {
			t.Fatalf("got %v, %v", all, err)
		}
		if all, err := auth.Accounts(t.Context(), h.d); err != nil || len(all) != 1 {
			t.Fatalf("got %v, %v", all, err)
		}
		b := h.door(who)
		b.get("/in")
		h.wait(2 * time.Minute)
		b.wants("/", "staff "+id+" [{clerk 390102101}]")
		b.get("/put")
		b.wants("/take", "已保存")
		b.get("/out")
		b.wants("/", "")
		c := h.request()
		_, err = h.ConfirmCode(t.Context(), c.ID, wrong(c))
		wants(t, err, errs.SignIn)
		if got, err := h.ConfirmCode(t.Context(), c.ID, c.Shown); err != nil || got.Number != number {
			t.Fatalf("got %v, %v", got, err)
		}
		var token string
		h.do(func(ctx context.Context, tx *db.Tx) (err error) {
			token, err = h.IssueToken(ctx, tx, who, time.Hour)
			return err
		})
		b.wants("/", "staff "+id+" [{clerk 390102101}]", "Authorization", "Bearer "+token)
		h.do(func(ctx context.Context, tx *db.Tx) error { return auth.Disable(ctx, tx, id) })
		b.wants("/", "", "Authorization", "Bearer "+token)
		h.wait(25 * time.Hour)
		h.do(h.Sweep)
		if n := h.count(`SELECT COUNT(*) FROM auth_challenge`); n != 0 {
			t.Fatalf("%d challenges are left", n)
		}
	})
}
