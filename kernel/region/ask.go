package region

import "strings"

// Find returns the latest period of the place with the code.
func (t *Tree) Find(c Code) (Place, bool) {
	i := t.find(c)
	if i < 0 {
		return Place{}, false
	}
	return t.places[i], true
}

// At returns the place as it was on an ISO day.
func (t *Tree) At(c Code, day string) (Place, bool) {
	for i := t.find(c); i >= 0 && t.places[i].Code == c; i-- {
		if t.places[i].on(day) {
			return t.places[i], true
		}
	}
	return Place{}, false
}

// Current follows successors until it finds the place that has the affairs of
// c on an ISO day; false if c is unknown or nobody took over.
func (t *Tree) Current(c Code, day string) (Code, bool) {
	for c != "" {
		if _, ok := t.At(c, day); ok {
			return c, true
		}
		p, ok := t.Find(c)
		if !ok || p.To == "" || p.To >= day {
			return "", false
		}
		c = p.Successor
	}
	return "", false
}

// Path returns the codes from c up to the nation. A code that the tree does not
// know belongs to the nearest place whose codes begin like it; what is no code
// has no path.
func (t *Tree) Path(c Code) []Code {
	i := t.nearest(c)
	if i < 0 {
		return nil
	}
	path := make([]Code, 0, 6)
	if t.places[i].Code != c {
		path = append(path, c)
	}
	for j := int32(i); j >= 0; j = t.parents[j] {
		path = append(path, t.places[j].Code)
	}
	return path
}

// Within reports whether c is ancestor or lies in it. Nothing lies in a place
// that the tree does not know.
func (t *Tree) Within(c, ancestor Code) bool {
	a, i := t.find(ancestor), t.nearest(c)
	if a < 0 || i < 0 {
		return false
	}
	for j := int32(i); j >= 0; j = t.parents[j] {
		if t.places[j].Code == ancestor {
			return true
		}
	}
	return false
}

// Name returns a place's own name, or "" if the tree does not know it.
func (t *Tree) Name(c Code) string {
	p, _ := t.Find(c)
	return p.Name
}

// FullName returns the name that readers know a place by, such as
// 云岭市清溪县柳溪街道: without the province where there is a prefecture, and
// without stand-ins such as 市辖区. Of an unknown code it names what is known.
func (t *Tree) FullName(c Code) string {
	i := t.nearest(c)
	if i < 0 {
		return ""
	}
	name := ""
	for j := int32(i); j >= 0; j = t.parents[j] {
		p := t.places[j]
		l := p.Code.Level()
		if l == OfPrefecture && standIn(p.Name) {
			continue
		}
		if l == OfNation && name != "" {
			break
		}
		name = p.Name + name
		if l == OfPrefecture {
			break
		}
	}
	return name
}

// standIn tells names that fill the place of a prefecture where there is none.
func standIn(name string) bool {
	return name == "市辖区" || name == "县" || strings.HasSuffix(name, "直辖县级行政区划")
}

// Children returns the places right below c, in the order of their codes.
func (t *Tree) Children(c Code) []Place {
	i := t.find(c)
	if i < 0 {
		return nil
	}
	var all []Place
	for j := t.first[i]; j >= 0; j = t.next[j] {
		all = append(all, t.places[j])
	}
	return all
}

// County returns the county that c is or lies in; where a prefecture has no
// counties (东莞) the prefecture; "" for what is higher.
func (t *Tree) County(c Code) Code {
	for _, up := range t.Path(c) {
		if l := up.Level(); l == OfCounty || l == OfPrefecture && c.Level() > OfCounty {
			return up
		}
	}
	return ""
}
