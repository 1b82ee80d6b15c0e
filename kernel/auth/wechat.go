package auth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
)

// WeChat is an official account (公众号) whose followers sign in. WeChat knows
// no citizen numbers: each follower proves theirs once, by code.
type WeChat struct {
	AppID, Secret string
	Redirect      string // our address to which the browser comes back
	Open, API     string // WeChat's own addresses; "" is the real ones
}

type weChat struct {
	config WeChat
	client *http.Client
}

func newWeChat(c WeChat, client *http.Client) *weChat {
	if c.Open == "" {
		c.Open = "https://open.weixin.qq.com"
	}
	if c.API == "" {
		c.API = "https://api.weixin.qq.com"
	}
	return &weChat{c, client}
}

func (p *weChat) Names() (name, title string) { return "wechat", "微信登录" }

// URL: WeChat's dialect of OAuth2 calls the client appid, and wants the
// parameters in this order and the fragment at the end.
func (p *weChat) URL(_ context.Context, t Trip) (string, error) {
	return p.config.Open + "/connect/oauth2/authorize?appid=" + url.QueryEscape(p.config.AppID) +
		"&redirect_uri=" + url.QueryEscape(p.config.Redirect) +
		"&response_type=code&scope=snsapi_userinfo&state=" + url.QueryEscape(t.State) + "#wechat_redirect", nil
}

func (p *weChat) Finish(ctx context.Context, _ Trip, values url.Values) (Identity, error) {
	var token struct {
		weChatError
		AccessToken string `json:"access_token"`
		OpenID      string `json:"openid"`
	}
	err := p.get(ctx, "/sns/oauth2/access_token", url.Values{"appid": {p.config.AppID}, "secret": {p.config.Secret},
		"code": {values.Get("code")}, "grant_type": {"authorization_code"}}, &token)
	if err != nil {
		return Identity{}, fmt.Errorf("fetching the token: %w", err)
	}
	if err := token.err(); err != nil {
		return Identity{}, fmt.Errorf("fetching the token: %w", err)
	}
	var info struct {
		weChatError
		OpenID   string `json:"openid"`
		Nickname string `json:"nickname"`
	}
	err = p.get(ctx, "/sns/userinfo", url.Values{"access_token": {token.AccessToken}, "openid": {token.OpenID}, "lang": {"zh_CN"}}, &info)
	if err != nil {
		return Identity{}, fmt.Errorf("asking for the userinfo: %w", err)
	}
	if err := info.err(); err != nil {
		return Identity{}, fmt.Errorf("asking for the userinfo: %w", err)
	}
	if token.OpenID == "" || info.OpenID != token.OpenID {
		return Identity{}, errors.New("the userinfo is of somebody else")
	}
	return Identity{Subject: token.OpenID, Nick: info.Nickname}, nil
}

// weChatError is how WeChat refuses: with status 200.
type weChatError struct {
	Code int `json:"errcode"`
}

func (e weChatError) err() error {
	if e.Code == 0 {
		return nil
	}
	return fmt.Errorf("WeChat refused with errcode %d", e.Code)
}

func (p *weChat) get(ctx context.Context, path string, q url.Values, into any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.config.API+path+"?"+q.Encode(), nil)
	if err != nil {
		return errors.New("WeChat's address cannot be read")
	}
	resp, err := p.client.Do(req)
	if err != nil {
		return bare(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("WeChat answered %d", resp.StatusCode)
	}
	// Its content type is text/plain, whatever it holds.
	return json.NewDecoder(io.LimitReader(resp.Body, 1<<20)).Decode(into)
}
