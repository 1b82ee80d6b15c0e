package recheck

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"minzheng/areas/assistance/ledger"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
)

// Effects are what the acts of the procedure do to a benefit.
func Effects() map[string]casework.Effect {
	all := map[string]casework.Effect{}
	for name, do := range map[string]func(*doing) error{
		"recheck-compare": (*doing).compare, "recheck-same": (*doing).same, "recheck-hear": (*doing).hear, "recheck-opinion": (*doing).opinion,
		"recheck-only-more": (*doing).onlyMore, "recheck-only-dead": (*doing).onlyDead, "recheck-replace": (*doing).replace, "recheck-ask": (*doing).ask,
		"recheck-more": (*doing).more, "recheck-less": (*doing).less, "recheck-keep": (*doing).keep, "recheck-fade": (*doing).fade,
		"recheck-stop": (*doing).stop, "recheck-end": (*doing).end,
	} {
		all[name] = func(ctx context.Context, tx *db.Tx, e casework.Effecting) error {
			d, err := begin(ctx, tx, e)
			if err != nil {
				return err
			}
			return do(d)
		}
	}
	return all
}

// doing is an act of a re-check while it is done.
type doing struct {
	*Room
	ctx  context.Context
	tx   *db.Tx
	e    casework.Effecting
	row  Recheck
	b    Benefit
	look looked
	f    Finding
	next ledger.Month // the first month that a decision of today can change
}

func begin(ctx context.Context, tx *db.Tx, e casework.Effecting) (*doing, error) {
	d := &doing{Room: New(e.Desk), ctx: ctx, tx: tx, e: e, next: ledger.MonthOf(e.Day).Add(1)}
	var err error
	if d.row, err = d.OfCase(ctx, tx, e.Case.ID); err != nil {
		return nil, err
	}
	if d.b, err = Find(ctx, tx, d.row.Benefit); err != nil {
		return nil, err
	}
	d.look = looked{service: e.Service, c: e.Case, facts: e.Facts, judged: e.Judgement, today: e.Day, path: d.path(e.Case.Region)}
	if err := d.read(ctx, tx, &d.look, d.b); err != nil {
		return nil, err
	}
	d.f = find(d.look)
	d.words()
	return d, nil
}

// read adds what stands in the tables.
func (r *Room) read(ctx context.Context, rd db.Reader, l *looked, b Benefit) (err error) {
	if l.members, err = r.desk.Members(ctx, rd, l.c.ID); err != nil {
		return err
	}
	if l.asked, err = r.desk.Lookups(ctx, rd, l.c.ID); err != nil {
		return err
	}
	if l.service.For != "" || l.service.Household == nil {
		l.whom = casework.Applicant
		if i := slices.IndexFunc(l.members, func(m casework.Member) bool { return m.Relation == l.service.For }); i >= 0 {
			l.whom = l.members[i].Key
		}
	}
	l.before, err = r.now(ctx, rd, b, l.today)
	return err
}

// words are what the letters say.
func (d *doing) words() {
	var changed []map[string]string
	for _, c := range d.f.Changes {
		by := ""
		if c.By != "" {
			by = "（" + c.By + "，" + c.On + "）"
		}
		changed = append(changed, map[string]string{"名": c.Name, "原": c.Before, "新": c.After, "来源": by})
	}
	w := d.e.Words
	w["变化"], w["后果"], w["待遇"], w["多发"], w["下次复核"], w["本人意见"] = changed, d.f.Follows(d.next), d.b.Title, "", "", ""
	w["原金额"], w["起发月"] = d.e.Service.Grants().Pays(d.f.Before), d.next.Long()
	w["末月"], w["停发月"] = d.next.Add(-1).Long(), d.next.Long()
	if st := d.e.Service.Step("hearing"); st != nil && st.Wait != nil {
		w["答复截止"] = d.desk.Calendar.AddWorkdays(d.e.Day, st.Wait.Days).Day.Long()
	}
	if d.row.Heard != nil {
		w["本人意见"] = d.row.Heard.Opinion
	}
}

// compare is the machine's part: it says what has changed, and decides nothing.
func (d *doing) compare() error {
	if !d.f.Same || d.e.Case.Conflicts > 0 {
		d.e.Or()
	}
	d.e.Detail["算下来"] = d.f.Follows(d.next)
	for _, c := range d.f.Changes {
		d.e.Detail[c.Name] = c.Before + " → " + c.After
	}
	if len(d.f.Unasked) > 0 {
		d.e.Detail["没有问到"] = strings.Join(d.f.Unasked, "；")
	}
	return d.keepFound()
}

func (d *doing) keepFound() error {
	found, err := d.sealed(d.f)
	if err != nil {
		return err
	}
	if _, err := d.tx.Exec(d.ctx, `UPDATE assistance_recheck SET found = ? WHERE id = ?`, found, d.row.ID); err != nil {
		return fmt.Errorf("keeping what a re-check found: %w", err)
	}
	return nil
}

// same ends a re-check that has found nothing new.
func (d *doing) same() error {
	if !d.b.running() {
		return d.finish(Same) // it was ended otherwise, and there is nothing to look at any more
	}
	if d.e.Case.Step == "same" && !d.f.Same || d.f.Result != NoChange || d.f.Alone {
		return errs.New(errs.Conflict, "现在算下来和上次不一样了，请看看变了什么再办。")
	}
	return d.close(Same)
}

// hear tells the recipient what was found and what would follow.
func (d *doing) hear() error {
	if d.f.Alone {
		return errs.New(errs.Conflict, "申请人已经去世，请先“换家里人接着办”。")
	}
	if d.f.Result == Dead {
		return errs.New(errs.Conflict, "领的人已经去世，没有可以听取意见的人，请报县局终止。")
	}
	if err := d.keepFound(); err != nil {
		return err
	}
	return d.keepHeard(Hearing{Told: d.f})
}

func (d *doing) keepHeard(h Hearing) error {
	heard, err := d.sealed(h)
	if err != nil {
		return err
	}
	if _, err := d.tx.Exec(d.ctx, `UPDATE assistance_recheck SET heard = ? WHERE id = ?`, heard, d.row.ID); err != nil {
		return fmt.Errorf("keeping a hearing: %w", err)
	}
	return nil
}

// opinion writes down what the recipient said, or that nothing came.
func (d *doing) opinion() error {
	if d.row.Heard == nil {
		return errs.New(errs.Conflict, "还没有告诉本人查到了什么。")
	}
	h := *d.row.Heard
	switch d.e.Actor.Role {
	case "citizen":
		h.Answer, h.Opinion = "网上", strings.TrimSpace(d.e.Reason)
		if h.Opinion == "" {
			h.Opinion = "没有意见"
		}
	case casework.System.Role:
		h.Answer, h.Opinion = "没有答复", "到期没有收到"
	default:
		for _, a := range d.e.Answers {
			switch {
			case !a.Known:
			case a.Field.Fact == "本人意见":
				h.Opinion = a.Value.Word()
			case a.Field.Fact == "听取方式":
				h.Answer = a.Value.Word()
			}
		}
	}
	d.e.Detail["本人意见"] = h.Opinion
	return d.keepHeard(h)
}

func (d *doing) onlyMore() error {
	if d.f.Result != Higher || d.f.Alone {
		return errs.New(errs.Conflict, "算下来不是多发，要先听取本人意见。")
	}
	return d.keepFound()
}

func (d *doing) onlyDead() error {
	if d.f.Result != Dead {
		return errs.New(errs.Conflict, "部门没有登记去世，或者家里还有别人一起领，不能直接终止。")
	}
	return d.keepFound()
}

// replace ends a re-check whose applicant has died, and opens one for another
// of the family.
func (d *doing) replace() error {
	if !d.f.Alone {
		return errs.New(errs.Conflict, "申请人没有登记去世，或者家里没有别人，不用换。")
	}
	if err := d.finish(Replaced); err != nil {
		return err
	}
	c, err := d.Look(d.ctx, d.tx, Occasion{Benefit: d.b.ID, Origin: d.row.Origin, Title: "申请人已去世，换由家里人接着核对", By: d.e.Actor,
		Died: d.desk.People.Index(d.look.members[0].Number), Due: d.e.Case.Due})
	if err != nil {
		return err
	}
	if c.Applicant == d.e.Case.Applicant {
		return errs.New(errs.Conflict, "家里没有登记过的其他人，请先把家里人登记进居民库。")
	}
	d.e.Detail["接着办的"] = c.Name + "，" + c.Number
	return nil
}

func (d *doing) ask() error { return d.desk.AskAnew(d.ctx, d.tx, d.e.Case.ID) }

// heard refuses to take anything away that the recipient was not told of.
func (d *doing) heard() error {
	switch {
	case d.row.Heard == nil || d.row.Heard.Answer == "":
		return errs.New(errs.Conflict, "还没有听取本人意见，不能减发、停发（社会救助法 第48条）。")
	case d.f.worse(d.row.Heard.Told):
		return errs.New(errs.Conflict, "现在算出来的结果比听取意见时告诉本人的更差，要退回重新听取意见（社会救助法 第48条）。")
	}
	return nil
}

// day is when a fact about a member says something happened; 0 is unknown.
func (d *doing) day(name, about string) calendar.Day {
	v, ok := d.e.Facts.Get(name, about)
	if !ok {
		return 0
	}
	return calendar.Day(v.Int64())
}
