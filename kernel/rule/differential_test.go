package rule_test

import (
	"fmt"
	"maps"
	"os"
	"testing"

	"pgregory.net/rapid"

	"minzheng/kernel/rule"
)

// households is how many cases are drawn for each generated file: with the
// hundred files that rapid draws, 10,000 pairs when all tests run. The nightly
// run draws ten thousand files.
func households() int {
	if os.Getenv("MINZHENG_TESTS") == "whole" {
		return 100
	}
	return 10
}

func TestSingleCasesColumnsAndTheSlowReferenceAgree(t *testing.T) {
	t.Parallel()
	d := dictionary(t)
	rapid.Check(t, func(rt *rapid.T) {
		g := newGrower(rt)
		kind := rapid.SampledFrom([]byte("nmbdw")).Draw(rt, "kind")
		formula := g.grow(kind, 3)
		r := load(t, g.book.file(formula))
		var cases []rule.Case
		var single []rule.Result
		for range households() {
			w, set := drawWorld(rt, d, g.book)
			c := rule.Case{Facts: set, Region: w.path, On: g.book.day()}
			got := find(t, r.Judge(c), "结果")
			cases, single = append(cases, c), append(single, got)
			want := formula.work(w)
			if *w.big {
				continue // may not fit: TestArithmeticIsExactOrSaysThatItDoesNotFit
			}
			if why := differ(t, g.book, formula, c, got, want); why != "" {
				rt.Fatalf("%s\nof %s\n%s", g.book.file(formula), w, why)
			}
		}
		for i, got := range batch(rt, r, "结果", cases) {
			want := "?"
			if single[i].Known {
				want = single[i].Value.Encode()
			}
			if got != want {
				rt.Fatalf("%s\ngives %s in columns and %s alone for household %d", g.book.file(formula), got, want, i)
			}
		}
	})
}

// differ says how a result differs from what the reference wants; "" if it
// does not.
func differ(t *testing.T, b *book, formula *tree, c rule.Case, got rule.Result, want outcome) string {
	if got.Known != want.known || (got.Broken != "") != want.broken {
		return fmt.Sprintf("gives %s, want known %t, broken %t, missing %v", say(got), want.known, want.broken, want.miss)
	}
	if want.known {
		if text, ok := written(formula.kind, want); ok && got.Value.Encode() != text {
			return fmt.Sprintf("gives %s, want %s", got.Value.Encode(), text)
		} else if !ok {
			exact := load(t, b.file(formula)+"  - {set: 核对, as: '"+claim(formula.kind, want)+"'}\n")
			if !find(t, exact.Judge(c), "核对").Holds() {
				return fmt.Sprintf("gives %s, want %s", say(got), want.rat)
			}
		}
		return ""
	}
	lacks := map[string]bool{}
	for _, m := range got.Missing {
		lacks[named(m)] = true
	}
	if !maps.Equal(lacks, want.miss) && len(lacks)+len(want.miss) > 0 {
		return fmt.Sprintf("lacks %v, want %v", lacks, want.miss)
	}
	return ""
}
