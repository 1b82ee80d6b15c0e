package rule

import (
	"errors"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// misread is a mistake at a character of a formula.
type misread struct {
	at  int // counted from 0
	say string
}

func (m *misread) Error() string { return fmt.Sprintf("的公式第 %d 个字：%s", m.at+1, m.say) }

// place is where a rule's formula begins in its file.
type place struct {
	line, column int
	lines        bool // the formula goes over several lines
}

// said writes a mistake of a rule with the file, line and column.
func (r *Rules) said(one *Rule, err error) error {
	at := one.place
	var m *misread
	if errors.As(err, &m) && !at.lines {
		at.column += m.at
	}
	return fmt.Errorf("%s:%d:%d：规则 %s %w", r.file, at.line, at.column, one.Set, err)
}

// locate finds where the formulas stand. What cannot be found stays at 0: the
// file has been read before, so this only makes messages better.
func locate(src []byte, rules []*Rule) {
	defer func() { _ = recover() }() // the parser panics on some texts
	file, err := parser.ParseBytes(src, 0)
	if err != nil || len(file.Docs) == 0 {
		return
	}
	all, ok := child(file.Docs[0].Body, "rules").(*ast.SequenceNode)
	if !ok || len(all.Values) != len(rules) {
		return
	}
	for i, one := range all.Values {
		if formula := child(one, "as"); formula != nil && rules[i] != nil {
			rules[i].place = placeOf(formula)
		}
	}
}

func placeOf(n ast.Node) place {
	t := n.GetToken()
	p := place{line: t.Position.Line, column: t.Position.Column}
	if strings.HasPrefix(strings.TrimSpace(t.Origin), "'") || strings.HasPrefix(strings.TrimSpace(t.Origin), `"`) {
		p.column++
	}
	p.lines = strings.Contains(strings.TrimSpace(t.Origin), "\n")
	return p
}

func child(n ast.Node, key string) ast.Node {
	m, ok := n.(ast.MapNode)
	if !ok {
		return nil
	}
	for i := m.MapRange(); i.Next(); {
		if i.Key().String() == key {
			return i.Value()
		}
	}
	return nil
}
