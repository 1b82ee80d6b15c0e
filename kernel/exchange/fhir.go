package exchange

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
)

// fhir asks a FHIR R4 server whether a check was made: a DiagnosticReport that
// is final. Its profile has no place for a result, and a report that has one is
// refused as a whole: what was found is nobody's business but the person's.
//
// The first field of its source says that the check was made, the second when.
type fhir struct {
	x   *Exchange
	s   Source
	url *url.URL
}

// numberSystem is the OID of citizen numbers.
const numberSystem = "urn:oid:2.16.156.10011.1.3"

func (a fhir) ask(ctx context.Context, q Question, id string) (*reply, error) {
	form := url.Values{"subject:identifier": {numberSystem + "|" + q.Number}, "code": {a.s.Service}, "status": {"final"}, "_count": {"2"}}.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, a.url.JoinPath("DiagnosticReport/_search").String(), strings.NewReader(form))
	if err != nil || len(a.s.Fields) == 0 {
		return nil, failure{Nobody}
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/fhir+json")
	req.Header.Set("X-Request-Id", id)
	_, got, err := a.x.fetch(req)
	if err != nil {
		return nil, err
	}
	r, err := readReports(got, q.Number, a.s)
	if err != nil {
		return nil, err
	}
	r.asked, r.digest, r.guard = hash([]byte(form)), hash(got), Plain
	return r, nil
}

// bundle is the answer to a search, as far as we let it be.
type bundle struct {
	ResourceType string `json:"resourceType"`
	Type         string `json:"type"`
	Entry        []struct {
		Resource json.RawMessage `json:"resource"`
	} `json:"entry"`
}

type coding struct {
	System  string `json:"system"`
	Code    string `json:"code"`
	Display string `json:"display"`
}

type concept struct {
	Coding []coding `json:"coding"`
	Text   string   `json:"text"`
}

type reference struct {
	Reference  string `json:"reference"`
	Type       string `json:"type"`
	Display    string `json:"display"`
	Identifier struct {
		System string `json:"system"`
		Value  string `json:"value"`
	} `json:"identifier"`
}

// report is the whole profile: a member that it does not know is refused.
type report struct {
	ResourceType      string          `json:"resourceType"`
	ID                string          `json:"id"`
	Meta              json.RawMessage `json:"meta"`
	Status            string          `json:"status"`
	Category          []concept       `json:"category"`
	Code              concept         `json:"code"`
	Subject           reference       `json:"subject"`
	EffectiveDateTime string          `json:"effectiveDateTime"`
	Issued            string          `json:"issued"`
	Performer         []reference     `json:"performer"`
}

func readReports(b []byte, number string, s Source) (*reply, error) {
	var all bundle
	if json.Unmarshal(b, &all) != nil || all.ResourceType != "Bundle" || all.Type != "searchset" {
		return nil, failure{Unread}
	}
	found, made := false, ""
	for _, e := range all.Entry {
		var r report
		d := json.NewDecoder(bytes.NewReader(e.Resource))
		d.DisallowUnknownFields()
		if d.Decode(&r) != nil || r.ResourceType != "DiagnosticReport" || r.Subject.Identifier.Value != number || !r.is(s.Service) {
			return nil, failure{Unread}
		}
		if day, _, _ := strings.Cut(r.EffectiveDateTime, "T"); r.Status == "final" && day >= made {
			found, made = true, day
		}
	}
	out := &reply{Found: &found}
	if !found {
		return out, nil
	}
	out.Values = map[string]json.RawMessage{s.Fields[0]: json.RawMessage("true")}
	if len(s.Fields) > 1 && made != "" {
		day, err := json.Marshal(made)
		if err != nil {
			return nil, failure{Unread}
		}
		out.Values[s.Fields[1]] = day
	}
	return out, nil
}

func (r report) is(service string) bool {
	for _, c := range r.Code.Coding {
		if c.System+"|"+c.Code == service || c.Code == service {
			return true
		}
	}
	return false
}
