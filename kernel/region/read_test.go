package region

import (
	"slices"
	"strings"
	"testing"
)

func TestPlacesAreReadFromLines(t *testing.T) {
	t.Parallel()
	got, err := ReadPlaces(strings.NewReader("\ufeff# 村\r\n390121001001\t东门社区\t390121001\r\n\n390121001002\t西门社区\t390121001\t2024-01-01\t2025-12-31\t390121001001\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := []Place{
		{Code: "390121001001", Name: "东门社区", Parent: "390121001"},
		{Code: "390121001002", Name: "西门社区", Parent: "390121001", From: "2024-01-01", To: "2025-12-31", Successor: "390121001001"},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %+v", got)
	}
}

func TestMistakesAreToldByLine(t *testing.T) {
	t.Parallel()
	lines := []string{
		"390121001001\t东门社区",
		"39012100100\t东门社区\t390121001",
		"390121001001\t东 门\t390121001",
		"390121001001\t\t390121001",
		"390121001001\t东门社区\t390121001\t2024-1-1",
		"390121001001\t东门社区\t390121001\t\t\t\t",
		"390121001001\t东门社区\t390121001\t\t\t390121001002",
		"390121\t清溪县\t390121001",
		"000000\t全国\t000000",
		"390121001001\t\xff\xfe\t390121001",
	}
	_, err := ReadPlaces(strings.NewReader(strings.Join(lines, "\n")))
	if err == nil {
		t.Fatal("nothing is wrong")
	}
	told := strings.Split(err.Error(), "\n")
	if len(told) != len(lines) || !strings.HasPrefix(told[4], "第 5 行：") {
		t.Errorf("%d of %d mistakes are told:\n%v", len(told), len(lines), err)
	}
}

func TestLevelsFollowTheForm(t *testing.T) {
	t.Parallel()
	for c, want := range map[Code]Level{
		"000000": OfNation, "330000": OfProvince, "330100": OfPrefecture, "330102": OfCounty,
		"330102001": OfTownship, "330102001001": OfVillage,
		"": Unknown, "33": Unknown, "330002": Unknown, "000001": Unknown, "330102000": Unknown,
		"330102001000": Unknown, "330100001": OfTownship, "33010２": Unknown, "33010a": Unknown, "3301020010011": Unknown,
	} {
		if got := c.Level(); got != want {
			t.Errorf("%q is %s, want %s", c, got, want)
		}
	}
}

func FuzzReadPlaces(f *testing.F) {
	f.Add("390121001001\t东门社区\t390121001\n")
	f.Add("# x\n\n390000\t示例省\t000000\t2024-01-01\t2025-12-31\t390000\r\n")
	f.Add("\ufeff\t\t\t\t\t\t\n390100\t云岭市\t390000")
	f.Fuzz(func(t *testing.T, text string) {
		places, err := ReadPlaces(strings.NewReader(text))
		if err != nil {
			return
		}
		tree, err := New(places...)
		if err != nil {
			return
		}
		for _, p := range places {
			path := tree.Path(p.Code)
			if path[0] != p.Code || path[len(path)-1] != Nation || !tree.Within(p.Code, Nation) || len(tree.Ranges(p.Code)) == 0 {
				t.Fatalf("%+v has the path %v", p, path)
			}
		}
	})
}
