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

func FuzzYAML(f *testing.F) {
	f.Add("name: 甲\nlist: [乙]")
	f.Add("list: ! 0")
	f.Fuzz(func(t *testing.T, src string) {
		var got thing
		strict.YAML([]byte(src), &got) // must not panic
	})
}
