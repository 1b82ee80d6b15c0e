package auth_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"minzheng/kernel/auth"
	"minzheng/kernel/auth/authtest"
	"minzheng/kernel/errs"
)

// trip goes to the provider and comes back with the code and, unless given,
// the right state; it returns what the house says then.
func (h house) trip(s *authtest.Issuer, code, state string) string {
	b := h.browse(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/begin" {
			to, err := h.Begin(r, "province")
			fmt.Fprint(w, to, err)
			return
		}
		id, err := h.Finish(r, "province")
		fmt.Fprint(w, id.Provider, " ", id.Subject, " ", id.Number, " ", id.Name, " ", id.Phone, " ", err)
	})
	to := strings.TrimSuffix(b.get("/begin"), "<nil>")
	u, err := url.Parse(to)
	if err != nil || !strings.HasPrefix(to, s.URL+"/auth?") {
		return to
	}
	if s.Asked = u.Query(); state == "" {
		state = s.Asked.Get("state")
	}
	return b.get("/finish?" + url.Values{"code": {code}, "state": {state}}.Encode())
}

func oidcConfig(s *authtest.Issuer) auth.Config {
	return auth.Config{OIDC: []auth.OIDC{{Name: "province", Title: "省统一身份认证", Issuer: s.URL,
		ClientID: "minzheng", ClientSecret: "s", Redirect: "http://127.0.0.1/back", Scopes: []string{"profile"}}}}
}

const vouched = "province u-7 " + number + " 李秀芬 13800006217 <nil>"

func TestAResidentSignsInThroughOIDC(t *testing.T) {
	t.Parallel()
	s := authtest.NewIssuer(t, number, "李秀芬")
	h := open(t, oidcConfig(s))
	if got := h.trip(s, "good", ""); got != vouched {
		t.Fatalf("got %q, want %q", got, vouched)
	}
	if s.Asked.Get("code_challenge_method") != "S256" || s.Asked.Get("scope") != "openid profile" || s.Asked.Get("nonce") == "" ||
		s.Fetched.Get("redirect_uri") != "http://127.0.0.1/back" {
		t.Fatalf("asked %v, fetched %v", s.Asked, s.Fetched)
	}
}

func TestWhatTheTokenDoesNotSayTheUserinfoMay(t *testing.T) {
	t.Parallel()
	s := authtest.NewIssuer(t, number, "李秀芬")
	s.User = map[string]any{"sub": "u-7", "id_number": number}
	s.Spoil = func(c map[string]any) { delete(c, "id_number") }
	h := open(t, oidcConfig(s))
	if got := h.trip(s, "good", ""); got != vouched {
		t.Fatalf("got %q, want %q", got, vouched)
	}
	s.User = map[string]any{"sub": "somebody else", "id_number": number}
	if got := h.trip(s, "good", ""); strings.Contains(got, number) {
		t.Fatalf("took the number of somebody else: %q", got)
	}
}

func TestAFalseReturnSignsNobodyIn(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(map[string]any){
		"nonce":    func(c map[string]any) { c["nonce"] = "other" },
		"audience": func(c map[string]any) { c["aud"] = "other" },
		"issuer":   func(c map[string]any) { c["iss"] = "https://other" },
		"expired":  func(c map[string]any) { c["exp"] = time.Now().Add(-time.Hour).Unix() },
	} {
		s := authtest.NewIssuer(t, number, "李秀芬")
		s.Spoil = spoil
		if got := open(t, oidcConfig(s)).trip(s, "good", ""); strings.Contains(got, "u-7") {
			t.Errorf("%s: got %q", name, got)
		}
	}
	s := authtest.NewIssuer(t, number, "李秀芬")
	h := open(t, oidcConfig(s))
	if got := h.trip(s, "good", "another state"); !strings.Contains(got, "登录已经过期") {
		t.Errorf("a false state gives %q", got)
	}
	if got := h.trip(s, "bad", ""); strings.Contains(got, "u-7") || strings.Contains(got, "390102") {
		t.Errorf("a false code gives %q", got)
	}
	s.NewKey() // the house knows the old key; the issuer's page has the new
	if got := h.trip(s, "good", ""); got != vouched {
		t.Errorf("after a change of keys: got %q", got)
	}
}

func TestASilentIssuerIsToldToTheReader(t *testing.T) {
	t.Parallel()
	s := authtest.NewIssuer(t, number, "李秀芬")
	c := oidcConfig(s)
	s.Close()
	h := open(t, c) // starts nevertheless
	if got := h.trip(s, "good", ""); !strings.Contains(got, "这种登录方式暂时不能用") {
		t.Fatalf("got %q", got)
	}
}

// weChatServer answers as WeChat does: status 200 and text/plain, come what may.
func weChatServer(t *testing.T) *httptest.Server {
	mux := http.NewServeMux()
	mux.HandleFunc("/sns/oauth2/access_token", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		q := r.URL.Query()
		if q.Get("appid") != "wx1" || q.Get("secret") != "topsecret" || q.Get("code") != "good" || q.Get("grant_type") != "authorization_code" {
			fmt.Fprint(w, `{"errcode":40029,"errmsg":"invalid code"}`)
			return
		}
		fmt.Fprint(w, `{"access_token":"at","expires_in":7200,"openid":"o-1","scope":"snsapi_userinfo"}`)
	})
	mux.HandleFunc("/sns/userinfo", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		fmt.Fprintf(w, `{"openid":%q,"nickname":"芬芬"}`, r.URL.Query().Get("openid"))
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

func TestAWeChatFollowerProvesTheirNumberOnce(t *testing.T) {
	t.Parallel()
	s := weChatServer(t)
	h := open(t, auth.Config{WeChat: auth.WeChat{AppID: "wx1", Secret: "topsecret", Redirect: "http://127.0.0.1/back", API: s.URL}})
	b := h.browse(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/begin":
			to, _ := h.Begin(r, "wechat")
			fmt.Fprint(w, to)
		case "/bind":
			fmt.Fprint(w, h.Bind(r, auth.Identity{Number: number}))
		default:
			id, err := h.Finish(r, "wechat")
			fmt.Fprint(w, id.Subject, " ", id.Nick, " ", id.Name, id.Number, " ", err)
		}
	})
	trip := func(code string) string {
		to := b.get("/begin")
		if !strings.HasPrefix(to, "https://open.weixin.qq.com/connect/oauth2/authorize?appid=wx1&redirect_uri=") || !strings.HasSuffix(to, "#wechat_redirect") {
			t.Fatalf("the browser is sent to %q", to)
		}
		u, _ := url.Parse(to)
		return b.get("/finish?code=" + code + "&state=" + u.Query().Get("state"))
	}
	if got := trip("good"); got != "o-1 芬芬  <nil>" {
		t.Fatalf("the first time: got %q, want no number", got)
	}
	b.wants("/bind", "<nil>")
	if got := trip("good"); got != "o-1 芬芬 "+number+" <nil>" {
		t.Fatalf("the second time: got %q, want the number", got)
	}
	if got := trip("bad"); strings.Contains(got, "o-1") || !strings.Contains(got, "40029") {
		t.Fatalf("a false code gives %q", got)
	}
	if n := h.count(`SELECT COUNT(*) FROM auth_binding WHERE subject LIKE '%o-1%' OR number LIKE '%3901%'`); n != 0 {
		t.Fatal("the binding lies open in the table")
	}
	s.Close()
	if got := trip("good"); strings.Contains(got, "topsecret") {
		t.Fatalf("the error shows our secret: %q", got)
	}
}

func TestBindWithoutATripDoesNothing(t *testing.T) {
	t.Parallel()
	h := open(t, auth.Config{})
	b := h.browse(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, h.Bind(r, auth.Identity{Number: number}))
		_, err := h.Begin(r, "none")
		fmt.Fprint(w, errs.Is(err, errs.NotFound))
	})
	b.wants("/", "<nil>true")
	if n := h.count(`SELECT COUNT(*) FROM auth_binding`); n != 0 {
		t.Fatalf("%d bindings", n)
	}
}
