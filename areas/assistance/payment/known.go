package payment

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"minzheng/areas/assistance/ledger"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/fact"
	"minzheng/kernel/rule"
	"minzheng/kernel/secret"
)

// known is what counted of a decided case, of the facts that payment reads.
// Nothing is told of a case after its decision, so it is gathered from all that
// sources said once, and kept packed for the months that follow.
type known struct {
	facts   map[knownKey]fact.Value
	members []string
}

type knownKey struct{ name, about string }

// Best returns what counted.
func (k *known) Best(name, about string) (fact.Statement, bool) {
	v, ok := k.facts[knownKey{name, about}]
	return fact.Statement{Name: name, About: about, Value: v}, ok
}

// Members returns the keys of the members.
func (k *known) Members() []string { return k.members }

// gatherKnown keeps what counts of the facts that are read.
func gatherKnown(s rule.Source, read []*fact.Def) *known {
	k := &known{facts: map[knownKey]fact.Value{}, members: s.Members()}
	for _, def := range read {
		abouts := []string{""}
		if def.Member() {
			abouts = k.members
		}
		for _, about := range abouts {
			if said, ok := s.Best(def.Name, about); ok {
				k.facts[knownKey{def.Name, about}] = said.Value
			}
		}
	}
	return k
}

// packed writes it down: the members, then fact after fact in the order of
// read; a member's place stands for its key.
func (k *known) packed(read []*fact.Def) []byte {
	b := binary.AppendUvarint(nil, uint64(len(k.members)))
	text := func(s string) {
		b = binary.AppendUvarint(b, uint64(len(s)))
		b = append(b, s...)
	}
	for _, m := range k.members {
		text(m)
	}
	for _, def := range read {
		abouts := []string{""}
		if def.Member() {
			abouts = k.members
		}
		for _, about := range abouts {
			v, ok := k.facts[knownKey{def.Name, about}]
			if !ok {
				text("")
				continue
			}
			text("=" + v.Encode())
		}
	}
	return b
}

var errPacked = errors.New("packed facts cannot be read")

// unpack reads what packed wrote for the same facts.
func unpack(b []byte, read []*fact.Def) (*known, error) {
	text := func() string {
		n, used := binary.Uvarint(b)
		if used <= 0 || n > uint64(len(b)-used) {
			b = nil
			return "\x00"
		}
		s := string(b[used : used+int(n)])
		b = b[used+int(n):]
		return s
	}
	n, used := binary.Uvarint(b)
	if used <= 0 || n > 1000 {
		return nil, errPacked
	}
	b = b[used:]
	k := &known{facts: make(map[knownKey]fact.Value, len(read)*int(n)), members: make([]string, n)}
	for i := range k.members {
		k.members[i] = text()
	}
	for _, def := range read {
		abouts := []string{""}
		if def.Member() {
			abouts = k.members
		}
		for _, about := range abouts {
			s := text()
			if s == "" {
				continue
			}
			v, err := fact.Decode(s[1:])
			if err != nil || s[0] != '=' {
				return nil, errPacked
			}
			k.facts[knownKey{def.Name, about}] = v
		}
	}
	if len(b) > 0 {
		return nil, errPacked
	}
	return k, nil
}

// reads are the facts that a roll reads, in an order of their own, and a mark
// of which they are and whose word counts.
func (w *worker) reads() ([]*fact.Def, string) {
	dict := w.service.Rules.Dictionary()
	names := append(w.service.Rules.Facts(), factName, factAccount)
	slices.Sort(names)
	var defs []*fact.Def
	var about [][]byte
	for _, name := range slices.Compact(names) {
		if def := dict.Find(name); def != nil {
			defs = append(defs, def)
			about = append(about, []byte(fmt.Sprint(def.Name, def.Type, def.Of, def.Scale, def.Sources)))
		}
	}
	sum := secret.Sum(about...)
	return defs, base64.RawURLEncoding.EncodeToString(sum[:12])
}

const sealKnown = "assistance/known/"

// knownOf is what counted for benefits; what is not packed yet is added to the
// page, to be kept with it.
func (w *worker) knownOf(ctx context.Context, grants []ledger.Account, next *page) (map[string]*known, error) {
	all := make(map[string]*known, len(grants))
	if err := w.kept(ctx, grants, all); err != nil {
		return nil, err
	}
	var cases []casework.ID
	for _, one := range grants {
		if all[one.ID] == nil {
			cases = append(cases, casework.ID(one.CaseNow()))
		}
	}
	sets, err := w.FactsOf(ctx, w.DB, cases)
	if err != nil {
		return nil, err
	}
	for _, one := range grants {
		if all[one.ID] != nil {
			continue
		}
		k := gatherKnown(sets[casework.ID(one.CaseNow())], w.read)
		all[one.ID] = k
		next.known = append(next.known, [2]string{one.ID, w.Box.SealText(string(k.packed(w.read)), sealKnown+one.ID)})
	}
	return all, nil
}

// kept reads what is packed.
func (w *worker) kept(ctx context.Context, grants []ledger.Account, all map[string]*known) error {
	ids := make([]string, len(grants))
	for i, one := range grants {
		ids[i] = one.ID
	}
	list, args := db.In(ids)
	rows, err := db.All(ctx, w.DB, func(r db.Row) (v [2]string, err error) { return v, r.Scan(&v[0], &v[1]) },
		`SELECT benefit, facts FROM assistance_known WHERE benefit IN (`+list+`) AND mark = ?`, append(args, w.mark)...)
	if err != nil {
		return fmt.Errorf("reading packed facts: %w", err)
	}
	for _, v := range rows {
		plain, err := w.Box.UnsealText(v[1], sealKnown+v[0])
		if err != nil {
			return fmt.Errorf("opening the packed facts of benefit %s: %w", v[0], err)
		}
		if all[v[0]], err = unpack([]byte(plain), w.read); err != nil {
			return fmt.Errorf("benefit %s: %w", v[0], err)
		}
	}
	return nil
}

// keepKnown keeps packed facts.
func keepKnown(ctx context.Context, tx *db.Tx, mark string, all [][2]string) error {
	return inserted(ctx, tx, `INSERT INTO assistance_known (benefit, mark, facts) VALUES `, "(?, ?, ?)",
		` ON CONFLICT (benefit) DO UPDATE SET mark = excluded.mark, facts = excluded.facts`, len(all),
		func(i int) []any { return []any{all[i][0], mark, all[i][1]} })
}
