package catalog

import (
	"fmt"

	"minzheng/kernel/fact"
	"minzheng/kernel/rule"
)

// AddFacts puts a family into the columns by what counts of its facts.
func (f *Families) AddFacts(id, region string, facts rule.Source) error {
	at, err := f.place(region)
	if err != nil {
		return err
	}
	if err := f.Population.Household(at); err != nil {
		return err
	}
	f.IDs = append(f.IDs, id)
	if err := f.tell(facts, ""); err != nil {
		return err
	}
	for _, about := range facts.Members() {
		if err := f.Population.Person(); err != nil {
			return err
		}
		if err := f.tell(facts, about); err != nil {
			return err
		}
	}
	return nil
}

// tell tells what counts of a member, or of the family at "".
func (f *Families) tell(facts rule.Source, about string) error {
	for def, column := range f.columns {
		if def.Member() != (about != "") {
			continue
		}
		said, ok := facts.Best(def.Name, about)
		if !ok || said.Value == (fact.Value{}) || def.Check(said.Value) != nil {
			continue // what no longer fits the dictionary is not known
		}
		if err := f.Population.Tell(column, said.Value); err != nil {
			return fmt.Errorf("fact %s: %w", def.Name, err)
		}
	}
	return nil
}

// place is where a region stands among the columns' places.
func (f *Families) place(region string) (int, error) {
	at, ok := f.places[region]
	if ok {
		return at, nil
	}
	path := f.path(region)
	if len(path) == 0 {
		return 0, fmt.Errorf("没有 %q 这个地区", region)
	}
	at = f.Population.Region(path)
	f.places[region] = at
	return at, nil
}
