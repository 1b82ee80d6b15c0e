package auth

import (
	"slices"
	"strings"

	"minzheng/kernel/errs"
)

// Kind says on which side of the counter somebody is.
type Kind string

// The kinds.
const (
	Citizen Kind = "citizen"
	Staff   Kind = "staff"
)

// Grant is one role in one region and in all that lies within it.
type Grant struct {
	Role   string `json:"role"`
	Region string `json:"region"`
}

// SeesCases reports whether whoever holds the grant may see casework. Who looks
// after the program sees none, and a registrar keeps a register and no cases.
func (g Grant) SeesCases() bool {
	return g.Role != "admin" && !strings.HasSuffix(g.Role, "-registrar")
}

// Who is somebody who is signed in.
type Who struct {
	Kind    Kind    `json:"kind"`
	Account string  `json:"account"`          // id of the account; a resident's is chosen by the portal
	Name    string  `json:"name"`             //
	Person  string  `json:"person,omitempty"` // id in the register of residents, "" for staff
	Grants  []Grant `json:"grants,omitempty"` // staff only
}

// Holds reports whether w has the role somewhere.
func (w Who) Holds(role string) bool {
	return slices.ContainsFunc(w.Grants, func(g Grant) bool { return g.Role == role })
}

// Covers reports whether w has the role for a region. within tells whether a
// code lies within, or is, another.
func (w Who) Covers(role, region string, within func(code, ancestor string) bool) bool {
	return slices.ContainsFunc(w.Grants, func(g Grant) bool { return g.Role == role && within(region, g.Region) })
}

// Without returns w without the grants of one role, and whether any is left.
func (w Who) Without(role string) (Who, bool) {
	w.Grants = slices.DeleteFunc(slices.Clone(w.Grants), func(g Grant) bool { return g.Role == role })
	return w, len(w.Grants) > 0
}

// Duty is something that an account did in a case.
type Duty struct {
	Name    string // what was done: "初审"
	Account string // who did it
}

// Distinct refuses when one account did two duties that are kept apart. Each
// list in apart names duties of which an account may do only one.
func Distinct(did []Duty, apart ...[]string) error {
	for _, duties := range apart {
		first := map[string]string{}
		for _, d := range did {
			if !slices.Contains(duties, d.Name) {
				continue
			}
			if other, ok := first[d.Account]; ok && other != d.Name {
				return errs.Newf(errs.Forbidden, "「%s」和「%s」必须由不同的人办理。", other, d.Name)
			}
			first[d.Account] = d.Name
		}
	}
	return nil
}
