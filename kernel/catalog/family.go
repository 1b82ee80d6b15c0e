package catalog

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"

	"minzheng/kernel/fact"
	"minzheng/kernel/rule"
)

// Family is one household as files bring it: a line of JSON. Facts are written
// as in examples.yaml: "1210.00", "是", "2026-03-02".
type Family struct {
	ID      string             `json:"id,omitempty"`
	Region  string             `json:"region,omitempty"`
	Facts   map[string]Typed   `json:"facts,omitempty"`
	Members []map[string]Typed `json:"members,omitempty"`
}

// Typed is a fact's value as somebody typed it; JSON may also write it as a
// number, true or false.
type Typed string

// UnmarshalJSON keeps the text of what is written.
func (t *Typed) UnmarshalJSON(b []byte) error {
	var s string
	switch {
	case len(b) == 0 || b[0] == '{' || b[0] == '[' || string(b) == "null":
		return errors.New("这里要写一个值")
	case b[0] != '"':
		*t = Typed(b)
		return nil
	}
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	*t = Typed(s)
	return nil
}

// Each calls fn for every fact of the family, in an order that is always the
// same; about is "" or m1, m2 …
func (f Family) Each(dict *fact.Dictionary, fn func(def *fact.Def, about string, v fact.Value) error) error {
	tell := func(about string, facts map[string]Typed) error {
		for _, name := range slices.Sorted(maps.Keys(facts)) {
			def := dict.Find(name)
			v, err := ParseFact(def, string(facts[name]))
			if err != nil {
				return fmt.Errorf("事实 %s：%w", name, err)
			}
			if def.Member() != (about != "") {
				return fmt.Errorf("事实 %s 写错了地方：全家的写在 facts 里，每个人的写在 members 里", name)
			}
			if err := fn(def, about, v); err != nil {
				return err
			}
		}
		return nil
	}
	if err := tell("", f.Facts); err != nil {
		return err
	}
	for i, m := range f.Members {
		if len(m) == 0 {
			return fmt.Errorf("第 %d 个人什么也没有写", i+1)
		}
		if err := tell("m"+strconv.Itoa(i+1), m); err != nil {
			return err
		}
	}
	return nil
}

// Set returns the family's facts, as told by one source.
func (f Family) Set(dict *fact.Dictionary, source string) (*fact.Set, error) {
	set := fact.NewSet(dict)
	err := f.Each(dict, func(def *fact.Def, about string, v fact.Value) error {
		set.Tell(fact.Statement{Name: def.Name, About: about, Value: v, Source: source})
		return nil
	})
	return set, err
}

// Families are households in columns, with what they are called.
type Families struct {
	IDs        []string
	Population *rule.Population
	columns    map[*fact.Def]int
	dict       *fact.Dictionary
	path       func(region string) []string
	places     map[string]int
}

// NewFamilies returns none yet. Facts are the names of those that are kept;
// path gives the places from a region up to the nation.
func NewFamilies(dict *fact.Dictionary, facts []string, path func(string) []string) *Families {
	f := &Families{columns: map[*fact.Def]int{}, dict: dict, path: path, places: map[string]int{}}
	var defs []*fact.Def
	for _, name := range facts {
		def := dict.Find(name)
		if _, there := f.columns[def]; def != nil && !there {
			f.columns[def] = len(defs)
			defs = append(defs, def)
		}
	}
	f.Population = rule.NewPopulation(defs, nil)
	return f
}

// Add puts a family into the columns.
func (f *Families) Add(one Family) error {
	at, err := f.place(one.Region)
	if err != nil {
		return err
	}
	if err := f.Population.Household(at); err != nil {
		return err
	}
	f.IDs = append(f.IDs, one.ID)
	begun := 0
	return one.Each(f.dict, func(def *fact.Def, about string, v fact.Value) error {
		for ; about != "" && begun < memberOf(about); begun++ {
			if err := f.Population.Person(); err != nil {
				return err
			}
		}
		if column, ok := f.columns[def]; ok {
			return f.Population.Tell(column, v)
		}
		return nil
	})
}

func memberOf(about string) int {
	n, _ := strconv.Atoi(about[1:])
	return n
}

// longestLine is how long a line of families may be, in bytes.
const longestLine = 1 << 20

// ReadFamilies reads households, one JSON object a line, and hands each over.
// The error names the line.
func ReadFamilies(r io.Reader, each func(Family) error) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 64<<10), longestLine)
	n := 0
	for lines.Scan() {
		n++
		line := bytes.TrimSpace(lines.Bytes())
		if len(line) == 0 {
			continue
		}
		one, err := ReadFamily(line)
		if err == nil {
			err = each(one)
		}
		if err != nil {
			return fmt.Errorf("第 %d 行：%w", n, err)
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("第 %d 行以后读不下去：%w", n, err)
	}
	return nil
}

// ReadFamily reads one household strictly.
func ReadFamily(b []byte) (Family, error) {
	var one Family
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&one); err != nil {
		return one, fmt.Errorf("读不懂这一户：%w", err)
	}
	if d.More() {
		return one, errors.New("这一户后面还有别的内容")
	}
	if len(one.Members) > 200 {
		return one, errors.New("一户最多 200 人")
	}
	return one, nil
}
