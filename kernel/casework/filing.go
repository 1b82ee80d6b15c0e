package casework

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"math/big"
	"net/url"
	"slices"
	"time"

	"minzheng/kernel/audit"
	"minzheng/kernel/calendar"
	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/fact"
	"minzheng/kernel/file"
	"minzheng/kernel/form"
	"minzheng/kernel/notify"
	"minzheng/kernel/people"
	"minzheng/kernel/region"
)

// Filing is an application that somebody makes for another.
type Filing struct {
	Key      string // the same for the same sending: a second one changes nothing
	By       Actor
	Place    string // the place of who applies: taken where the register has none of ours for the person
	Person   people.Person
	Service  *catalog.Service
	Relation string
	Why      string
	Way      string
	Proof    *file.Blob // of a paper or a signature
	Answers  url.Values // what was filled in at once, by field
	Alone    bool       // nobody else is to be written down
	Papers   []FiledPaper
	Agreed   bool
}

// FiledPaper is a paper that comes with a filing.
type FiledPaper struct {
	Material string
	Blob     file.Blob
}

const (
	mandateCodeLife  = 10 * time.Minute
	mandateCodeTries = 5
)

// FileFor keeps a mandate and begins the application; what is complete is
// handed in at once, the rest stays a draft of the person's. The person is
// told. Sent again with the same key, it is what came of the first time.
func (d *Desk) FileFor(ctx context.Context, tx *db.Tx, f Filing) (Mandate, error) {
	key := f.By.ID + "/" + f.Key
	if err := tx.Lock(ctx, "mandate/"+key); err != nil {
		return Mandate{}, err
	}
	if m, err := d.mandate(ctx, tx, `mandate_key = ?`, key); err == nil || !errs.Is(err, errs.NotFound) {
		return m, err
	}
	if err := d.mayFile(ctx, tx, f); err != nil {
		return Mandate{}, err
	}
	m := Mandate{ID: db.NewID(), Account: f.By.ID, By: f.By.Name, Role: f.By.Role, Person: f.Person.ID, Name: f.Person.Name, Service: f.Service.Code, Version: f.Service.Version,
		Relation: f.Relation, Why: f.Why, Way: f.Way, Agreed: f.Agreed, State: MandateGiven, At: tx.Now}
	if f.Way == ByCode {
		m.State = MandateWaits
	}
	if f.Proof != nil {
		kept, err := d.Files.Add(ctx, tx, f.Proof.File(m.Owner(), f.By.ID))
		if err != nil {
			return m, err
		}
		m.Proof = kept.ID
	}
	dr, err := d.filedDraft(ctx, tx, f)
	if err != nil {
		return m, err
	}
	m.Draft = dr.ID
	if err := d.keepMandate(ctx, tx, m, key); err != nil {
		return m, err
	}
	if m.State == MandateWaits {
		return m, d.SendMandateCode(ctx, tx, m)
	}
	return d.given(ctx, tx, m)
}

// mayFile refuses what cannot become an application.
func (d *Desk) mayFile(ctx context.Context, tx *db.Tx, f Filing) error {
	if !f.Service.StartedBy("staff") {
		return errs.New(errs.Forbidden, "这件事要本人自己申请，不能代办。")
	}
	if f.Person.Died != 0 {
		return errs.New(errs.Conflict, "登记上这个人已经去世。有疑问，请问乡镇（街道）经办人。")
	}
	cases, err := Of(ctx, tx, f.Person.ID)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(cases, func(c Case) bool { return c.IsOpen() && c.Service == f.Service.Code && f.Service.For == "" }) {
		return errs.New(errs.Conflict, f.Person.Name+"已经有一件"+f.Service.Short+"申请正在办，不用再交一次。")
	}
	return nil
}

func (d *Desk) keepMandate(ctx context.Context, tx *db.Tx, m Mandate, key string) error {
	_, err := tx.Exec(ctx, `INSERT INTO casework_mandate (`+mandateColumns+`, mandate_key) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		m.ID, m.Account, m.By, m.Role, m.Person, m.Name, m.Service, m.Version, m.Relation, d.Box.SealText(m.Why, sealWhy), m.Way, m.Proof, b2i(m.Agreed), m.State,
		db.Millis(m.At), db.Millis(m.Revoked), m.Draft, m.Case, key)
	if err != nil {
		return fmt.Errorf("keeping a mandate: %w", err)
	}
	return d.Audit.Record(ctx, tx, audit.Entry{Actor: m.Account, ActorName: m.By, Role: m.Role, Verb: audit.Act, Subject: m.Owner(), Person: string(m.Person),
		Purpose: "代办：" + m.WayWords(), Detail: map[string]string{"service": m.Service}})
}

// filedDraft writes a draft with what was filled in for the applicant.
func (d *Desk) filedDraft(ctx context.Context, tx *db.Tx, f Filing) (Draft, error) {
	place := f.Place
	if d.Places.County(region.Code(f.Person.Region)) == d.Places.County(region.Code(f.Place)) {
		place = f.Person.Region
	}
	dr := NewDraft(f.Person, f.Service, place)
	if f.Alone {
		dr.Done["household"] = true
	}
	for _, t := range dr.Turns(f.Service, calendar.DayOf(tx.Now)) {
		if f.Answers == nil || t.Member != "" && t.Member != Applicant {
			continue
		}
		answers, problems := form.Read(t.Page.Fields, f.Answers, tx.Now)
		dr.Keep(t, answers, len(problems) == 0)
	}
	for _, p := range f.Papers {
		kept, err := d.Files.Add(ctx, tx, p.Blob.File("draft/"+dr.ID, f.By.Name))
		if err != nil {
			return dr, err
		}
		dr.Papers = append(dr.Papers, Paper{File: kept.ID, Material: p.Material, By: f.By.Name})
	}
	dr.Done["papers"] = !d.lacksPaper(&dr, f.Service, tx.Now)
	return dr, d.SaveDraft(ctx, tx, dr)
}

// lacksPaper reports whether a paper is needed that is not there.
func (d *Desk) lacksPaper(dr *Draft, s *catalog.Service, now time.Time) bool {
	told, _ := dr.Facts(s, now)
	set := fact.NewSet(s.Rules.Dictionary())
	set.Tell(told...)
	return slices.ContainsFunc(s.Asks(set), func(m catalog.Material) bool {
		return !m.Optional && !slices.ContainsFunc(dr.Papers, func(p Paper) bool { return p.Material == m.Code })
	})
}

// Whole reports whether nothing is left to be asked before a draft can be
// handed in.
func (d *Desk) Whole(dr *Draft, s *catalog.Service, now time.Time) bool {
	_, again := dr.Facts(s, now)
	return len(again) == 0 && !d.lacksPaper(dr, s, now) && (s.Household == nil || dr.Done["household"]) && CheckNeeds(s, relationsOf(dr)) == nil
}

func relationsOf(dr *Draft) []string {
	var all []string
	for _, m := range dr.Members {
		all = append(all, m.Relation)
	}
	return all
}

// given tells the person, and hands in what is whole.
func (d *Desk) given(ctx context.Context, tx *db.Tx, m Mandate) (Mandate, error) {
	p, err := d.People.Find(ctx, tx, m.Person)
	if err != nil {
		return m, err
	}
	s, err := d.shelf.Version(ctx, tx, m.Version)
	if err != nil {
		return m, err
	}
	told := notify.Message{Title: "有人替您申请", Link: "/my/mandates/" + m.ID, Subject: m.Owner(),
		Text: m.By + "受您委托（" + m.WayWords() + "），替您申请" + s.Short + "。要是您没有委托过，或者不想让他（她）办了，请点进来收回。"}
	if err := d.send(ctx, tx, p, told); err != nil {
		return m, err
	}
	dr, err := d.FindDraft(ctx, tx, m.Person, m.Draft)
	if err != nil || !m.Agreed || !d.Whole(&dr, s, tx.Now) {
		return m, err
	}
	c, err := d.HandIn(ctx, tx, dr, m.Actor())
	m.Case = c.ID
	return m, err
}

// SendMandateCode sends a new code to the person's telephone. It is not the one
// that signs somebody in: who is told it can do this one thing.
func (d *Desk) SendMandateCode(ctx context.Context, tx *db.Tx, m Mandate) error {
	p, err := d.People.Find(ctx, tx, m.Person)
	if err != nil {
		return err
	}
	if p.Phone == "" {
		return errs.New(errs.Invalid, "登记里没有"+p.Name+"的手机号，发不了验证码。请用委托书拍照，或者请本人在屏幕上签名。")
	}
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return fmt.Errorf("choosing a code: %w", err)
	}
	typed := fmt.Sprintf("%06d", n)
	changed, err := tx.Exec(ctx, `UPDATE casework_mandate SET code = ?, code_until = ? WHERE id = ? AND state = ? AND wrong < ? AND code_until < ?`,
		d.mandateMAC(m.ID, typed), db.Millis(tx.Now.Add(mandateCodeLife)), m.ID, MandateWaits, mandateCodeTries, db.Millis(tx.Now.Add(mandateCodeLife-time.Minute)))
	if err != nil {
		return fmt.Errorf("keeping a code: %w", err)
	}
	if changed == 0 {
		return errs.New(errs.TooMany, "验证码刚刚发过，请过一分钟再试。")
	}
	s, err := d.shelf.Version(ctx, tx, m.Version)
	if err != nil {
		return err
	}
	return d.send(ctx, tx, p, notify.Message{Title: "代办验证码", Link: "/my", Subject: m.Owner(),
		Text: m.By + "想替您申请" + s.Short + "。您同意，就把验证码 " + typed + " 告诉他（她）；不同意，请不要说。10 分钟内有效，只能用来委托这一件事。"})
}

func (d *Desk) mandateMAC(id, typed string) string {
	return base64.RawURLEncoding.EncodeToString(d.Box.MAC("casework/mandate", []byte(id+"/"+typed)))
}

// ConfirmMandate takes the code that the person has told. A wrong one is
// counted, and is told by ok: it is no reason to roll back.
func (d *Desk) ConfirmMandate(ctx context.Context, tx *db.Tx, m Mandate, typed string) (done Mandate, ok bool, err error) {
	if m.State == MandateGiven {
		return m, true, nil
	}
	n, err := tx.Exec(ctx, `UPDATE casework_mandate SET wrong = wrong + 1 WHERE id = ? AND state = ? AND wrong < ? AND code_until > ?`, m.ID, MandateWaits, mandateCodeTries, db.Millis(tx.Now))
	if err != nil {
		return m, false, fmt.Errorf("counting a try: %w", err)
	}
	if n == 0 {
		return m, false, nil
	}
	kept, err := db.One(ctx, tx, db.Value[string], `SELECT code FROM casework_mandate WHERE id = ?`, m.ID)
	if err != nil || !hmac.Equal([]byte(kept), []byte(d.mandateMAC(m.ID, typed))) {
		return m, false, err
	}
	if _, err := tx.Exec(ctx, `UPDATE casework_mandate SET state = ?, code = '' WHERE id = ?`, MandateGiven, m.ID); err != nil {
		return m, false, fmt.Errorf("giving a mandate: %w", err)
	}
	m.State = MandateGiven
	m, err = d.given(ctx, tx, m)
	return m, true, err
}

// Named is somebody for whom another applies, as they say it.
type Named struct {
	Name, Number, Phone string
	Place               string // of whoever applies
}

// Proxied finds the person, or adds them to the register. A name that does not
// go with its number is refused without saying which of them is known.
func (d *Desk) Proxied(ctx context.Context, tx *db.Tx, n Named) (people.Person, error) {
	n.Number, n.Phone = form.Tidy("number", n.Number), form.Tidy("phone", n.Phone)
	var wrong errs.Problems
	if form.CheckText("name", "姓名", n.Name, tx.Now) != "" {
		wrong.Add("person", "请写本人的姓名。")
	}
	if s := form.CheckNumber(n.Number, tx.Now); s != "" {
		wrong.Add("number", s)
	}
	if n.Phone != "" && form.CheckText("phone", "手机号", n.Phone, tx.Now) != "" {
		wrong.Add("phone", "手机号不对，请再看一遍；没有可以不填。")
	}
	if err := wrong.Err(); err != nil {
		return people.Person{}, err
	}
	p, err := d.People.ByNumber(ctx, tx, n.Number)
	switch {
	case err == nil && p.Name != n.Name:
		wrong.Add("number", "姓名和身份证号对不上，请对着身份证再看一遍。")
		return p, wrong
	case !errs.Is(err, errs.NotFound):
		return p, err
	}
	born, _ := form.Born(n.Number)
	sex := "男"
	if form.Female(n.Number) {
		sex = "女"
	}
	// The telephone is not kept: a code that vouches for somebody goes only to a
	// number that they or the register have given.
	id, err := d.People.Add(ctx, tx, people.Person{Name: n.Name, Number: n.Number, Sex: sex, Birth: calendar.Date(born.Year(), int(born.Month()), born.Day())})
	if err != nil {
		return p, err
	}
	return d.People.Find(ctx, tx, id)
}
