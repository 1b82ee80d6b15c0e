package app

import (
	_ "embed"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"

	"minzheng/kernel/seen"
)

//go:embed disclosure.yaml
var disclosureYAML []byte

// disclosure reads what residents are told of who looked: the bureau's own
// rules, or ours.
func (c *Catalogue) disclosure(local string) (err error) {
	name, src := "app/disclosure.yaml", disclosureYAML
	if local != "" {
		own, err := os.ReadFile(filepath.Join(local, "disclosure.yaml"))
		if err == nil {
			name, src = filepath.Join(local, "disclosure.yaml"), own
		} else if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	c.Disclosure, err = seen.ReadRules(name, src)
	return err
}

// finders tell what subjects of areas are to a person.
func (a *App) finders() map[string]seen.Finder {
	all := map[string]seen.Finder{}
	for _, one := range a.Catalogue.Areas {
		if one.Seen != nil {
			maps.Copy(all, one.Seen(a.Desk))
		}
	}
	return all
}
