package citizen

import (
	"net/http"

	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/people"
	"minzheng/kernel/seen"
	"minzheng/kernel/web"
)

// lockPage is where somebody locks their number.
type lockPage struct {
	web.Page
	Flash     string
	Choice    seen.Choice
	Challenge string // of the code that opens the lock
	Shown     string
	Problems  errs.Problems
}

func (p *Portal) lockView(r *http.Request) (people.Person, lockPage, error) {
	me, err := p.me(r)
	if err != nil {
		return me, lockPage{}, err
	}
	v := lockPage{Page: p.page(r, "身份锁", "/my"), Flash: p.Auth.Take(r, "flash")}
	v.Narrow = true
	v.Choice, err = p.Seen.Choice(r.Context(), p.Desk.DB, me.ID)
	return me, v, err
}

func (p *Portal) lockPage(w http.ResponseWriter, r *http.Request) error {
	_, v, err := p.lockView(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, lockView(v))
}

func (p *Portal) lock(w http.ResponseWriter, r *http.Request) error {
	return p.chosen(w, r, "已经上锁。要办事的时候，到这里解锁。", func(tx *db.Tx, me people.Person) error { return p.Seen.Lock(r.Context(), tx, me, true) })
}

func (p *Portal) quiet(w http.ResponseWriter, r *http.Request) error {
	sent, err := web.Form(r)
	if err != nil {
		return err
	}
	quiet := sent.Get("quiet") == "1"
	said := "有人用您的身份证号开始办事，会马上告诉您。"
	if quiet {
		said = "以后不再马上告诉您，记录照样有。"
	}
	return p.chosen(w, r, said, func(tx *db.Tx, me people.Person) error { return p.Seen.Quiet(r.Context(), tx, me, quiet) })
}

// chosen keeps a choice and goes back to the page.
func (p *Portal) chosen(w http.ResponseWriter, r *http.Request, said string, choose func(*db.Tx, people.Person) error) error {
	me, err := p.me(r)
	if err != nil {
		return err
	}
	if err := p.Desk.DB.Do(r.Context(), func(tx *db.Tx) error { return choose(tx, me) }); err != nil {
		return err
	}
	p.Auth.Put(r, "flash", said)
	http.Redirect(w, r, "/my/lock", http.StatusSeeOther)
	return nil
}

// lockCode sends the code that opens the lock: whoever holds a session alone
// cannot.
func (p *Portal) lockCode(w http.ResponseWriter, r *http.Request) error {
	me, v, err := p.lockView(r)
	if err != nil {
		return err
	}
	c, err := p.Auth.RequestCode(r.Context(), me.Number, address(r))
	if err != nil {
		return err
	}
	v.Challenge, v.Shown = c.ID, c.Shown
	return web.Render(w, r, lockView(v))
}

func (p *Portal) unlock(w http.ResponseWriter, r *http.Request) error {
	me, v, err := p.lockView(r)
	if err != nil {
		return err
	}
	sent, err := web.Form(r)
	if err != nil {
		return err
	}
	id, err := p.Auth.ConfirmCode(r.Context(), sent.Get("challenge"), sent.Get("code"))
	if err == nil && id.Number != me.Number {
		err = errs.New(errs.Invalid, "验证码不对，请再发一次。")
	}
	if errs.Is(err, errs.Invalid) || errs.Is(err, errs.SignIn) {
		v.Challenge = sent.Get("challenge")
		v.Problems.Add("code", errs.Sentence(err))
		return web.RenderStatus(w, r, http.StatusUnprocessableEntity, lockView(v))
	}
	if err != nil {
		return err
	}
	return p.chosen(w, r, "锁打开了，现在可以办事了。办完可以再锁上。", func(tx *db.Tx, me people.Person) error { return p.Seen.Lock(r.Context(), tx, me, false) })
}
