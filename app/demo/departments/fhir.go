package departments

import (
	"encoding/json"
	"net/http"
	"strings"
)

// citizenNumber is the system of citizen numbers in FHIR identifiers.
const citizenNumber = "urn:oid:2.16.156.10011.1.3"

// checks are the reports that the FHIR server has, by their code: that a check
// was made, of which of our sources.
func checks() map[string]string {
	return map[string]string{"ability-assessment": "civil.ability", "premarital-checkup": "health.premarital"}
}

// reports answers a search for DiagnosticReport: a bundle of at most one, that
// says that the check was made and when, and has no place for a result.
func (s *simulator) reports(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, longestQuestion)
	if r.ParseForm() != nil || r.Header.Get("Accept") != "application/fhir+json" {
		s.outcome(w, http.StatusBadRequest, "invalid")
		return
	}
	_, code, _ := strings.Cut(r.PostForm.Get("code"), "|")
	system, number, _ := strings.Cut(r.PostForm.Get("subject:identifier"), "|")
	var l *line
	for _, one := range s.lines {
		if one.Code == checks()[code] {
			l = one
		}
	}
	if l == nil || system != citizenNumber || r.PostForm.Get("status") != "final" {
		s.outcome(w, http.StatusNotFound, "not-supported")
		return
	}
	l.tally.asked.Add(1)
	if l.trouble.Load().spoil(w, r) {
		l.tally.failed.Add(1)
		return
	}
	bundle := map[string]any{"resourceType": "Bundle", "type": "searchset", "total": 0}
	if p, ok := s.county.ByNumber(number); ok {
		if _, made := l.look(s.county, p, question{Name: p.Name}); made {
			bundle["total"], bundle["entry"] = 1, []any{map[string]any{"resource": s.report(code, number)}}
		}
	}
	b, err := json.Marshal(bundle)
	if err != nil {
		s.outcome(w, http.StatusInternalServerError, "exception")
		return
	}
	w.Header().Set("Content-Type", "application/fhir+json")
	w.Write(b)
}

func (s *simulator) report(code, number string) map[string]any {
	return map[string]any{
		"resourceType": "DiagnosticReport", "id": "r-" + code, "status": "final",
		"code":              map[string]any{"coding": []any{map[string]string{"system": "urn:minzheng:demo", "code": code}}},
		"subject":           map[string]any{"identifier": map[string]string{"system": citizenNumber, "value": number}},
		"effectiveDateTime": s.county.AsOf.String(),
		"performer":         []any{map[string]any{"identifier": map[string]string{"system": "urn:oid:2.16.156.10011.1.10", "value": "示例医院"}}},
	}
}

// outcome is how FHIR says no.
func (s *simulator) outcome(w http.ResponseWriter, status int, code string) {
	b, _ := json.Marshal(map[string]any{"resourceType": "OperationOutcome", "issue": []any{map[string]string{"severity": "error", "code": code}}})
	w.Header().Set("Content-Type", "application/fhir+json")
	w.WriteHeader(status)
	w.Write(b)
}
