package app

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"minzheng/app/demo/county"
	"minzheng/kernel/calendar"
	"minzheng/kernel/region"
)

const demoCounty = string(county.Qingxi)

// places is the national table with the bureau's own places (local/places/*.tsv)
// and, where it is served, the demo county.
func places(local string, demo bool) (*region.Tree, error) {
	tree, err := region.Load()
	if err != nil {
		return nil, err
	}
	if demo {
		if tree, err = tree.With(county.Places()...); err != nil {
			return nil, err
		}
	}
	if local == "" {
		return tree, nil
	}
	files, err := filepath.Glob(filepath.Join(local, "places", "*.tsv"))
	if err != nil {
		return nil, err
	}
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		more, err := region.ReadPlaces(f)
		if err := errors.Join(err, f.Close()); err != nil {
			return nil, fmt.Errorf("%s: %w", filepath.Base(name), err)
		}
		if tree, err = tree.With(more...); err != nil {
			return nil, fmt.Errorf("%s: %w", filepath.Base(name), err)
		}
	}
	return tree, nil
}

// workdays is the national calendar with the years that the bureau has laid
// beside it (local/calendar/*.json).
func workdays(local string) (*calendar.Calendar, error) {
	days, err := calendar.National()
	if err != nil || local == "" {
		return days, err
	}
	years, err := calendar.Load(os.DirFS(filepath.Join(local, "calendar")))
	if errors.Is(err, fs.ErrNotExist) {
		return days, nil
	}
	if err != nil {
		return nil, err
	}
	return days.With(years...)
}

// Paths returns the function that gives a place's path as rules take it, with
// the demo county and the bureau's own places.
func Paths(local string) (func(place string) []string, error) {
	tree, err := places(local, true)
	if err != nil {
		return nil, err
	}
	return func(place string) []string {
		var all []string
		for _, c := range tree.Path(region.Code(place)) {
			all = append(all, string(c))
		}
		return all
	}, nil
}
