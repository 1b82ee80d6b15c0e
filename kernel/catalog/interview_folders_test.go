package catalog_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"minzheng/kernel/calendar"
	"minzheng/kernel/catalog"
	"minzheng/kernel/exchange"
	"minzheng/kernel/fact"
)

// shelves reads the services of the areas and of the guide's example, as data.
func shelves(t testing.TB) ([]*catalog.Service, *fact.Dictionary) {
	t.Helper()
	root := filepath.Join("..", "..")
	dict := join(t, filepath.Join(root, "areas", "assistance", "facts.yaml"), filepath.Join(root, "docs", "guides", "example", "facts.yaml"))
	src, err := os.ReadFile(filepath.Join(root, "app", "sources.yaml"))
	must(t, err)
	sources, err := exchange.ReadSources("sources.yaml", src)
	must(t, err)
	k := catalog.Known{Dictionary: dict, Sources: map[string]bool{}, Effects: map[string]bool{"start-benefit": true, "answer-objections": true, "weigh-appraisal": true},
		Roles: map[string]string{"township-clerk": "经办人", "township-head": "负责人", "county-officer": "审核人"},
		Needs: map[string]bool{"judged": true, "settled": true, "done": true, "not-same": true, "differ": true, "filed": true}}
	for _, s := range sources {
		k.Sources[s.Code] = true
	}
	var all []*catalog.Service
	for _, dir := range []string{"areas/assistance/services/dibao", "docs/guides/example/services/gaoling"} {
		s, err := catalog.Read(os.DirFS(filepath.Join(root, dir)), "assistance", k)
		must(t, err)
		all = append(all, s)
	}
	return all, dict
}

func join(t testing.TB, files ...string) *fact.Dictionary {
	t.Helper()
	var all []*fact.Dictionary
	for _, name := range files {
		src, err := os.ReadFile(name)
		must(t, err)
		d, err := fact.ReadDictionary(name, src)
		must(t, err)
		all = append(all, d)
	}
	d, err := fact.Join("facts.yaml", all...)
	must(t, err)
	return d
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

var (
	place = []string{"390121001", "390121", "390100", "390000", "000000"}
	today = calendar.Date(2026, 11, 2)
)

// alone is somebody who lives alone.
func alone() catalog.Talk {
	return catalog.Talk{Members: []catalog.Relative{{Key: "m1", Relation: "本人", Together: true}}, Named: true, Region: place, On: today}
}

// asked has an interview asked to its end; answer gives what is typed.
func asked(t testing.TB, v *catalog.Interview, talk catalog.Talk, answer func(q catalog.Prompt) string) (catalog.Talk, []catalog.Prompt) {
	t.Helper()
	var all []catalog.Prompt
	for {
		q, more := v.Next(talk)
		if !more {
			return talk, all
		}
		if all = append(all, q); len(all) > 300 {
			t.Fatalf("after 300 questions it still asks for %s about %s", q.Field.Fact, q.About)
		}
		talk.Said = append(talk.Said, catalog.Said{Fact: q.Field.Fact, About: q.About, Typed: answer(q)})
	}
}

func names(all []catalog.Prompt) []string {
	var out []string
	for _, q := range all {
		out = append(out, q.Field.Fact+q.About)
	}
	return out
}

func chances(all []catalog.Finding) map[string]catalog.Chance {
	out := map[string]catalog.Chance{}
	for _, f := range all {
		out[f.Service.Code] = f.Chance
	}
	return out
}

// poor is what somebody answers who has next to nothing.
var poor = map[string]string{"本县户籍": "是", "出生日期": "1979-06-10", "工作情况": "没有工作", "养老金": "0", "赡养抚养费": "0", "存款": "1200", "房屋套数": "0",
	"车辆价值": "0", "患重病": "否", "残疾等级": "无", "在别处领高龄津贴": "否",
	"零工收入": "0", "学业": "不在校", "婚姻状况": "已婚", "性别": "女", "残疾类别": "无", "分开住的原因": "?"}

func answers(more ...string) func(catalog.Prompt) string {
	all := maps.Clone(poor)
	for i := 0; i < len(more); i += 2 {
		all[more[i]] = more[i+1]
	}
	return func(q catalog.Prompt) string { return all[q.Field.Fact] }
}

func TestAnInterviewOverRealServicesAsksOnlyWhatCounts(t *testing.T) {
	t.Parallel()
	services, dict := shelves(t)
	v := catalog.NewInterview(services, dict)
	for _, c := range []struct {
		name string
		more []string
		most int
		want map[string]catalog.Chance
	}{
		{"poor and not old", nil, 9, map[string]catalog.Chance{"dibao": catalog.Likely, "gaoling": catalog.Not}},
		{"registered elsewhere", []string{"本县户籍", "否"}, 2, map[string]catalog.Chance{"dibao": catalog.Not, "gaoling": catalog.Not}},
		{"old and rich", []string{"出生日期", "1940-01-01", "存款", "90000"}, 10, map[string]catalog.Chance{"dibao": catalog.Not, "gaoling": catalog.Likely}},
		{"nothing to say", []string{"本县户籍", "?", "出生日期", "1940-01-01"}, 10, map[string]catalog.Chance{"dibao": catalog.CannotSay, "gaoling": catalog.CannotSay}},
	} {
		talk, all := asked(t, v, alone(), answers(c.more...))
		t.Log(c.name, names(all))
		if got := chances(v.Find(talk)); !maps.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
		if len(all) > c.most {
			t.Errorf("%s: %d questions, want at most %d: %v", c.name, len(all), c.most, names(all))
		}
		for _, q := range all {
			if slices.Contains([]string{"已去世", "服刑", "基础养老金", "手机号", "申请原因"}, q.Field.Fact) {
				t.Errorf("%s: asked for %s", c.name, q.Field.Fact)
			}
		}
	}
}

func TestNothingIsPresumedOfWhoLivesElsewhere(t *testing.T) {
	t.Parallel()
	services, dict := shelves(t)
	v := catalog.NewInterview(services, dict)
	for together, want := range map[bool]catalog.Chance{true: catalog.Not, false: catalog.CannotSay} {
		talk := alone()
		talk.Members = append(talk.Members, catalog.Relative{Key: "m2", Relation: "配偶", Birth: "1980-01-01", Together: together})
		talk, _ = asked(t, v, talk, func(q catalog.Prompt) string {
			if q.Field.Fact == "存款" && q.About == "m2" {
				return "900000"
			}
			return answers("共同生活", "是")(q)
		})
		talk.Told = append(talk.Told, fact.Statement{Name: "共同生活", About: "m2", Value: fact.BoolOf(true), Source: "visit"})
		if got := chances(v.Find(talk))["dibao"]; got != want {
			t.Errorf("together %v: a rich spouse makes it %s, want %s", together, got, want)
		}
	}
}
