package exchange

import (
	"bytes"
	"context"
	"crypto/sha512"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// xroad speaks the X-Road message protocol for REST, r1. The path of its source
// is /r1/INSTANCE/CLASS/MEMBER/SUBSYSTEM/SERVICE and more. The security servers
// sign and keep the messages; we check that the answer is to our question.
type xroad struct {
	x   *Exchange
	s   Source
	url *url.URL
}

func (a xroad) ask(ctx context.Context, q Question, id string) (*reply, error) {
	b, err := body(q, id)
	if err != nil {
		return nil, failure{Unread}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, a.url.String(), bytes.NewReader(b))
	if err != nil {
		return nil, failure{Nobody}
	}
	message := map[string]string{"content-type": "application/json", "x-road-client": a.s.Client, "x-road-id": id,
		"x-road-userid": "CN" + plainID(q.Actor), "x-road-issue": q.Subject}
	for name, v := range message {
		req.Header.Set(name, v)
	}
	want := messageHash(req, message, b)
	h, got, err := a.x.fetch(req)
	if err != nil {
		return nil, xroadFailure(h, err)
	}
	if h.Get("X-Road-Error") != "" {
		return nil, failure{Down}
	}
	service := strings.Join(strings.SplitN(strings.TrimPrefix(a.url.Path, "/r1/"), "/", 6)[:min(5, strings.Count(a.url.Path, "/")-1)], "/")
	if h.Get("X-Road-Id") != id || h.Get("X-Road-Service") != service || h.Get("X-Road-Request-Id") == "" || h.Get("X-Road-Request-Hash") != want {
		return nil, failure{Unsigned}
	}
	r, err := readReply(got)
	if err != nil {
		return nil, err
	}
	r.asked, r.guard = want, Hashed
	return r, nil
}

// xroadFailure tells an error on the way (of a security server) from one of the
// department behind it: the first is nobody's refusal.
func xroadFailure(h http.Header, err error) error {
	if e := h.Get("X-Road-Error"); strings.HasPrefix(e, "Server.") {
		return failure{Down}
	}
	return err
}

// messageHash is SHA512(SHA512(headers)+SHA512(body)) in base64, over the verb,
// the path and the headers in the order of their names, a line each.
func messageHash(req *http.Request, message map[string]string, body []byte) string {
	var names []string
	for name := range message {
		names = append(names, name)
	}
	slices.Sort(names)
	head := req.Method + "\r\n" + req.URL.RequestURI() + "\r\n"
	for _, name := range names {
		head += name + ":" + message[name] + "\r\n"
	}
	one, two := sha512.Sum512([]byte(head)), sha512.Sum512(body)
	sum := sha512.Sum512(append(one[:], two[:]...))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// plainID leaves of an identifier what X-Road allows in one.
func plainID(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 128 && (r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || strings.ContainsRune("'()+,-.=?", r)) {
			return r
		}
		return -1
	}, s)
}
