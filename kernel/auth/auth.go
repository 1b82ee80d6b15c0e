// Package auth knows who is signed in, in which role, and in which region.
//
// Residents sign in with a code or through another house (OIDC, WeChat), staff
// with a password and, when enrolled, a second factor. What a member of staff
// may do is read anew for every request: who is disabled or loses a grant is
// out at once. Nothing that opens a door is stored in a form that opens it.
package auth

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/alexedwards/scs/v2"

	"minzheng/kernel/db"
	"minzheng/kernel/secret"
)

//go:embed schema
var files embed.FS

// Schema returns the room's tables.
func Schema() db.Schema {
	sub, _ := fs.Sub(files, "schema")
	return db.Schema{Room: "auth", Files: sub}
}

// Config is what a bureau may set. The zero value runs: staff sign in with
// passwords; residents cannot until Codes or a provider is set.
type Config struct {
	TLS      bool          // served over HTTPS: the cookie is sent nowhere else
	Lifetime time.Duration // of a session, whatever happens; 0 is 12 hours
	Idle     time.Duration // after which an unused session ends; 0 is an hour
	Codes    CodeSender    // how a resident gets a code; nil: not at all
	OIDC     []OIDC        // houses that sign residents in
	WeChat   WeChat        // the official account; its zero value is none
	Limits   Limits        // how often a code may be asked for
	Client   *http.Client  // for OIDC and WeChat; nil is one with a deadline of 10 s
	// Fail answers a request that cannot be served because of a fault of ours;
	// nil is a plain sentence.
	Fail func(http.ResponseWriter, *http.Request, error)
}

// Auth signs in and out. It is safe for use by several goroutines.
type Auth struct {
	d         *db.DB
	box       *secret.Box
	config    Config
	sessions  *scs.SessionManager
	providers []Provider
	hashing   chan struct{} // a place for each password that is being hashed
	waiting   atomic.Int64  // how many wait for a place
	limits    *limits
}

// New returns the door of the house.
func New(d *db.DB, box *secret.Box, c Config) (*Auth, error) {
	if c.Lifetime == 0 {
		c.Lifetime = 12 * time.Hour
	}
	if c.Idle == 0 {
		c.Idle = time.Hour
	}
	if c.Client == nil {
		c.Client = &http.Client{Timeout: 10 * time.Second}
	}
	if c.Fail == nil {
		c.Fail = plainFail
	}
	a := &Auth{d: d, box: box, config: c, hashing: make(chan struct{}, hashesAtOnce), limits: newLimits(c.Limits)}
	a.sessions = a.newSessions()
	return a, a.addProviders()
}

func plainFail(w http.ResponseWriter, _ *http.Request, _ error) {
	http.Error(w, "系统出了点问题，请过一会儿再试。", http.StatusInternalServerError)
}

// Sweep removes what has expired.
func (a *Auth) Sweep(ctx context.Context, tx *db.Tx) error {
	now, day := db.Millis(tx.Now), db.Millis(tx.Now.Add(-24*time.Hour))
	for _, one := range []struct {
		statement string
		before    int64
	}{
		{`DELETE FROM auth_session WHERE expires_at <= ?`, now},
		{`DELETE FROM auth_session WHERE seen_at <= ?`, db.Millis(tx.Now.Add(-a.config.Idle))},
		{`DELETE FROM auth_token WHERE expires_at <= ?`, now},
		{`DELETE FROM auth_challenge WHERE at <= ?`, day},
		{`DELETE FROM auth_attempt WHERE at <= ?`, day},
	} {
		if _, err := tx.Exec(ctx, one.statement, one.before); err != nil {
			return fmt.Errorf("auth: removing what has expired: %w", err)
		}
	}
	return nil
}
