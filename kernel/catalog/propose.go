package catalog

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"minzheng/kernel/audit"
	"minzheng/kernel/auth"
	"minzheng/kernel/calendar"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/fact"
	"minzheng/kernel/region"
	"minzheng/kernel/rule"
)

// Proposal is a change as it was typed.
type Proposal struct {
	Key       string // the same for the same submission; a second one makes no second change
	Service   string
	Parameter string
	Region    string
	From      string // 2026-07-01
	Until     string // the last day, or ""
	Value     string // 1280.00, 是 or 否, 2026-07-01
	Source    string
	Why       string
	Corrects  bool
	Retro     bool

	together string // id of the change with which it is proposed
}

const (
	longSource = 100 // runes
	longWhy    = 500
	farthest   = 5 // years ahead: beyond that a year is mistyped
)

// Propose keeps a change that can be laid in as it is, and has its impact
// worked out. What is wrong with it is in errs.Problems, by field.
func (c *Changes) Propose(ctx context.Context, tx *db.Tx, who auth.Who, p Proposal) (Change, error) {
	if p.Key == "" || len(p.Key) > 64 {
		return Change{}, errs.New(errs.Invalid, "这张表已经过时，请重新打开再填。")
	}
	if one, err := c.one(ctx, tx, `WHERE form_key = ?`, p.Key); err == nil || !errs.Is(err, errs.NotFound) {
		if err == nil && one.Proposer != who.Account {
			return Change{}, errNoChange()
		}
		return one, err
	}
	one, err := c.read(who, p, calendar.DayOf(tx.Now))
	if err != nil {
		return Change{}, err
	}
	if _, _, err := c.Pair(ctx, tx, one); err != nil {
		var problems errs.Problems
		if !errors.As(err, &problems) && errs.Is(err, errs.Conflict) {
			return Change{}, errs.Problems{{Field: "value", Sentence: errs.Sentence(err)}}
		}
		return Change{}, err
	}
	one.ID, one.State, one.Proposer, one.ProposerName, one.ProposedAt = db.NewID(), Proposed, who.Account, who.Name, tx.Now
	if err := insertChange(ctx, tx, one, p.Key); err != nil {
		return Change{}, err
	}
	if err := anew(ctx, tx, one.ID); err != nil {
		return Change{}, err
	}
	return one, c.record(ctx, tx, who, one, "提出标准变更")
}

func insertChange(ctx context.Context, tx *db.Tx, c Change, key string) error {
	until := ""
	if c.Until != 0 {
		until = c.Until.String()
	}
	_, err := tx.Exec(ctx, `INSERT INTO catalog_change (id, form_key, service, parameter, region, from_day, until_day, value, source, why,
		corrects, retro, state, proposer, proposer_name, proposed_at, together) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		c.ID, key, c.Service, c.Parameter, c.Region, c.From.String(), until, c.Value, c.Source, c.Why,
		b2i(c.Corrects), b2i(c.Retro), c.State, c.Proposer, c.ProposerName, db.Millis(c.ProposedAt), c.Together)
	if db.Taken(err) {
		return errs.New(errs.Conflict, "这项变更刚刚已经提出了，请在“标准和参数”里看。")
	}
	if err != nil {
		return fmt.Errorf("adding a change: %w", err)
	}
	return nil
}

func b2i(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func (c *Changes) record(ctx context.Context, tx *db.Tx, who auth.Who, one Change, what string) error {
	return c.Audit.Record(ctx, tx, audit.Entry{Actor: who.Account, ActorName: who.Name, Role: c.role(who, one.Region), Verb: audit.Manage, Subject: one.Subject(),
		Purpose: what, Detail: map[string]string{"service": one.Service, "parameter": one.Parameter, "region": one.Region,
			"from": one.From.String(), "value": one.Value, "source": one.Source}})
}

// read reads what was typed, as far as that needs no other change.
func (c *Changes) read(who auth.Who, p Proposal, today calendar.Day) (Change, error) {
	s := c.folder(p.Service)
	if s == nil || s.Rules.Parameters()[p.Parameter] == nil {
		return Change{}, errs.New(errs.NotFound, "没有这个标准。")
	}
	par := s.Rules.Parameters()[p.Parameter]
	if len(par.By) > 0 {
		return Change{}, errs.New(errs.Conflict, "这个标准是一张表，现在还不能在这里改，请改事项文件夹里的 rules.yaml。")
	}
	var wrong errs.Problems
	one := Change{Service: p.Service, Parameter: p.Parameter, Region: p.Region, Corrects: p.Corrects, Retro: p.Retro, Together: p.together}
	var sentence string
	if one.Value, sentence = valueOf(par.Type, strings.TrimSpace(p.Value)); sentence != "" {
		wrong.Add("value", sentence)
	}
	c.place(&wrong, who, p.Region, today)
	one.From, one.Until = period(&wrong, p, today)
	one.Source = plain(&wrong, "source", p.Source, longSource, "请写文号或者文件名称。")
	one.Why = plain(&wrong, "why", p.Why, longWhy, "请写为什么改，复核的人要看。")
	return one, wrong.Err()
}

// plain is a typed text of one piece: what cannot be seen cannot be checked by
// the second person.
func plain(wrong *errs.Problems, field, typed string, most int, missing string) string {
	typed = strings.TrimSpace(typed)
	switch {
	case typed == "":
		wrong.Add(field, missing)
	case len([]rune(typed)) > most:
		wrong.Add(field, fmt.Sprintf("请写短一些，不超过 %d 个字。", most))
	case strings.ContainsFunc(typed, func(r rune) bool {
		return unicode.Is(unicode.Cf, r) || unicode.IsControl(r) && (field != "why" || r != '\n' && r != '\r')
	}):
		wrong.Add(field, "有看不见的字符，请删掉再写。")
	}
	return typed
}

func (c *Changes) place(wrong *errs.Problems, who auth.Who, place string, today calendar.Day) {
	switch _, there := c.Places.At(region.Code(place), today.String()); {
	case !there:
		wrong.Add("region", "没有这个地方，请从列表里选。")
	case !c.May(who, place):
		wrong.Add("region", "您只能改本地和下级地方的标准。这个地方的请找它的上级。")
	}
}

func period(wrong *errs.Problems, p Proposal, today calendar.Day) (from, until calendar.Day) {
	from, err := calendar.Parse(strings.TrimSpace(p.From))
	switch {
	case err != nil:
		wrong.Add("from", "请写从哪一天起，像 2026-07-01。")
	case from > today.AddMonths(12*farthest) || from.Year() < 1990:
		wrong.Add("from", "这一天太远了，请看看年份有没有写错。")
	case from < today && !p.Retro:
		wrong.Add("retro", from.Long()+"已经过了。真要从那天起算，请勾选“追溯”，启用以后这段时间的要重新算。")
	}
	if typed := strings.TrimSpace(p.Until); typed != "" {
		var wrongDay error
		if until, wrongDay = calendar.Parse(typed); wrongDay != nil {
			wrong.Add("until", "截止的日子写成 2026-12-31 这样，没有就空着。")
		} else if err == nil && until < from {
			wrong.Add("until", "截止的日子比开始的早。")
		}
	}
	return from, until
}

// valueOf is a typed value as rules.yaml writes it, or a sentence.
func valueOf(kind, typed string) (value, sentence string) {
	switch kind {
	case "money":
		if fen, ok := fact.ParseYuan(typed); ok {
			return strings.NewReplacer("¥", "", ",", "").Replace(fact.Yuan(fen)), ""
		}
		return "", "请写金额，像 1280.00。"
	case "bool":
		if v, ok := map[string]string{"是": "true", "否": "false"}[typed]; ok {
			return v, ""
		}
		return "", "请选是或者否。"
	case "date":
		if d, err := calendar.Parse(typed); err == nil {
			return d.String(), ""
		}
		return "", "请写日期，像 2026-07-01。"
	}
	if !number(typed) {
		return "", "请写一个数，像 24 或者 1.5。"
	}
	return typed, ""
}

// number reports whether something is a plain number: digits, and at most six
// after a point.
func number(s string) bool {
	whole, rest, point := strings.Cut(strings.TrimPrefix(s, "-"), ".")
	digits := func(s string, most int) bool {
		return s != "" && len(s) <= most && strings.Trim(s, "0123456789") == ""
	}
	return digits(whole, 12) && (!point || digits(rest, 6))
}

// clash says what of the values that a region has a change would collide with.
// An open value that begins earlier ends by itself; a later one takes over.
func clash(today *Service, c Change) error {
	par := today.Rules.Parameters()[c.Parameter]
	if par == nil {
		return errs.New(errs.Conflict, "这个事项已经没有这个标准了。")
	}
	laid := c.Laid()
	same := slices.ContainsFunc(par.Values, func(v *rule.Dated) bool { return v.Region == c.Region && v.From == laid.From })
	if same && !c.Corrects {
		return errs.Problems{{Field: "corrects", Sentence: "从 " + laid.From + " 起这里已经有一个值。要更正它，请勾选“更正”；不是的话，请换一个开始的日子。"}}
	}
	if c.Corrects && !same {
		return errs.Problems{{Field: "corrects", Sentence: "从 " + laid.From + " 起这里没有可以更正的值，请不要勾选“更正”。"}}
	}
	for _, v := range par.Values {
		if v.Region != c.Region || v.From == laid.From || v.Until == "" && laid.Until == "" || !overlap(v, laid) {
			continue
		}
		if v.Until != "" {
			return errs.Problems{{Field: "from", Sentence: "这里从 " + v.From + " 到 " + v.Until + " 已经有一个值，日子重叠了。请从它之后开始，或者在它之前截止。"}}
		}
		return errs.Problems{{Field: "until", Sentence: "这里从 " + v.From + " 起有一个没有截止日子的值，日子重叠了。只改一段时间的，请不写截止日子，到期再提一项改回来的。"}}
	}
	return nil
}

func overlap(v *rule.Dated, c rule.Change) bool {
	return (c.Until == "" || v.From <= c.Until) && (v.Until == "" || c.From <= v.Until)
}
