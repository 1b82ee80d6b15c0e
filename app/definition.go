package app

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"minzheng/kernel/casework/decision"
	"minzheng/kernel/catalog"
	"minzheng/kernel/fact"
)

// BuiltIn returns what the program, with the bureau's own directory local
// beside it, judges a record's service by today; nil if it has no such service.
func BuiltIn(local string, rec decision.Record) (*decision.Definition, error) {
	c, err := ReadCatalogue(local)
	if err != nil {
		return nil, err
	}
	for _, s := range c.Services {
		if s.Code == rec.Service {
			def, err := decision.Define(s, c.Known.Dictionary)
			return &def, err
		}
	}
	return nil, nil
}

// DefinitionAt reads what a record was judged by from a path that somebody has
// kept: a file with a definition in it, a service's folder, or a directory of
// services as a bureau lays them. Without a dictionary there the program's own
// counts.
func DefinitionAt(path, local string, rec decision.Record) (*decision.Definition, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return definitionFile(path)
	}
	files, err := serviceFiles(os.DirFS(path), rec.Service)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	text, err := os.ReadFile(path + "/facts.yaml")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if decision.Hash(text) == rec.Dictionary {
		return &decision.Definition{Files: files, Facts: string(text)}, nil
	}
	return defined(files, text, local)
}

func definitionFile(path string) (*decision.Definition, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var f struct {
		decision.Definition
		Whole *decision.Definition `json:"definition"` // of a decision's file
	}
	if err := json.Unmarshal(b, &f); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if f.Whole != nil {
		return f.Whole, nil
	}
	return &f.Definition, nil
}

// serviceFiles finds the folder of a service.
func serviceFiles(dir fs.FS, code string) (map[string]string, error) {
	for _, at := range []string{"services/" + code, code, "."} {
		if !fs.ValidPath(at) {
			continue
		}
		if _, err := fs.Stat(dir, at+"/service.yaml"); at != "." && err != nil {
			continue
		}
		sub, err := fs.Sub(dir, at)
		if err != nil {
			return nil, err
		}
		files, err := catalog.Contents(sub)
		if err == nil && files["service.yaml"] == "" {
			err = errors.New("这里没有事项文件夹，要有 service.yaml")
		}
		return files, err
	}
	return nil, fmt.Errorf("没有事项 %s", code)
}

// defined takes the part of a dictionary that a service's rules read.
func defined(files map[string]string, facts []byte, local string) (*decision.Definition, error) {
	var dict *fact.Dictionary
	if len(facts) > 0 {
		var err error
		if dict, err = fact.ReadDictionary("facts.yaml", facts); err != nil {
			return nil, err
		}
	} else {
		c, err := ReadCatalogue(local)
		if err != nil {
			return nil, err
		}
		dict = c.Known.Dictionary
	}
	s, err := catalog.ForJudging(files, dict)
	if err != nil {
		return &decision.Definition{Files: files}, nil // which will be said of it
	}
	def, err := decision.Define(s, dict)
	return &def, err
}
