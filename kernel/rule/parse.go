package rule

import (
	"errors"
	"fmt"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
)

// tree is a parsed formula.
type tree struct {
	source string
	root   ast.Node
}

// parse reads a formula. 且, 或 and 非 between spaces are the words for and,
// or and not; positions stay those of the text as it was written.
func parse(source string) (*tree, error) {
	if len([]rune(source)) > 2000 {
		return nil, errors.New("的公式太长")
	}
	translated, comment := translate(source)
	if comment {
		return nil, errors.New("的公式里不能写注释，除号也不能连写")
	}
	t, err := parser.Parse(translated)
	if err != nil {
		var at *file.Error
		if errors.As(err, &at) {
			return nil, &misread{at: at.From, say: "读不懂（" + near(source, at.From) + "）"}
		}
		return nil, fmt.Errorf("的公式读不懂：%w", err)
	}
	return &tree{source, t.Node}, nil
}

func near(source string, at int) string {
	r := []rune(source)
	from, to := min(max(at-4, 0), len(r)), min(at+6, len(r))
	return "……" + string(r[from:to]) + "……"
}

var signs = map[rune]rune{'（': '(', '）': ')', '，': ',', '、': ',', '×': '*', '÷': '/'}

// translate writes 且 或 非 as && || ! and full-width signs as the parser knows
// them, without moving any other rune. It tells whether there is a comment: the
// parser would leave out what stands in it.
func translate(s string) (translated string, comment bool) {
	r := []rune(s)
	var quote rune
	for i := 0; i < len(r); i++ {
		switch {
		case quote != 0 && r[i] == '\\' && quote != '`':
			i++ // whatever is escaped ends nothing
		case quote != 0:
			if r[i] == quote {
				quote = 0
			}
		case r[i] == '"' || r[i] == '\'' || r[i] == '`':
			quote = r[i]
		case signs[r[i]] != 0:
			r[i] = signs[r[i]]
		case opens(r, i+1) && i > 0 && r[i-1] == ' ' && r[i] == '且':
			r[i-1], r[i] = '&', '&'
		case opens(r, i+1) && i > 0 && r[i-1] == ' ' && r[i] == '或':
			r[i-1], r[i] = '|', '|'
		case opens(r, i+1) && (i == 0 || r[i-1] == ' ' || r[i-1] == '(') && r[i] == '非':
			r[i] = '!'
		}
		if quote == 0 && i > 0 && r[i-1] == '/' && (r[i] == '/' || r[i] == '*') {
			return "", true
		}
	}
	return string(r), false
}

// opens reports whether what follows one of the words 且, 或, 非 parts it from
// a name.
func opens(r []rune, i int) bool {
	return i < len(r) && (r[i] == ' ' || r[i] == '(' || r[i] == '（')
}

// names returns all identifiers of the formula.
func (t *tree) names() []string {
	v := &nameVisitor{}
	ast.Walk(&t.root, v)
	return v.names
}

type nameVisitor struct{ names []string }

func (v *nameVisitor) Visit(n *ast.Node) {
	if id, ok := (*n).(*ast.IdentifierNode); ok {
		v.names = append(v.names, id.Value)
	}
}
