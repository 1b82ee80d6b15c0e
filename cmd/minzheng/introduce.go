package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"minzheng/app"
)

// gateway reads what the bureau knows of its gateway. In the demo the simulator
// is asked for its key; a bureau takes keys by hand and names the file.
func (c serveCmd) gateway(ctx context.Context, cfg *app.Config) error {
	if c.GatewayKey != "" {
		key, err := os.ReadFile(c.GatewayKey)
		if err != nil {
			return usageError{err}
		}
		cfg.Gateway.Key = key
	}
	for _, one := range c.GatewayToken {
		source, token, ok := strings.Cut(one, "=")
		if !ok {
			return usageError{fmt.Errorf("--gateway-token %s must be SOURCE=TOKEN", source)}
		}
		if cfg.Gateway.Tokens == nil {
			cfg.Gateway.Tokens = map[string]string{}
		}
		cfg.Gateway.Tokens[source] = token
	}
	if c.Demo && c.Departments != "" && cfg.Gateway.Key == nil {
		waitFor(ctx, c.Departments)
		cfg.Gateway.Key = fetchKey(ctx, c.Departments)
	}
	return nil
}

// fetchKey asks the simulator for its key; nil when there is none.
func fetchKey(ctx context.Context, departments string) []byte {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(departments, "/")+"/key.pem", nil)
	if err != nil {
		return nil
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, 4<<10))
	if err != nil || resp.StatusCode != http.StatusOK {
		return nil
	}
	return b
}

// introduce leaves our key with the simulator, so that from then on it answers
// only what we have signed.
func (c serveCmd) introduce(ctx context.Context, a *app.App) {
	key, err := a.Box.PublicKeyPEM()
	if err != nil || c.Departments == "" {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	to := strings.TrimSuffix(c.Departments, "/") + "/client.pem?client=" + url.QueryEscape(a.Config.County)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(key))
	if err != nil {
		return
	}
	if resp, err := http.DefaultClient.Do(req); err == nil {
		resp.Body.Close()
	}
}
