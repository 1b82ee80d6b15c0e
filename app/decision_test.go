package app_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"minzheng/app/demo/county"
	"minzheng/kernel/casework"
)

// ran is what a command of the program said, and its exit code.
func ran(t *testing.T, args ...string) (string, int) {
	t.Helper()
	out, err := exec.Command(built(t), args...).CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if exit != nil {
		return string(out), exit.ExitCode()
	}
	return string(out), 0
}

func TestADecisionIsVerifiedWithoutTheHouseThatMadeIt(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		c := proposed(t, h)
		h.later(9 * day)
		v, p := at(t, h, holder(t, h, c), c)
		p = v.press(p, "同意", "reason", "情况属实，同意").must(t, 200, "下载决定记录")
		path := "/decision.json"
		theirs := v.get("/staff/cases/"+string(c.ID)+path).must(t, 200).raw
		resident := h.resident(county.ZhaoYuqin)
		resident.get("/my/cases/"+string(c.ID)).must(t, 200, "下载决定记录")
		mine := resident.get("/my/cases/"+string(c.ID)+path).must(t, 200).raw
		if mine != theirs {
			t.Error("the resident and the clerk have different files")
		}
		h.resident(county.ChenDashan).get("/my/cases/"+string(c.ID)+path).must(t, 404)
		resident.get("/my/cases/"+string(c.ID)).must(t, 200, "谁看过这份申请")
		for _, secret := range []string{"刘子涵", "刘子轩", county.ZhaoYuqin, county.LiuZihan, "6217000112345678", "19000000001", "石桥镇老街"} {
			if strings.Contains(mine, secret) {
				t.Errorf("the record shows %s", secret)
			}
		}
		h.exported(t, c, mine)
	})
}

// exported has the command write a decision and check it in all its ways.
func (h *house) exported(t *testing.T, c casework.Case, downloaded string) {
	t.Helper()
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	export := []string{"decision", "export", "--data", h.Config.Dir, c.Number}
	if h.Config.DSN != "" {
		export = append(export, "--dsn", h.Config.DSN)
	}
	run := func(want int, said string, args ...string) {
		t.Helper()
		if out, code := ran(t, args...); code != want || !strings.Contains(out, said) {
			t.Errorf("%v: exit %d, want %d and %q:\n%s", args, code, want, said, out)
		}
	}
	run(0, "390121-2026-J000001", append(export, "--out", in("whole.json"))...)
	run(0, "390121-2026-J000001", append(export, "--out", in("bare.json"), "--catalogue", in("rules"))...)
	run(1, "没有找到这件事", append(append(export[:4:4], "390121-2026-J999999"), export[5:]...)...)
	whole, err := os.ReadFile(in("whole.json"))
	if err != nil || string(whole) != downloaded {
		t.Errorf("the command writes another file than the portals: %v", err)
	}
	key := h.visitor().get("/public/decision-key.pem").must(t, 200).raw
	write := func(name, text string) string {
		if err := os.WriteFile(in(name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return in(name)
	}
	began := time.Now()
	run(0, "重算：对。", "decision", "verify", in("whole.json"), "--key", write("key.pem", key))
	if took := time.Since(began); took > 5*time.Second { // under a second on an idle machine
		t.Errorf("verifying took %v", took)
	}
	run(0, "公钥取自文件本身", "decision", "verify", in("whole.json"))
	run(0, "规则取自本程序", "decision", "verify", in("bare.json"))
	run(0, "规则取自您给的目录", "decision", "verify", in("bare.json"), "--catalogue", in("rules"))
	run(0, "规则取自您给的目录", "decision", "verify", in("bare.json"), "--catalogue", in("rules/services/dibao"))
	run(0, "规则取自您给的目录", "decision", "verify", in("bare.json"), "--catalogue", in("whole.json"))
	run(1, "签名：不对", "decision", "verify", write("changed.json", strings.Replace(downloaded, `"amount":307200`, `"amount":407200`, 1)))
	run(1, "金额：记录里是 ¥4,072.00，重算是 ¥3,072.00", "decision", "verify", in("changed.json"))
	rules := in("rules/services/dibao/rules.yaml")
	text, err := os.ReadFile(rules)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(rules, bytes.Replace(text, []byte("家庭月收入 /"), []byte("家庭月收入 * 2 /"), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	run(1, "规则 人均月收入", "decision", "verify", in("bare.json"), "--catalogue", in("rules"))
	run(2, "no such file", "decision", "verify", in("nothing.json"))
	run(2, "nothing", "decision", "verify", in("bare.json"), "--catalogue", in("nothing"))
	run(2, "--key", "decision", "verify", in("bare.json"), "--key", in("bare.json"))
	run(2, "", append(export, "--out", in("changed.json"))...)
}
