package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"minzheng/app/demo"
)

// process is the program on a port of its own.
type process struct {
	cmd  *exec.Cmd
	base string
}

// start runs a subcommand and waits until it answers; took is how long that was.
func (b *bench) start(command string, args ...string) (p *process, took time.Duration, err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, 0, err
	}
	addr := l.Addr().String()
	l.Close()
	p = &process{exec.Command(b.program, append([]string{command, "--addr", addr}, args...)...), "http://" + addr}
	var log bytes.Buffer
	p.cmd.Stderr = &log
	began := time.Now()
	if err := p.cmd.Start(); err != nil {
		return nil, 0, err
	}
	for time.Since(began) < time.Minute && p.cmd.Process.Signal(syscall.Signal(0)) == nil {
		if resp, err := http.Get(p.base + "/"); err == nil {
			io.Copy(io.Discard, resp.Body)
			resp.Body.Close()
			return p, time.Since(began), nil
		}
		time.Sleep(5 * time.Millisecond)
	}
	p.stop()
	return nil, 0, fmt.Errorf("%s does not answer: %s", command, log.String())
}

func (p *process) stop() {
	p.cmd.Process.Signal(os.Interrupt)
	done := make(chan struct{})
	go func() { p.cmd.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(15 * time.Second):
		p.cmd.Process.Kill()
		<-done
	}
}

// serve starts the bureau on the bench's database.
func (b *bench) serve(args ...string) (*process, time.Duration, error) {
	args = append([]string{"--data", b.dir, "--demo", "--quiet"}, args...)
	if b.dsn != "" {
		args = append(args, "--dsn", b.dsn)
	}
	return b.start("serve", args...)
}

// memory is the resident memory of the process, now and at its highest, in MiB.
func (p *process) memory() (now, peak int) {
	b, err := os.ReadFile("/proc/" + strconv.Itoa(p.cmd.Process.Pid) + "/status")
	if err != nil {
		return 0, 0
	}
	for line := range strings.Lines(string(b)) {
		f := strings.Fields(line)
		if len(f) < 2 {
			continue
		}
		n, _ := strconv.Atoi(f[1])
		switch f[0] {
		case "VmRSS:":
			now = n / 1024
		case "VmHWM:":
			peak = n / 1024
		}
	}
	return now, peak
}

func (p *process) call(path, token string, in, out any) error {
	b, err := json.Marshal(in)
	if err != nil {
		return err
	}
	req, err := http.NewRequest(http.MethodPost, p.base+path, bytes.NewReader(b))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode >= 300 {
		return fmt.Errorf("%s: %d %s %w", path, resp.StatusCode, body, err)
	}
	return json.Unmarshal(body, out)
}

// resident signs a resident in and returns a token.
func (p *process) resident(number string) (string, error) {
	var sent struct{ Challenge, Shown string }
	if err := p.call("/api/sign-in/code", "", map[string]any{"number": number}, &sent); err != nil {
		return "", err
	}
	var got struct{ Token string }
	err := p.call("/api/sign-in", "", map[string]any{"challenge": sent.Challenge, "code": sent.Shown}, &got)
	return got.Token, err
}

// staff signs a member of staff in by the page and returns the cookie header.
func (p *process) staff(login string) (string, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return "", err
	}
	client := &http.Client{Jar: jar}
	resp, err := client.PostForm(p.base+"/staff/sign-in", url.Values{"login": {login}, "password": {demo.Password}})
	if err != nil {
		return "", err
	}
	resp.Body.Close()
	u, err := url.Parse(p.base)
	if err != nil {
		return "", err
	}
	var all []string
	for _, c := range jar.Cookies(u) {
		all = append(all, c.Name+"="+c.Value)
	}
	if len(all) == 0 {
		return "", fmt.Errorf("signing %s in gave no session (%d)", login, resp.StatusCode)
	}
	return strings.Join(all, "; "), nil
}
