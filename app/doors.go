package app

import (
	"context"
	"net/http"
	"strings"

	"minzheng/kernel/appeal"
	"minzheng/kernel/area"
	"minzheng/kernel/auth"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/family"
	"minzheng/kernel/joint/matter"
	"minzheng/kernel/letter"
	"minzheng/kernel/people"
	"minzheng/kernel/web"
	"minzheng/portals/api"
	"minzheng/portals/citizen"
	"minzheng/portals/public"
	"minzheng/portals/staff"
	"minzheng/portals/village"
)

// doors hangs all portals behind one front door.
func (a *App) doors() (http.Handler, error) {
	residents := citizen.New(citizen.Rooms{Desk: a.Desk, Auth: a.Auth, Files: a.Files, County: a.Config.County, PDF: a.pdf, Benefits: a.benefits, Payments: a.payments,
		Offers: a.offers(), Families: family.New(a.Desk), Appeals: a.appeals(), Matters: a.matters(), Seen: a.Seen, Demo: a.demoPersons(), Areas: a.Catalogue.Areas})
	s := web.New(web.Config{
		Bureau: a.Config.Office.Bureau, BureauPhone: a.Config.Office.Phone, Demo: a.Config.Demo, Log: a.Config.Log,
		Session: a.session, SignInURL: signInURL, SignOutURL: "/sign-out", Elder: residents.KeepEdition, Now: a.Config.Now,
	})
	residents.Routes(s.Mux)
	staff.New(staff.Rooms{Desk: a.Desk, Auth: a.Auth, Files: a.Files, Health: a.Exchange.Health, Drill: a.drill(), Evidence: a.Evidence.Standing, PDF: a.pdf, Benefits: a.benefitsOf, DemoAccounts: a.demoStaff(),
		Changes: a.Changes, Follow: a.follow, Areas: a.Catalogue.Areas, Offers: a.offers(), Families: family.New(a.Desk), Appeals: a.appeals(), Joint: a.Joint, Matters: a.matters(), Seen: a.Seen, Share: a.Share}).Routes(s.Mux)
	village.New(village.Rooms{Desk: a.Desk, Auth: a.Auth, Files: a.Files, Reports: a.reports()}).Routes(s.Mux)
	public.New(public.Rooms{Desk: a.Desk, County: a.Config.County, PDF: a.pdf, Areas: a.Catalogue.Areas, Checkpoint: a.Evidence.Last, Sharing: a.Catalogue.Sharing}).Routes(s.Mux)
	api.New(api.Rooms{Desk: a.Desk, Auth: a.Auth, Files: a.Files, County: a.Config.County, Joint: a.Joint, Share: a.Share}).Routes(s.Mux)
	return s, nil
}

// reports are those of the area that takes reports of families in need; nil is none.
func (a *App) reports() *area.Reports {
	for _, one := range a.Catalogue.Areas {
		if one.Reports != nil {
			return one.Reports(a.Desk)
		}
	}
	return nil
}

// session finds out who asks; what is built in concerns nobody in particular.
func (a *App) session(next http.Handler) http.Handler {
	named := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if who, ok := auth.From(r); ok {
			r = r.WithContext(web.WithUser(r.Context(), who.Name))
		}
		next.ServeHTTP(w, r)
	})
	known := a.Auth.Middleware(named)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/assets/") {
			next.ServeHTTP(w, r)
			return
		}
		known.ServeHTTP(w, r)
	})
}

// signInURL sends staff and residents each to their own door.
func signInURL(r *http.Request) string {
	switch {
	case strings.HasPrefix(r.URL.Path, "/staff"):
		return staff.SignInURL(r)
	case strings.HasPrefix(r.URL.Path, "/village"):
		return village.SignInURL(r)
	case strings.HasPrefix(r.URL.Path, "/api"):
		return ""
	}
	return citizen.SignInURL(r)
}

func (a *App) pdf(l letter.Letter) ([]byte, error) {
	if a.Config.Demo {
		l.Mark = "示例数据"
	}
	return letter.PDF(a.Fonts, l)
}

// matters is the room of joint matters (一件事).
func (a *App) matters() *matter.Room {
	return matter.New(a.Desk, matter.Config{Definitions: a.Catalogue.Matters, Joint: a.Joint,
		Change: func(ctx context.Context, tx *db.Tx, c matter.Change) (all []casework.ID, err error) {
			for _, one := range a.Catalogue.Areas {
				if one.Change == nil {
					continue
				}
				some, err := one.Change(ctx, tx, a.Desk, c)
				if err != nil {
					return nil, err
				}
				all = append(all, some...)
			}
			return all, nil
		}})
}

// appeals is the room of reviews and suits.
func (a *App) appeals() *appeal.Room {
	var anew []appeal.Anew
	for _, one := range a.Catalogue.Areas {
		if one.Anew != nil {
			anew = append(anew, one.Anew(a.Desk))
		}
	}
	return appeal.New(a.Desk, a.pdf, anew...)
}

// benefits are what a person receives from all areas.
func (a *App) benefits(ctx context.Context, r db.Reader, person string) ([]area.Benefit, error) {
	var all []area.Benefit
	for _, one := range a.Catalogue.Areas {
		if one.Benefits == nil {
			continue
		}
		some, err := one.Benefits(ctx, r, person, calendar.DayOf(a.DB.Now()))
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

// holds are the benefits of an applicant that run, as casework asks.
func (a *App) holds(ctx context.Context, r db.Reader, who people.ID) ([]casework.Held, error) {
	some, err := a.benefits(ctx, r, string(who))
	var all []casework.Held
	for _, b := range some {
		if b.State == "running" {
			all = append(all, b.Held())
		}
	}
	return all, err
}

// avoids are those who have to keep away from a case, as casework asks.
func (a *App) avoids(ctx context.Context, r db.Reader, members []string) ([]casework.Avoided, error) {
	var all []casework.Avoided
	for _, one := range a.Catalogue.Areas {
		if one.Avoids == nil {
			continue
		}
		some, err := one.Avoids(ctx, a.Desk, r, members)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

func (a *App) benefitsOf(ctx context.Context, person string) ([]area.Benefit, error) {
	return a.benefits(ctx, a.DB, person)
}

// payments are what a person was paid by all areas.
func (a *App) payments(ctx context.Context, r db.Reader, person string) ([]area.Payment, error) {
	var all []area.Payment
	for _, one := range a.Catalogue.Areas {
		if one.Payments == nil {
			continue
		}
		some, err := one.Payments(ctx, a.Desk, r, person)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}
