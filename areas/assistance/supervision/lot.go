package supervision

import (
	"bytes"
	"cmp"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"minzheng/kernel/secret"
)

// Lot is one decision among those that are drawn from.
type Lot struct {
	Token    string `json:"token"` // stands for the case; nobody outside can tell which
	Township string `json:"township"`
	Service  string `json:"service"`
	Kind     string `json:"kind"`  // new, again
	Share    int    `json:"share"` // per cent of its kind that are asked for
	Picked   bool   `json:"picked"`
}

func (l Lot) stratum() string { return l.Township + "|" + l.Service + "|" + l.Kind }

func (l Lot) line() string { return fmt.Sprintf("%s|%s|%d", l.stratum(), l.Token, l.Share) }

// Commitment is what is published of a seed before anything is drawn with it.
func Commitment(seed []byte) string { return digest(seed) }

// Frame is the hash of a list, whatever its order.
func Frame(lots []Lot) string {
	lines := make([]string, len(lots))
	for i, l := range lots {
		lines[i] = l.line()
	}
	slices.Sort(lines)
	return digest([]byte(strings.Join(lines, "\n")))
}

func digest(b []byte) string {
	sum := secret.Hash(b)
	return hex.EncodeToString(sum[:])
}

// score is a lot's place in the draw: the hash of seed, list and token.
func score(seed []byte, frame, token string) []byte {
	sum := secret.Hash([]byte(hex.EncodeToString(seed) + "|" + frame + "|" + token))
	return sum[:]
}

// Draw picks, in each township, service and kind, those with the smallest
// scores: as many as the share asks for, rounded up. The same seed and list
// always give the same, so anybody who has both can draw again.
func Draw(seed []byte, lots []Lot) []Lot {
	frame := Frame(lots)
	out := slices.Clone(lots)
	scores := make(map[string][]byte, len(out))
	of := map[string][]int{}
	for i := range out {
		out[i].Picked = false
		scores[out[i].Token] = score(seed, frame, out[i].Token)
		of[out[i].stratum()] = append(of[out[i].stratum()], i)
	}
	for _, all := range of {
		slices.SortFunc(all, func(a, b int) int {
			return cmp.Or(bytes.Compare(scores[out[a].Token], scores[out[b].Token]), cmp.Compare(out[a].Token, out[b].Token))
		})
		share := 0
		for _, i := range all {
			share = max(share, min(out[i].Share, 100))
		}
		for _, i := range all[:(len(all)*share+99)/100] {
			out[i].Picked = true
		}
	}
	return out
}

// Published is all that is needed to draw again.
type Published struct {
	County      string `json:"county"`
	Month       string `json:"month"`
	Commitment  string `json:"commitment"` // SM3 of the seed, published before the month was over
	CommittedAt string `json:"committed_at"`
	DrawnAt     string `json:"drawn_at"`
	Seed        string `json:"seed"`  // hex; empty before the draw
	Frame       string `json:"frame"` // SM3 of the list
	Lots        []Lot  `json:"lots"`
}

// Check draws again from what is published and says what does not agree.
func (p Published) Check() error {
	seed, err := hex.DecodeString(p.Seed)
	if err != nil || len(seed) == 0 {
		return fmt.Errorf("there is no seed")
	}
	if Commitment(seed) != p.Commitment {
		return fmt.Errorf("the seed is not the one that was committed to")
	}
	if Frame(p.Lots) != p.Frame {
		return fmt.Errorf("the list is not the one that was drawn from")
	}
	for i, l := range Draw(seed, p.Lots) {
		if l.Picked != p.Lots[i].Picked {
			return fmt.Errorf("%s: picked is %t, drawing again gives %t", l.Token, p.Lots[i].Picked, l.Picked)
		}
	}
	return nil
}
