package app

import (
	"context"
	"time"

	"minzheng/kernel/catalog"
)

// officers are the roles that may propose and activate changes of standards.
var officers = []string{"county-officer", "admin"}

// changes opens the room of the changes of standards.
func (a *App) changes() {
	a.Changes = catalog.NewChanges(catalog.ChangeRooms{DB: a.DB, Audit: a.Audit, Queue: a.Queue, Places: a.Places,
		Known: a.Catalogue.Known, Services: a.Catalogue.Services, Officers: officers, Weigh: a.Desk.Weigh})
}

// follow offers the services as the activated changes have them now.
func (a *App) follow(ctx context.Context) error { return a.shelf.Follow(ctx, a.DB, a.Changes) }

// lookAround is how often another process's activations are looked for.
const lookAround = time.Second

// keepFollowing has this process offer what another has activated. A change
// that cannot be laid in here is told in the log, and the old values stay.
func (a *App) keepFollowing(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(lookAround):
		}
		if err := a.follow(ctx); err != nil && ctx.Err() == nil {
			a.Config.Log.Error("following the changes of standards", "error", err)
		}
	}
}
