package auth

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// OIDC is one OpenID Connect provider: a province's unified sign-in, say.
type OIDC struct {
	Name, Title            string // in addresses; on the button
	Issuer                 string
	ClientID, ClientSecret string
	Redirect               string   // our address to which the browser comes back
	Scopes                 []string // beside openid
	// The claims that hold what is vouched for; "" is id_number, name, phone_number.
	NumberClaim, NameClaim, PhoneClaim string
}

type oidcProvider struct {
	config OIDC
	client *http.Client
	now    func() time.Time
	mu     sync.Mutex
	found  *oidc.Provider
	failed time.Time // when the issuer last gave no answer
	why    error
}

// A silent issuer is not asked again for so long: else all who want to sign in
// would wait for it one after the other.
const issuerRest = 10 * time.Second

func (p *oidcProvider) Names() (name, title string) { return p.config.Name, p.config.Title }

// discover asks the issuer once it is needed, and again until it has
// answered: a silent issuer does not keep us from starting.
func (p *oidcProvider) discover(ctx context.Context) (*oidc.Provider, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.found != nil {
		return p.found, nil
	}
	if p.why != nil && p.now().Sub(p.failed) < issuerRest {
		return nil, p.why
	}
	found, err := oidc.NewProvider(context.WithoutCancel(ctx), p.config.Issuer)
	if err != nil {
		p.failed, p.why = p.now(), fmt.Errorf("asking the issuer: %w", bare(err))
		return nil, p.why
	}
	p.found = found
	return found, nil
}

func (p *oidcProvider) oauth(found *oidc.Provider) *oauth2.Config {
	return &oauth2.Config{
		ClientID: p.config.ClientID, ClientSecret: p.config.ClientSecret, RedirectURL: p.config.Redirect,
		Endpoint: found.Endpoint(), Scopes: append([]string{oidc.ScopeOpenID}, p.config.Scopes...),
	}
}

func (p *oidcProvider) URL(ctx context.Context, t Trip) (string, error) {
	found, err := p.discover(oidc.ClientContext(ctx, p.client))
	if err != nil {
		return "", err
	}
	return p.oauth(found).AuthCodeURL(t.State, oidc.Nonce(t.Nonce), oauth2.S256ChallengeOption(t.Verifier)), nil
}

func (p *oidcProvider) Finish(ctx context.Context, t Trip, values url.Values) (Identity, error) {
	ctx = oidc.ClientContext(ctx, p.client)
	found, err := p.discover(ctx)
	if err != nil {
		return Identity{}, err
	}
	token, err := p.oauth(found).Exchange(ctx, values.Get("code"), oauth2.VerifierOption(t.Verifier))
	if err != nil {
		return Identity{}, fmt.Errorf("fetching the token: %w", bare(err))
	}
	raw, ok := token.Extra("id_token").(string)
	if !ok {
		return Identity{}, errors.New("the answer has no id_token")
	}
	id, err := found.Verifier(&oidc.Config{ClientID: p.config.ClientID, Now: p.now}).Verify(ctx, raw)
	if err != nil {
		return Identity{}, fmt.Errorf("checking the id_token: %w", err)
	}
	if subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(t.Nonce)) != 1 {
		return Identity{}, errors.New("the id_token is not of this trip")
	}
	return p.identity(ctx, found, token, id)
}

// identity reads the claims; what the token does not hold may stand in the
// userinfo.
func (p *oidcProvider) identity(ctx context.Context, found *oidc.Provider, token *oauth2.Token, id *oidc.IDToken) (Identity, error) {
	claims := map[string]any{}
	if err := id.Claims(&claims); err != nil {
		return Identity{}, fmt.Errorf("reading the claims: %w", err)
	}
	if p.claim(claims, p.config.NumberClaim, "id_number") == "" && found.UserInfoEndpoint() != "" {
		more, err := found.UserInfo(ctx, oauth2.StaticTokenSource(token))
		if err != nil {
			return Identity{}, fmt.Errorf("asking for the userinfo: %w", bare(err))
		}
		if more.Subject != id.Subject {
			return Identity{}, errors.New("the userinfo is of somebody else")
		}
		if err := more.Claims(&claims); err != nil {
			return Identity{}, fmt.Errorf("reading the userinfo: %w", err)
		}
	}
	return Identity{
		Subject: id.Subject,
		Number:  p.claim(claims, p.config.NumberClaim, "id_number"),
		Name:    p.claim(claims, p.config.NameClaim, "name"),
		Phone:   p.claim(claims, p.config.PhoneClaim, "phone_number"),
	}, nil
}

func (p *oidcProvider) claim(claims map[string]any, name, usual string) string {
	if name == "" {
		name = usual
	}
	s, _ := claims[name].(string)
	return s
}

// bare takes the address, and the answer's body, out of an error: both hold
// secrets, and errors are logged.
func bare(err error) error {
	var refused *oauth2.RetrieveError
	if errors.As(err, &refused) {
		return fmt.Errorf("refused with %q", refused.ErrorCode)
	}
	var of *url.Error
	if errors.As(err, &of) {
		return of.Err
	}
	return err
}
