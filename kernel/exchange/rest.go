package exchange

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"minzheng/kernel/secret"
)

// request is what goes to a department. See docs/exchange.md.
type request struct {
	Request string                     `json:"request"` // one id for all tries of one question
	Case    string                     `json:"case"`
	Actor   string                     `json:"actor"`
	Purpose string                     `json:"purpose"`
	Law     string                     `json:"law"`
	Number  string                     `json:"number"`
	Name    string                     `json:"name"`
	County  string                     `json:"county"`
	Fields  []string                   `json:"fields"`
	Claims  map[string]json.RawMessage `json:"claims,omitempty"`
}

func body(q Question, id string) ([]byte, error) {
	return json.Marshal(request{id, q.Subject, q.Actor, q.Purpose, q.Law, q.Number, q.Name, q.County, q.Fields, q.Claims})
}

// The headers of a signed question and of its answer.
const (
	headClient = "X-Mz-Client"
	headTime   = "X-Mz-Time"
	headNonce  = "X-Mz-Nonce"
	headSign   = "X-Mz-Sign"
)

// rest speaks our own protocol: both sides sign, and the answer's signature is
// over the hash of the question.
type rest struct {
	x   *Exchange
	s   Source
	url *url.URL
	key *secret.PublicKey // of the department; nil takes unsigned answers
}

func (a rest) ask(ctx context.Context, q Question, id string) (*reply, error) {
	b, err := body(q, id)
	if err != nil {
		return nil, failure{Unread}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, a.url.String(), bytes.NewReader(b))
	if err != nil {
		return nil, failure{Nobody}
	}
	req.Header.Set("Content-Type", "application/json")
	asked, err := a.sign(req, b)
	if err != nil {
		return nil, err
	}
	h, got, err := a.x.fetch(req)
	if err != nil {
		return nil, err
	}
	sign, guard, err := a.check(h, asked, got)
	if err != nil {
		return nil, err
	}
	r, err := readReply(got)
	if err != nil {
		return nil, err
	}
	r.asked, r.sign, r.guard = asked, sign, guard
	return r, nil
}

// sign signs a question anew for each try: a nonce that was seen is not taken
// again. It returns the hash of what was signed.
func (a rest) sign(req *http.Request, body []byte) (string, error) {
	at := strconv.FormatInt(a.x.wall().UnixMilli(), 10)
	nonce := freshNonce()
	text := strings.Join([]string{"minzheng-question/1", req.Method, a.url.Path, a.s.Client, at, nonce, hash(body), ""}, "\n")
	if a.x.box == nil {
		return hash([]byte(text)), nil
	}
	sig, err := a.x.box.Sign([]byte(text))
	if err != nil {
		return "", err
	}
	req.Header.Set(headClient, a.s.Client)
	req.Header.Set(headTime, at)
	req.Header.Set(headNonce, nonce)
	req.Header.Set(headSign, base64.StdEncoding.EncodeToString(sig))
	return hash([]byte(text)), nil
}

func freshNonce() string {
	var b [16]byte
	rand.Read(b[:])
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// check holds an answer against the key of its source.
func (a rest) check(h http.Header, asked string, body []byte) ([]byte, Guard, error) {
	if a.key == nil {
		return nil, Plain, nil
	}
	sig, err := base64.StdEncoding.DecodeString(h.Get(headSign))
	if err != nil || !a.key.Verify(AnswerText(asked, hash(body)), sig) {
		return nil, "", failure{Unsigned}
	}
	return sig, Signed, nil
}

// AnswerText is what a department signs: that to the question with this hash it
// gave the answer with that one. Both hashes stand in the receipt.
func AnswerText(question, answer string) []byte {
	return []byte("minzheng-answer/1\n" + question + "\n200\n" + answer + "\n")
}
