package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"minzheng/app"
	"minzheng/app/demo/county"
	"minzheng/kernel/auth"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/db/dbtest"
	"minzheng/kernel/evidence"
)

var program struct {
	once sync.Once
	path string
	err  error
}

// built is the program itself, built once for all tests.
func built(t *testing.T) string {
	t.Helper()
	program.once.Do(func() {
		dir, err := os.MkdirTemp("", "minzheng")
		if err != nil {
			program.err = err
			return
		}
		program.path = filepath.Join(dir, "minzheng")
		if out, err := exec.Command("go", "build", "-o", program.path, "../cmd/minzheng").CombinedOutput(); err != nil {
			program.err = fmt.Errorf("%w\n%s", err, out)
		}
	})
	if program.err != nil {
		t.Fatal(program.err)
	}
	return program.path
}

// process is the program running on a port of its own.
type process struct {
	t    *testing.T
	cmd  *exec.Cmd
	args []string
	base string
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// start runs a subcommand until the test ends, and waits until it answers.
func start(t *testing.T, command string, args ...string) *process {
	t.Helper()
	addr := freePort(t)
	p := &process{t: t, base: "http://" + addr, args: append([]string{command, "--addr", addr}, args...)}
	p.run()
	t.Cleanup(func() { p.kill() })
	return p
}

func (p *process) run() {
	p.t.Helper()
	p.cmd = exec.Command(built(p.t), p.args...)
	var log bytes.Buffer
	p.cmd.Stderr = &log
	if err := p.cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	for range 600 {
		if resp, err := http.Get(p.base + "/"); err == nil {
			resp.Body.Close()
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	p.kill()
	p.t.Fatalf("%v does not answer:\n%s", p.args, log.String())
}

func (p *process) kill() {
	if p.cmd != nil && p.cmd.Process != nil {
		p.cmd.Process.Kill()
		p.cmd.Wait()
	}
}

// token signs a resident of the demo in by the API.
func (p *process) token(number string) (string, error) {
	var challenge struct{ Challenge, Shown string }
	if err := p.call("POST", "/api/sign-in/code", "", map[string]any{"number": number}, &challenge); err != nil {
		return "", err
	}
	var token struct{ Token string }
	err := p.call("POST", "/api/sign-in", "", map[string]any{"challenge": challenge.Challenge, "code": challenge.Shown}, &token)
	return token.Token, err
}

func (p *process) call(method, path, token string, in, out any, headers ...string) error {
	b, err := json.Marshal(in)
	if err != nil {
		return err
	}
	req, err := http.NewRequest(method, p.base+path, bytes.NewReader(b))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode >= 300 {
		return fmt.Errorf("%s %s: %d %s", method, path, resp.StatusCode, body)
	}
	return json.Unmarshal(body, out)
}

// application is 孙国平's, as a program sends it.
func application() map[string]any {
	return map[string]any{"service": "dibao", "declared": true, "answers": map[string]any{
		"":   map[string]any{"phone": "19000000078", "address": "青山村 3 组", "dwelling": "自有住房", "reason": "一个人，身体不好"},
		"m1": map[string]any{"work": "已退休", "pension": 16000, "support": 0, "deposits": 300000, "houses": 1, "vehicle_value": 0, "serious_illness": false, "schooling": "不在校"}}}
}

func TestKillMinusNineLosesNothingThatWasAcknowledged(t *testing.T) {
	if testing.Short() {
		t.Skip("starts the program and kills it")
	}
	for name, dsn := range map[string]func(*testing.T) string{"sqlite": func(*testing.T) string { return "" }, "postgres": func(t *testing.T) string { return dbtest.DSN(t) }} {
		t.Run(name, func(t *testing.T) { killed(t, dsn(t)) })
	}
}

func killed(t *testing.T, dsn string) {
	data := t.TempDir()
	dep := start(t, "departments", "--fast")
	args := []string{"--data", data, "--demo", "--quiet", "--departments", dep.base}
	if dsn != "" {
		args = append(args, "--dsn", dsn)
	}
	p := start(t, "serve", args...)
	token, err := p.token(county.SunGuoping)
	if err != nil {
		t.Fatal(err)
	}
	var first struct{ Number string }
	if err := p.call("POST", "/api/cases", token, application(), &first, "Idempotency-Key", "key-first"); err != nil {
		t.Fatal(err)
	}
	acknowledged := map[string]string{"key-first": first.Number} // key → 受理号
	sent := 0
	for range 3 {
		ctx, stop := context.WithCancel(t.Context())
		var mu sync.Mutex
		var all sync.WaitGroup
		for range 6 {
			all.Go(func() {
				for ctx.Err() == nil {
					mu.Lock()
					sent++
					key := fmt.Sprintf("key-%06d", sent)
					over := sent > 3000
					mu.Unlock()
					var c struct{ Number string }
					if over || p.call("POST", "/api/cases", token, application(), &c, "Idempotency-Key", key) != nil {
						return
					}
					mu.Lock()
					acknowledged[key] = c.Number
					mu.Unlock()
				}
			})
		}
		time.Sleep(time.Duration(300+rand.IntN(700)) * time.Millisecond)
		p.kill()
		stop()
		all.Wait()
		p.run()
	}
	if len(acknowledged) < 20 {
		t.Fatalf("only %d submissions were acknowledged before the kills: nothing is shown", len(acknowledged))
	}
	p.kill()
	whole(t, app.Config{Dir: data, DSN: dsn, Demo: true, Auth: auth.Config{Codes: auth.OnScreen{}}}, acknowledged)
	t.Logf("%d acknowledged of %d sent over 3 kills", len(acknowledged), sent)
}

// proven checks that every receipt stands in the evidence log, once.
func proven(t *testing.T, a *app.App) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "evidence")
	if _, err := a.Evidence.Export(t.Context(), dir); err != nil {
		t.Error(err)
		return
	}
	n, err := db.One(t.Context(), a.DB, db.Value[int64], `SELECT COUNT(*) FROM exchange_receipt`)
	r := evidence.Verify(os.DirFS(dir), evidence.How{})
	if err != nil || !r.OK() || r.Point.Size != n || n == 0 {
		t.Errorf("%d of %d receipts stand in the evidence log, %v %v", r.Point.Size, n, r.Findings, err)
	}
}

// whole checks that every acknowledged case is there, once and complete.
func whole(t *testing.T, c app.Config, acknowledged map[string]string) {
	t.Helper()
	a, err := app.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	for key, number := range acknowledged {
		if _, err := casework.ByNumber(t.Context(), a.DB, number); err != nil {
			t.Fatalf("case %s (%s) was acknowledged and is lost: %v", number, key, err)
		}
	}
	for what, query := range map[string]string{
		"cases without a member":     `SELECT COUNT(*) FROM casework_case c WHERE NOT EXISTS (SELECT 1 FROM casework_member m WHERE m.case_id = c.id)`,
		"cases without facts":        `SELECT COUNT(*) FROM casework_case c WHERE NOT EXISTS (SELECT 1 FROM casework_told m WHERE m.case_id = c.id)`,
		"cases without a timeline":   `SELECT COUNT(*) FROM casework_case c WHERE NOT EXISTS (SELECT 1 FROM casework_act m WHERE m.case_id = c.id)`,
		"facts without a case":       `SELECT COUNT(*) FROM casework_told m WHERE NOT EXISTS (SELECT 1 FROM casework_case c WHERE m.case_id = c.id)`,
		"cases with a number twice":  `SELECT COUNT(*) FROM (SELECT number FROM casework_case GROUP BY number HAVING COUNT(*) > 1) AS twice`,
		"cases with a question lost": `SELECT COUNT(*) FROM casework_case c WHERE c.state = 'open' AND NOT EXISTS (SELECT 1 FROM casework_lookup l WHERE l.case_id = c.id) AND NOT EXISTS (SELECT 1 FROM job_job j WHERE j.kind = 'casework.lookup' AND j.job_key = c.id)`,
	} {
		if n, err := db.One(t.Context(), a.DB, db.Value[int], query); err != nil || n != 0 {
			t.Errorf("%d %s (%v)", n, what, err)
		}
	}
	proven(t, a)
	if r, err := a.Audit.Verify(t.Context(), a.DB, c.Dir); err != nil || !r.OK() {
		t.Errorf("the audit log does not verify: %v %v", err, r.Findings)
	}
}
