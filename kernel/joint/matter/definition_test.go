package matter_test

import (
	"os"
	"strings"
	"testing"

	"minzheng/kernel/casework/caseworktest"
	"minzheng/kernel/catalog"
	"minzheng/kernel/joint/matter"
)

// known is what a matter may name: the facts and one service of an area.
func known(t testing.TB) (catalog.Known, []*catalog.Service) {
	t.Helper()
	_, k := caseworktest.Folder(t, "../../..", "assistance", "start-benefit", "weigh-appraisal")
	s, err := catalog.Read(os.DirFS("../../../areas/assistance/services/jinan"), "assistance", k)
	if err != nil {
		t.Fatal(err)
	}
	return k, []*catalog.Service{s}
}

func TestOurMattersAreRead(t *testing.T) {
	t.Parallel()
	k, services := known(t)
	all, err := matter.Read(os.DirFS("../../../app"), "matters", k, services)
	if err != nil || len(all) < 2 {
		t.Fatalf("%d matters, %v", len(all), err)
	}
}

func TestEachMistakeOfAMatterIsNamed(t *testing.T) {
	t.Parallel()
	k, services := known(t)
	src, err := os.ReadFile("../../../app/matters/shenhou/matter.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range []struct{ from, to, want string }{
		{"code: shenhou", "code: 身后", "代码"},
		{"title: 身后一件事", "title: ''", "title"},
		{"service: jinan", "service: nobody", "nobody"},
		{"after: [report]", "after: [later]", "later"},
		{"after: [report]", "after: [jinan]", "jinan"},
		{"change: died", "change: moved", "moved"},
		{"day: 哪一天去世的？", "day: ''", "哪一天"},
		{"page: /benefits", "page: //elsewhere.example", "本站"},
		{"page: /benefits", "page: /benefits\n    service: jinan", "只写一样"},
		{"role: township-clerk", "role: nobody", "岗位"},
		{"days: 3", "days: 31", "30"},
		{"fact: 手机号", "fact: 没有的事实", "没有的事实"},
		{"after: [report]", "when: {fact: 学业, in: [不在校]}", "没有问过"},
		{"icon: flower", "colour: flower", "colour"},
	} {
		text := strings.Replace(string(src), one.from, one.to, 1)
		if text == string(src) {
			t.Fatalf("%q is not there", one.from)
		}
		if _, err := matter.Parse([]byte(text), k, services); err == nil || !strings.Contains(err.Error(), one.want) {
			t.Errorf("%q: %v, want %q", one.to, err, one.want)
		}
	}
}

func FuzzParse(f *testing.F) {
	k, services := known(f)
	for _, name := range []string{"shenhou", "xinhun"} {
		src, err := os.ReadFile("../../../app/matters/" + name + "/matter.yaml")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(src)
	}
	f.Add([]byte("asks: [~]\nparts: [~]"))
	f.Fuzz(func(t *testing.T, src []byte) {
		d, err := matter.Parse(src, k, services)
		if err == nil && (d.Code == "" || len(d.Parts) == 0 || len(d.Law) == 0) {
			t.Fatalf("an empty matter is taken: %+v", d)
		}
	})
}
