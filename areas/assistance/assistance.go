// Package assistance is the area of social assistance (社会救助): its facts and
// services, and what it grants.
package assistance

import (
	"context"
	"embed"
	"io/fs"
	"maps"
	"slices"

	"minzheng/areas/assistance/monitor"
	"minzheng/areas/assistance/need"
	"minzheng/areas/assistance/offer"
	"minzheng/areas/assistance/paydesk"
	"minzheng/areas/assistance/payment"
	"minzheng/areas/assistance/recheck"
	"minzheng/areas/assistance/recompute"
	"minzheng/areas/assistance/supervision"
	"minzheng/kernel/appeal"
	"minzheng/kernel/area"
	"minzheng/kernel/auth"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/job"
	"minzheng/kernel/web"
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
		Effects:  effects(),
		Benefits: Of,
		Jobs: []area.Job{
			{Kind: recompute.ComputeKind, Title: "重算", Does: func(d *casework.Desk) job.Handler { return recompute.New(d).Compute }},
			{Kind: payment.MakeKind, Title: "做发放名册", Does: func(d *casework.Desk) job.Handler { return payment.New(d).Make }},
			{Kind: payment.PackKind, Title: "为发放做准备", Does: func(d *casework.Desk) job.Handler { return payment.New(d).Pack }},
			{Kind: payment.TellKind, Title: "告诉没到账的人", Does: func(d *casework.Desk) job.Handler { return payment.New(d).Tell }},
			{Kind: offer.InviteKind, Title: "告诉可能能领的人", Does: func(d *casework.Desk) job.Handler { return offer.New(d).Invite }, Daily: true},
			{Kind: recheck.DailyKind, Title: "打开到期的复核", Does: func(d *casework.Desk) job.Handler { return recheck.New(d).Daily }, Daily: true},
			{Kind: recheck.FeedsKind, Title: "读部门的变更告知", Does: func(d *casework.Desk) job.Handler { return recheck.New(d).Telling(monitor.New(d)).Feeds }, Daily: true},
			{Kind: recheck.EventKind, Title: "按部门告知打开复核", Does: func(d *casework.Desk) job.Handler { return recheck.New(d).Event }},
			{Kind: monitor.LookKind, Title: "核实一条线索", Does: func(d *casework.Desk) job.Handler { return monitor.New(d).Look }},
			{Kind: monitor.DailyKind, Title: "催办预警，对上救助", Does: func(d *casework.Desk) job.Handler { return monitor.New(d).Daily }, Daily: true},
			{Kind: supervision.DailyKind, Title: "抽查抽签", Does: func(d *casework.Desk) job.Handler { return supervision.New(d).Daily }, Daily: true},
			{Kind: recompute.WriteKind, Title: "执行重算", Does: func(d *casework.Desk) job.Handler { return recompute.New(d).Write }},
		},
		Staff: pages, StaffMenu: menu, Citizen: recheck.CitizenPages,
		Mover:  &casework.Mover{Room: "assistance", Move: moveBenefits, Back: moveBenefitsBack},
		Anew:   func(d *casework.Desk) appeal.Anew { return recheck.New(d).Anew },
		Public: supervision.PublicPages, PublicTiles: supervision.Tiles(),
		Avoids: func(ctx context.Context, d *casework.Desk, r db.Reader, members []string) ([]casework.Avoided, error) {
			return supervision.New(d).Avoids(ctx, r, members)
		},
		Payments: func(ctx context.Context, d *casework.Desk, r db.Reader, person string) ([]area.Payment, error) {
			return payment.New(d).PaidTo(ctx, r, person)
		},
		Reports: func(d *casework.Desk) *area.Reports { return need.New(d).Reports() },
		Offers:  func(d *casework.Desk) *area.Offers { return offer.New(d).Offers() },
		Sweep: func(ctx context.Context, d *casework.Desk, on calendar.Day) (area.Swept, error) {
			return offer.New(d).Beside(monitor.New(d)).Sweep(ctx, on)
		},
	}
}

// pages hangs the area's pages into the portal for staff.
func pages(door area.StaffDoor) {
	paydesk.Pages(door)
	recompute.Pages(door)
	recheck.Pages(door)
	monitor.Pages(door)
	need.Pages(door)
	supervision.Pages(door)
}

// menu tells which of them stand in somebody's menu.
func menu(ctx context.Context, d *casework.Desk, who auth.Who) ([]web.MenuItem, error) {
	pay, err := paydesk.Menu(ctx, d, who)
	if err != nil {
		return nil, err
	}
	anew, err := recompute.Menu(ctx, d, who)
	if err != nil {
		return nil, err
	}
	again, err := recheck.Menu(ctx, d, who)
	if err != nil {
		return nil, err
	}
	reports, err := need.Menu(ctx, d, who)
	if err != nil {
		return nil, err
	}
	warnings, err := monitor.Menu(ctx, d, who)
	if err != nil {
		return nil, err
	}
	watch, err := supervision.Menu(ctx, d, who)
	return slices.Concat(warnings, reports, pay, anew, again, watch), err
}

func effects() map[string]casework.Effect {
	all := map[string]casework.Effect{"start-benefit": startBenefit}
	maps.Copy(all, recheck.Effects())
	maps.Copy(all, supervision.Effects())
	maps.Copy(all, monitor.Effects())
	return all
}
