// Package strict reads the files that people write: YAML in which an unknown
// word is an error, with its line, and nothing makes the program fall over.
package strict

import (
	"fmt"

	"github.com/goccy/go-yaml"
)

// YAML reads src into a value. A word that the value does not know, a word
// written twice and a value of another shape are errors with line and column.
func YAML(src []byte, into any) (err error) {
	return read(src, into, yaml.Strict(), yaml.DisallowUnknownField())
}

// Part reads those words of src that the value knows and passes over the
// others: for the files of another day, whose words may have changed since.
func Part(src []byte, into any) error { return read(src, into) }

func read(src []byte, into any, options ...yaml.DecodeOption) (err error) {
	defer func() { // the parser panics on some texts, such as "a: ! 0" where a is a list
		if p := recover(); p != nil {
			err = fmt.Errorf("读不懂这个 YAML 文件：%v", p)
		}
	}()
	return yaml.UnmarshalWithOptions(src, into, options...)
}
