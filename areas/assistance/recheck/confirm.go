package recheck

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"minzheng/areas/assistance/ledger"
	"minzheng/kernel/auth"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/web"
)

// confirm confirms what was ticked, each in a transaction of its own: what is
// done stays done, wherever it ends.
func (p pages) confirm(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	sent, err := web.Form(r)
	if err != nil {
		return err
	}
	ticked := sent["case"]
	if sent.Get("all") != "" {
		ticked = sent["shown"]
	}
	v, done := listPage{}, 0
	if len(ticked) == 0 {
		return p.listed(w, r, who, v, errs.Problems{{Field: "case", Sentence: "请在要确认的前面打勾。"}})
	}
	for _, one := range ticked[:min(len(ticked), mostRows)] {
		switch name, err := p.confirmOne(r.Context(), who, one); {
		case err == nil:
			done++
		case errs.KindOf(err) == errs.Fault:
			return err
		default:
			v.Failed = append(v.Failed, strings.TrimPrefix(name+"："+errs.Sentence(err), "："))
		}
	}
	said := "确认了 " + strconv.Itoa(done) + " 件，照常发放，都告诉本人了。"
	if len(v.Failed) > 0 {
		if done > 0 {
			v.Flash = said
		}
		return p.listed(w, r, who, v, nil)
	}
	p.door.Auth.Put(r, "recheck", said)
	http.Redirect(w, r, home, http.StatusSeeOther)
	return nil
}

func (p pages) confirmOne(ctx context.Context, who auth.Who, ticked string) (name string, err error) {
	id, seen, _ := strings.Cut(ticked, ":")
	c, err := casework.Find(ctx, p.desk.DB, casework.ID(id))
	if err != nil {
		return "", err
	}
	if c.Service != Procedure || !who.Covers(clerk, c.Region, p.within) {
		return "", errs.New(errs.NotFound, "没有找到这件事。")
	}
	revision, err := strconv.ParseInt(seen, 10, 64)
	if err != nil || revision < 1 {
		revision = -1
	}
	err = p.desk.DB.Do(ctx, func(tx *db.Tx) error {
		_, err := p.desk.Act(ctx, tx, casework.Doing{Case: c.ID, Act: "confirm", Revision: revision, Who: actor(who, clerk)})
		return err
	})
	return c.Name, err
}

// overlap closes a task about two benefits that do not go together.
func (p pages) overlap(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	sent, err := web.Form(r)
	if err != nil {
		return err
	}
	o, err := p.FindOverlap(r.Context(), p.desk.DB, r.PathValue("overlap"))
	if err != nil {
		return err
	}
	if !who.Covers(clerk, o.Township, p.within) && !who.Covers(officer, o.Township, p.within) {
		return errs.New(errs.NotFound, "没有找到这件事。")
	}
	look := sent.Get("look-" + o.ID)
	switch look {
	case "":
		return p.listed(w, r, who, listPage{}, errs.Problems{{Field: "look-" + o.ID, Sentence: "请选要不要复核、复核哪一项。"}})
	case "none":
		look = ""
	}
	err = p.desk.DB.Do(r.Context(), func(tx *db.Tx) error {
		return p.CloseOverlap(r.Context(), tx, o, look, sent.Get("how-"+o.ID), actor(who, clerk))
	})
	if err != nil {
		return p.listed(w, r, who, listPage{}, renamed(err, "how", "how-"+o.ID))
	}
	p.door.Auth.Put(r, "recheck", "记下了。")
	http.Redirect(w, r, home, http.StatusSeeOther)
	return nil
}

// renamed gives a problem the name that its field has on the page.
func renamed(err error, from, to string) error {
	var all errs.Problems
	if !errors.As(err, &all) {
		return err
	}
	for i := range all {
		if all[i].Field == from {
			all[i].Field = to
		}
	}
	return all
}

// due settles what happens with an overpayment.
func (p pages) due(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	sent, err := web.Form(r)
	if err != nil {
		return err
	}
	id := r.PathValue("due")
	d, err := p.FindPending(r.Context(), p.desk.DB, id)
	if err != nil {
		return err
	}
	if !who.Covers(officer, d.Of.Region, p.within) {
		return errs.New(errs.NotFound, "没有找到这件事。")
	}
	state := ledger.State(sent.Get("state-" + id))
	err = p.desk.DB.Do(r.Context(), func(tx *db.Tx) error {
		return p.Agree(r.Context(), tx, d, Agreement{State: state, How: sent.Get("due-how-" + id), By: actor(who, officer)})
	})
	if err != nil {
		return p.listed(w, r, who, listPage{}, renamed(renamed(err, "how", "due-how-"+id), "state", "state-"+id))
	}
	p.door.Auth.Put(r, "recheck", "记下了。")
	http.Redirect(w, r, home, http.StatusSeeOther)
	return nil
}
