// Package marriage is the area of marriage registration (婚姻登记): the register
// of marriages and divorces, the counter where two people are registered, and
// the ways of a divorce by agreement.
package marriage

import (
	"context"
	"embed"
	"io/fs"

	"minzheng/areas/marriage/archive"
	"minzheng/areas/marriage/booking"
	"minzheng/areas/marriage/counter"
	"minzheng/areas/marriage/divorce"
	"minzheng/areas/marriage/mine"
	"minzheng/areas/marriage/register"
	"minzheng/areas/marriage/seat"
	"minzheng/kernel/area"
	"minzheng/kernel/auth"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/exchange"
	"minzheng/kernel/job"
	"minzheng/kernel/seen"
	"minzheng/kernel/strict"
	"minzheng/kernel/web"
)

//go:embed facts.yaml asks.yaml schema
var files embed.FS

// New returns the area.
func New() area.Area {
	facts, err := files.ReadFile("facts.yaml")
	if err != nil {
		panic(err) // it is embedded
	}
	asks, err := files.ReadFile("asks.yaml")
	if err != nil {
		panic(err) // it is embedded
	}
	var grants []exchange.Grant
	if err := strict.YAML(asks, &grants); err != nil {
		panic(err) // a test reads it
	}
	schema := Schema()
	return area.Area{Name: "marriage", Title: "婚姻登记", Facts: facts, Files: files, Schema: &schema,
		Asks: grants, Bound: []string{counter.Kind, "marriage-booking", "marriage-divorce"},
		Jobs: []area.Job{
			{Kind: divorce.OverKind, Title: "离婚申请到期", Does: func(d *casework.Desk) job.Handler { return divorce.New(d).Over }},
			{Kind: booking.RemindKind, Title: "提醒明天来登记", Does: func(d *casework.Desk) job.Handler { return booking.New(d, counter.New(d)).Remind }},
			{Kind: booking.LookKind, Title: "预约后提前核对", Does: func(d *casework.Desk) job.Handler { return booking.New(d, counter.New(d)).Look }},
		},
		Citizen: mine.Pages, CitizenMenu: []web.MenuItem{{Href: mine.Home, Label: "婚姻登记和预约"}},
		Staff: pages, StaffMenu: menu,
		Seen: func(d *casework.Desk) map[string]seen.Finder {
			return finders(d)
		},
		PublicTiles: []web.TileView{{Href: archive.VerifyHome, Icon: "shield-check", Title: "验结婚证、离婚证", Text: "照证件填写，只回答有效还是无效"}},
		Public:      func(door area.PublicDoor) { archive.Verify(register.New(door.Desk.Box, door.Desk.People), door) },
	}
}

// pages hangs the area's pages into the portal for staff.
func pages(door area.StaffDoor) {
	m := counter.New(door.Desk)
	counter.Pages(m, door)
	archive.Pages(m.Book, door)
	divorce.Pages(door)
	booking.Pages(booking.New(door.Desk, m), door)
}

// menu is the way there for registrars.
func menu(ctx context.Context, d *casework.Desk, who auth.Who) ([]web.MenuItem, error) {
	c, ok := seat.Clerk(who)
	if !ok {
		return nil, nil
	}
	n, err := counter.New(d).OpenTickets(ctx, d.DB, c.Office)
	return []web.MenuItem{{Href: seat.Home, Icon: "heart", Label: "婚姻登记", Badge: n}}, err
}

// Schema returns the area's tables.
func Schema() db.Schema {
	sub, _ := fs.Sub(files, "schema")
	return db.Schema{Room: "marriage", Files: sub}
}
