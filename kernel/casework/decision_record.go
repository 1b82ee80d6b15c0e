package casework

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/gowebpki/jcs"

	"minzheng/kernel/calendar"
	"minzheng/kernel/catalog"
	"minzheng/kernel/fact"
	"minzheng/kernel/rule"
	"minzheng/kernel/secret"
)

// recordFormat names the form of a record. A change to what is in a record, or
// to how it is written, needs another name.
const recordFormat = "minzheng-decision/1"

// Record is what a decision stands on, as it is signed and handed out. Who has
// it and the rules of its day can work it out again to the same bytes. Of
// people it names those alone whom the letter names: the applicant, and who
// decided; members are m1, m2 and how they are related.
type Record struct {
	Format     string         `json:"format"`
	Algorithm  string         `json:"algorithm"`
	Number     string         `json:"number"`
	Case       string         `json:"case"` // 受理号
	Service    string         `json:"service"`
	Title      string         `json:"title"`
	Applicant  string         `json:"applicant"`
	Outcome    string         `json:"outcome"`
	Day        string         `json:"day"`
	Amount     int64          `json:"amount"` // 分 a month
	Region     []string       `json:"region"` // from the place itself up to the nation
	Version    string         `json:"version"`
	Rules      string         `json:"rules"`      // SM3 of rules.yaml
	Dictionary string         `json:"dictionary"` // SM3 of Definition.Facts
	Members    []RecordMember `json:"members"`
	Facts      []RecordFact   `json:"facts"`
	Findings   []Finding      `json:"findings"`
	Reason     string         `json:"reason"`
	Office     string         `json:"office"`
	Role       string         `json:"role"`
	Official   string         `json:"official"`
	Salt       string         `json:"salt"` // so that the record's hash, which is public, tells nothing to who guesses
}

// RecordMember is one of the household.
type RecordMember struct {
	Key      string `json:"key"`
	Relation string `json:"relation,omitempty"` // to the applicant
}

// RecordFact is one thing that one source said of a fact that the rules read.
type RecordFact struct {
	Name    string     `json:"name"`
	About   string     `json:"about,omitempty"`
	Value   fact.Value `json:"value"`
	Source  string     `json:"source"`
	Vouched string     `json:"vouched"` // the source's title
	At      time.Time  `json:"at"`
	Proof   string     `json:"proof,omitempty"` // receipt of the look-up, or why a clerk decided so
}

// mostExact is the largest amount that JSON's numbers hold exactly.
const mostExact = 1 << 53

// newRecord writes down what a decision stands on. It is made from what the
// desk knew, and refused unless working it out again gives the same bytes:
// nothing is ever signed that does not replay.
func newRecord(dec Decision, m *move, by judged) (Record, error) {
	var salt [16]byte
	rand.Read(salt[:])
	rec := Record{Format: recordFormat, Algorithm: secret.Algorithm, Number: dec.Number, Case: m.c.Number, Service: dec.Service, Title: m.service.Title,
		Applicant: m.c.Name, Outcome: dec.Outcome, Day: dec.Day, Amount: dec.Amount, Region: dec.Region, Version: dec.Version,
		Rules: catalog.RulesSum(m.service.Files), Dictionary: by.facts, Members: recordMembers(m.facts), Facts: recordFacts(m.service, m.facts),
		Reason: dec.Reason, Office: dec.Office, Role: dec.Role, Official: dec.By, Salt: base64.RawURLEncoding.EncodeToString(salt[:])}
	if rec.Amount > mostExact || rec.Amount < -mostExact {
		return rec, fmt.Errorf("an amount of %d is too large for a record", rec.Amount)
	}
	told, err := rec.told(by.dict)
	if err != nil {
		return rec, err
	}
	rec.Findings = Findings(m.judged, told)
	again, err := rec.again(by)
	if err != nil {
		return rec, err
	}
	if wrong := rec.differs(again); len(wrong) > 0 {
		return rec, fmt.Errorf("a replay differs in %d places", len(wrong))
	}
	return rec, nil
}

func recordMembers(facts *fact.Set) []RecordMember {
	all := []RecordMember{}
	for _, key := range facts.Members() {
		relation, _ := facts.Get("与申请人关系", key)
		all = append(all, RecordMember{key, relation.Word()})
	}
	return all
}

func recordFacts(s *catalog.Service, facts *fact.Set) []RecordFact {
	all, read := []RecordFact{}, s.Rules.Facts()
	facts.Each(func(name, about string, said []fact.Statement) {
		if !slices.Contains(read, name) {
			return
		}
		for _, one := range said {
			all = append(all, RecordFact{name, about, one.Value, one.Source, facts.Dictionary().Source(one.Source).Title, one.At.UTC(), one.Proof})
		}
	})
	return all
}

// told is the record's facts as a set that ranks them as the desk did. What is
// told later comes first among equals, so each fact is told from its end.
func (r Record) told(dict *fact.Dictionary) (*fact.Set, error) {
	set := fact.NewSet(dict)
	for _, f := range slices.Backward(r.Facts) {
		def := dict.Find(f.Name)
		if def == nil {
			return nil, fmt.Errorf("事实“%s”不在这份目录的事实表里", f.Name)
		}
		if err := def.Check(f.Value); err != nil {
			return nil, err
		}
		set.Tell(fact.Statement{Name: f.Name, About: f.About, Value: f.Value, Source: f.Source, At: f.At, Proof: f.Proof})
	}
	return set, nil
}

// ofMembers are facts about members in an order that is given.
type ofMembers struct {
	*fact.Set
	keys []string
}

func (o ofMembers) Members() []string { return o.keys }

// again works the record out again: what follows from facts, rules, region and
// day is worked out, and all else is taken over.
func (r Record) again(by judged) (Record, error) {
	day, err := calendar.Parse(r.Day)
	if err != nil {
		return r, fmt.Errorf("决定日期“%s”读不懂", r.Day)
	}
	told, err := r.told(by.dict)
	if err != nil {
		return r, err
	}
	facts := ofMembers{Set: told}
	for _, m := range r.Members {
		facts.keys = append(facts.keys, m.Key)
	}
	s := by.service
	j := s.Rules.Judge(rule.Case{Facts: facts, Region: r.Region, On: int32(day)})
	r.Service, r.Title, r.Version, r.Rules, r.Dictionary = s.Code, s.Title, s.Version, catalog.RulesSum(s.Files), by.facts
	r.Facts = slices.Clone(r.Facts)
	for i := range r.Facts {
		r.Facts[i].Vouched = by.dict.Source(r.Facts[i].Source).Title
	}
	r.Findings, r.Amount = Findings(j, told), 0
	if r.Outcome != Approved {
		return r, nil
	}
	if one, ok := j.Find(s.Decides); !ok || !one.Holds() {
		return r, fmt.Errorf("规则算出来不符合条件，记录里却是批准")
	}
	if one, ok := j.Find(s.Amount); ok && one.Known {
		r.Amount = one.Value.Int64()
	}
	return r, nil
}

// bytes are the record's one form, over which it is signed.
func (r Record) bytes() ([]byte, error) { return canonical(r) }

// canonical writes a value as RFC 8785 (JCS) says, so that one value has one
// form, byte for byte.
func canonical(v any) ([]byte, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return jcs.Transform(b)
}

func sum(text string) string {
	s := secret.Hash([]byte(text))
	return hex.EncodeToString(s[:])
}
