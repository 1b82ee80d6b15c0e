package joint

import (
	"context"
	"slices"
	"strings"
	"time"

	"minzheng/kernel/audit"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/notify"
)

// Comment is what somebody who may see a case has written beside it for
// colleagues. It stays in the file, is never changed, and the applicant does
// not see it.
type Comment struct {
	ID       string
	Case     casework.ID
	By       casework.Actor
	At       time.Time
	Text     string // "" once it is taken back
	Back     time.Time
	Mentions []Mention
}

// Mention is a colleague whom a comment is meant for.
type Mention struct {
	Comment string
	Account string
	Name    string
	Case    casework.ID
	Seen    time.Time
}

const sealWords = "joint/words"

// Say writes a comment. Only who may see the case by their own duty can be
// mentioned.
func (x *Room) Say(ctx context.Context, tx *db.Tx, id casework.ID, who casework.Actor, words string, mentions []string) error {
	words = strings.TrimSpace(words)
	var p errs.Problems
	if n := len([]rune(words)); n == 0 || n > 2000 {
		p.Add("words", "请写几句，最多 2000 个字。")
	}
	c, err := casework.Find(ctx, tx, id)
	if err != nil {
		return err
	}
	viewers, err := x.Viewers(ctx, tx, c)
	if err != nil {
		return err
	}
	var meant []casework.Worker
	for _, account := range slices.Compact(slices.Sorted(slices.Values(mentions))) {
		i := slices.IndexFunc(viewers, func(w casework.Worker) bool { return w.ID == account && account != who.ID })
		if i < 0 {
			p.Add("mentions", "只能提到看得到这件事的同事。")
			continue
		}
		meant = append(meant, viewers[i])
	}
	if err := p.Err(); err != nil {
		return err
	}
	return x.say(ctx, tx, c, Comment{ID: db.NewID(), Case: c.ID, By: who, At: tx.Now, Text: words}, meant)
}

func (x *Room) say(ctx context.Context, tx *db.Tx, c casework.Case, m Comment, meant []casework.Worker) error {
	_, err := tx.Exec(ctx, `INSERT INTO joint_comment (id, case_id, account, name, role, at, words, back) VALUES (?, ?, ?, ?, ?, ?, ?, 0)`,
		m.ID, m.Case, m.By.ID, m.By.Name, m.By.Role, db.Millis(m.At), x.desk.Box.SealText(m.Text, sealWords))
	if err != nil {
		return wrap("writing a comment", err)
	}
	for _, w := range meant {
		_, err := tx.Exec(ctx, `INSERT INTO joint_mention (comment, account, name, case_id, at, seen) VALUES (?, ?, ?, ?, ?, 0)`, m.ID, w.ID, w.Name, m.Case, db.Millis(m.At))
		if err != nil {
			return wrap("mentioning a colleague", err)
		}
		err = x.tell(ctx, tx, notify.Message{Key: "joint/comment/" + m.ID + "/" + w.ID, To: w.ID, Title: m.By.Name + "提到您", Text: m.By.Name + "在一件事的批注里提到您。",
			Link: "/staff/cases/" + string(m.Case) + "#joint", Subject: c.Subject()})
		if err != nil {
			return err
		}
	}
	return x.desk.Audit.Record(ctx, tx, audit.Entry{Actor: m.By.ID, ActorName: m.By.Name, Role: m.By.Role, Verb: audit.Act, Subject: c.Subject(),
		Purpose: "写批注", Detail: map[string]string{"comment": m.ID}})
}

// TakeBack takes one's own comment back. That there was one stays to be seen.
func (x *Room) TakeBack(ctx context.Context, tx *db.Tx, c casework.Case, id string, who casework.Actor) error {
	n, err := tx.Exec(ctx, `UPDATE joint_comment SET back = ? WHERE id = ? AND case_id = ? AND account = ? AND back = 0`, db.Millis(tx.Now), id, c.ID, who.ID)
	if err != nil {
		return wrap("taking a comment back", err)
	}
	if n == 0 {
		return errs.New(errs.NotFound, "没有找到您写的这条批注，或者已经撤回了。")
	}
	return x.desk.Audit.Record(ctx, tx, audit.Entry{Actor: who.ID, ActorName: who.Name, Role: who.Role, Verb: audit.Act, Subject: c.Subject(),
		Purpose: "撤回批注", Detail: map[string]string{"comment": id}})
}

func (x *Room) scanComment(r db.Row) (m Comment, err error) {
	var at, back int64
	var words string
	if err := r.Scan(&m.ID, &m.Case, &m.By.ID, &m.By.Name, &m.By.Role, &at, &words, &back); err != nil {
		return m, err
	}
	m.At, m.Back = db.Time(at), db.Time(back)
	if back == 0 {
		m.Text, err = x.desk.Box.UnsealText(words, sealWords)
	}
	return m, err
}

const commentColumns = `c.id, c.case_id, c.account, c.name, c.role, c.at, c.words, c.back`

// Comments returns what was written beside a case, oldest first.
func (x *Room) Comments(ctx context.Context, r db.Reader, id casework.ID) ([]Comment, error) {
	all, err := db.All(ctx, r, x.scanComment, `SELECT `+commentColumns+` FROM joint_comment AS c WHERE c.case_id = ? ORDER BY c.at, c.id`, id)
	if err != nil || len(all) == 0 {
		return nil, wrap("reading comments", err)
	}
	mentions, err := db.All(ctx, r, scanMention, `SELECT comment, account, name, case_id, seen FROM joint_mention WHERE case_id = ? ORDER BY name, account`, id)
	if err != nil {
		return nil, wrap("reading mentions", err)
	}
	for i := range all {
		for _, m := range mentions {
			if m.Comment == all[i].ID {
				all[i].Mentions = append(all[i].Mentions, m)
			}
		}
	}
	return all, nil
}

func scanMention(r db.Row) (m Mention, err error) {
	var seen int64
	err = r.Scan(&m.Comment, &m.Account, &m.Name, &m.Case, &seen)
	m.Seen = db.Time(seen)
	return m, err
}

// Mentioned is a comment that mentions the reader.
type Mentioned struct {
	Comment
	Seen bool
}

// MentionsOf returns the comments that mention somebody, those not seen first.
func (x *Room) MentionsOf(ctx context.Context, r db.Reader, account string) ([]Mentioned, error) {
	all, err := db.All(ctx, r, func(r db.Row) (m Mentioned, err error) {
		var seen int64
		if m.Comment, err = x.scanComment(also{r, &seen}); err != nil {
			return m, err
		}
		m.Seen = seen != 0
		return m, nil
	}, `SELECT `+commentColumns+`, m.seen FROM joint_mention AS m JOIN joint_comment AS c ON c.id = m.comment
		WHERE m.account = ? AND c.back = 0 ORDER BY CASE WHEN m.seen = 0 THEN 0 ELSE 1 END, c.at DESC, c.id LIMIT 100`, account)
	return all, wrap("reading mentions", err)
}

// also scans one more column after those of another scan.
type also struct {
	db.Row
	more any
}

func (a also) Scan(into ...any) error { return a.Row.Scan(append(into, a.more)...) }

// Seen says that somebody has seen what mentions them beside a case.
func (x *Room) Seen(ctx context.Context, tx *db.Tx, id casework.ID, account string) error {
	_, err := tx.Exec(ctx, `UPDATE joint_mention SET seen = ? WHERE case_id = ? AND account = ? AND seen = 0`, db.Millis(tx.Now), id, account)
	return wrap("seeing mentions", err)
}

// Unseen reports whether a comment beside a case mentions somebody who has not
// seen it.
func Unseen(all []Comment, account string) bool {
	return slices.ContainsFunc(all, func(c Comment) bool {
		return slices.ContainsFunc(c.Mentions, func(m Mention) bool { return m.Account == account && m.Seen.IsZero() })
	})
}
