package exchange

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// gateway speaks as provincial gateways want it: headers x-tif-paasid,
// -timestamp, -nonce and -signature, the last over time, token and nonce. It
// guards neither path nor body; we never send a nonce twice, and the receipt
// says how weak the answer's protection was.
type gateway struct {
	x     *Exchange
	s     Source
	url   *url.URL
	token string
}

// envelope is how such gateways wrap what the department said.
type envelope struct {
	Code    json.RawMessage `json:"code"`
	Message string          `json:"message"`
	Data    json.RawMessage `json:"data"`
}

func (a gateway) ask(ctx context.Context, q Question, id string) (*reply, error) {
	b, err := body(q, id)
	if err != nil {
		return nil, failure{Unread}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, a.url.String(), bytes.NewReader(b))
	if err != nil {
		return nil, failure{Nobody}
	}
	at, nonce := strconv.FormatInt(a.x.wall().Unix(), 10), freshNonce()
	sum := sha256.Sum256([]byte(at + a.token + nonce + at))
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("x-tif-paasid", a.s.Client)
	req.Header.Set("x-tif-timestamp", at)
	req.Header.Set("x-tif-nonce", nonce)
	req.Header.Set("x-tif-signature", strings.ToUpper(hex.EncodeToString(sum[:])))
	_, got, err := a.x.fetch(req)
	if err != nil {
		return nil, refusedAsDown(err, got)
	}
	r, err := openEnvelope(got)
	if err != nil {
		return nil, err
	}
	r.asked, r.guard = hash(b), Token
	return r, nil
}

// refusedAsDown tells a gateway's own refusals from a department that is down:
// such gateways answer 500 to a wrong signature, with a code of 4xx inside.
func refusedAsDown(err error, body []byte) error {
	var e envelope
	if causeOf(err) != Down || json.Unmarshal(body, &e) != nil {
		return err
	}
	if code := strings.Trim(string(e.Code), `"`); len(code) == 3 && code[0] == '4' {
		return failure{Refused}
	}
	return err
}

func openEnvelope(b []byte) (*reply, error) {
	var e envelope
	if strictly(b, &e) != nil {
		return nil, failure{Unread}
	}
	switch code := strings.Trim(string(e.Code), `"`); code {
	case "0", "200":
		return readReply(e.Data)
	case "502", "503", "504":
		return nil, failure{Down}
	case "401", "403", "404":
		return nil, failure{Refused}
	}
	return nil, failure{Unread}
}
