package marriage_test

import (
	"os"
	"strings"
	"testing"

	"minzheng/areas/marriage"
)

func TestWhatIsAskedNamesPurposeArticleAndFields(t *testing.T) {
	t.Parallel()
	area := marriage.New()
	sources, err := os.ReadFile("../../app/sources.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range area.Asks {
		if g.Purpose == "" || !strings.Contains(g.Law, "婚姻登记条例 第") || len(g.Fields) == 0 || !strings.Contains(string(sources), "code: "+g.Source+",") {
			t.Errorf("a row is %+v", g)
		}
	}
	if len(area.Asks) == 0 || len(area.Bound) != 3 {
		t.Errorf("%d rows bind %v", len(area.Asks), area.Bound)
	}
}

func TestHealthIsAskedOnlyWhetherTheCheckWasDone(t *testing.T) {
	t.Parallel()
	for _, g := range marriage.New().Asks {
		if g.Source == "health.premarital" && strings.Join(g.Fields, ",") != "premarital_checked" {
			t.Errorf("卫健 is asked for %v", g.Fields)
		}
	}
}
