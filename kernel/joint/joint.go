// Package joint lets offices work on one matter together: requests for help
// (协查) and countersignatures (会签), comments, and hand-over.
//
// Whoever is asked sees what the request lets them see, worked out in one place
// (See), and nothing else of the case; each look is audited. A request is
// answered at most once. Comments stay in the file and never reach the
// applicant.
package joint

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"minzheng/kernel/auth"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/notify"
	"minzheng/kernel/region"
)

//go:embed schema
var files embed.FS

// Schema returns the room's tables.
func Schema() db.Schema {
	sub, _ := fs.Sub(files, "schema")
	return db.Schema{Room: "joint", Files: sub}
}

// Config is what a bureau sets.
type Config struct {
	Heads map[string]string // role → the role that looks after it, in the same place or above
	Vouch map[string]string // role → the source whose facts it can tell
	Blind []string          // roles that see no case
}

// Room is where joint work is kept. It is safe for use by several goroutines.
type Room struct {
	Config
	desk *casework.Desk
}

// New returns the room and tells the desk's queue which jobs it does.
func New(desk *casework.Desk, c Config) *Room {
	x := &Room{c, desk}
	desk.Queue.Handle(jobRemind, x.remind)
	desk.Queue.Handle(jobLate, x.late)
	desk.Queue.Handle(jobPass, x.passOn)
	return x
}

// SeatTitle is what an office in a role is called: 柳溪街道经办人.
func (x *Room) SeatTitle(at casework.Seat) string {
	title := x.desk.Services().Known().Roles[at.Role]
	if rest, ok := strings.CutPrefix(title, "乡镇（街道）"); ok {
		return x.desk.Places.Name(region.Code(at.Office)) + rest
	}
	if region.Code(at.Office).Level() == region.OfCounty {
		return title
	}
	return x.desk.Places.Name(region.Code(at.Office)) + title
}

// Viewers returns who may see a case by their own duty: they can be mentioned.
func (x *Room) Viewers(ctx context.Context, r db.Reader, c casework.Case) ([]casework.Worker, error) {
	var places []string
	for _, p := range x.desk.Places.Path(region.Code(c.Region)) {
		places = append(places, string(p))
	}
	accounts, err := auth.StaffAt(ctx, r, places)
	if err != nil {
		return nil, err
	}
	away, err := x.desk.Avoiding(ctx, r, c.ID)
	if err != nil {
		return nil, err
	}
	shun := map[string]bool{}
	for _, a := range away {
		shun[a.Account] = true
	}
	var all []casework.Worker
	for _, a := range accounts {
		if !shun[a.ID] && x.Sees(a.Grants, c) != "" {
			all = append(all, casework.Worker{ID: a.ID, Name: a.Name})
		}
	}
	return all, nil
}

// Sees is the role by which somebody may see a case by their own duty, or "".
func (x *Room) Sees(grants []auth.Grant, c casework.Case) string {
	for _, g := range grants {
		if g.SeesCases() && !slices.Contains(x.Blind, g.Role) && x.desk.Places.Within(region.Code(c.Region), region.Code(g.Region)) && x.desk.Services().Admits(g.Role, c.Service) {
			return g.Role
		}
	}
	return ""
}

// tell writes to a member of staff.
func (x *Room) tell(ctx context.Context, tx *db.Tx, m notify.Message) error {
	if m.To == "" {
		return nil
	}
	m.Channels = []string{notify.App}
	return x.desk.Notify.Send(ctx, tx, m)
}

// Notices are the latest messages to a member of staff.
func (x *Room) Notices(ctx context.Context, r db.Reader, account string) ([]notify.Received, error) {
	return x.desk.Notify.Inbox(ctx, r, account, 20)
}

func errNoRequest() error { return errs.New(errs.NotFound, "没有找到这件协办。") }

func actor(who auth.Who, role string) casework.Actor {
	return casework.Actor{ID: who.Account, Name: who.Name, Role: role}
}

func wrap(doing string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", doing, err)
}
