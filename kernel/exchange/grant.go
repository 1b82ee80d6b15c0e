package exchange

import (
	"slices"
	"strings"
)

// Grant is a row of the matrix in the service folders: for this purpose, by
// this article, these fields of a source may be seen.
type Grant struct {
	Source  string
	Purpose string
	Law     string
	Fields  []string
}

// Permit lays rows into the matrix: those of a service as it was on the day a
// case was opened.
func (x *Exchange) Permit(more ...Grant) {
	x.granting.Lock()
	defer x.granting.Unlock()
	for _, g := range more {
		key := grantKey{g.Source, g.Purpose, g.Law}
		for _, f := range g.Fields {
			if x.grants[key] == nil {
				x.grants[key] = map[string]bool{}
			}
			x.grants[key][f] = true
		}
	}
}

// grantKey is a row without its fields, which can be looked up.
type grantKey struct{ source, purpose, law string }

// allowed reports whether a question asks for no more than its purpose may see.
func (x *Exchange) allowed(q Question, s Source) bool {
	if slices.ContainsFunc(q.Fields, func(f string) bool { return !s.offers(f) }) {
		return false
	}
	if kind, _, _ := strings.Cut(q.Subject, "/"); !x.bound[kind] {
		return true
	}
	x.granting.RLock()
	defer x.granting.RUnlock()
	row := x.grants[grantKey{q.Source, q.Purpose, q.Law}]
	return row != nil && !slices.ContainsFunc(q.Fields, func(f string) bool { return !row[f] })
}
