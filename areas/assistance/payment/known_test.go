package payment

import (
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"minzheng/kernel/fact"
)

func dictionary(t testing.TB) ([]*fact.Def, *fact.Dictionary) {
	t.Helper()
	d, err := fact.ReadDictionary("facts.yaml", []byte(`
sources: [{code: self, title: 本人, seal: 本, person: true}]
facts:
  - {name: 户数, code: a, type: int, of: family, sources: [self]}
  - {name: 账户, code: b, type: text, of: family, sources: [self]}
  - {name: 工资, code: c, type: money, of: member, sources: [self]}
  - {name: 在校, code: d, type: bool, of: member, sources: [self]}
`))
	if err != nil {
		t.Fatal(err)
	}
	return d.Facts, d
}

func TestPackedFactsComeBackAsTheyWere(t *testing.T) {
	t.Parallel()
	read, dict := dictionary(t)
	rapid.Check(t, func(rt *rapid.T) {
		set := fact.NewSet(dict)
		for _, def := range read {
			for _, about := range []string{"m1", "m2", "m9"} {
				if !def.Member() {
					about = ""
				}
				if !rapid.Bool().Draw(rt, "told") {
					continue
				}
				v := map[string]fact.Value{"int": fact.IntOf(rapid.Int64().Draw(rt, "n")), "text": fact.TextOf(rapid.String().Draw(rt, "s")),
					"money": fact.MoneyOf(rapid.Int64().Draw(rt, "m")), "bool": fact.BoolOf(rapid.Bool().Draw(rt, "b"))}[def.Type]
				set.Tell(fact.Statement{Name: def.Name, About: about, Source: "self", Value: v})
			}
		}
		want := gatherKnown(set, read)
		got, err := unpack(want.packed(read), read)
		if err != nil || !maps.Equal(got.facts, want.facts) || !slices.Equal(got.members, want.members) {
			rt.Fatalf("packed %+v, unpacked %+v, %v", want, got, err)
		}
		for _, def := range read {
			for _, about := range append([]string{""}, set.Members()...) {
				a, ok := set.Best(def.Name, about)
				b, there := got.Best(def.Name, about)
				if ok != there || a.Value != b.Value {
					rt.Fatalf("%s of %q is %v, was %v", def.Name, about, b.Value, a.Value)
				}
			}
		}
	})
}

func FuzzUnpack(f *testing.F) {
	read, dict := dictionary(f)
	f.Add(gatherKnown(fact.NewSet(dict), read).packed(read))
	f.Add([]byte{2, 2, 'm', '1', 2, 'm', '2', 4, '=', 'i', ':', '1', 0, 0, 0, 0, 0})
	f.Add([]byte{255, 255, 255, 255, 255})
	f.Fuzz(func(t *testing.T, b []byte) {
		if k, err := unpack(b, read); err == nil {
			if _, err := unpack(k.packed(read), read); err != nil {
				t.Fatalf("%x is read, and what is written of it is not: %v", b, err)
			}
		}
	})
}
