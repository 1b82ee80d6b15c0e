// Package authtest is a small OpenID Connect house for tests: discovery, keys,
// sign-in page, token and userinfo, as the standard has them. It signs in
// whoever comes, and can be told to be a bad one.
package authtest

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"
)

// Issuer is the house. Set its fields before it is asked.
type Issuer struct {
	*httptest.Server
	Number  string                      // citizen number that it vouches for
	Name    string                      // and the name
	Spoil   func(claims map[string]any) // changes what it signs
	User    map[string]any              // what the userinfo says; nil: there is no userinfo
	Now     func() time.Time
	Asked   url.Values // of the last visit to the sign-in page
	Fetched url.Values // of the last fetch of a token
	key     *rsa.PrivateKey
}

// NewIssuer starts a house that vouches for one person until the test ends.
func NewIssuer(t *testing.T, number, name string) *Issuer {
	t.Helper()
	s := &Issuer{Number: number, Name: name, Spoil: func(map[string]any) {}, Now: time.Now}
	s.NewKey()
	mux := http.NewServeMux()
	mux.HandleFunc("/.well-known/openid-configuration", s.discovery)
	mux.HandleFunc("/keys", s.keys)
	mux.HandleFunc("/auth", s.signIn)
	mux.HandleFunc("/token", s.token)
	mux.HandleFunc("/userinfo", func(w http.ResponseWriter, r *http.Request) { answer(w, s.User) })
	s.Server = httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

// NewKey makes the house sign with another key from now on.
func (s *Issuer) NewKey() {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err) // there is no randomness
	}
	s.key = key
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(v)
}

func (s *Issuer) discovery(w http.ResponseWriter, _ *http.Request) {
	d := map[string]any{"issuer": s.URL, "authorization_endpoint": s.URL + "/auth", "token_endpoint": s.URL + "/token",
		"jwks_uri": s.URL + "/keys", "id_token_signing_alg_values_supported": []string{"RS256"}}
	if s.User != nil {
		d["userinfo_endpoint"] = s.URL + "/userinfo"
	}
	answer(w, d)
}

func (s *Issuer) keys(w http.ResponseWriter, _ *http.Request) {
	e := base64.RawURLEncoding
	answer(w, map[string]any{"keys": []any{map[string]any{"kty": "RSA", "alg": "RS256", "use": "sig", "kid": "1",
		"n": e.EncodeToString(s.key.N.Bytes()), "e": e.EncodeToString(big.NewInt(int64(s.key.E)).Bytes())}}})
}

// signIn sends the browser straight back, signed in.
func (s *Issuer) signIn(w http.ResponseWriter, r *http.Request) {
	s.Asked = r.URL.Query()
	back := s.Asked.Get("redirect_uri") + "?" + url.Values{"code": {"good"}, "state": {s.Asked.Get("state")}}.Encode()
	http.Redirect(w, r, back, http.StatusSeeOther)
}

// token gives an id_token only to who shows the verifier of the challenge.
func (s *Issuer) token(w http.ResponseWriter, r *http.Request) {
	r.ParseForm()
	s.Fetched = r.PostForm
	sum := sha256.Sum256([]byte(r.PostForm.Get("code_verifier")))
	if base64.RawURLEncoding.EncodeToString(sum[:]) != s.Asked.Get("code_challenge") || r.PostForm.Get("code") != "good" {
		w.WriteHeader(http.StatusBadRequest)
		answer(w, map[string]string{"error": "invalid_grant", "error_description": "the code " + s.Number})
		return
	}
	claims := map[string]any{"iss": s.URL, "aud": "minzheng", "sub": "u-7", "nonce": s.Asked.Get("nonce"),
		"iat": s.Now().Unix(), "exp": s.Now().Add(time.Minute).Unix(), "name": s.Name, "id_number": s.Number, "phone_number": "13800006217"}
	s.Spoil(claims)
	answer(w, map[string]any{"access_token": "a", "token_type": "Bearer", "id_token": s.sign(claims)})
}

func (s *Issuer) sign(claims map[string]any) string {
	body, _ := json.Marshal(claims)
	e := base64.RawURLEncoding
	text := e.EncodeToString([]byte(`{"alg":"RS256","kid":"1"}`)) + "." + e.EncodeToString(body)
	sum := sha256.Sum256([]byte(text))
	sig, _ := rsa.SignPKCS1v15(nil, s.key, crypto.SHA256, sum[:])
	return text + "." + e.EncodeToString(sig)
}
