package app_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"minzheng/app"
	"minzheng/app/demo/county"
	"minzheng/kernel/casework"
)

const example = "../docs/guides/example"

func TestEveryExampleOfEveryServiceWorksOut(t *testing.T) {
	t.Parallel()
	for _, local := range []string{"", example} {
		all, err := app.ReadCatalogue(local)
		if err != nil {
			t.Fatal(err)
		}
		path, err := app.Paths(local)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range all.Services {
			if len(s.Examples) < 8 {
				t.Errorf("%s has %d examples, want at least 8", s.Code, len(s.Examples))
			}
			for _, e := range s.Examples {
				for _, wrong := range s.Check(e, path) {
					t.Errorf("%s: %s: %s", s.Code, e.Name, wrong)
				}
			}
		}
	}
}

func TestAServiceLaidBesideOursWorksWithoutRebuilding(t *testing.T) {
	t.Parallel()
	h := open(t, app.Config{Local: example})
	h.visitor().get("/public/services/gaoling").must(t, 200, "高龄津贴")
	v := h.resident(county.WangDefu)
	p := v.get("/services").must(t, 200, "最低生活保障", "高龄津贴")
	form := p.Find("form[action='/apply/gaoling']")
	if form.Length() != 1 {
		t.Fatal("the laid service cannot be applied for")
	}
	p = v.post("/apply/gaoling").must(t, 200)
	for range 12 {
		switch {
		case strings.HasSuffix(p.path, "/review"):
			p = v.press(p, "交上去", "agree", "1", "declare", "1").must(t, 200, "已经交上去了")
			h.jobs()
			c, err := casework.Find(t.Context(), h.DB, casework.ID(p.path[strings.LastIndexByte(p.path, '/')+1:]))
			if err != nil || c.Service != "gaoling" || c.Verdict != "yes" {
				t.Fatalf("service %q, verdict %q, error %v; want gaoling and yes at 82", c.Service, c.Verdict, err)
			}
			return
		case strings.HasSuffix(p.path, "/papers"):
			p = v.press(p, "传好了")
		default:
			p = v.press(p, "下一题", answers(p)...)
		}
	}
	t.Fatalf("the application never ends; it is at %s:\n%s", p.path, squeeze(p.Text()))
}

// answers says no, or chooses the first of every choice, and types something fitting.
func answers(p page) []string {
	var all []string
	seen := map[string]bool{}
	p.Find("main form [name]").Each(func(_ int, s *selection) {
		name := s.AttrOr("name", "")
		if seen[name] || name == "next" || name == "later" || strings.HasSuffix(name, "-unsure") {
			return
		}
		seen[name] = true
		switch {
		case s.AttrOr("type", "") == "radio":
			value := s.AttrOr("value", "")
			if p.Find("input[name='"+name+"'][value='否']").Length() > 0 {
				value = "否"
			}
			all = append(all, name, value)
		case s.AttrOr("inputmode", "") == "tel":
			all = append(all, name, "19000000004")
		case strings.Contains(name, "bank") || strings.Contains(name, "account"):
			all = append(all, name, "6217000112345678")
		case s.AttrOr("type", "") != "checkbox":
			all = append(all, name, "1")
		}
	})
	return all
}

func TestAMistakeInALaidServiceIsSaidByNameAndNothingStarts(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(example)); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "services", "gaoling", "service.yaml")
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	broken := strings.Replace(string(b), "role: township-clerk", "role: township-wizard", 1)
	if err := os.WriteFile(file, []byte(broken), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = app.Open(t.Context(), app.Config{Dir: t.TempDir(), Local: dir})
	if err == nil || !strings.Contains(err.Error(), "gaoling") || !strings.Contains(err.Error(), "township-wizard") {
		t.Fatalf("the mistake is told as %v", err)
	}
}
