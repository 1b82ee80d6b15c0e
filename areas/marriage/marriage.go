// Package marriage is the area of marriage registration (婚姻登记): the register
// of marriages and divorces, the counter where two people are registered, and
// the ways of a divorce by agreement.
package marriage

import (
	"embed"
	"io/fs"

	"minzheng/kernel/area"
	"minzheng/kernel/db"
)

//go:embed facts.yaml schema
var files embed.FS

// New returns the area.
func New() area.Area {
	facts, err := files.ReadFile("facts.yaml")
	if err != nil {
		panic(err) // it is embedded
	}
	schema := Schema()
	return area.Area{Name: "marriage", Title: "婚姻登记", Facts: facts, Files: files, Schema: &schema}
}

// Schema returns the area's tables.
func Schema() db.Schema {
	sub, _ := fs.Sub(files, "schema")
	return db.Schema{Room: "marriage", Files: sub}
}
