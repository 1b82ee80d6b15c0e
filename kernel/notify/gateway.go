package notify

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// Gateway returns a channel that posts each message as JSON to a carrier's
// address, with key as its bearer token and the delivery's key as
// Idempotency-Key. The carrier answers {"receipt": "…"}.
func Gateway(address, key string) Channel {
	client := &http.Client{
		Timeout: 15 * time.Second,
		// A redirect would carry texts and numbers to an address nobody chose.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return &gateway{address, key, client}
}

type gateway struct {
	address, key string
	client       *http.Client
}

// Deliver asks the carrier once.
func (g *gateway) Deliver(ctx context.Context, o Outgoing) (string, error) {
	body, err := json.Marshal(map[string]string{
		"key": o.Key, "to": o.To, "phone": o.Phone, "title": o.Title, "text": o.Text, "link": o.Link})
	if err != nil {
		return "", fmt.Errorf("asking the carrier: %w", err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, g.address, bytes.NewReader(body))
	if err != nil {
		return "", errors.New("asking the carrier: its address is wrong")
	}
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
	r.Header.Set("Authorization", "Bearer "+g.key)
	r.Header.Set("Idempotency-Key", o.Key)
	answer, err := g.client.Do(r)
	if err != nil {
		return "", fmt.Errorf("asking the carrier: %w", bare(err))
	}
	defer answer.Body.Close()
	return receipt(answer)
}

// receipt reads the answer. What a carrier writes about a failure may name the
// person, so only the number of the failure is kept.
func receipt(answer *http.Response) (string, error) {
	switch code := answer.StatusCode; {
	case code == http.StatusRequestTimeout, code == http.StatusTooManyRequests, code == http.StatusTooEarly,
		code == http.StatusUnauthorized, code == http.StatusForbidden: // our key can be put right
		return "", fmt.Errorf("the carrier answers %d", code)
	case code >= 400 && code < 500:
		return "", fmt.Errorf("%w: it answers %d", ErrRefused, code)
	case code < 200 || code >= 300:
		return "", fmt.Errorf("the carrier answers %d", code)
	}
	var got struct {
		Receipt string `json:"receipt"`
	}
	if err := json.NewDecoder(io.LimitReader(answer.Body, 64<<10)).Decode(&got); err != nil || got.Receipt == "" {
		return "", errors.New("the carrier gives no receipt")
	}
	return got.Receipt, nil
}

// bare takes the address out of an error: it may hold a token.
func bare(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}
