package county

import "math/rand/v2"

// dice throws whole numbers only, so that every machine makes the same county.
type dice struct{ source *rand.PCG }

func newDice(seed uint64) dice { return dice{rand.NewPCG(seed, 0x3901_21)} }

// n returns 0 to n-1.
func (d dice) n(n int) int { return int(d.source.Uint64() % uint64(n)) }

// between returns low to high, both included.
func (d dice) between(low, high int) int { return low + d.n(high-low+1) }

// chance is true in permille of a thousand throws.
func (d dice) chance(permille int) bool { return d.n(1000) < permille }

// yuan returns whole 元 between two amounts as 分, in steps of ten 元.
func (d dice) yuan(low, high int) int64 { return int64(d.between(low/10, high/10)) * 1000 }

// weighted returns an index, each as often as its weight says.
func (d dice) weighted(weights []int) int {
	sum := 0
	for _, w := range weights {
		sum += w
	}
	at := d.n(sum)
	for i, w := range weights {
		if at -= w; at < 0 {
			return i
		}
	}
	return 0
}

func pick[T any](d dice, list []T) T { return list[d.n(len(list))] }
