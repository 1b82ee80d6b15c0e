package rule

import (
	"fmt"
	"math"
	"strconv"

	"minzheng/kernel/fact"
)

// A block is worked out at once; its columns of one rule's values then stay in
// the processor's nearest memory.
const (
	blockHouseholds = 256
	blockPersons    = 1024
	mostPersons     = 256 // of one household
	mostWords       = 1 << 20
)

// Population holds the facts of many households in columns. It is filled
// household by household, closed, and then read by any number of plans at
// once. Of each fact it holds one value, the one that counts.
type Population struct {
	columns map[string]int
	facts   []*fact.Def
	regions [][]string
	words   map[string]int64
	spelled []string
	blocks  []*block
	open    *filling

	households, persons int
}

// NewPopulation returns an empty population with a column for each fact.
// Households say where they are by their place in regions, each of which is a
// path from the place itself up to the nation.
func NewPopulation(facts []*fact.Def, regions [][]string) *Population {
	p := &Population{columns: map[string]int{}, facts: facts, regions: regions, words: map[string]int64{}}
	for i, def := range facts {
		p.columns[def.Name] = i
	}
	p.open = newFilling(len(facts))
	return p
}

// Region adds a region by its path and returns its place in the list.
func (p *Population) Region(path []string) int {
	p.regions = append(p.regions, path)
	return len(p.regions) - 1
}

// Households returns how many households there are, Persons how many people.
func (p *Population) Households() int { return p.households }

// Persons returns how many people there are in all households.
func (p *Population) Persons() int { return p.persons }

// Column returns the column of a fact, -1 when there is none.
func (p *Population) Column(name string) int {
	if i, ok := p.columns[name]; ok {
		return i
	}
	return -1
}

// Household begins the next household.
func (p *Population) Household(region int) error {
	if region < 0 || region >= len(p.regions) {
		return fmt.Errorf("there is no region %d among %d", region, len(p.regions))
	}
	f := p.open
	if f.households == blockHouseholds || len(f.owner) >= blockPersons {
		p.flush()
	}
	f.region[f.households] = int64(region)
	f.households++
	p.households++
	return nil
}

// Person begins the next person of the household.
func (p *Population) Person() error {
	f := p.open
	if f.households == 0 {
		return fmt.Errorf("a person without a household")
	}
	h := int32(f.households - 1)
	if n := len(f.owner); n >= mostPersons && f.owner[n-mostPersons] == h {
		return fmt.Errorf("a household has more than %d people", mostPersons)
	}
	f.owner = append(f.owner, h)
	p.persons++
	return nil
}

// Tell sets a fact of the present household, or of its present person. What is
// not told is unknown.
func (p *Population) Tell(column int, v fact.Value) error {
	def := p.facts[column]
	if err := def.Check(v); err != nil {
		return err
	}
	n := v.Int64()
	if def.Typed() == fact.Enum || def.Typed() == fact.Text {
		var err error
		if n, err = p.code(v.Word()); err != nil {
			return err
		}
	}
	if n == math.MinInt64 {
		return nil // as for a single case, the least number is none
	}
	row := p.open.households - 1
	if def.Member() {
		if row = len(p.open.owner) - 1; row < 0 || int(p.open.owner[row]) != p.open.households-1 {
			return fmt.Errorf("%s is told of no person", def.Name)
		}
	}
	p.open.tell(column, row, n)
	return nil
}

// code is the number that stands for a word in all columns.
func (p *Population) code(word string) (int64, error) {
	if c, ok := p.words[word]; ok {
		return c, nil
	}
	if len(p.spelled) == mostWords {
		return 0, fmt.Errorf("there are more than %d words in the columns", mostWords)
	}
	c := int64(len(p.spelled))
	p.words[word] = c
	p.spelled = append(p.spelled, word)
	return c, nil
}

// Close ends the filling.
func (p *Population) Close() {
	p.flush()
	p.open = nil
}

// Bytes returns how much memory the columns take.
func (p *Population) Bytes() int {
	n := 0
	for _, b := range p.blocks {
		n += b.bytes()
	}
	return n
}

func (p *Population) flush() {
	f := p.open
	if f == nil || f.households == 0 {
		return
	}
	p.blocks = append(p.blocks, f.pack(p.households-f.households, p.facts))
	f.clear()
}

// filling is a block that is not packed yet.
type filling struct {
	households int
	owner      []int32 // of each person the household
	region     [blockHouseholds]int64
	values     [][]int64 // by column, then row
	told       [][]bool
}

func newFilling(columns int) *filling {
	f := &filling{values: make([][]int64, columns), told: make([][]bool, columns)}
	for i := range f.values {
		f.values[i] = make([]int64, blockPersons+mostPersons)
		f.told[i] = make([]bool, blockPersons+mostPersons)
	}
	return f
}

func (f *filling) tell(column, row int, n int64) {
	f.values[column][row], f.told[column][row] = n, true
}

func (f *filling) clear() {
	for _, t := range f.told {
		clear(t[:max(len(f.owner), f.households)])
	}
	f.households, f.owner = 0, f.owner[:0]
}

func (f *filling) pack(first int, facts []*fact.Def) *block {
	b := &block{first: first, households: f.households, ends: make([]uint16, f.households), columns: make([]packed, len(f.values))}
	for i, h := range f.owner {
		b.ends[h] = uint16(i + 1)
	}
	for h := 1; h < f.households; h++ {
		b.ends[h] = max(b.ends[h], b.ends[h-1])
	}
	b.regions = pack(f.region[:f.households], nil)
	for i, def := range facts {
		rows := f.households
		if def.Member() {
			rows = len(f.owner)
		}
		b.columns[i] = pack(f.values[i][:rows], f.told[i][:rows])
	}
	return b
}

// memberNames are the keys of so many people: m1, m2 …
func memberNames(n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = "m" + strconv.Itoa(i+1)
	}
	return all
}

func memberIndex(name string) int {
	n, _ := strconv.Atoi(name[1:])
	return n - 1
}
