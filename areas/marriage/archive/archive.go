// Package archive shows the register of marriages: to registrars the search,
// the certificates and what was noted later; to the two themselves their own;
// and to everybody who holds a certificate whether it holds, and nothing else.
//
// No search stands in an address, and every look at a record is recorded.
package archive

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"

	"github.com/skip2/go-qrcode"

	"minzheng/areas/marriage/register"
	"minzheng/areas/marriage/seat"
	"minzheng/kernel/area"
	"minzheng/kernel/audit"
	"minzheng/kernel/calendar"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/form"
	"minzheng/kernel/region"
	"minzheng/kernel/web"
)

const home = seat.Home + "/records"

func recordURL(id string) string { return home + "/" + id }

type pages struct {
	*register.Register
	seat.Seat
}

// Pages hangs the pages for registrars.
func Pages(g *register.Register, door area.StaffDoor) {
	p := pages{g, seat.Seat{Desk: door.Desk, Door: door}}
	p.Handle("GET "+home, p.ask)
	p.Handle("POST "+home, p.search)
	p.Handle("POST "+home+"/old", p.takeIn)
	p.Handle("GET "+home+"/{record}", p.record)
	p.Handle("POST "+home+"/{record}/reissue", p.reissue)
	p.Handle("POST "+home+"/{record}/note", p.note)
}

// searchPage is the way into the archives.
type searchPage struct {
	seat.Top
	Number, Name, Birth web.Field
	Searched            bool
	Rows                []row
	Old                 []web.Field
}

type row struct {
	Href, Number, Names, Day string
	State                    seat.Chip
}

func (p pages) ask(w http.ResponseWriter, r *http.Request, v seat.Visitor) error {
	return p.searched(w, r, v, nil, nil, nil)
}

func (p pages) searched(w http.ResponseWriter, r *http.Request, v seat.Visitor, typed url.Values, found []register.Record, failure error) error {
	t, err := p.Top(r, v, "查婚姻登记档案", failure)
	if err != nil {
		return err
	}
	field := func(name, label, hint string) web.Field {
		return web.Field{Name: name, Label: label, Hint: hint, Value: typed.Get(name), Problem: t.Problems.Of(name), Autocomplete: "off", MaxLength: 60}
	}
	out := searchPage{Top: t, Searched: typed != nil && failure == nil,
		Number: field("number", "证件字号", "例如 J390121-2026-000001，要一字不差"), Name: field("name", "姓名", ""), Birth: field("birth", "出生日期", "和姓名一起查")}
	out.Number.Optional, out.Name.Optional, out.Birth.Optional = true, true, true
	out.Crumbs(web.Crumb{Label: "查档案"})
	out.Old = []web.Field{field("man-name", "男方姓名", ""), field("man-number", "男方身份证号", ""), field("woman-name", "女方姓名", ""), field("woman-number", "女方身份证号", ""),
		field("old-number", "结婚证上的字号", "照证件写，老证的写法不同也照写")}
	for _, one := range found {
		out.Rows = append(out.Rows, row{recordURL(one.ID), one.Number, one.Names(), one.Day.Long(), chip(one)})
	}
	return web.RenderStatus(w, r, t.Status, searchView(out))
}

func chip(r register.Record) seat.Chip {
	switch r.State {
	case register.Live:
		return seat.Chip{Tone: web.OK, Icon: "check", Text: "婚姻有效"}
	case register.Ended:
		return seat.Chip{Tone: web.Mute, Icon: "minus", Text: "已解除"}
	case register.Void:
		return seat.Chip{Tone: web.Bad, Icon: "circle-x", Text: "无效或已撤销"}
	}
	return seat.Chip{Tone: web.Info, Icon: "file-text", Text: r.Kind.Title()}
}

func (p pages) search(w http.ResponseWriter, r *http.Request, v seat.Visitor) error {
	sent, err := web.Form(r)
	if err != nil {
		return err
	}
	found, by, err := p.find(r.Context(), sent)
	if err != nil {
		return p.searched(w, r, v, sent, nil, err)
	}
	if err := p.Looked(r, v, audit.Entry{Subject: "marriage-archive/" + v.Clerk.Office, Purpose: "查婚姻登记档案", Detail: map[string]string{"by": by, "found": itoa(len(found))}}); err != nil {
		return err
	}
	return p.searched(w, r, v, sent, found, nil)
}

// find searches by the number, or by name and birthday.
func (p pages) find(ctx context.Context, sent url.Values) (found []register.Record, by string, err error) {
	number, name := strings.TrimSpace(sent.Get("number")), strings.TrimSpace(sent.Get("name"))
	if number != "" {
		one, err := p.ByNumber(ctx, p.Desk.DB, number)
		if errs.Is(err, errs.NotFound) {
			return nil, "number", nil
		}
		return []register.Record{one}, "number", err
	}
	var problems errs.Problems
	birth, err := calendar.Parse(sent.Get("birth"))
	if name == "" {
		problems.Add("name", "请填写证件字号，或者姓名和出生日期。")
	}
	if err != nil {
		problems.Add("birth", "请填写出生日期。")
	}
	if len(problems) > 0 {
		return nil, "", problems
	}
	found, err = p.Named(ctx, p.Desk.DB, name, birth)
	return found, "name", err
}

// takeIn enters an old marriage from its certificate.
func (p pages) takeIn(w http.ResponseWriter, r *http.Request, v seat.Visitor) error {
	sent, err := web.Form(r)
	if err != nil {
		return err
	}
	old, err := readOld(sent, p.Desk.DB.Now().Year(), v.Clerk.Office)
	if err == nil {
		var rec register.Record
		err = p.Do(r, func(ctx context.Context, tx *db.Tx) error {
			if rec, err = p.TakeIn(ctx, tx, old, v.Clerk); err != nil {
				return err
			}
			return p.Desk.Audit.Record(ctx, tx, audit.Entry{Actor: v.Clerk.ID, ActorName: v.Clerk.Name, Role: seat.Role, Verb: audit.Act, Subject: rec.Subject(), Purpose: "补录以前的结婚登记"})
		})
		if err == nil {
			return p.Said(w, r, "补录好了。", recordURL(rec.ID))
		}
	}
	return p.searched(w, r, v, sent, nil, err)
}

func readOld(sent url.Values, year int, office string) (register.Old, error) {
	old := register.Old{Number: strings.TrimSpace(sent.Get("old-number")), Office: office}
	var problems errs.Problems
	for i, who := range []string{"man", "woman"} {
		number := form.Tidy("number", sent.Get(who+"-number"))
		born, ok := form.Born(number)
		if !ok {
			problems.Add(who+"-number", "请填写 18 位身份证号。")
		}
		name := strings.TrimSpace(sent.Get(who + "-name"))
		if name == "" {
			problems.Add(who+"-name", "请填写姓名。")
		}
		old.Two[i] = register.Party{Number: number, Name: name, Sex: []string{"男", "女"}[i], Birth: calendar.Date(born.Year(), int(born.Month()), born.Day())}
	}
	day, err := calendar.Parse(sent.Get("old-day"))
	if err != nil || day.Year() > year {
		problems.Add("old-day", "请填写结婚证上的登记日期。")
	}
	if old.Number == "" {
		problems.Add("old-number", "请照结婚证填写字号。")
	}
	old.Day = day
	if len(problems) > 0 {
		return old, problems
	}
	return old, nil
}

// qr is the drawing of an address, as the page holds it.
func qr(address string) (string, error) {
	png, err := qrcode.Encode(address, qrcode.Medium, 220)
	return "data:image/png;base64," + base64.StdEncoding.EncodeToString(png), err
}

func (p pages) office(code string) string {
	return p.Desk.Places.Name(region.Code(code)) + "婚姻登记处"
}
