// Package assistance is the area of social assistance (社会救助): its facts and
// services, and what it grants.
package assistance

import (
	"embed"
	"io/fs"

	"minzheng/areas/assistance/paydesk"
	"minzheng/areas/assistance/payment"
	"minzheng/kernel/area"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
)

//go:embed facts.yaml services schema
var files embed.FS

// New returns the area.
func New() area.Area {
	facts, err := files.ReadFile("facts.yaml")
	if err != nil {
		panic(err) // it is embedded
	}
	schema, _ := fs.Sub(files, "schema")
	return area.Area{
		Name: "assistance", Title: "社会救助", Facts: facts, Files: files,
		Schema:   &db.Schema{Room: "assistance", Files: schema},
		Effects:  map[string]casework.Effect{"start-benefit": startBenefit},
		Benefits: Of,
		Open:     open,
	}
}

// open begins what the area does beside its services: payment.
func open(d *casework.Desk) (*area.Opened, error) {
	p, err := payment.New(d)
	if err != nil {
		return nil, err
	}
	return &area.Opened{Jobs: p.Jobs(), Staff: paydesk.New(p).Staff(), Payments: p.PaidTo}, nil
}
