// Package assistance is the area of social assistance (社会救助): its facts and
// services, and what it grants.
package assistance

import (
	"context"
	"embed"
	"io/fs"

	"minzheng/areas/assistance/offer"
	"minzheng/areas/assistance/recompute"
	"minzheng/kernel/area"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/job"
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
		Jobs: []area.Job{
			{Kind: recompute.ComputeKind, Title: "重算", Does: func(d *casework.Desk) job.Handler { return recompute.New(d).Compute }},
			{Kind: recompute.WriteKind, Title: "执行重算", Does: func(d *casework.Desk) job.Handler { return recompute.New(d).Write }},
		},
		Staff: recompute.Pages, StaffMenu: recompute.Menu,
		Offers: func(d *casework.Desk) *area.Offers { return offer.New(d).Offers() },
		Sweep: func(ctx context.Context, d *casework.Desk, on calendar.Day) (area.Swept, error) {
			return offer.New(d).Sweep(ctx, on)
		},
	}
}
