// Package region is the tree of places, province to village.
//
// Codes change, and development zones have codes that do not begin with those
// of the place they belong to: so what lies within what is asked of the tree
// (Path, Within, Ranges), never read from a prefix. A Tree does not change and
// is safe for use by several goroutines.
package region

// Code is a place's code in the full form of GB/T 2260: 6 digits to the county,
// 9 for a township, 12 for a village.
type Code string

// Nation is the root of every tree.
const Nation Code = "000000"

// Level says how high in the tree a place stands; a higher place has a lower level.
type Level int

// The levels. Unknown is the level of what is no code.
const (
	Unknown Level = iota
	OfNation
	OfProvince
	OfPrefecture
	OfCounty
	OfTownship
	OfVillage
)

// String returns the level as readers know it.
func (l Level) String() string {
	return [...]string{"未知", "全国", "省级", "市级", "县级", "乡级", "村级"}[l]
}

// Level tells a code's level by its form; Unknown if it is no code.
func (c Code) Level() Level {
	for i := range len(c) {
		if c[i] < '0' || c[i] > '9' {
			return Unknown
		}
	}
	switch {
	case c == Nation:
		return OfNation
	case len(c) == 6 && c[:2] == "00":
		return Unknown
	case len(c) == 6 && c[2:] == "0000":
		return OfProvince
	case len(c) == 6 && c[2:4] != "00" && c[4:] == "00":
		return OfPrefecture
	case len(c) == 6 && c[2:4] != "00":
		return OfCounty
	case len(c) == 9 && c[2:4] != "00" && c[:2] != "00" && c[6:] != "000":
		return OfTownship
	case len(c) == 12 && c[:9].Level() == OfTownship && c[9:] != "000":
		return OfVillage
	}
	return Unknown
}

// above returns the code that is next above c by its form alone.
func (c Code) above() Code {
	switch c.Level() {
	case OfVillage:
		return c[:9]
	case OfTownship:
		return c[:6]
	case OfCounty:
		return c[:4] + "00"
	case OfPrefecture:
		return c[:2] + "0000"
	}
	return Nation
}

// A Place is one place during one period. Days are ISO dates; an empty one is
// open. To is the last day on which the place was so.
type Place struct {
	Code      Code
	Name      string
	Parent    Code
	From, To  string
	Successor Code // who took over after To; empty if nobody or still there
}

// on reports whether the place was so on an ISO day.
func (p Place) on(day string) bool {
	return (p.From == "" || p.From <= day) && (p.To == "" || day <= p.To)
}
