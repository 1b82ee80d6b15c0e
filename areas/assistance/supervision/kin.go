package supervision

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"minzheng/kernel/audit"
	"minzheng/kernel/auth"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/form"
	"minzheng/kernel/region"
)

// The posts of those whose relatives are filed (民发〔2021〕57号 第11条).
const (
	OfStaff   = "staff"
	OfVillage = "village"
)

// Relations are who counts as close (民法典 第1045条), and oneself.
func Relations() []string {
	return []string{"本人", "配偶", "父母", "子女", "兄弟姐妹", "祖父母、外祖父母", "孙子女、外孙子女"}
}

// Kin says that somebody is a close relative of somebody who works here. The
// relative's number is kept as a blind index alone.
type Kin struct {
	ID       string
	Account  string // "" is of a village's committee
	Declarer string
	Post     string
	Region   string // where the declarer serves
	Name     string
	Relation string // what the relative is to the declarer
	At       time.Time
	Ended    time.Time // zero: it holds
	index    string
}

// Declaration is what is handed in.
type Declaration struct {
	Account, Declarer, Post, Region string
	Name, Number, Relation          string
	By                              casework.Actor
}

func (k Declaration) check(now time.Time) error {
	var p errs.Problems
	if k.Post == OfVillage {
		if s := form.CheckText("name", "村干部的姓名", k.Declarer, now); s != "" {
			p.Add("declarer", s)
		}
	}
	if s := form.CheckText("name", "亲属的姓名", k.Name, now); s != "" {
		p.Add("name", s)
	}
	if s := form.CheckText("number", "身份证号", k.Number, now); s != "" {
		p.Add("number", s)
	}
	if !slices.Contains(Relations(), k.Relation) {
		p.Add("relation", "请选是什么人。")
	}
	return p.Err()
}

// Declare files a close relative, with the open cases of theirs too.
func (r *Room) Declare(ctx context.Context, tx *db.Tx, k Declaration) (id string, err error) {
	k.Name, k.Number, k.Declarer = form.Tidy("name", k.Name), form.Tidy("number", k.Number), form.Tidy("name", k.Declarer)
	if err := k.check(tx.Now); err != nil {
		return "", err
	}
	index := r.desk.People.Index(k.Number)
	if n, err := db.One(ctx, tx, db.Value[int], `SELECT COUNT(*) FROM assistance_kin WHERE number_ix = ? AND account = ? AND account <> '' AND ended_at = 0`, index, k.Account); err != nil {
		return "", fmt.Errorf("looking for a declaration: %w", err)
	} else if n > 0 {
		return "", errs.Problems{{Field: "number", Sentence: "这位亲属已经报过了。"}}
	}
	id = db.NewID()
	if _, err := tx.Exec(ctx, `INSERT INTO assistance_kin (`+kinColumns+`, by_account) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?)`,
		id, k.Account, r.sealed(k.Declarer), k.Post, k.Region, r.sealed(k.Name), index, r.sealed(k.Relation), db.Millis(tx.Now), k.By.ID); err != nil {
		return "", fmt.Errorf("declaring a relative: %w", err)
	}
	if err := r.desk.Avoid(ctx, tx, index, Kin{ID: id, Account: k.Account, Declarer: k.Declarer, Post: k.Post, Relation: k.Relation}.avoided()); err != nil {
		return "", err
	}
	return id, r.desk.Audit.Record(ctx, tx, audit.Entry{Actor: k.By.ID, ActorName: k.By.Name, Role: k.By.Role, Verb: audit.Manage, Subject: "kin/" + id, Purpose: "近亲属备案"})
}

// avoided is the declaration as a case files it.
func (k Kin) avoided() casework.Avoided {
	post := map[string]string{OfStaff: "工作人员", OfVillage: "村（居）委会成员"}[k.Post]
	why := "家里有" + post + k.Declarer + "的" + k.Relation
	if k.Relation == "本人" {
		why = post + k.Declarer + "就在这一家"
	}
	return casework.Avoided{Cause: k.ID, Account: k.Account, Name: k.Declarer, Why: why}
}

// End takes a declaration back: it was a mistake, or holds no longer.
func (r *Room) End(ctx context.Context, tx *db.Tx, id string, by casework.Actor) error {
	n, err := tx.Exec(ctx, `UPDATE assistance_kin SET ended_at = ? WHERE id = ? AND ended_at = 0`, db.Millis(tx.Now), id)
	if err != nil {
		return fmt.Errorf("ending a declaration: %w", err)
	}
	if n == 0 {
		return errs.New(errs.Conflict, "这一条刚刚已经撤了，请刷新后再看。")
	}
	if err := r.desk.Readmit(ctx, tx, id); err != nil {
		return err
	}
	return r.desk.Audit.Record(ctx, tx, audit.Entry{Actor: by.ID, ActorName: by.Name, Role: by.Role, Verb: audit.Manage, Subject: "kin/" + id, Purpose: "撤回近亲属备案"})
}

const kinColumns = `id, account, declarer, post, region, name, number_ix, relation, at, ended_at`

func (r *Room) scanKin(row db.Row) (k Kin, err error) {
	var at, ended int64
	if err := row.Scan(&k.ID, &k.Account, &k.Declarer, &k.Post, &k.Region, &k.Name, &k.index, &k.Relation, &at, &ended); err != nil {
		return k, err
	}
	k.At, k.Ended = db.Time(at), db.Time(ended)
	return k, r.open(&k.Declarer, &k.Name, &k.Relation)
}

// FindKin returns a declaration, or an error of kind NotFound.
func (r *Room) FindKin(ctx context.Context, rd db.Reader, id string) (Kin, error) {
	k, err := db.One(ctx, rd, r.scanKin, `SELECT `+kinColumns+` FROM assistance_kin WHERE id = ?`, id)
	if errors.Is(err, db.ErrNone) {
		return k, errs.New(errs.NotFound, "没有找到这一条备案。")
	}
	if err != nil {
		return k, fmt.Errorf("finding a declaration: %w", err)
	}
	return k, nil
}

// KinOf returns the declarations of an account that hold, the oldest first.
func (r *Room) KinOf(ctx context.Context, rd db.Reader, account string) ([]Kin, error) {
	return r.kin(ctx, rd, `account = ? AND account <> '' AND ended_at = 0 ORDER BY at, id`, account)
}

// KinIn returns the declarations that hold of those who serve in some ranges of places.
func (r *Room) KinIn(ctx context.Context, rd db.Reader, ranges []region.Range, most int) ([]Kin, error) {
	if len(ranges) == 0 {
		return nil, nil
	}
	where, args := inRanges("region", ranges)
	return r.kin(ctx, rd, where+` AND ended_at = 0 ORDER BY at DESC, id DESC LIMIT ?`, append(args, most)...)
}

func (r *Room) kin(ctx context.Context, rd db.Reader, where string, args ...any) ([]Kin, error) {
	all, err := db.All(ctx, rd, r.scanKin, `SELECT `+kinColumns+` FROM assistance_kin WHERE `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("reading declarations: %w", err)
	}
	return all, nil
}

// Avoids tells who has to keep away from a case with these members.
func (r *Room) Avoids(ctx context.Context, rd db.Reader, members []string) ([]casework.Avoided, error) {
	if len(members) == 0 {
		return nil, nil
	}
	in, args := db.In(members)
	all, err := r.kin(ctx, rd, `number_ix IN (`+in+`) AND ended_at = 0 ORDER BY at, id`, args...)
	var away []casework.Avoided
	for _, k := range all {
		away = append(away, k.avoided())
	}
	return away, err
}

func inRanges(column string, all []region.Range) (string, []any) {
	var parts []string
	var args []any
	for _, one := range all {
		parts = append(parts, column+` BETWEEN ? AND ?`)
		args = append(args, one.Low, one.High)
	}
	return `(` + strings.Join(parts, ` OR `) + `)`, args
}

// places are the ranges in which somebody has a role.
func (r *Room) places(who auth.Who, role string) []region.Range {
	var all []region.Range
	for _, g := range who.Grants {
		if g.Role == role {
			all = append(all, r.desk.Places.Ranges(region.Code(g.Region))...)
		}
	}
	return all
}
