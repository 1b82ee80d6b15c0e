// Package paydesk is where staff see to payment: rolls, what banks say, tasks.
package paydesk

import (
	"context"

	"minzheng/kernel/area"
	"minzheng/kernel/auth"
	"minzheng/kernel/casework"
	"minzheng/kernel/web"
)

// Pages hangs the pages.
func Pages(area.StaffDoor) {}

// Menu is the way there.
func Menu(context.Context, *casework.Desk, auth.Who) ([]web.MenuItem, error) { return nil, nil }
