package supervision_test

import (
	"encoding/hex"
	"fmt"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"minzheng/areas/assistance/supervision"
)

func lots(rt *rapid.T) []supervision.Lot {
	n := rapid.IntRange(0, 120).Draw(rt, "n")
	all := make([]supervision.Lot, n)
	for i := range all {
		service := rapid.SampledFrom([]string{"tekun", "dibao"}).Draw(rt, "service")
		all[i] = supervision.Lot{Token: fmt.Sprintf("t%d", i), Township: rapid.SampledFrom([]string{"390121001", "390121100"}).Draw(rt, "township"),
			Service: service, Kind: rapid.SampledFrom([]string{"new", "again"}).Draw(rt, "kind"), Share: map[string]int{"tekun": 30, "dibao": 10}[service]}
	}
	return all
}

func TestEveryStratumReachesItsShareAndNoMoreThanItMust(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		seed := rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(rt, "seed")
		all, picked := map[string]int{}, map[string]int{}
		for _, l := range supervision.Draw(seed, lots(rt)) {
			key := l.Township + l.Service + l.Kind
			if all[key]++; l.Picked {
				picked[key]++
			}
			all[key+"share"] = l.Share
		}
		for key, n := range all {
			share, ok := all[key+"share"]
			if !ok {
				continue
			}
			if picked[key]*100 < share*n || (picked[key]-1)*100 >= share*n {
				rt.Fatalf("%s: %d of %d are picked for a share of %d%%", key, picked[key], n, share)
			}
		}
	})
}

func TestTheSameSeedAndListGiveTheSameWhateverTheOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		seed := rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(rt, "seed")
		all := lots(rt)
		first := supervision.Draw(seed, all)
		shuffled := rapid.Permutation(all).Draw(rt, "order")
		if supervision.Frame(all) != supervision.Frame(shuffled) {
			rt.Fatal("another order of the list has another hash")
		}
		second := supervision.Draw(seed, shuffled)
		for _, l := range first {
			if i := slices.IndexFunc(second, func(o supervision.Lot) bool { return o.Token == l.Token }); second[i] != l {
				rt.Fatalf("%+v became %+v", l, second[i])
			}
		}
	})
}

func TestWhatIsPublishedIsDrawnAgainAndAnyChangeIsFound(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		seed := rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(rt, "seed")
		all := lots(rt)
		if len(all) == 0 {
			return
		}
		p := supervision.Published{Commitment: supervision.Commitment(seed), Seed: hex.EncodeToString(seed), Frame: supervision.Frame(all), Lots: supervision.Draw(seed, all)}
		if err := p.Check(); err != nil {
			rt.Fatal(err)
		}
		i := rapid.IntRange(0, len(all)-1).Draw(rt, "which")
		for name, change := range map[string]func(*supervision.Published){
			"another is picked": func(p *supervision.Published) { p.Lots[i].Picked = !p.Lots[i].Picked },
			"one is left out":   func(p *supervision.Published) { p.Lots = slices.Delete(p.Lots, i, i+1) },
			"a lower share":     func(p *supervision.Published) { p.Lots[i].Share-- },
			"another seed":      func(p *supervision.Published) { p.Seed = hex.EncodeToString(append(slices.Clone(seed), 1)) },
			"no seed":           func(p *supervision.Published) { p.Seed = "" },
		} {
			changed := p
			changed.Lots = slices.Clone(p.Lots)
			if change(&changed); changed.Check() == nil {
				rt.Fatalf("%s, and nobody notices", name)
			}
		}
	})
}

// Over many seeds each of ten is picked about as often as the others: the
// chance that a fair draw strays so far is under one in ten thousand.
func TestNobodyIsPickedMoreOftenThanTheOthers(t *testing.T) {
	t.Parallel()
	const draws = 4000
	all := make([]supervision.Lot, 10)
	for i := range all {
		all[i] = supervision.Lot{Token: fmt.Sprintf("t%d", i), Township: "390121001", Service: "tekun", Kind: "new", Share: 30}
	}
	times := make([]float64, len(all))
	for s := range draws {
		for i, l := range supervision.Draw(fmt.Appendf(nil, "seed %d", s), all) {
			if l.Picked {
				times[i]++
			}
		}
	}
	want, spread := 0.3*draws, math.Sqrt(draws*0.3*0.7)
	for i, n := range times {
		if math.Abs(n-want) > 4.5*spread {
			t.Errorf("t%d was picked %.0f times, want about %.0f", i, n, want)
		}
	}
}
