package catalog_test

import (
	"maps"
	"strings"
	"testing"

	"minzheng/kernel/catalog"
)

// procedure is a way of going that is laid over the folder.
func procedure() map[string]string {
	return map[string]string{
		"service.yaml": `
code: again
title: 再看一次
short: 再看
procedure: true
summary: 再看一次。
law: [示例办法 第20条]
starts: [clock]
decides: 没有变
steps:
  - code: asking
    title: 问部门
    role: clerk
    level: township
    answered: compared
    acts:
      - {code: compared, title: 比对, by: clock, to: same, or: other}
  - code: same
    title: 没有变
    role: clerk
    level: township
    acts: [{code: confirm, title: 确认, ends: ended}]
  - code: other
    title: 有变化
    role: citizen
    level: township
    law: 示例办法 第21条
    wait: {days: 5, then: silent}
    acts:
      - {code: silent, title: 没有答复, by: clock, to: same}
      - {code: answer, title: 答复, by: citizen, to: same, reason: required}
`,
		"rules.yaml":    "rules:\n  - {set: 没有变, as: 用水量 == 0, law: 示例办法 第20条}\n",
		"examples.yaml": "- {name: 没有变, on: 2026-03-02, facts: {用水量: \"0\"}, want: {没有变: 是}}\n",
	}
}

func TestAProcedureIsLaidOverAService(t *testing.T) {
	t.Parallel()
	base, p := service(t, folder), service(t, procedure())
	s, err := p.Over(base, known(t))
	if err != nil {
		t.Fatal(err)
	}
	if s.Code != "again" || s.Base() != "water" || s.Title != "用水补贴再看" || s.Matter() != "用水补贴再看" || base.Matter() != "用水补贴申请" {
		t.Errorf("it is %s over %s, called %s", s.Code, s.Base(), s.Title)
	}
	if s.Decides != "符合条件" || s.Amount != "月补贴" || s.Rules.Find("家庭收入") == nil || len(s.Lookups) != 1 || s.Step("asking") == nil || s.Step("submitted") != nil {
		t.Error("it is not judged as the service, or does not go the procedure's way")
	}
	if s.Process == nil || s.Process.Decides != "没有变" {
		t.Error("it has lost the procedure's own rules")
	}
	if s.Version == base.Version || s.Version == p.Version || s.Version != catalog.Version(s.Files) {
		t.Error("it has no version of its own")
	}
	again, err := catalog.ReadFiles(s.Files, "example", known(t))
	if err != nil || again.Version != s.Version || again.Base() != "water" || again.Step("other").Wait.Days != 5 {
		t.Errorf("read again from its files it is %+v, %v", again, err)
	}
	if j, err := catalog.ForJudging(s.Files, known(t).Dictionary); err != nil || j.Decides != "符合条件" || j.Version != s.Version {
		t.Errorf("for judging it is %+v, %v", j, err)
	}
	for _, wrong := range [][2]*catalog.Service{{base, p}, {base, base}, {p, p}, {p, s}} {
		if _, err := wrong[0].Over(wrong[1], known(t)); err == nil {
			t.Errorf("%s is laid over %s", wrong[0].Code, wrong[1].Code)
		}
	}
}

func TestWhatIsWrongInAProcedureIsSaid(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ from, to, want string }{
		{"or: other", "or: nowhere", "另一条路 nowhere"},
		{"to: same, or: other", "or: other", "另一条路 other"},
		{"answered: compared", "answered: confirm", "部门答复后的动作 confirm"},
		{"then: silent", "then: answer", "等待没有写清"},
		{"days: 5", "days: 0", "等待没有写清"},
		{"    law: 示例办法 第21条\n", "", "等待没有写清"},
		{"decides: 没有变", "decides: 没有变\namount: 没有变", "各个事项自己的"},
		{"ends: ended}", "ends: ended, by: clock, decides: true}", "必须由人来做"},
	} {
		files := maps.Clone(procedure())
		if files["service.yaml"] = strings.Replace(files["service.yaml"], c.from, c.to, 1); files["service.yaml"] == procedure()["service.yaml"] {
			t.Fatalf("the procedure does not hold %q", c.from)
		}
		if _, err := catalog.ReadFiles(files, "example", known(t)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q instead of %q gives %v, want %q", c.to, c.from, err, c.want)
		}
	}
}
