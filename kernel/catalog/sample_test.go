package catalog_test

import (
	"maps"
	"strings"
	"testing"

	"minzheng/kernel/catalog"
)

func TestABureauIsToldOnceOfEachExampleItMustReplace(t *testing.T) {
	t.Parallel()
	if all := catalog.Samples([]*catalog.Service{service(t, folder)}); len(all) != 0 {
		t.Fatalf("without examples it says %+v", all)
	}
	water := maps.Clone(folder)
	water["rules.yaml"] = strings.ReplaceAll(water["rules.yaml"], "source: 示例文件1号}", "source: 示例文件1号, 示例: true}")
	heat := maps.Clone(water)
	heat["service.yaml"] = strings.NewReplacer("code: water", "code: heat", "title: 用水补贴", "title: 供暖补贴").Replace(heat["service.yaml"])
	all := catalog.Samples([]*catalog.Service{service(t, water), service(t, heat)})
	if len(all) != 1 {
		t.Fatalf("said is %+v, want 收入线 alone", all)
	}
	if one := all[0]; one.Parameter != "收入线" || one.Example != "¥2,000.00" || strings.Join(one.Services, "、") != "供暖补贴、用水补贴" {
		t.Errorf("said is %+v", one)
	}
}
