package region

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"
)

// loaded reads the national table once for all tests: a tree does not change.
var loaded = sync.OnceValues(Load)

func country(t testing.TB) *Tree {
	t.Helper()
	tree, err := loaded()
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

// shire is a small prefecture with a development zone whose code begins like
// its neighbour's, and with a township that has changed hands.
func shire(t testing.TB) *Tree {
	t.Helper()
	tree, err := New(
		Place{Code: "390000", Name: "示例省", Parent: Nation},
		Place{Code: "390100", Name: "云岭市", Parent: "390000"},
		Place{Code: "390121", Name: "清溪县", Parent: "390100"},
		Place{Code: "390122", Name: "望川县", Parent: "390100"},
		Place{Code: "390121001", Name: "柳溪街道", Parent: "390121"},
		Place{Code: "390121001001", Name: "东门社区", Parent: "390121001"},
		Place{Code: "390121400", Name: "清溪开发区", Parent: "390122"},
		Place{Code: "390121400001", Name: "园区社区", Parent: "390121400"},
		Place{Code: "390121400002", Name: "飞地社区", Parent: "390121001"},
		Place{Code: "390122100", Name: "老镇", Parent: "390122", To: "2024-12-31", Successor: "390122101"},
		Place{Code: "390122101", Name: "新镇", Parent: "390122", From: "2025-01-01"},
	)
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

func TestNationalTableReachesTownships(t *testing.T) {
	t.Parallel()
	tree := country(t)
	counted := map[Level]int{}
	for _, p := range tree.places {
		counted[p.Code.Level()]++
	}
	want := map[Level]int{OfNation: 1, OfProvince: 34, OfPrefecture: 342, OfCounty: 2975, OfTownship: 41351}
	for l, n := range want {
		if counted[l] != n {
			t.Errorf("%s: %d places, want %d", l, counted[l], n)
		}
	}
	if len(tree.odd) != 0 {
		t.Errorf("the table has places whose parent is not the one that their code suggests: %v", tree.odd)
	}
}

func TestFullNamesAreThoseThatReadersKnow(t *testing.T) {
	t.Parallel()
	tree := country(t)
	for c, want := range map[Code]string{
		"330106":       "杭州市西湖区",
		"110101001":    "北京市东城区东华门街道",
		"500229":       "重庆市城口县",
		"419001":       "河南省济源市",
		"441900003":    "东莞市东城街道",
		"330000":       "浙江省",
		"110100":       "北京市",
		Nation:         "全国",
		"330106999999": "杭州市西湖区",
		"33010":        "",
		"west":         "",
	} {
		if got := tree.FullName(c); got != want {
			t.Errorf("FullName(%s) = %q, want %q", c, got, want)
		}
	}
	if got := shire(t).FullName("390121001"); got != "云岭市清溪县柳溪街道" {
		t.Errorf("got %s", got)
	}
}

func TestPathGoesThroughParentsNotPrefixes(t *testing.T) {
	t.Parallel()
	tree := shire(t)
	for c, want := range map[Code][]Code{
		"390121400001": {"390121400001", "390121400", "390122", "390100", "390000", Nation},
		"390121400002": {"390121400002", "390121001", "390121", "390100", "390000", Nation},
		"390121001777": {"390121001777", "390121001", "390121", "390100", "390000", Nation},
		Nation:         {Nation},
		"no code":      nil,
	} {
		if got := tree.Path(c); !slices.Equal(got, want) {
			t.Errorf("Path(%s) = %v, want %v", c, got, want)
		}
	}
	if !tree.Within("390121400001", "390122") || tree.Within("390121400001", "390121") || tree.Within("390121", "399999") {
		t.Error("Within follows the prefix")
	}
	if got := tree.County("390121400001"); got != "390122" {
		t.Errorf("the zone's county is %s", got)
	}
	if got := country(t).County("441900003"); got != "441900" {
		t.Errorf("a township of 东莞 has the county %s", got)
	}
	if got := tree.County("390100"); got != "" {
		t.Errorf("a prefecture has the county %s", got)
	}
}

func TestRangesOfDevelopmentZone(t *testing.T) {
	t.Parallel()
	tree := shire(t)
	for c, want := range map[Code][]Range{
		"390121": {{"390121", "390121399999"}, {"390121400002", "390121400002"}, {"390121401", "390121999999"}},
		"390122": {{"390121400", "390121400001"}, {"390121400003", "390121400999"}, {"390122", "390122999999"}},
		"390100": {{"390100", "390199999999"}},
		"390000": {{"390000", "399999999999"}},
		Nation:   {{"000000", "999999999999"}},
		"390123": nil,
	} {
		if got := tree.Ranges(c); !slices.Equal(got, want) {
			t.Errorf("Ranges(%s) = %v, want %v", c, got, want)
		}
	}
}

func TestRangesAgreeWithWithin(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		tree := drawTree(t)
		p := rapid.SampledFrom(tree.places).Draw(t, "place")
		c := drawCode(t, "code")
		inside := false
		for i, r := range tree.Ranges(p.Code) {
			inside = inside || r.Low <= string(c) && string(c) <= r.High
			if r.High < r.Low || i > 0 && r.Low <= tree.Ranges(p.Code)[i-1].High {
				t.Fatalf("ranges of %s are not in order: %v", p.Code, tree.Ranges(p.Code))
			}
		}
		if inside != tree.Within(c, p.Code) {
			t.Fatalf("%s in %s: by ranges %v %v, by the tree %v %v", c, p.Code, inside, tree.Ranges(p.Code), !inside, tree.Path(c))
		}
	})
}

// drawCode draws codes that lie close to each other.
func drawCode(t *rapid.T, name string) Code {
	county := rapid.SampledFrom([]string{"390000", "390100", "390200", "390121", "390122", "390201", "400000"}).Draw(t, name)
	n := rapid.IntRange(0, 2).Draw(t, name+" parts")
	if strings.HasSuffix(county, "00") {
		n = 0
	}
	for range n {
		county += rapid.SampledFrom([]string{"001", "002", "400", "999"}).Draw(t, name+" part")
	}
	return Code(county)
}

// drawTree draws a tree in which any place may hang under any higher one.
func drawTree(t *rapid.T) *Tree {
	known := []Place{{Code: Nation, Name: "全国"}}
	codes := rapid.SliceOfNDistinct(rapid.Custom(func(t *rapid.T) Code { return drawCode(t, "c") }), 1, 25, rapid.ID[Code]).Draw(t, "codes")
	slices.SortFunc(codes, func(a, b Code) int { return int(a.Level()) - int(b.Level()) })
	for _, c := range codes {
		var above []Code
		for _, p := range known {
			if p.Code.Level() < c.Level() {
				above = append(above, p.Code)
			}
		}
		known = append(known, Place{Code: c, Name: "某地", Parent: rapid.SampledFrom(above).Draw(t, "parent")})
	}
	tree, err := New(known[1:]...)
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

func TestEveryNationalPlaceIsWhereItsPathSays(t *testing.T) {
	t.Parallel()
	tree := country(t)
	for i, p := range tree.places {
		if i%97 != 0 || p.Code == Nation {
			continue
		}
		path := tree.Path(p.Code)
		if path[len(path)-1] != Nation || !tree.Within(p.Code, path[1]) {
			t.Fatalf("path of %s: %v", p.Code, path)
		}
		if !slices.Contains(tree.Children(p.Parent), p) {
			t.Fatalf("%s is no child of its parent", p.Code)
		}
	}
	if n := len(tree.Children("330100")); n != 13 {
		t.Errorf("杭州市 has %d counties, want 13", n)
	}
}

func TestPlacesChangeWithTheirDays(t *testing.T) {
	t.Parallel()
	old := shire(t)
	tree, err := old.With(
		Place{Code: "390121001", Name: "柳溪新区街道", Parent: "390121", From: "2026-07-01"},
		Place{Code: "390122101", Name: "新镇", Parent: "390122", From: "2025-01-01", To: "2026-05-31", Successor: "390121001"},
	)
	if err != nil {
		t.Fatal(err)
	}
	for day, want := range map[string]string{"2026-06-30": "柳溪街道", "2026-07-01": "柳溪新区街道"} {
		if p, ok := tree.At("390121001", day); !ok || p.Name != want {
			t.Errorf("on %s the place is %q, want %q", day, p.Name, want)
		}
	}
	if _, ok := tree.At("390122101", "2026-06-01"); ok {
		t.Error("a place that has ended is still there")
	}
	if old.Name("390121001") != "柳溪街道" || tree.Name("390121001") != "柳溪新区街道" {
		t.Error("the older tree has changed, or the newer has not")
	}
	for day, want := range map[string]Code{"2024-12-31": "390122100", "2025-01-01": "390122101", "2026-06-01": "390121001"} {
		if got, ok := tree.Current("390122100", day); !ok || got != want {
			t.Errorf("on %s 老镇 is %s, want %s", day, got, want)
		}
	}
	if got, ok := old.Current("399999", "2026-01-01"); ok {
		t.Errorf("an unknown place is now %s", got)
	}
	if n := len(tree.Children("390121")); n != 1 {
		t.Errorf("a place with two periods makes %d children, want 1", n)
	}
}

func TestStrangePlacesAreRefusedByName(t *testing.T) {
	t.Parallel()
	for name, places := range map[string][]Place{
		"孤村": {{Code: "390121009001", Name: "孤村", Parent: "390121009"}},
		"圈乡": {{Code: "390121009", Name: "圈乡", Parent: "390121009001"}, {Code: "390121009001", Name: "圈村", Parent: "390121009"}},
		"双镇": {{Code: "390121009", Name: "双镇", Parent: "390121"}, {Code: "390121009", Name: "双镇", Parent: "390121"}},
		"叠镇": {{Code: "390121009", Name: "前镇", Parent: "390121", To: "2025-06-30"}, {Code: "390121009", Name: "叠镇", Parent: "390121", From: "2025-06-30"}},
		"东门": {{Code: "390121001001", Name: "东门", Parent: "390121001"}},
		"倒镇": {{Code: "390121009", Name: "倒镇", Parent: "390121", From: "2025-01-01", To: "2024-01-01"}},
		"无后": {{Code: "390121009", Name: "无后", Parent: "390121", To: "2024-01-01", Successor: "390121008"}},
		"轮镇": {
			{Code: "390121008", Name: "轮镇", Parent: "390121", To: "2024-01-01", Successor: "390121009"},
			{Code: "390121009", Name: "转镇", Parent: "390121", To: "2024-01-01", Successor: "390121008"},
		},
	} {
		if _, err := shire(t).With(places...); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: got error %v", name, err)
		}
	}
}

func TestTreeAnswersManyAtOnce(t *testing.T) {
	t.Parallel()
	tree := country(t)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for _, p := range tree.places[:2000] {
				if tree.FullName(p.Code) == "" || len(tree.Ranges(p.Code)) != 1 {
					t.Errorf("%s has no name or no range", p.Code)
				}
			}
		})
	}
	all.Wait()
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		if _, err := Load(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkWithin(b *testing.B) {
	tree := country(b)
	for b.Loop() {
		if !tree.Within("330106109", "330000") {
			b.Fatal("lost")
		}
	}
}
