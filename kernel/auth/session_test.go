package auth_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"minzheng/kernel/auth"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
)

// door is a small site: sign in, sign out, ask who is there.
func (h house) door(who auth.Who) browser {
	return h.browse(func(w http.ResponseWriter, r *http.Request) {
		var err error
		switch r.URL.Path {
		case "/in":
			err = h.SignIn(r, who)
		case "/out":
			err = h.SignOut(r)
		case "/put":
			h.Put(r, "flash", "已保存")
		case "/take":
			fmt.Fprint(w, h.Take(r, "flash"))
		default:
			if who, ok := auth.From(r); ok {
				fmt.Fprintf(w, "%s %s %v", who.Kind, who.Account, who.Grants)
			}
		}
		if err != nil {
			fmt.Fprint(w, err)
		}
	})
}

var resident = auth.Who{Kind: auth.Citizen, Account: "p-1", Person: "p-1", Name: "李秀芬"}

const residentIs = "citizen p-1 []"

func TestWhoSignsInIsKnownUntilTheySignOut(t *testing.T) {
	t.Parallel()
	h := open(t, auth.Config{})
	b := h.door(resident)
	b.wants("/", "")
	b.wants("/in", "")
	b.wants("/", residentIs)
	if n := h.count(`SELECT COUNT(*) FROM auth_session WHERE data LIKE '%李%' OR data LIKE '%citizen%'`); n != 0 {
		t.Fatal("the session lies open in the table")
	}
	b.wants("/out", "")
	b.wants("/", "")
	if n := h.count(`SELECT COUNT(*) FROM auth_session`); n != 0 {
		t.Fatalf("%d sessions are left", n)
	}
}

func TestASessionEndsWhenIdleAndAfterItsLife(t *testing.T) {
	t.Parallel()
	h := open(t, auth.Config{})
	b := h.door(resident)
	b.get("/in")
	for range 14 { // never idle for an hour, yet over after twelve
		h.wait(50 * time.Minute)
		b.wants("/", residentIs)
	}
	h.wait(50 * time.Minute)
	b.wants("/", "")
	b.get("/in")
	h.wait(time.Hour)
	b.wants("/", "")
}

func TestReadingWritesAtMostOnceAMinute(t *testing.T) {
	t.Parallel()
	h := open(t, auth.Config{})
	b := h.door(resident)
	b.get("/in")
	seen := func() int64 { return h.count(`SELECT seen_at FROM auth_session`) }
	first := seen()
	h.wait(50 * time.Second)
	b.wants("/", residentIs)
	if got := seen(); got != first {
		t.Fatal("a read within the minute wrote")
	}
	h.wait(11 * time.Second)
	b.wants("/", residentIs)
	if got := seen(); got == first {
		t.Fatal("after a minute the session was not marked as seen")
	}
}

func TestSigningInChangesTheTokenAndForgetsTheRest(t *testing.T) {
	t.Parallel()
	h := open(t, auth.Config{})
	b := h.door(resident)
	b.get("/put")
	cookie := func() string {
		req, _ := http.NewRequest("GET", b.base, nil)
		return b.client.Jar.Cookies(req.URL)[0].Value
	}
	before := cookie()
	b.get("/in")
	if cookie() == before {
		t.Fatal("the token stayed: who planted it is signed in too")
	}
	b.wants("/take", "")
	b.get("/put")
	b.wants("/take", "已保存")
	b.wants("/take", "")
	b.wants("/", residentIs)
}

func TestASessionThatEndedMeanwhileDoesNotComeBack(t *testing.T) {
	t.Parallel()
	h := open(t, auth.Config{})
	inside, goOn := make(chan struct{}), make(chan struct{})
	b := h.browse(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/in":
			h.SignIn(r, resident)
		case "/out":
			h.SignOut(r)
		case "/slow":
			close(inside)
			<-goOn
			h.Put(r, "flash", "晚了")
		default:
			_, ok := auth.From(r)
			fmt.Fprint(w, ok)
		}
	})
	b.get("/in")
	req, _ := http.NewRequest("GET", b.base+"/", nil)
	stolen := b.client.Jar.Cookies(req.URL)[0]
	done := make(chan struct{})
	go func() { b.get("/slow"); close(done) }()
	<-inside
	b.get("/out")
	close(goOn)
	<-done
	b.wants("/", "false", "Cookie", stolen.Name+"="+stolen.Value)
}

func TestStaffAreOutAtOnceWhenTheAccountChanges(t *testing.T) {
	t.Parallel()
	h := open(t, auth.Config{})
	id := h.add("wangmin", auth.Grant{Role: "a", Region: "39"})
	b := h.door(auth.Who{Kind: auth.Staff, Account: id})
	b.get("/in")
	b.wants("/", "staff "+id+" [{a 39}]")
	h.do(func(ctx context.Context, tx *db.Tx) error {
		return auth.SetGrants(ctx, tx, id, []auth.Grant{{Role: "b", Region: "3901"}})
	})
	b.wants("/", "staff "+id+" [{b 3901}]")
	h.do(func(ctx context.Context, tx *db.Tx) error { return auth.Disable(ctx, tx, id) })
	b.wants("/", "")
	h.do(func(ctx context.Context, tx *db.Tx) error { return auth.Enable(ctx, tx, id) })
	b.wants("/", "") // the old session stays ended
	b.get("/in")
	hash := h.hash("new" + password)
	h.do(func(ctx context.Context, tx *db.Tx) error { return auth.SetPassword(ctx, tx, id, hash) })
	b.wants("/", "")
}

func TestABearerTokenActsAsItsOwnerUntilItEnds(t *testing.T) {
	t.Parallel()
	h := open(t, auth.Config{})
	id := h.add("wangmin")
	var staff, citizen string
	h.do(func(ctx context.Context, tx *db.Tx) (err error) {
		if staff, err = h.IssueToken(ctx, tx, auth.Who{Kind: auth.Staff, Account: id}, time.Hour); err != nil {
			return err
		}
		citizen, err = h.IssueToken(ctx, tx, resident, 2*time.Hour)
		return err
	})
	b := h.door(resident)
	b.wants("/", "staff "+id+" []", "Authorization", "Bearer "+staff)
	b.wants("/", residentIs, "Authorization", "bearer "+citizen)
	b.wants("/", "", "Authorization", "Bearer "+staff+"x")
	if n := h.count(`SELECT COUNT(*) FROM auth_token WHERE token LIKE 'mz%' OR who LIKE '%citizen%'`); n != 0 {
		t.Fatal("a token or its owner lies open in the table")
	}
	h.wait(time.Hour)
	b.wants("/", "", "Authorization", "Bearer "+staff)
	h.do(func(ctx context.Context, tx *db.Tx) error { return auth.RevokeTokens(ctx, tx, "p-1") })
	b.wants("/", "", "Authorization", "Bearer "+citizen)
	b.get("/in")
	b.wants("/", residentIs, "Authorization", "Basic eDp5") // a proxy's, none of ours
	b.wants("/", "", "Authorization", "Bearer wrong")       // a bad token never falls back to the cookie
}

func TestTheCookieIsLockedUnderTLS(t *testing.T) {
	t.Parallel()
	for tls, want := range map[bool]string{true: "__Host-minzheng=", false: "minzheng="} {
		h := open(t, auth.Config{TLS: tls})
		rec := httptest.NewRecorder()
		h.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { h.SignIn(r, resident) })).
			ServeHTTP(rec, httptest.NewRequest("POST", "/", nil))
		got := rec.Header().Get("Set-Cookie")
		if !strings.HasPrefix(got, want) || !strings.Contains(got, "HttpOnly") || !strings.Contains(got, "SameSite=Lax") ||
			!strings.Contains(got, "Path=/") || strings.Contains(got, "Secure") != tls || strings.Contains(got, "Domain") {
			t.Errorf("TLS %v: got %q", tls, got)
		}
	}
}

func TestRequireAsksForTheRightKind(t *testing.T) {
	t.Parallel()
	h := open(t, auth.Config{})
	b := h.browse(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/in" {
			h.SignIn(r, resident)
			return
		}
		_, citizen := auth.Require(r, auth.Citizen)
		_, staff := auth.Require(r, auth.Staff)
		fmt.Fprint(w, errs.Is(citizen, errs.SignIn), errs.Is(staff, errs.SignIn))
	})
	b.wants("/", "true true")
	b.get("/in")
	b.wants("/", "false true")
	b.wants("/", "true true", "Cookie", "minzheng=%00garbage")
}
