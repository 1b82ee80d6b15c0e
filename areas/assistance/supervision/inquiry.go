package supervision

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"minzheng/areas/assistance/recheck"
	"minzheng/kernel/audit"
	"minzheng/kernel/auth"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
)

// Outcomes are how an inquiry into a tip may end, for readers.
func Outcomes() [][2]string {
	return [][2]string{{"true", "属实"}, {"partly", "部分属实"}, {"false", "不属实"}, {"unclear", "查不清"}}
}

// OutcomeWord is an outcome for readers, "" if there is none of that name.
func OutcomeWord(outcome string) string {
	for _, o := range Outcomes() {
		if o[0] == outcome {
			return o[1]
		}
	}
	return ""
}

func supervisor(who auth.Who) casework.Actor {
	return casework.Actor{ID: who.Account, Name: who.Name, Role: Supervisor}
}

// tipOf finds a tip for a supervisor of its place whom it is not about. For
// anybody else it is not there.
func (r *Room) tipOf(ctx context.Context, rd db.Reader, who auth.Who, id string) (Tip, error) {
	const gone = "没有找到这一件举报。"
	t, err := r.tip(ctx, rd, `id = ?`, gone, id)
	if err != nil {
		return t, err
	}
	if !who.Covers(Supervisor, t.Region, r.within) {
		return Tip{}, errs.New(errs.NotFound, gone)
	}
	away, err := r.concerned(ctx, rd, t, casework.Worker{ID: who.Account, Name: who.Name})
	if err == nil && away {
		return Tip{}, errs.New(errs.NotFound, gone)
	}
	return t, err
}

// Tips returns the tips that a supervisor may see, those that are open first,
// the nearest deadline first.
func (r *Room) Tips(ctx context.Context, rd db.Reader, who auth.Who, most int) ([]Tip, error) {
	ranges := r.places(who, Supervisor)
	if len(ranges) == 0 {
		return nil, nil
	}
	where, args := inRanges("region", ranges)
	all, err := db.All(ctx, rd, r.scanTip, `SELECT `+tipColumns+` FROM assistance_tip WHERE `+where+`
		AND NOT EXISTS (SELECT 1 FROM assistance_tip_away AS a WHERE a.tip = assistance_tip.id AND a.account = ?)
		ORDER BY state DESC, due, id LIMIT ?`, append(args, who.Account, most)...)
	if err != nil {
		return nil, fmt.Errorf("reading tips: %w", err)
	}
	var free []Tip
	for _, t := range all {
		away, err := r.concerned(ctx, rd, t, casework.Worker{ID: who.Account, Name: who.Name})
		if err != nil {
			return nil, err
		}
		if !away {
			free = append(free, t)
		}
	}
	return free, nil
}

// ReadTip opens a tip for a supervisor; that it was opened is in the audit log.
func (r *Room) ReadTip(ctx context.Context, tx *db.Tx, who auth.Who, id string) (Tip, error) {
	t, err := r.tipOf(ctx, tx, who, id)
	if err != nil {
		return t, err
	}
	return t, r.record(ctx, tx, who, t, audit.View, "办理举报")
}

func (r *Room) record(ctx context.Context, tx *db.Tx, who auth.Who, t Tip, verb audit.Verb, why string) error {
	return r.desk.Audit.Record(ctx, tx, audit.Entry{Actor: who.Account, ActorName: who.Name, Role: Supervisor, Verb: verb, Subject: t.Subject(), Purpose: why})
}

// Reporter tells who reported something, to a supervisor who says why it is
// needed; that stands in the audit log.
func (r *Room) Reporter(ctx context.Context, tx *db.Tx, who auth.Who, id, why string) (Reporter, error) {
	var by Reporter
	t, err := r.tipOf(ctx, tx, who, id)
	if err != nil {
		return by, err
	}
	if n := len([]rune(strings.TrimSpace(why))); n < 4 || n > 200 {
		return by, errs.Problems{{Field: "why", Sentence: "请写为什么非要联系举报人不可，4 到 200 个字。"}}
	}
	sealed, err := db.One(ctx, tx, db.Value[string], `SELECT reporter FROM assistance_tip WHERE id = ?`, id)
	if err != nil {
		return by, fmt.Errorf("reading who reported: %w", err)
	}
	if err := r.open(&sealed); err != nil {
		return by, err
	}
	if err := json.Unmarshal([]byte(sealed), &by); err != nil {
		return by, fmt.Errorf("reading who reported: %w", err)
	}
	return by, r.record(ctx, tx, who, t, audit.View, "看举报人联系方式："+strings.TrimSpace(why))
}

// StepAside keeps a tip from a supervisor from now on, and gives it to another.
func (r *Room) StepAside(ctx context.Context, tx *db.Tx, who auth.Who, id string) error {
	t, err := r.tipOf(ctx, tx, who, id)
	if err != nil {
		return err
	}
	if t.State != Open {
		return errs.New(errs.Conflict, "这一件已经答复了。")
	}
	if _, err := tx.Exec(ctx, `INSERT INTO assistance_tip_away (tip, account) VALUES (?, ?) ON CONFLICT DO NOTHING`, t.ID, who.Account); err != nil {
		return fmt.Errorf("stepping aside: %w", err)
	}
	if err := r.route(ctx, tx, t); err != nil {
		return err
	}
	return r.record(ctx, tx, who, t, audit.Act, "回避，转给别人")
}

// Inquiry is what a supervisor found and answers.
type Inquiry struct {
	Outcome, Found, Answer string
	Number                 string // 受理号 of a case whose benefit is to be looked at again; "" is none
}

func (q Inquiry) check() error {
	var p errs.Problems
	if OutcomeWord(q.Outcome) == "" {
		p.Add("outcome", "请选查下来是不是属实。")
	}
	if n := len([]rune(q.Found)); n < 5 || n > 2000 {
		p.Add("found", "请写怎么查的、查到了什么，5 到 2000 个字。")
	}
	if n := len([]rune(q.Answer)); n < 10 || n > 1000 {
		p.Add("answer", "请写给举报人的答复，10 到 1000 个字。")
	}
	return p.Err()
}

// Close ends the inquiry into a tip: the reporter can read the answer, and if
// it is about a benefit, that is looked at again.
func (r *Room) Close(ctx context.Context, tx *db.Tx, who auth.Who, id string, q Inquiry) error {
	t, err := r.tipOf(ctx, tx, who, id)
	if err != nil {
		return err
	}
	q.Found, q.Answer, q.Number = strings.TrimSpace(q.Found), strings.TrimSpace(q.Answer), strings.TrimSpace(q.Number)
	if err := q.check(); err != nil {
		return err
	}
	if q.Number != "" {
		if t.Case, err = r.lookAgain(ctx, tx, who, q.Number); err != nil {
			return err
		}
	}
	n, err := tx.Exec(ctx, `UPDATE assistance_tip SET state = 'answered', outcome = ?, found = ?, answer = ?, case_id = ?, answered_at = ? WHERE id = ? AND state = 'open'`,
		q.Outcome, r.sealed(q.Found), r.sealed(q.Answer), t.Case, db.Millis(tx.Now), id)
	if err != nil {
		return fmt.Errorf("answering a tip: %w", err)
	}
	if n == 0 {
		return errs.New(errs.Conflict, "这一件刚刚已经答复了，请刷新后再看。")
	}
	return r.record(ctx, tx, who, t, audit.Act, "答复举报")
}

// lookAgain opens a re-check of the benefit of a case. What it says to the
// family says nothing of a reporter.
func (r *Room) lookAgain(ctx context.Context, tx *db.Tx, who auth.Who, number string) (casework.ID, error) {
	missing := errs.Problems{{Field: "number", Sentence: "没有找到这个受理号，请在“查办件”里按姓名查。"}}
	c, err := casework.ByNumber(ctx, tx, number)
	if errs.Is(err, errs.NotFound) || err == nil && !who.Covers(Supervisor, c.Region, r.within) {
		return "", missing
	}
	if err != nil {
		return "", err
	}
	again, err := r.again(ctx, tx, supervisor(who), c)
	if errs.Is(err, errs.NotFound) || errs.Is(err, errs.Conflict) {
		return "", errs.Problems{{Field: "number", Sentence: "这件事没有正在发的待遇，不用再核对。不填受理号也可以答复。"}}
	}
	return again, err
}

func (r *Room) again(ctx context.Context, tx *db.Tx, by casework.Actor, c casework.Case) (casework.ID, error) {
	if err := r.desk.Keeps(ctx, tx, c.ID, by.ID); err != nil {
		return "", err
	}
	benefit, err := recheck.BenefitOf(ctx, tx, c.ID)
	if err != nil {
		return "", err
	}
	look, err := recheck.New(r.desk).Look(ctx, tx, recheck.Occasion{Benefit: benefit, Origin: recheck.Watch, Title: "监督检查，再核对一次", By: by,
		Told: "按规定，我们再向部门核对一次您家的情况，这段时间照常发。要减、要停，一定先听您的意见。"})
	return look.ID, err
}

// independent refuses whoever took part in a case.
func (r *Room) independent(ctx context.Context, rd db.Reader, c casework.Case, account string) error {
	if err := r.desk.Keeps(ctx, rd, c.ID, account); err != nil {
		return err
	}
	past, err := r.desk.Timeline(ctx, rd, c.ID)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(past, func(e casework.Event) bool { return e.Actor.ID == account }) {
		return errs.New(errs.Forbidden, "这一件您办过，抽查要换一位没有办过的同事。")
	}
	return nil
}
