package joint

import (
	"context"
	"slices"
	"strings"

	"minzheng/kernel/auth"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/fact"
	"minzheng/kernel/notify"
)

// Answering is an answer before it is given.
type Answering struct {
	Text     string
	Agrees   string // yes or no, of a countersignature
	Declines bool   // they cannot; Text says why
	Facts    []Told
	Papers   []casework.Paper
}

// Told is a fact that the asked office tells.
type Told struct {
	Fact
	Value fact.Value
}

// Answer answers a request, once. Facts and papers become part of the case.
func (x *Room) Answer(ctx context.Context, tx *db.Tx, id string, who auth.Who, a Answering) (Request, error) {
	q, err := x.hold(ctx, tx, id)
	if err != nil {
		return q, err
	}
	if !q.Reaches(who) {
		return q, errNoRequest()
	}
	if q.State != Open {
		return q, errs.New(errs.Conflict, "这一件刚刚有人答复过或者收回了，请刷新后再看。")
	}
	if q.Case != "" {
		if err := x.desk.Keeps(ctx, tx, q.Case, who.Account); err != nil {
			return q, err
		}
	}
	facts, err := x.told(q, a, tx)
	if err != nil {
		return q, err
	}
	q.State, q.Answer, q.Agrees = Answered, strings.TrimSpace(a.Text), a.Agrees
	if a.Declines {
		q.State, q.Agrees = Declined, ""
	}
	if err := x.close(ctx, tx, &q, actor(who, q.To.Role)); err != nil {
		return q, err
	}
	if err := x.answered(ctx, tx, q, casework.Addition{Facts: facts, Papers: a.Papers}); err != nil {
		return q, err
	}
	return q, x.tell(ctx, tx, notify.Message{Key: "joint/" + q.ID + "/answered", To: q.By.ID, Title: q.outcome(), Text: x.SeatTitle(q.To) + q.outcome() + "。", Link: x.back(q), Subject: "joint/" + q.ID})
}

// answered writes into the case, or audits, what has become of a request.
func (x *Room) answered(ctx context.Context, tx *db.Tx, q Request, a casework.Addition) error {
	who := casework.Actor{ID: q.ClosedBy.ID, Name: q.ClosedBy.Name, Role: q.To.Role}
	if q.Case == "" {
		return x.record(ctx, tx, q, who, q.outcome())
	}
	a.Code, a.Title, a.By, a.Shown = "joint-"+string(q.State), x.SeatTitle(q.To)+q.outcome(), who, q.Kind == Assist
	_, err := x.desk.Add(ctx, tx, q.Case, a)
	return err
}

// back is where the one who asked reads the answer.
func (x *Room) back(q Request) string {
	if q.Case == "" {
		return "/my/matters/" + q.Part
	}
	return "/staff/cases/" + string(q.Case) + "#joint"
}

// outcome says what has become of a request.
func (q Request) outcome() string {
	switch {
	case q.State == Declined:
		return "说办不了" + q.Kind.Word()
	case q.State == Withdrawn:
		return "的" + q.Kind.Word() + "收回了"
	case q.Kind == Countersign && q.Agrees == "yes":
		return "会签同意"
	case q.Kind == Countersign:
		return "会签不同意"
	case q.Kind == Task:
		return "办好了"
	}
	return "答复了协查"
}

// told checks an answer and gives its facts as the office's own.
func (x *Room) told(q Request, a Answering, tx *db.Tx) ([]fact.Statement, error) {
	var p errs.Problems
	words := strings.TrimSpace(a.Text)
	switch {
	case len([]rune(words)) > 2000:
		p.Add("text", "最多写 2000 个字。")
	case a.Declines && words == "":
		p.Add("text", "请写明为什么办不了。")
	case q.Kind == Countersign && !a.Declines && a.Agrees != "yes" && a.Agrees != "no":
		p.Add("agrees", "请选同意还是不同意。")
	case q.Kind == Countersign && a.Agrees == "no" && words == "":
		p.Add("text", "不同意的，请写明理由。")
	case q.Kind != Countersign && !a.Declines && words == "" && len(a.Facts) == 0:
		p.Add("text", "请写明查到了什么、办到哪一步。")
	}
	var all []fact.Statement
	for _, t := range a.Facts {
		def := x.desk.Services().Known().Dictionary.Find(t.Name)
		if a.Declines || !slices.Contains(q.Grant.Wants, t.Fact) || def == nil || def.Check(t.Value) != nil {
			p.Add("text", "这一项没有请您填。")
			continue
		}
		all = append(all, fact.Statement{Name: t.Name, About: t.About, Value: t.Value, Source: x.Vouch[q.To.Role], At: tx.Now.UTC(), Proof: q.Subject()})
	}
	return all, p.Err()
}

// Subject is the request's name in the audit log.
func (q Request) Subject() string { return "joint/" + q.ID }

// close writes how a request has ended, if it is open.
func (x *Room) close(ctx context.Context, tx *db.Tx, q *Request, who casework.Actor) error {
	q.Closed, q.ClosedBy = tx.Now, casework.Worker{ID: who.ID, Name: who.Name}
	n, err := tx.Exec(ctx, `UPDATE joint_request SET state = ?, answer = ?, agrees = ?, closed = ?, closed_by = ?, closed_name = ? WHERE id = ? AND state = 'open'`,
		q.State, x.desk.Box.SealText(q.Answer, sealAnswer), q.Agrees, db.Millis(q.Closed), q.ClosedBy.ID, q.ClosedBy.Name, q.ID)
	if err != nil {
		return wrap("closing a request", err)
	}
	if n == 0 {
		return errs.New(errs.Conflict, "这一件刚刚有人答复过或者收回了，请刷新后再看。")
	}
	return nil
}

// Withdraw takes an open request about a case back. The asked see nothing of
// the case any more.
func (x *Room) Withdraw(ctx context.Context, tx *db.Tx, c casework.ID, id string, who casework.Actor) error {
	q, err := x.hold(ctx, tx, id)
	if err != nil {
		return err
	}
	if q.Case != c || c == "" {
		return errNoRequest()
	}
	q.State = Withdrawn
	if err := x.close(ctx, tx, &q, who); err != nil {
		return err
	}
	_, err = x.desk.Add(ctx, tx, q.Case, casework.Addition{Code: "joint-withdrawn", Title: "收回请" + x.SeatTitle(q.To) + "的" + q.Kind.Word(), By: who, Shown: q.Kind == Assist})
	if err != nil {
		return err
	}
	return x.tell(ctx, tx, notify.Message{Key: "joint/" + q.ID + "/withdrawn", To: q.Assignee, Title: q.Kind.Word() + "收回了",
		Text: who.Name + "收回了请您的" + q.Kind.Word() + "，不用再答复。", Subject: "joint/" + q.ID})
}

// CaseEnded withdraws what is still open about a case that has ended: nobody
// waits for it, and nobody needs to see it any more.
func CaseEnded(ctx context.Context, tx *db.Tx, c casework.Case) error {
	_, err := tx.Exec(ctx, `UPDATE joint_request SET state = 'withdrawn', closed = ?, closed_by = ?, closed_name = ? WHERE case_id = ? AND state = 'open'`,
		db.Millis(tx.Now), casework.System.ID, casework.System.Name, c.ID)
	return wrap("withdrawing the requests of a case", err)
}
