package auth

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"golang.org/x/oauth2"

	"minzheng/kernel/db"
	"minzheng/kernel/errs"
)

// Provider is another house that signs residents in and sends them back.
type Provider interface {
	// Names returns the name in addresses ("wechat") and the title on the button.
	Names() (name, title string)
	// URL returns where the browser is sent.
	URL(ctx context.Context, t Trip) (string, error)
	// Finish reads what the browser brought back from trip t.
	Finish(ctx context.Context, t Trip, values url.Values) (Identity, error)
}

// Trip is one way to a provider and back. Its secrets are kept in the session.
type Trip struct {
	Provider string    `json:"provider"`
	State    string    `json:"state"`
	Nonce    string    `json:"nonce"`
	Verifier string    `json:"verifier"`
	Until    time.Time `json:"until"`
}

const (
	tripKey    = "auth/trip"
	pendingKey = "auth/pending"
	tripTime   = 10 * time.Minute
)

func (a *Auth) addProviders() error {
	for _, c := range a.config.OIDC {
		if c.Name == "" || c.Issuer == "" || c.ClientID == "" || c.Redirect == "" {
			return fmt.Errorf("OIDC sign-in %q: Name, Issuer, ClientID and Redirect are needed", c.Name)
		}
		a.providers = append(a.providers, &oidcProvider{config: c, client: a.config.Client, now: a.d.Now})
	}
	if c := a.config.WeChat; c != (WeChat{}) {
		if c.AppID == "" || c.Secret == "" || c.Redirect == "" {
			return errors.New("WeChat sign-in: AppID, Secret and Redirect are needed")
		}
		a.providers = append(a.providers, newWeChat(c, a.config.Client))
	}
	return nil
}

// Providers returns where residents can sign in, in the order of the buttons.
func (a *Auth) Providers() []Provider { return a.providers }

func (a *Auth) provider(name string) (Provider, error) {
	for _, p := range a.providers {
		if own, _ := p.Names(); own == name {
			return p, nil
		}
	}
	return nil, errs.New(errs.NotFound, "没有这种登录方式。")
}

// Begin starts a trip to a provider and returns where to send the browser.
func (a *Auth) Begin(r *http.Request, name string) (string, error) {
	p, err := a.provider(name)
	if err != nil {
		return "", err
	}
	t := Trip{name, rand.Text(), rand.Text(), oauth2.GenerateVerifier(), a.d.Now().Add(tripTime)}
	address, err := p.URL(r.Context(), t)
	if err != nil {
		return "", errElsewhere(name, err)
	}
	kept, err := json.Marshal(t)
	if err != nil {
		return "", err
	}
	a.sessions.Put(r.Context(), tripKey, string(kept))
	return address, nil
}

// Finish ends the trip that the same browser began, and returns who came back.
// When the provider knows no citizen number and none was bound before, Number
// is "": then let them prove a number by code, and call Bind.
func (a *Auth) Finish(r *http.Request, name string) (Identity, error) {
	p, err := a.provider(name)
	if err != nil {
		return Identity{}, err
	}
	values := r.URL.Query()
	var t Trip
	kept := a.sessions.PopString(r.Context(), tripKey)
	if err := json.Unmarshal([]byte(kept), &t); err != nil || t.Provider != name || !a.d.Now().Before(t.Until) ||
		subtle.ConstantTimeCompare([]byte(t.State), []byte(values.Get("state"))) != 1 {
		return Identity{}, errs.New(errs.SignIn, "登录已经过期，请重新登录。")
	}
	if values.Get("error") != "" || values.Get("code") == "" {
		return Identity{}, errs.New(errs.SignIn, "登录没有完成，请重新登录。")
	}
	id, err := p.Finish(r.Context(), t, values)
	if err != nil {
		return Identity{}, errElsewhere(name, err)
	}
	id.Provider = name
	if id.Number != "" {
		return id, nil
	}
	return a.recall(r, id)
}

// errElsewhere tells the reader what to do, and us what happened.
func errElsewhere(name string, err error) error {
	return fmt.Errorf("%w (signing in through %s: %w)", errs.New(errs.Busy, "这种登录方式暂时不能用，请换一种方式登录。"), name, err)
}

// recall adds the number that was bound before, or remembers who asks.
func (a *Auth) recall(r *http.Request, id Identity) (Identity, error) {
	subject := a.box.Index("auth/binding/"+id.Provider, id.Subject)
	sealed, err := db.One(r.Context(), a.d, db.Value[string], `SELECT number FROM auth_binding WHERE subject = ?`, subject)
	switch {
	case errors.Is(err, db.ErrNone):
		a.sessions.Put(r.Context(), pendingKey, subject)
		return id, nil
	case err != nil:
		return Identity{}, fmt.Errorf("finding a binding: %w", err)
	}
	id.Number, err = a.box.UnsealText(sealed, "auth/binding/"+subject)
	return id, wrap("reading a binding", err)
}

// Bind ties whom the last Finish could not name to a citizen number that the
// same browser has proved since. Without such a trip it does nothing.
func (a *Auth) Bind(r *http.Request, proved Identity) error {
	subject := a.sessions.PopString(r.Context(), pendingKey)
	if subject == "" || proved.Number == "" {
		return nil
	}
	return a.d.Do(r.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(r.Context(), `INSERT INTO auth_binding (subject, number, at) VALUES (?, ?, ?)
			ON CONFLICT (subject) DO UPDATE SET number = excluded.number, at = excluded.at`,
			subject, a.box.SealText(proved.Number, "auth/binding/"+subject), db.Millis(tx.Now))
		return wrap("keeping a binding", err)
	})
}
