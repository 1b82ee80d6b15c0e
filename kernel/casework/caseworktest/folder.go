// Package caseworktest gives the portals' tests a service that is real: the
// folders of the areas, read as data, with the program's own sources. No area
// is imported.
package caseworktest

import (
	"os"
	"path/filepath"
	"testing"

	"minzheng/kernel/casework"
	"minzheng/kernel/catalog"
	"minzheng/kernel/exchange"
	"minzheng/kernel/fact"
)

// Folder reads the sources, and what services of an area may name. root leads
// from the test's package to the project's root.
func Folder(t testing.TB, root, area string, effects ...string) ([]exchange.Source, catalog.Known) {
	t.Helper()
	dict, err := fact.ReadDictionary("facts.yaml", read(t, root, "areas", area, "facts.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	sources, err := exchange.ReadSources("sources.yaml", read(t, root, "app", "sources.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	k := catalog.Known{Dictionary: dict, Needs: casework.Needs, Effects: map[string]bool{}, Sources: map[string]bool{},
		Roles: map[string]string{"township-clerk": "乡镇（街道）经办人", "township-head": "乡镇（街道）负责人", "county-officer": "县民政局审核人", "disability-officer": "县残联审核人"}}
	for name := range casework.Effects() {
		k.Effects[name] = true
	}
	for _, name := range effects {
		k.Effects[name] = true
	}
	for _, s := range sources {
		k.Sources[s.Code] = true
	}
	return sources, k
}

func read(t testing.TB, parts ...string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(parts...))
	if err != nil {
		t.Fatal(err)
	}
	return b
}
