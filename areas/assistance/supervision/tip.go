package supervision

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"minzheng/kernel/audit"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/file"
)

// What a tip is about.
const (
	AboutFamily  = "family"
	AboutOfficer = "officer"
	AboutOther   = "other"
)

// The states of a tip.
const (
	Open     = "open"
	Answered = "answered"
)

// Reporter is who reported something. It is kept apart from what was said.
type Reporter struct {
	Name    string `json:"name"`
	Contact string `json:"contact"`
}

// Tip is what somebody has reported (举报), without who it was.
type Tip struct {
	ID       string
	County   string
	Region   string
	Kind     string
	About    string // whom
	Said     string
	Named    bool // the reporter signed in and said who they are
	At       time.Time
	Due      calendar.Day
	Assignee string
	State    string
	Outcome  string
	Found    string // what the inquiry found, for supervisors
	Answer   string // to the reporter
	Case     casework.ID
	Done     time.Time
}

// Subject is the tip's name in the audit log and among files.
func (t Tip) Subject() string { return "tip/" + t.ID }

// Report is what comes in.
type Report struct {
	Kind, Region, About, Said string
	By                        Reporter
	Named                     bool
	Papers                    []file.Blob
}

// Check says what is wrong with what came in, before any paper is kept.
func (t Report) Check() error {
	var p errs.Problems
	if !slices.Contains([]string{AboutFamily, AboutOfficer, AboutOther}, t.Kind) {
		p.Add("kind", "请选是什么事。")
	}
	if n := len([]rune(t.About)); n > 100 || n < 2 && t.Kind != AboutOther {
		p.Add("about", "请写清楚是谁、在哪里，2 到 100 个字。")
	}
	if n := len([]rune(t.Said)); n < 10 || n > 2000 {
		p.Add("said", "请写清楚您知道的事实，10 到 2000 个字。")
	}
	if len([]rune(t.By.Contact)) > 50 {
		p.Add("contact", "联系方式最多写 50 个字。")
	}
	return p.Err()
}

// Report files a tip, gives it to a supervisor whom it is not about, and
// returns the code with which the answer is read. The code is kept nowhere.
func (r *Room) Report(ctx context.Context, tx *db.Tx, t Report) (code string, err error) {
	t.About, t.Said, t.By.Contact = strings.TrimSpace(t.About), strings.TrimSpace(t.Said), strings.TrimSpace(t.By.Contact)
	if err := t.Check(); err != nil {
		return "", err
	}
	county := r.county(t.Region)
	if county == "" {
		return "", errs.Problems{{Field: "region", Sentence: "请选在哪个乡镇（街道）。"}}
	}
	days, err := r.number(t.Region, calendar.DayOf(tx.Now), "举报答复期限")
	if err != nil {
		return "", err
	}
	by, err := json.Marshal(t.By)
	if err != nil {
		return "", fmt.Errorf("filing a tip: %w", err)
	}
	tip := Tip{ID: db.NewID(), County: county, Region: t.Region, About: t.About, Said: t.Said, Due: r.desk.Calendar.AddWorkdays(calendar.DayOf(tx.Now), days).Day}
	code = casework.Code()
	if _, err := tx.Exec(ctx, `INSERT INTO assistance_tip (id, code_ix, county, region, kind, about, said, reporter, named, at, due, assignee, state, outcome, found, answer, case_id, answered_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', ?, '', '', '', '', 0)`,
		tip.ID, r.codeIndex(code), county, t.Region, t.Kind, r.sealed(t.About), r.sealed(t.Said), r.sealed(string(by)), asInt(t.Named), db.Millis(tx.Now), tip.Due.String(), Open); err != nil {
		return "", fmt.Errorf("filing a tip: %w", err)
	}
	for _, paper := range t.Papers {
		if _, err := r.desk.Files.Add(ctx, tx, paper.File(tip.Subject(), "public")); err != nil {
			return "", err
		}
	}
	if err := r.route(ctx, tx, tip); err != nil {
		return "", err
	}
	return code, r.desk.Audit.Record(ctx, tx, audit.Entry{Actor: "public", ActorName: "公众", Role: "public", Verb: audit.Act, Subject: tip.Subject(), Purpose: "举报"})
}

func asInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (r *Room) codeIndex(code string) string { return r.desk.Box.Index("assistance/tip", code) }

// route gives a tip to the supervisor who has the fewest, from the county
// upwards: never to one whom it names, or whose relative it names.
func (r *Room) route(ctx context.Context, tx *db.Tx, t Tip) error {
	for _, place := range r.path(t.County) {
		all, err := r.desk.Staff(ctx, tx, Supervisor, place)
		if err != nil {
			return fmt.Errorf("finding supervisors: %w", err)
		}
		free, err := r.free(ctx, tx, t, all)
		if err != nil {
			return err
		}
		if len(free) > 0 {
			_, err := tx.Exec(ctx, `UPDATE assistance_tip SET assignee = ? WHERE id = ?`, free[0].ID, t.ID)
			return err
		}
	}
	_, err := tx.Exec(ctx, `UPDATE assistance_tip SET assignee = '' WHERE id = ?`, t.ID)
	return err
}

// free are those of some supervisors whom a tip may come to, the one with the
// fewest first; the others are written down.
func (r *Room) free(ctx context.Context, tx *db.Tx, t Tip, all []casework.Worker) ([]casework.Worker, error) {
	var free []casework.Worker
	load := map[string]int{}
	for _, w := range all {
		away, err := r.concerned(ctx, tx, t, w)
		if err != nil {
			return nil, err
		}
		if away {
			if _, err := tx.Exec(ctx, `INSERT INTO assistance_tip_away (tip, account) VALUES (?, ?) ON CONFLICT DO NOTHING`, t.ID, w.ID); err != nil {
				return nil, fmt.Errorf("keeping a tip from somebody: %w", err)
			}
			continue
		}
		if load[w.ID], err = db.One(ctx, tx, db.Value[int], `SELECT COUNT(*) FROM assistance_tip WHERE assignee = ? AND state = 'open'`, w.ID); err != nil {
			return nil, fmt.Errorf("counting tips: %w", err)
		}
		free = append(free, w)
	}
	slices.SortStableFunc(free, func(a, b casework.Worker) int { return load[a.ID] - load[b.ID] })
	return free, nil
}

// concerned reports whether a tip is about a supervisor or a relative of theirs.
func (r *Room) concerned(ctx context.Context, rd db.Reader, t Tip, w casework.Worker) (bool, error) {
	n, err := db.One(ctx, rd, db.Value[int], `SELECT COUNT(*) FROM assistance_tip_away WHERE tip = ? AND account = ?`, t.ID, w.ID)
	if err != nil {
		return false, fmt.Errorf("reading whom a tip is kept from: %w", err)
	}
	if n > 0 {
		return true, nil
	}
	words := bare(t.About + t.Said)
	if w.Name != "" && strings.Contains(words, bare(w.Name)) {
		return true, nil
	}
	kin, err := r.KinOf(ctx, rd, w.ID)
	return slices.ContainsFunc(kin, func(k Kin) bool { return strings.Contains(words, bare(k.Name)) }), err
}

// bare leaves out what people put between the signs of a name.
func bare(s string) string {
	return strings.NewReplacer(" ", "", "　", "", "\t", "", "\n", "", "\r", "", "·", "", "•", "", "-", "", ".", "").Replace(s)
}

const tipColumns = `id, county, region, kind, about, said, named, at, due, assignee, state, outcome, found, answer, case_id, answered_at`

func (r *Room) scanTip(row db.Row) (t Tip, err error) {
	var at, done, named int64
	if err := row.Scan(&t.ID, &t.County, &t.Region, &t.Kind, &t.About, &t.Said, &named, &at, &t.Due, &t.Assignee, &t.State, &t.Outcome, &t.Found, &t.Answer, &t.Case, &done); err != nil {
		return t, err
	}
	t.At, t.Done, t.Named = db.Time(at), db.Time(done), named == 1
	if err := r.open(&t.About, &t.Said); err != nil || t.State == Open {
		return t, err
	}
	return t, r.open(&t.Found, &t.Answer)
}

// TipByCode returns a tip to whoever has its code.
func (r *Room) TipByCode(ctx context.Context, rd db.Reader, code string) (Tip, error) {
	return r.tip(ctx, rd, `code_ix = ?`, "没有找到这个查询码，请看看有没有写错。", r.codeIndex(code))
}

func (r *Room) tip(ctx context.Context, rd db.Reader, where, missing string, args ...any) (Tip, error) {
	t, err := db.One(ctx, rd, r.scanTip, `SELECT `+tipColumns+` FROM assistance_tip WHERE `+where, args...)
	if errors.Is(err, db.ErrNone) {
		return t, errs.New(errs.NotFound, missing)
	}
	if err != nil {
		return t, fmt.Errorf("finding a tip: %w", err)
	}
	return t, nil
}
