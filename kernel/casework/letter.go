package casework

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"time"

	"minzheng/kernel/calendar"
	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/fact"
	"minzheng/kernel/letter"
	"minzheng/kernel/notify"
	"minzheng/kernel/people"
	"minzheng/kernel/region"
	"minzheng/kernel/rule"
)

// Sent is a letter of a case. Its text is fixed when it is written; page and
// PDF are drawn from it.
type Sent struct {
	ID     string
	Case   ID
	Kind   string
	At     time.Time
	Code   string // with which anybody checks that it is real
	Letter letter.Letter
}

// write writes the letter of an act.
func (d *Desk) write(ctx context.Context, tx *db.Tx, m *move) error {
	data, err := d.letterData(ctx, tx, m)
	if err != nil {
		return err
	}
	l, err := m.service.Letters[m.act.Letter].Fill(data)
	if err != nil {
		return fmt.Errorf("letter %s of case %s: %w", m.act.Letter, m.c.ID, err)
	}
	code := Code()
	l.Office, l.Number, l.Day = d.Office.Bureau, m.c.Number, m.today.Long()
	if number := m.detail["决定书"]; number != "" {
		l.Number = number
	}
	l.VerifyURL = d.Office.BaseURL + "/public/verify/" + code
	b, err := json.Marshal(l)
	if err != nil {
		return fmt.Errorf("writing a letter: %w", err)
	}
	if _, err := tx.Exec(ctx, `INSERT INTO casework_letter (id, case_id, kind, title, at, body, code) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		db.NewID(), m.c.ID, m.act.Letter, l.Title, db.Millis(tx.Now), d.Box.SealText(string(b), "casework/letter"), code); err != nil {
		return fmt.Errorf("keeping a letter of case %s: %w", m.c.ID, err)
	}
	return nil
}

// letterData is what a letter may use. A letter that uses another word is
// refused when it is filled.
func (d *Desk) letterData(ctx context.Context, tx *db.Tx, m *move) (map[string]any, error) {
	remedies, err := d.Remedies(RemedyKind(m.service, m.act), m.c.Office, m.today)
	if err != nil {
		return nil, err
	}
	phone := d.Office.Phone
	grants := m.service.Grants()
	whom, err := d.meant(ctx, tx, m)
	if err != nil {
		return nil, err
	}
	data := map[string]any{
		"申请人": m.c.Name, "事项": m.service.Short, "受理号": m.c.Number, "日期": m.today.Long(), "理由": m.Reason,
		"局": d.Office.Bureau, "电话": phone, "办理单位": d.OfficeName(m.c.Office), "缺少": m.Lacks,
		"救济": d.remedyLines(remedies),
		"金额": grants.Pays(m.c.Amount), "起发月": month(grants.FirstMonth(calendar.DayOf(m.c.Opened), m.today)), "也可以": d.alsoMay(m),
		"对象": whom.Name, "停发月": "",
		"条件": conditions(m), "计算": sums(m),
		"差多少": d.Short(*m.c, m.service, m.facts, m.today),
		"还缺":  strings.Join(d.StillLacks(*m.c, m.service, m.facts, m.today, m.service.Decides), "、"),
	}
	if last, err := grants.LastDay(m.judged); err == nil && last != 0 {
		data["停发月"] = month(last)
	}
	d.remedyWords(data, remedies)
	maps.Copy(data, m.words)
	return data, nil
}

func provisional(d calendar.Deadline) string {
	if !d.Provisional {
		return ""
	}
	return "（暂定，那年的放假安排还没有公布）"
}

func month(d calendar.Day) string { return fmt.Sprintf("%d年%d月", d.Year(), d.Month()) }

func conditions(m *move) []map[string]string {
	var all []map[string]string
	for _, r := range m.judged.Conditions() {
		outcome := "不知道"
		if r.Holds() {
			outcome = "符合"
		} else if r.Fails() {
			outcome = "不符合"
		}
		all = append(all, map[string]string{"句": r.Rule.Why, "结果": outcome, "依据": r.Rule.Law, "算": compared(r)})
	}
	return all
}

// compared names the amounts that a condition compared, as a sentence: what
// the family has and what the limit is, with the document that set it.
func compared(r rule.Result) string {
	var all []string
	for _, u := range r.Used {
		if u.About != "" || !u.Known || u.Shown() == "是" || u.Shown() == "否" {
			continue
		}
		said := u.Name + " " + u.Shown()
		if u.Set != "" {
			said += "（" + u.Set + "）"
		}
		all = append(all, said)
	}
	if len(all) == 0 {
		return ""
	}
	return strings.Join(all, "，") + "。"
}

// sums are the amounts on the way to the result, as they are named in the
// rules' units.
func sums(m *move) []map[string]string {
	var all []map[string]string
	seen := map[string]bool{}
	for _, r := range m.judged.Results {
		if r.Rule.Unit == "" || r.Rule.Each != "" || !r.Known {
			continue
		}
		all = append(all, map[string]string{"名": r.Rule.Set, "值": withUnit(r.Shown(), r.Rule.Unit, r.Value.Type())})
		for _, u := range r.Used {
			if u.Set != "" && !seen[u.Name] {
				seen[u.Name] = true
				all = append(all, map[string]string{"名": u.Name, "值": u.Shown() + "（" + u.Set + "）"})
			}
		}
	}
	return all
}

func withUnit(shown, unit string, t fact.Type) string {
	if t == fact.Money {
		if unit == "元/月" {
			return shown + "/月"
		}
		return shown
	}
	return shown + " " + unit
}

// alsoMay names what else the family may be found to be, by the rules.
func (d *Desk) alsoMay(m *move) string {
	var all []string
	for _, name := range m.service.Explains {
		if r, ok := m.judged.Find(name); ok && r.Holds() {
			all = append(all, name)
		}
	}
	if len(all) == 0 {
		return ""
	}
	return "但是，按现有数据，您家" + strings.Join(all, "，") + "。请问问我们怎么办。"
}

// OfficeName is how an office is called: 柳溪街道, or the bureau for the county.
func (d *Desk) OfficeName(place string) string {
	if region.Code(place).Level() == region.OfCounty {
		return d.Office.Bureau
	}
	return d.Places.Name(region.Code(place))
}

// Letters returns the letters of a case, newest first.
func (d *Desk) Letters(ctx context.Context, r db.Reader, id ID) ([]Sent, error) {
	return d.letters(ctx, r, `WHERE case_id = ? ORDER BY at DESC, id DESC`, id)
}

// LetterByCode returns the letter with a code, so that anybody who holds it
// can check that it is real.
func (d *Desk) LetterByCode(ctx context.Context, r db.Reader, code string) (Sent, error) {
	all, err := d.letters(ctx, r, `WHERE code = ?`, code)
	if err == nil && len(all) == 0 {
		return Sent{}, errs.New(errs.NotFound, "没有这份文书。请看看核验码有没有写错。")
	}
	if err != nil {
		return Sent{}, err
	}
	return all[0], nil
}

func (d *Desk) letters(ctx context.Context, r db.Reader, where string, arg any) ([]Sent, error) {
	all, err := db.All(ctx, r, func(r db.Row) (s Sent, err error) {
		var at int64
		var body string
		if err := r.Scan(&s.ID, &s.Case, &s.Kind, &at, &body, &s.Code); err != nil {
			return s, err
		}
		s.At = db.Time(at)
		plain, err := d.Box.UnsealText(body, "casework/letter")
		if err != nil {
			return s, err
		}
		return s, json.Unmarshal([]byte(plain), &s.Letter)
	}, `SELECT id, case_id, kind, at, body, code FROM casework_letter `+where, arg)
	if err != nil {
		return nil, fmt.Errorf("reading letters: %w", err)
	}
	return all, nil
}

// message tells the applicant something, in the app and by SMS.
func (d *Desk) message(ctx context.Context, tx *db.Tx, c Case, s *catalog.Service, said string) error {
	p, err := d.People.Find(ctx, tx, c.Applicant)
	if err != nil {
		return err
	}
	return d.send(ctx, tx, p, notify.Message{Title: s.Title, Text: said, Link: "/my/cases/" + string(c.ID), Subject: c.Subject()})
}

// send tells a person something in the app, and by SMS if we know a number.
func (d *Desk) send(ctx context.Context, tx *db.Tx, p people.Person, m notify.Message) error {
	m.Key, m.To, m.Phone, m.Channels = db.NewID(), string(p.ID), p.Phone, []string{notify.App}
	if p.Phone != "" {
		m.Channels = append(m.Channels, notify.SMS)
	}
	if err := d.Notify.Send(ctx, tx, m); err != nil {
		return fmt.Errorf("telling somebody about %s: %w", m.Subject, err)
	}
	return nil
}

// askConsent tells a member of the household that the family waits for a consent.
func (d *Desk) askConsent(ctx context.Context, tx *db.Tx, c Case, a Application, m Member) error {
	p, err := d.People.ByNumber(ctx, tx, m.Number)
	if errs.Is(err, errs.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if c.Again != "" {
		return d.send(ctx, tx, p, notify.Message{Title: a.Service.Title, Link: "/my/consents/" + string(c.ID), Subject: c.Subject(),
			Text: a.Service.Short + "要向部门核对收入和财产，要您本人同意。请登录后点“同意”。"})
	}
	return d.send(ctx, tx, p, notify.Message{Title: a.Service.Title, Link: "/my/consents/" + string(c.ID), Subject: c.Subject(),
		Text: c.Name + "为家里申请" + a.Service.Short + "，要您本人同意查询收入和财产。请登录后点“同意”。"})
}
