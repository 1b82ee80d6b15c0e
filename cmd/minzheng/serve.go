package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"minzheng/app"
	"minzheng/app/demo"
	"minzheng/kernel/auth"
	"minzheng/kernel/casework"
	"minzheng/kernel/notify"
)

// serveCmd is what a bureau may set.
type serveCmd struct {
	Addr         string   `help:"Where to listen." default:"127.0.0.1:8080"`
	Data         string   `help:"Directory for database, keys, papers and outbox." default:"data" type:"path"`
	DSN          string   `help:"postgres://… instead of the embedded database." name:"dsn" env:"MINZHENG_DSN"`
	Local        string   `help:"The bureau's own services, facts, places and holidays." type:"path"`
	Departments  string   `help:"Address of the departments' gateway." env:"MINZHENG_DEPARTMENTS"`
	GatewayKey   string   `help:"File with the gateway's public key in PEM; answers that it has not signed are not taken." name:"gateway-key" env:"MINZHENG_GATEWAY_KEY" type:"path"`
	GatewayToken []string `help:"SOURCE=TOKEN of a gateway that wants one." name:"gateway-token" env:"MINZHENG_GATEWAY_TOKEN"`
	Demo         bool     `help:"Fill an empty database with the demo county (示例数据), and show sign-in codes on screen."`
	URL          string   `help:"Address under which the public reaches us; default http://ADDR." name:"url"`
	County       string   `help:"Code of the county that is served; default is the demo county." env:"MINZHENG_COUNTY"`
	Bureau       string   `help:"Name of the bureau." env:"MINZHENG_BUREAU"`
	Phone        string   `help:"Telephone of the bureau." env:"MINZHENG_PHONE"`
	Review       string   `help:"Who decides on reviews (复议机关)." env:"MINZHENG_REVIEW"`
	Court        string   `help:"Which court hears suits." env:"MINZHENG_COURT"`
	PayerAccount string   `help:"Account from which benefits are paid, for payment orders by ISO 20022." name:"payer-account" env:"MINZHENG_PAYER_ACCOUNT"`
	SMS          string   `help:"Address of the SMS gateway; default writes DATA/outbox/sms.jsonl." name:"sms" env:"MINZHENG_SMS"`
	SMSKey       string   `help:"Key of the SMS gateway." env:"MINZHENG_SMS_KEY"`
	OIDC         string   `help:"Issuer of an OpenID Connect house that signs residents in." name:"oidc" env:"MINZHENG_OIDC"`
	OIDCClient   string   `help:"Our client id there." name:"oidc-client" env:"MINZHENG_OIDC_CLIENT"`
	OIDCSecret   string   `help:"Our secret there." name:"oidc-secret" env:"MINZHENG_OIDC_SECRET"`
	OIDCTitle    string   `help:"Title of its button." name:"oidc-title" default:"用统一身份认证登录"`
	WeChat       string   `help:"App id of the WeChat official account." name:"wechat" env:"MINZHENG_WECHAT"`
	WeChatSecret string   `help:"Its secret." name:"wechat-secret" env:"MINZHENG_WECHAT_SECRET"`
	Jobs         int      `help:"Jobs at once; 0 leaves them to other processes on the same database." default:"8"`
	Quiet        bool     `help:"Log warnings and errors only."`
}

// config checks all settings at once.
func (c serveCmd) config() (app.Config, error) {
	var wrong []error
	if _, _, err := net.SplitHostPort(c.Addr); err != nil {
		wrong = append(wrong, fmt.Errorf("--addr %q must be HOST:PORT", c.Addr))
	}
	if c.DSN != "" && !strings.HasPrefix(c.DSN, "postgres://") && !strings.HasPrefix(c.DSN, "postgresql://") {
		wrong = append(wrong, errors.New("--dsn must begin with postgres://"))
	}
	for name, address := range map[string]string{"--departments": c.Departments, "--url": c.URL, "--sms": c.SMS, "--oidc": c.OIDC} {
		if u, err := url.Parse(address); address != "" && (err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "") {
			wrong = append(wrong, fmt.Errorf("%s must be an http or https address", name))
		}
	}
	if c.Local != "" {
		if st, err := os.Stat(c.Local); err != nil || !st.IsDir() {
			wrong = append(wrong, errors.New("--local is not a directory"))
		}
	}
	if c.OIDC != "" && c.OIDCClient == "" {
		wrong = append(wrong, errors.New("--oidc needs --oidc-client"))
	}
	if c.WeChat != "" && c.WeChatSecret == "" {
		wrong = append(wrong, errors.New("--wechat needs --wechat-secret"))
	}
	if c.Jobs < 0 {
		wrong = append(wrong, errors.New("--jobs must not be negative"))
	}
	if err := errors.Join(wrong...); err != nil {
		return app.Config{}, usageError{err}
	}
	return c.built(), nil
}

func (c serveCmd) built() app.Config {
	if c.URL == "" {
		c.URL = "http://" + c.Addr
	}
	level := slog.LevelInfo
	if c.Quiet {
		level = slog.LevelWarn
	}
	cfg := app.Config{Dir: c.Data, DSN: c.DSN, Local: c.Local, Departments: c.Departments, County: c.County, Demo: c.Demo, Workers: c.Jobs,
		Office: casework.Office{Bureau: c.Bureau, Phone: c.Phone, Review: c.Review, Court: c.Court, BaseURL: strings.TrimSuffix(c.URL, "/"), Hotline: "12349", Account: c.PayerAccount},
		Log:    slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level}))}
	cfg.Auth.TLS = strings.HasPrefix(c.URL, "https://")
	if c.Demo {
		cfg.Auth.Codes = auth.OnScreen{}
	}
	if c.OIDC != "" {
		cfg.Auth.OIDC = []auth.OIDC{{Name: "oidc", Title: c.OIDCTitle, Issuer: c.OIDC, ClientID: c.OIDCClient, ClientSecret: c.OIDCSecret,
			Redirect: strings.TrimSuffix(c.URL, "/") + "/sign-in/back/oidc"}}
	}
	if c.WeChat != "" {
		cfg.Auth.WeChat = auth.WeChat{AppID: c.WeChat, Secret: c.WeChatSecret, Redirect: strings.TrimSuffix(c.URL, "/") + "/sign-in/back/wechat"}
	}
	if c.SMS != "" {
		cfg.SMS = notify.Gateway(c.SMS, c.SMSKey)
	}
	return cfg
}

func (c serveCmd) Run() error {
	cfg, err := c.config()
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := c.gateway(ctx, &cfg); err != nil {
		return err
	}
	a, err := app.Open(ctx, cfg)
	if err != nil {
		return err
	}
	if c.Demo {
		c.introduce(ctx, a)
		if err := c.fill(ctx, a); err != nil {
			return errors.Join(err, a.Close())
		}
	}
	if err := a.Begin(ctx); err != nil {
		return errors.Join(err, a.Close())
	}
	l, err := net.Listen("tcp", c.Addr)
	if err != nil {
		return errors.Join(err, a.Close())
	}
	if !c.Demo && c.County == "" {
		fmt.Fprintln(os.Stderr, "没有设置 --county、--bureau、--phone、--review、--court，先按虚构的清溪县运行。正式使用前请设置。")
	}
	c.greet(cfg)
	return errors.Join(c.serve(ctx, a, l), a.Close())
}

// fill puts the demo county into an empty database.
func (c serveCmd) fill(ctx context.Context, a *app.App) error {
	filled, err := demo.Register(ctx, a)
	if err != nil {
		return err
	}
	if filled {
		fmt.Println("示例县的居民已经准备好，正在准备示例案件……")
	}
	if err := demo.Staff(ctx, a); err != nil {
		return err
	}
	waitFor(ctx, c.Departments)
	return demo.Cases(ctx, a)
}

// waitFor gives the department simulator, which starts beside us, a moment.
func waitFor(ctx context.Context, address string) {
	for range 100 {
		if address == "" || ctx.Err() != nil {
			return
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
		if err != nil {
			return
		}
		if resp, err := http.DefaultClient.Do(req); err == nil {
			resp.Body.Close()
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
}

func (c serveCmd) serve(ctx context.Context, a *app.App, l net.Listener) error {
	s := &http.Server{Handler: a, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 2 * time.Minute, WriteTimeout: 2 * time.Minute, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 32 << 10}
	jobs := make(chan struct{})
	go func() {
		if c.Jobs > 0 {
			a.Run(ctx)
		}
		close(jobs)
	}()
	failed := make(chan error, 1)
	go func() { failed <- s.Serve(l) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	patience, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	err := s.Shutdown(patience)
	<-jobs
	return err
}

// greet prints where everything is.
func (c serveCmd) greet(cfg app.Config) {
	base := cfg.Office.BaseURL
	fmt.Printf("\n智慧民政已经启动\n  居民    %s/\n  工作人员 %s/staff\n  公开栏   %s/public\n  接口    %s/api\n", base, base, base, base)
	if !c.Demo {
		return
	}
	fmt.Printf("\n示例数据，人物均为虚构。\n  居民：打开 %s/sign-in，点一位示例居民，验证码显示在屏幕上\n", base)
	fmt.Printf("  工作人员：密码都是 %s\n    jingban01a 何芳  柳溪街道经办人\n    fuze01     丁卫东 柳溪街道负责人\n    xianju1    周敏  县民政局审核人\n", demo.Password)
	if c.Departments != "" {
		fmt.Printf("  部门模拟器：%s/（可以让某个部门变慢、出错、停机）\n", c.Departments)
	}
	fmt.Println()
}
