package catalog

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"

	"minzheng/kernel/rule"
	"minzheng/kernel/strict"
)

// changesFile holds the values that were laid into the parameters after the
// folder was written. It is a file of the folder, so the version covers it.
const changesFile = "changes.yaml"

const changesHead = "# 由系统按已启用的标准变更写成，一行一项，后面的在前面的之后启用。不要手改。\n"

func readChanges(src string) ([]rule.Change, error) {
	if src == "" {
		return nil, nil
	}
	var all []rule.Change
	if err := strict.YAML([]byte(src), &all); err != nil {
		return nil, fmt.Errorf("%s: %w", changesFile, err)
	}
	return all, nil
}

// writeChanges writes changes so that the same ones always give the same bytes.
// A line of JSON is YAML too, and needs no rules of quoting.
func writeChanges(changes []rule.Change) (string, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	for _, c := range changes {
		b.WriteString("- ")
		if err := e.Encode(c); err != nil {
			return "", fmt.Errorf("writing %s: %w", changesFile, err)
		}
	}
	return b.String(), nil
}

// Lay returns the service with changes laid into its folder, read as strictly
// as any folder. Without changes it is the service itself.
func (s *Service) Lay(changes []rule.Change, k Known) (*Service, error) {
	if len(changes) == 0 {
		return s, nil
	}
	lines, err := writeChanges(changes)
	if err != nil {
		return nil, err
	}
	files := maps.Clone(s.Files)
	if files[changesFile] == "" {
		files[changesFile] = changesHead
	}
	files[changesFile] += lines
	return ReadFiles(files, s.Area, k)
}

// DiffersInValues reports whether another version of a service differs only in
// the values that were laid into it.
func (s *Service) DiffersInValues(o *Service) bool {
	a, b := maps.Clone(s.Files), maps.Clone(o.Files)
	delete(a, changesFile)
	delete(b, changesFile)
	return s.Code == o.Code && s.Version != o.Version && maps.Equal(a, b)
}
