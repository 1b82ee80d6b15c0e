package departments

import (
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The departments also speak as others do, each written from the public
// protocol: what the product understands is not what it has said itself.

// DemoToken is the token of the simulated gateway. It guards nothing.
const DemoToken = "qingxi-demo"

// DemoMember is who we are in the simulated X-Road instance.
const DemoMember = "DEMO/GOV/390121/minzheng"

func (s *simulator) dialects(mux *http.ServeMux) {
	mux.HandleFunc("GET /key.pem", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/x-pem-file")
		w.Write(s.notary.public)
	})
	mux.HandleFunc("POST /client.pem", s.notary.register)
	for _, l := range s.lines {
		mux.HandleFunc("POST /tif"+l.path(), func(w http.ResponseWriter, r *http.Request) { s.tif(w, r, l) })
		mux.HandleFunc("POST "+roadPath(l.source), func(w http.ResponseWriter, r *http.Request) { s.road(w, r, l) })
	}
	mux.HandleFunc("POST /fhir/DiagnosticReport/_search", s.reports)
}

// tif answers as a provincial gateway: its signature is over time, token and
// nonce, the clock may be three minutes off, nonces are not remembered, and
// refusals are a 500 with a code inside.
func (s *simulator) tif(w http.ResponseWriter, r *http.Request, l *line) {
	body, ok := s.arrive(w, r, l)
	if !ok {
		return
	}
	no := tifRefusal(r.Header, s.now())
	var b []byte
	if no == nil {
		b, no = s.respond(l, body, false)
	}
	if no != nil {
		l.tally.refused.Add(1)
		reply(w, http.StatusInternalServerError, map[string]any{"code": no.status, "message": no.reason})
		return
	}
	reply(w, http.StatusOK, map[string]any{"code": 0, "message": "ok", "data": json.RawMessage(b)})
}

func tifRefusal(h http.Header, now time.Time) *refusal {
	at, nonce := h.Get("x-tif-timestamp"), h.Get("x-tif-nonce")
	sec, err := strconv.ParseInt(at, 10, 64)
	off := now.Unix() - sec
	want := sha256.Sum256([]byte(at + DemoToken + nonce + at))
	switch {
	case h.Get("x-tif-paasid") == "" || nonce == "" || err != nil:
		return refuse(http.StatusUnauthorized, "missing x-tif headers")
	case off > 180 || off < -180:
		return refuse(http.StatusUnauthorized, "timestamp exceed")
	case h.Get("x-tif-signature") != strings.ToUpper(hex.EncodeToString(want[:])):
		return refuse(http.StatusUnauthorized, "invalid signature")
	}
	return nil
}

// roadPath is where a source stands in X-Road: police.household is the service
// household of the subsystem registry of police.
func roadPath(src source) string { return "/r1/" + roadService(src) + "/v1" }

func roadService(src source) string {
	member, service, _ := strings.Cut(src.Code, ".")
	return "DEMO/GOV/" + member + "/registry/" + service
}

// road answers as a security server does before the department's service.
func (s *simulator) road(w http.ResponseWriter, r *http.Request, l *line) {
	body, ok := s.arrive(w, r, l)
	if !ok {
		return
	}
	if r.Header.Get("X-Road-Client") != DemoMember {
		w.Header().Set("X-Road-Error", "Server.ServerProxy.AccessDenied")
		s.turnAway(w, l, refuse(http.StatusInternalServerError, "Request is not allowed"))
		return
	}
	b, no := s.respond(l, body, false)
	if no != nil {
		s.turnAway(w, l, no)
		return
	}
	h := w.Header()
	h.Set("X-Road-Client", DemoMember)
	h.Set("X-Road-Service", roadService(l.source))
	h.Set("X-Road-Id", r.Header.Get("X-Road-Id"))
	h.Set("X-Road-Request-Id", "fa2e18a5-c2cb-4d09-b994-"+strconv.FormatInt(100000000000+l.tally.asked.Load(), 10))
	h.Set("X-Road-Request-Hash", roadHash(r, body))
	send(w, http.StatusOK, b)
}

// roadHash is base64(SHA512(SHA512(headers)+SHA512(body))). The headers are the
// request's line and those that X-Road passes on, by name.
func roadHash(r *http.Request, body []byte) string {
	lines := []string{}
	for name, all := range r.Header {
		name = strings.ToLower(name)
		if strings.HasPrefix(name, "x-road-") || name == "content-type" {
			lines = append(lines, name+":"+all[0]+"\r\n")
		}
	}
	slices.Sort(lines)
	head := sha512.Sum512([]byte(r.Method + "\r\n" + r.URL.RequestURI() + "\r\n" + strings.Join(lines, "")))
	content := sha512.Sum512(body)
	h := sha512.New()
	h.Write(head[:])
	h.Write(content[:])
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}
