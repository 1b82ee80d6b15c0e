// Package decision is what stays of a decision: a record that is signed, and
// that anybody can work out again.
//
// A record has one form, byte for byte, and no more in it than the rules read.
// Nothing here needs a database or a network; whoever verifies trusts neither
// the house that signed nor this program's own rules.
package decision

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
	Format     string    `json:"format"`
	Algorithm  string    `json:"algorithm"`
	Number     string    `json:"number"`
	Case       string    `json:"case"` // 受理号
	Service    string    `json:"service"`
	Title      string    `json:"title"`
	Applicant  string    `json:"applicant"`
	Outcome    string    `json:"outcome"`
	Day        string    `json:"day"`
	Amount     int64     `json:"amount"` // 分 a month
	Region     []string  `json:"region"` // from the place itself up to the nation
	Version    string    `json:"version"`
	Rules      string    `json:"rules"`             // SM3 of rules.yaml
	Changes    string    `json:"changes,omitempty"` // SM3 of changes.yaml
	Dictionary string    `json:"dictionary"`        // SM3 of Definition.Facts
	Members    []Member  `json:"members"`
	Facts      []Fact    `json:"facts"`
	Findings   []Finding `json:"findings"`
	Reason     string    `json:"reason"`
	Office     string    `json:"office"`
	Role       string    `json:"role"`
	Official   string    `json:"official"`
	Salt       string    `json:"salt"` // so that the record's hash, which is public, tells nothing to who guesses
}

// Member is one of the household.
type Member struct {
	Key      string `json:"key"`
	Relation string `json:"relation,omitempty"` // to the applicant
}

// Fact is one thing that one source said of a fact that the rules read.
type Fact struct {
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

// Basis is what a desk decided on.
type Basis struct {
	Facts  *fact.Set
	Judged rule.Judgement
	By     Bench // read from what is handed out with the record
}

// Complete adds what a decision stands on to a record of which is filled in
// whose it is, what was decided, and by whom. It refuses a record unless
// working it out again gives the same bytes: nothing is ever signed that does
// not replay.
func Complete(rec Record, on Basis) (Record, error) {
	if rec.Amount > mostExact || rec.Amount < -mostExact {
		return rec, fmt.Errorf("an amount of %d is too large for a record", rec.Amount)
	}
	var salt [16]byte
	rand.Read(salt[:])
	rec.Format, rec.Algorithm, rec.Salt = recordFormat, secret.Algorithm, base64.RawURLEncoding.EncodeToString(salt[:])
	rec.stamp(on.By)
	rec.Members, rec.Facts = membersOf(on.Facts), factsOf(on.By.service, on.Facts)
	told, err := rec.told(on.By.dict)
	if err != nil {
		return rec, err
	}
	rec.Findings = Findings(on.Judged, told)
	again, err := rec.again(on.By)
	if err != nil {
		return rec, err
	}
	if wrong := rec.differs(again); len(wrong) > 0 {
		return rec, fmt.Errorf("a replay differs in %d places", len(wrong))
	}
	return rec, nil
}

// stamp names what a record is judged by.
func (r *Record) stamp(by Bench) {
	s := by.service
	r.Service, r.Title, r.Version, r.Rules, r.Changes, r.Dictionary = s.Code, s.Title, s.Version, catalog.RulesSum(s.Files), catalog.ChangesSum(s.Files), by.facts
}

func membersOf(facts *fact.Set) []Member {
	all := []Member{}
	for _, key := range facts.Members() {
		relation, _ := facts.Get("与申请人关系", key)
		all = append(all, Member{key, relation.Word()})
	}
	return all
}

func factsOf(s *catalog.Service, facts *fact.Set) []Fact {
	all, read := []Fact{}, s.Rules.Facts()
	facts.Each(func(name, about string, said []fact.Statement) {
		if !slices.Contains(read, name) {
			return
		}
		for _, one := range said {
			all = append(all, Fact{name, about, one.Value, one.Source, facts.Dictionary().Source(one.Source).Title, one.At.UTC(), one.Proof})
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
func (r Record) again(by Bench) (Record, error) {
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
	r.stamp(by)
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

// Bytes are the record's one form, over which it is signed.
func (r Record) Bytes() ([]byte, error) { return canonical(r) }

// canonical writes a value as RFC 8785 (JCS) says, so that one value has one
// form, byte for byte.
func canonical(v any) ([]byte, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return jcs.Transform(b)
}

// Hash is SM3, in hex, as records name what they stand on.
func Hash(b []byte) string {
	s := secret.Hash(b)
	return hex.EncodeToString(s[:])
}
