package catalog

import (
	"encoding/hex"
	"fmt"
	"io/fs"

	"minzheng/kernel/fact"
	"minzheng/kernel/rule"
	"minzheng/kernel/secret"
	"minzheng/kernel/strict"
)

// ForJudging reads of a service's folder only what it takes to judge a case:
// its name, its rules and what they decide. A decision of long ago can be
// worked out again with it, by a program that no longer knows the folder's
// roles, departments or effects.
func ForJudging(files map[string]string, dict *fact.Dictionary) (*Service, error) {
	var f struct {
		Code    string `yaml:"code"`
		Title   string `yaml:"title"`
		Decides string `yaml:"decides"`
		Amount  string `yaml:"amount"`
	}
	if err := strict.Part([]byte(files["service.yaml"]), &f); err != nil {
		return nil, fmt.Errorf("service.yaml: %w", err)
	}
	changes, err := readChanges(files[changesFile])
	if err != nil {
		return nil, err
	}
	rules, err := rule.LoadWith("rules.yaml", []byte(files["rules.yaml"]), dict, changes)
	if err != nil {
		return nil, err
	}
	return &Service{Code: f.Code, Title: f.Title, Decides: f.Decides, Amount: f.Amount, Rules: rules, Files: files, Version: version(files)}, nil
}

// Contents returns the files of a service's folder by their names in it.
func Contents(dir fs.FS) (map[string]string, error) { return contents(dir) }

// RulesSum is the SM3 of rules.yaml, byte for byte as it stands in the folder:
// anybody can work it out from the file alone.
func RulesSum(files map[string]string) string { return fileSum(files["rules.yaml"]) }

// ChangesSum is the SM3 of the values that were laid into the parameters after
// the folder was written; "" when there are none.
func ChangesSum(files map[string]string) string {
	if files[changesFile] == "" {
		return ""
	}
	return fileSum(files[changesFile])
}

func fileSum(text string) string {
	sum := secret.Hash([]byte(text))
	return hex.EncodeToString(sum[:])
}

// Version is the hash of a folder: two folders with one version have the same
// files with the same bytes.
func Version(files map[string]string) string { return version(files) }
