package catalog_test

import (
	"fmt"
	"slices"
	"testing"

	"minzheng/kernel/calendar"
	"minzheng/kernel/catalog"
	"minzheng/kernel/rule"
)

func edgeOf(e *rule.Edge) string {
	if e == nil {
		return "-"
	}
	return fmt.Sprintf("%s %s %s %s", e.Last, e.Before.Value, e.First, e.After.Value)
}

func TestBordersAreThresholdsThatHaveMoved(t *testing.T) {
	t.Parallel()
	old := service(t, folder)
	on := calendar.Date(2026, 3, 2)
	for _, c := range []struct{ name, from, to, want string }{
		{"another standard", "value: 2000.00", "value: 2100.00", "家庭收入：¥1,999.99 是 ¥2,000.00 否 → ¥2,099.99 是 ¥2,100.00 否"},
		{"the threshold itself", "家庭收入 < 收入线", "家庭收入 <= 收入线", "家庭收入：- → ¥2,000.00 是 ¥2,000.01 否；家庭收入：¥1,999.99 是 ¥2,000.00 否 → -"},
		{"another amount", "value: 25.50", "value: 25.60", ""},
	} {
		all, err := catalog.Borders(catalog.Question{Old: old, New: service(t, with(t, "rules.yaml", c.from, c.to)), On: on}, path)
		if err != nil {
			t.Fatal(err)
		}
		var got string
		for i, b := range all {
			if i > 0 {
				got += "；"
			}
			name := b.New
			if name == nil {
				name = b.Old
			}
			got += name.Name + "：" + edgeOf(b.Old) + " → " + edgeOf(b.New)
			if b.Example != "收入不高" {
				t.Errorf("%s: told of the example %q", c.name, b.Example)
			}
		}
		if got != c.want {
			t.Errorf("%s:\ngot  %s\nwant %s", c.name, got, c.want)
		}
	}
}

func TestThresholdsThatNoExampleTriesOnBothSidesAreNamed(t *testing.T) {
	t.Parallel()
	find := func(s *catalog.Service) []string {
		all, err := s.OneSided(path)
		if err != nil {
			t.Fatal(err)
		}
		var said []string
		for _, one := range all {
			said = append(said, one.Rule.Set+"："+one.Formula)
		}
		return said
	}
	if got, want := find(service(t, folder)), []string{"符合条件：家庭收入 < 收入线"}; !slices.Equal(got, want) {
		t.Errorf("it names %q, want %q", got, want)
	}
	both := with(t, "examples.yaml", "- name: 不知道收入", "- name: 收入高\n  on: 2026-03-02\n  region: \"390121\"\n  members: [{工资收入: \"2000\"}]\n  want: {符合条件: 否}\n- name: 不知道收入")
	if got := find(service(t, both)); len(got) > 0 {
		t.Errorf("with both sides it names %q", got)
	}
	amount := with(t, "rules.yaml", "符合条件 ? 补贴 : 元(0)", "符合条件 且 家庭收入 > 元(5) ? 补贴 : 元(0)")
	if got := find(service(t, amount)); len(got) != 2 {
		t.Errorf("of the amount too it names %q", got)
	}
}
