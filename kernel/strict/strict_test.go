package strict_test

import (
	"testing"

	"minzheng/kernel/strict"
)

type thing struct {
	Name string   `yaml:"name"`
	List []string `yaml:"list"`
}

func TestWhatIsNotKnownIsRefused(t *testing.T) {
	for src, good := range map[string]bool{
		"name: 甲\nlist: [乙]": true, "nam: 甲": false, "name: 甲\nname: 乙": false, "list: 甲": false, "list: ! 0": false, "name: [": false, "{": false,
	} {
		var got thing
		if err := strict.YAML([]byte(src), &got); (err == nil) != good {
			t.Errorf("%q: error %v, want good %v", src, err, good)
		}
	}
}

func TestAPartPassesOverWhatIsNotKnown(t *testing.T) {
	var got thing
	if err := strict.Part([]byte("name: 甲\ncolour: 红"), &got); err != nil || got.Name != "甲" {
		t.Errorf("got %q, %v", got.Name, err)
	}
	for _, src := range []string{"list: 甲", "list: ! 0", "name: ["} {
		if err := strict.Part([]byte(src), &got); err == nil {
			t.Errorf("%q is taken", src)
		}
	}
}

func FuzzYAML(f *testing.F) {
	f.Add("name: 甲\nlist: [乙]")
	f.Add("list: ! 0")
	f.Fuzz(func(t *testing.T, src string) {
		var got thing
		strict.YAML([]byte(src), &got) // must not panic
		strict.Part([]byte(src), &got)
	})
}
