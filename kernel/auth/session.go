package auth

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/alexedwards/scs/v2"

	"minzheng/kernel/db"
	"minzheng/kernel/errs"
)

const whoKey = "auth/who"

func (a *Auth) newSessions() *scs.SessionManager {
	m := scs.New()
	m.Store = &store{a}
	m.Lifetime = a.config.Lifetime // idleness is the store's: scs would write at each request
	m.ErrorFunc = a.config.Fail
	m.Cookie.Name = "minzheng"
	m.Cookie.Persist = false // many share the computers in a hall: closing the browser signs out
	m.Cookie.HttpOnly = true
	m.Cookie.SameSite = http.SameSiteLaxMode
	if a.config.TLS {
		m.Cookie.Name, m.Cookie.Secure = "__Host-minzheng", true
	}
	return m
}

// stored is somebody as a session or token remembers them.
type stored struct {
	Who
	Epoch int64 `json:"epoch,omitempty"`
}

type inContext struct{}

// Middleware finds out who asks, by session or bearer token, before next runs.
func (a *Auth) Middleware(next http.Handler) http.Handler {
	known := a.sessions.LoadAndSave(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who, err := a.identify(r)
		if err != nil {
			a.config.Fail(w, r, err)
			return
		}
		if who.Kind != "" {
			r = r.WithContext(context.WithValue(r.Context(), inContext{}, who))
		}
		next.ServeHTTP(w, r)
	}))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		known.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), foundKey{}, new(string))))
	})
}

// From returns who is signed in, if somebody is.
func From(r *http.Request) (Who, bool) {
	who, ok := r.Context().Value(inContext{}).(Who)
	return who, ok
}

// Require returns who is signed in, or an error of kind errs.SignIn if nobody
// of that kind is.
func Require(r *http.Request, kind Kind) (Who, error) {
	who, ok := From(r)
	if !ok || who.Kind != kind {
		return Who{}, errs.New(errs.SignIn, "请先登录。")
	}
	return who, nil
}

// identify returns the zero Who when nobody is signed in.
func (a *Auth) identify(r *http.Request) (Who, error) {
	text := a.sessions.GetString(r.Context(), whoKey)
	if scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " "); strings.EqualFold(scheme, "Bearer") {
		var err error
		if text, err = a.findToken(r.Context(), strings.TrimSpace(token)); err != nil {
			return Who{}, err
		}
	}
	if text == "" {
		return Who{}, nil
	}
	var s stored
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return Who{}, fmt.Errorf("reading who is signed in: %w", err)
	}
	return a.renew(r.Context(), s)
}

// renew reads anew what staff may do: grants are never older than the request.
func (a *Auth) renew(ctx context.Context, s stored) (Who, error) {
	if s.Kind != Staff {
		return s.Who, nil
	}
	account, err := Find(ctx, a.d, s.Account)
	if errs.Is(err, errs.NotFound) || err == nil && (account.Disabled || account.epoch != s.Epoch) {
		return Who{}, nil
	}
	return account.who(), err
}

// remember returns who as a session or token keeps them.
func remember(ctx context.Context, r db.Reader, who Who) (string, error) {
	s := stored{Who: who}
	switch {
	case who.Kind == Staff:
		account, err := Find(ctx, r, who.Account)
		if err != nil {
			return "", err
		}
		s.Grants, s.Epoch = nil, account.epoch
	case who.Kind != Citizen || who.Account == "":
		return "", fmt.Errorf("signing in: a %q with no account", who.Kind)
	}
	text, err := json.Marshal(s)
	return string(text), err
}

// SignIn signs who in for the session of r, which gets a new token and forgets
// everything else.
func (a *Auth) SignIn(r *http.Request, who Who) error {
	text, err := remember(r.Context(), a.d, who)
	if err != nil {
		return err
	}
	if err := a.sessions.RenewToken(r.Context()); err != nil {
		return fmt.Errorf("signing in: %w", err)
	}
	if err := a.sessions.Clear(r.Context()); err != nil {
		return fmt.Errorf("signing in: %w", err)
	}
	a.sessions.Put(r.Context(), whoKey, text)
	return nil
}

// SignOut ends the session of r.
func (a *Auth) SignOut(r *http.Request) error {
	if err := a.sessions.Destroy(r.Context()); err != nil {
		return fmt.Errorf("signing out: %w", err)
	}
	return nil
}

// Put keeps a small text in the session of r: a message for the next page, say.
func (a *Auth) Put(r *http.Request, key, value string) {
	a.sessions.Put(r.Context(), "page/"+key, value)
}

// Take returns what Put kept, once; "" if there is nothing.
func (a *Auth) Take(r *http.Request, key string) string {
	return a.sessions.PopString(r.Context(), "page/"+key)
}
