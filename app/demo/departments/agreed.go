package departments

import (
	"net/http"
	"slices"
	"strings"
)

// Agreement is a row of what was agreed with a department: for this purpose, by
// this article, it gives these fields. The department holds questions against
// its own copy, whatever the product thinks that it may ask.
type Agreement struct {
	Source  string
	Purpose string
	Law     string
	Fields  []string
}

// Agreed has every source give for cases, inquiries and marriages only what is agreed. A
// source of which no row speaks gives whatever it offers.
func Agreed(rows []Agreement) Option { return func(s *simulator) { s.agreed = rows } }

// grants refuses a question that goes beyond what is agreed.
func (s *simulator) grants(src source, q question) *refusal {
	kind, _, _ := strings.Cut(q.Case, "/")
	if kind != "case" && kind != "inquiry" && !strings.HasPrefix(kind, "marriage-") {
		return nil
	}
	known, fits, allowed := false, false, map[string]bool{}
	for _, a := range s.agreed {
		if a.Source != src.Code {
			continue
		}
		known = true
		same := a.Law == q.Law && (a.Purpose == q.Purpose || strings.HasSuffix(q.Purpose, "："+a.Purpose))
		fits = fits || same
		if same || kind == "inquiry" { // which asks once for several services
			for _, f := range a.Fields {
				allowed[f] = true
			}
		}
	}
	if known && (!fits || slices.ContainsFunc(q.Fields, func(f string) bool { return !allowed[f] })) {
		return refuse(http.StatusForbidden, "这个目的和依据没有约定可以看这些字段")
	}
	return nil
}
