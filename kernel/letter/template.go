package letter

import (
	"fmt"
	"reflect"
	"strings"
	"text/template"
	"text/template/parse"
	"unicode"
)

// Template is a letter with gaps. It is safe for use by several goroutines.
type Template struct {
	name string
	text *template.Template
}

// Parse reads a template:
//
//	# title            the first line
//	## heading         - item     1. counted item     > note
//	| name | value |   a fact     **bold**            anything else: a paragraph
//
// Gaps and conditions are those of text/template.
func Parse(name, src string) (*Template, error) {
	if !strings.HasPrefix(src, "# ") {
		return nil, fmt.Errorf("letter %s:1: the first line must be the title, “# …”", name)
	}
	t, err := template.New(name).Option("missingkey=error").Funcs(template.FuncMap{"inline": inline}).Parse(src)
	if err != nil {
		return nil, fmt.Errorf("letter %w", err)
	}
	for _, one := range t.Templates() {
		if one.Tree != nil {
			guard(one.Tree, one.Tree.Root)
		}
	}
	return &Template{name, t}, nil
}

// Fill fills the gaps. Something missing is an error.
func (t *Template) Fill(data any) (Letter, error) {
	var b strings.Builder
	if err := t.text.Execute(&b, data); err != nil {
		return Letter{}, fmt.Errorf("filling letter %s: %w", t.name, err)
	}
	l, err := read(b.String())
	if err != nil {
		return Letter{}, fmt.Errorf("filling letter %s: %w", t.name, err)
	}
	return l, nil
}

// guard has every value of the template go through inline.
func guard(tree *parse.Tree, n parse.Node) {
	switch n := n.(type) {
	case *parse.ListNode:
		if n == nil {
			return
		}
		for _, child := range n.Nodes {
			guard(tree, child)
		}
	case *parse.ActionNode:
		if len(n.Pipe.Decl) == 0 {
			f := parse.NewIdentifier("inline").SetTree(tree).SetPos(n.Pos)
			n.Pipe.Cmds = append(n.Pipe.Cmds, &parse.CommandNode{NodeType: parse.NodeCommand, Pos: n.Pos, Args: []parse.Node{f}})
		}
	case *parse.IfNode:
		guardBranch(tree, &n.BranchNode)
	case *parse.RangeNode:
		guardBranch(tree, &n.BranchNode)
	case *parse.WithNode:
		guardBranch(tree, &n.BranchNode)
	}
}

func guardBranch(tree *parse.Tree, n *parse.BranchNode) {
	guard(tree, n.List)
	guard(tree, n.ElseList)
}

// The marks of a template, and what stands for them when they come from a
// value. These code points are no characters, so no text has them.
const marks, veiled = "#*>|-.", '\uFDD0'

// inline turns a value into text that stays within its line and is no mark.
func inline(v any) (string, error) {
	var s string
	switch r := reflect.ValueOf(v); {
	case !r.IsValid():
		return "", fmt.Errorf("a value is missing")
	case r.Kind() == reflect.String && !isStringer(v):
		s = r.String()
	case isStringer(v), r.CanInt(), r.CanUint():
		s = fmt.Sprint(v)
	default:
		return "", fmt.Errorf("a value of type %T is no text", v)
	}
	return strings.Map(func(r rune) rune {
		switch i := strings.IndexRune(marks, r); {
		case i >= 0:
			return veiled + rune(i)
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Noncharacter_Code_Point, r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "")), nil
}

func isStringer(v any) bool {
	_, ok := v.(fmt.Stringer)
	return ok
}

// unveil gives back what inline hid.
func unveil(s string) string {
	return strings.Map(func(r rune) rune {
		if i := int(r - veiled); i >= 0 && i < len(marks) {
			return rune(marks[i])
		}
		return r
	}, s)
}
