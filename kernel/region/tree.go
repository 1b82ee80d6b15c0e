package region

import (
	"bytes"
	"cmp"
	"compress/gzip"
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"sort"
)

//go:embed national.tsv.gz
var national []byte

// Tree holds all places and their periods. It does not change.
type Tree struct {
	places  []Place // sorted by code, then by From
	parents []int32 // index of the parent's latest period; -1 for the nation
	first   []int32 // index of the first child, -1 if there is none
	next    []int32 // index of the next child of the same parent, -1 after the last
	odd     []Code  // places whose parent is not the one that their code suggests
}

// Load returns the tree of the national table that is built in, down to
// townships.
func Load() (*Tree, error) {
	z, err := gzip.NewReader(bytes.NewReader(national))
	if err != nil {
		return nil, fmt.Errorf("opening the national table of places: %w", err)
	}
	places, err := ReadPlaces(z)
	if err != nil {
		return nil, fmt.Errorf("the national table of places: %w", err)
	}
	return root().lay(places)
}

func root() *Tree { return &Tree{places: []Place{{Code: Nation, Name: "全国"}}} }

// New returns a tree of the nation and the given places alone.
func New(places ...Place) (*Tree, error) {
	return root().With(places...)
}

// With returns a tree that has the given places as well. A place whose code is
// there already and goes on without end is ended: by a period that begins
// later, or by the same period with its last day filled in. Places without
// parent, in a circle, or twice at one time are refused by name.
func (t *Tree) With(places ...Place) (*Tree, error) {
	var wrong []error
	for _, p := range places {
		if err := p.check(); err != nil {
			wrong = append(wrong, err)
		}
	}
	if len(wrong) > 0 {
		return nil, told(wrong)
	}
	return t.lay(places)
}

// lay is With for places that have been checked.
func (t *Tree) lay(places []Place) (*Tree, error) {
	if !slices.IsSortedFunc(places, byCode) {
		places = slices.Clone(places)
		slices.SortStableFunc(places, byCode)
	}
	merged, wrong := merge(t.places, places)
	if len(wrong) > 0 {
		return nil, told(wrong)
	}
	return build(merged)
}

func told(wrong []error) error {
	if len(wrong) > maxTold {
		wrong = append(wrong[:maxTold:maxTold], fmt.Errorf("还有 %d 处", len(wrong)-maxTold))
	}
	return errors.Join(wrong...)
}

func byCode(a, b Place) int {
	if a.Code != b.Code {
		return cmp.Compare(a.Code, b.Code)
	}
	return cmp.Compare(a.From, b.From)
}

// merge lays two sorted lists of places into one.
func merge(old, added []Place) ([]Place, []error) {
	all := make([]Place, 0, len(old)+len(added))
	var wrong []error
	for len(old)+len(added) > 0 {
		var p Place
		if len(added) == 0 || len(old) > 0 && byCode(old[0], added[0]) <= 0 {
			p, old = old[0], old[1:]
		} else {
			p, added = added[0], added[1:]
		}
		if n := len(all); n > 0 && all[n-1].Code == p.Code {
			last := &all[n-1]
			switch {
			case last.To == "" && last.From == p.From && p.To != "":
				*last = p
				continue
			case last.To == "" && last.From < p.From:
				last.To = dayBefore(p.From)
			case last.To == "" || p.From <= last.To:
				wrong = append(wrong, fmt.Errorf("代码 %s（%s）在同一时间有两条记录", p.Code, p.Name))
			}
		}
		all = append(all, p)
	}
	return all, wrong
}

// build ties the places together and refuses what hangs in the air.
func build(places []Place) (*Tree, error) {
	t := &Tree{places: places, parents: make([]int32, len(places))}
	t.first, t.next = slices.Repeat([]int32{-1}, len(places)), slices.Repeat([]int32{-1}, len(places))
	var wrong []error
	up := -1 // neighbours mostly have the same parent
	for i := len(places) - 1; i >= 0; i-- {
		p := places[i]
		if t.parents[i] = -1; p.Code == Nation {
			continue
		}
		if up < 0 || places[up].Code != p.Parent {
			up = t.find(p.Parent)
		}
		if up < 0 {
			wrong = append(wrong, fmt.Errorf("%s（%s）的上级 %s 不在区划表里", p.Name, p.Code, p.Parent))
			continue
		}
		if p.Successor != "" && t.find(p.Successor) < 0 {
			wrong = append(wrong, fmt.Errorf("%s（%s）的后继 %s 不在区划表里", p.Name, p.Code, p.Successor))
		}
		t.parents[i] = int32(up)
		if latest := i+1 == len(places) || places[i+1].Code != p.Code; latest {
			t.adopt(i, up)
		}
	}
	if len(wrong) == 0 {
		wrong = t.circles()
	}
	if len(wrong) > 0 {
		return nil, told(wrong)
	}
	// Outer places before the inner ones, so that Ranges can overwrite.
	slices.SortStableFunc(t.odd, func(a, b Code) int { return cmp.Compare(a.Level(), b.Level()) })
	return t, nil
}

// adopt makes i the first child of up, and notes it if its code suggests
// another parent.
func (t *Tree) adopt(i, up int) {
	t.next[i], t.first[up] = t.first[up], int32(i)
	p := t.places[i]
	if p.Parent != p.Code.above() && p.Parent != t.places[t.nearest(p.Code.above())].Code {
		t.odd = append(t.odd, p.Code)
	}
}

// circles finds places that succeed each other without end. Parents cannot:
// each is of a higher level than its child.
func (t *Tree) circles() []error {
	var wrong []error
	for _, p := range t.places {
		seen := 0
		for q := p; q.Successor != ""; seen++ {
			if seen > 50 {
				wrong = append(wrong, fmt.Errorf("%s（%s）的后继绕成一圈", p.Name, p.Code))
				break
			}
			q = t.places[t.find(q.Successor)]
		}
	}
	return wrong
}

// find returns the index of the latest period of a code, or -1.
func (t *Tree) find(c Code) int {
	i := sort.Search(len(t.places), func(i int) bool { return t.places[i].Code > c })
	if i == 0 || t.places[i-1].Code != c {
		return -1
	}
	return i - 1
}

// nearest returns the index of the place, or of the nearest known place whose
// codes begin like c; -1 if c is no code.
func (t *Tree) nearest(c Code) int {
	if c.Level() == Unknown {
		return -1
	}
	i := t.find(c)
	for ; i < 0; i = t.find(c) {
		c = c.above()
	}
	return i
}
