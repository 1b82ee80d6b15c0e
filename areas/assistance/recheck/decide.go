package recheck

import (
	"fmt"

	"minzheng/areas/assistance/ledger"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/fact"
	"minzheng/kernel/rule"
)

// Here the county's decisions become amounts and last months.

func (d *doing) must(want Result, otherwise string) error {
	if !d.b.running() {
		return errs.New(errs.Conflict, "这一项已经停了。请退回乡镇，按“没有变化”办结。")
	}
	if d.f.Alone {
		return errs.New(errs.Conflict, "申请人已经去世，请退回，先“换家里人接着办”。")
	}
	if d.f.Result != want {
		return errs.New(errs.Conflict, otherwise)
	}
	return nil
}

func (d *doing) more() error {
	if err := d.must(Higher, "算下来不是多发，不能按增发办。"); err != nil {
		return err
	}
	return d.change(More)
}

func (d *doing) less() error {
	if err := d.must(Lower, "算下来不是少发，不能按减发办。"); err != nil {
		return err
	}
	if err := d.heard(); err != nil {
		return err
	}
	return d.change(Less)
}

// change pays another amount from the next month on.
func (d *doing) change(how Outcome) error {
	err := ledger.Set(d.ctx, d.tx, ledger.Amount{Benefit: d.b.ID, Since: max(d.next, d.b.Since), Amount: d.f.After, Version: d.e.Case.Version, Why: "复核 " + d.e.Case.Number})
	if err != nil {
		return err
	}
	if err := d.over(); err != nil {
		return err
	}
	return d.close(how)
}

func (d *doing) keep() error {
	if err := d.must(NoChange, "算下来金额有变化，不能按维持办。"); err != nil {
		return err
	}
	if d.f.After != d.f.Before {
		return errs.New(errs.Conflict, "金额有小的差别，在容差以内。请退回乡镇，按“没有变化”办结。")
	}
	return d.close(Same)
}

// stop ends a benefit with this month (社会救助法 第48条: heard before).
func (d *doing) stop() error {
	if err := d.must(Out, "算下来还符合条件，不能停发。"); err != nil {
		return err
	}
	if err := d.heard(); err != nil {
		return err
	}
	return d.last(d.next.Add(-1), Stopped)
}

// fade ends a benefit some months later, so that work pays.
func (d *doing) fade() error {
	if err := d.must(Out, "算下来还符合条件，不能按渐退办。"); err != nil {
		return err
	}
	if err := d.heard(); err != nil {
		return err
	}
	if !d.f.grew() {
		return errs.New(errs.Conflict, "不是因为就业收入增加不符合的，不能按渐退办。")
	}
	months, ok := d.number("渐退月数")
	if !ok || months < 1 {
		return errs.New(errs.Conflict, "当地还没有定渐退几个月。")
	}
	return d.last(d.next.Add(-1+months), Faded)
}

func (d *doing) end() error {
	if err := d.must(Dead, "部门没有登记去世，或者家里还有别人一起领，不能终止。"); err != nil {
		return err
	}
	return d.last(d.next.Add(-1), Ended)
}

// last ends a benefit with a month.
func (d *doing) last(m ledger.Month, how Outcome) error {
	if d.b.Ends != "" {
		m = min(m, d.b.Ends)
	}
	if m < d.b.Since {
		m = d.b.Since.Add(-1) // it never began
	}
	n, err := d.tx.Exec(d.ctx, `UPDATE assistance_benefit SET until = ? WHERE id = ? AND until = ''`, string(m), d.b.ID)
	if err != nil {
		return fmt.Errorf("ending a benefit: %w", err)
	}
	if n == 0 {
		return errs.New(errs.Conflict, "这一项刚刚已经停了，请刷新后再看。")
	}
	d.e.Words["末月"], d.e.Words["停发月"] = m.Long(), m.Add(1).Long()
	if err := d.over(); err != nil {
		return err
	}
	return d.close(how)
}

// Pending is the state of an overpayment that nobody has agreed on yet: it is
// neither offset nor forgiven.
const Pending ledger.State = "found"

// over writes down what was paid for months after a death. It is not taken
// back by itself.
func (d *doing) over() error {
	since := d.died()
	if since == 0 {
		return nil
	}
	accounts, err := ledger.Hold(d.ctx, d.tx, []string{d.b.ID})
	if err != nil {
		return err
	}
	due := ledger.Due{Benefit: d.b.ID, Run: d.row.ID, Kind: ledger.Over, State: Pending, Why: "去世以后还发的，复核 " + d.e.Case.Number}
	sum := int64(0)
	for _, m := range ledger.Months(max(ledger.MonthOf(since).Add(1), d.b.Since), d.next.Add(-1)) {
		should, ok := d.should(m)
		if over := accounts[d.b.ID].Had(m) - should; ok && over > 0 {
			due.Shares = append(due.Shares, ledger.Share{Month: m, Amount: over})
			sum += over
		}
	}
	if sum == 0 {
		return nil
	}
	d.e.Words["多发"] = "去世以后的月份多发了 " + fact.Yuan(sum) + "。怎么处理，我们会另外和您商量，不会自己扣。"
	d.e.Detail["去世以后多发"] = fact.Yuan(sum)
	return ledger.Owe(d.ctx, d.tx, due)
}

// died is the first day on which somebody of the family has died since the
// matter was looked at before.
func (d *doing) died() calendar.Day {
	var first calendar.Day
	for _, m := range d.look.members {
		dead, _ := d.e.Facts.Get("已去世", m.Key)
		was, _ := d.e.Facts.Before("已去世", m.Key)
		if !dead.Bool() || was.Value.Type() == fact.Bool && was.Value.Bool() {
			continue
		}
		if on := d.day("去世日期", m.Key); on != 0 && (first == 0 || on < first) {
			first = on
		}
	}
	return first
}

// should is what the rules give for a month, as the family is now.
func (d *doing) should(m ledger.Month) (int64, bool) {
	if d.f.Result == Dead {
		return 0, true
	}
	j := d.e.Service.Rules.Judge(rule.Case{Facts: d.e.Facts, Region: d.look.path, On: int32(m.First())})
	decided, _ := j.Find(d.e.Service.Decides)
	amount, ok := j.Find(d.e.Service.Amount)
	switch {
	case !decided.Known || decided.Holds() && ok && !amount.Known:
		return 0, false
	case !decided.Holds() || !ok:
		return 0, true
	}
	return amount.Value.Int64(), true
}

// number is what a rule of the procedure gives.
func (d *doing) number(name string) (int, bool) {
	r, ok := d.look.process(d.f).Find(name)
	if !ok || !r.Known {
		return 0, false
	}
	return int(r.Value.Int64()), true
}

// unsure is after how many months a family is looked at again whose class the
// facts leave open.
const unsure = 12

// close ends the re-check, and says when the next one is.
func (d *doing) close(how Outcome) error {
	if err := d.finish(how); err != nil {
		return err
	}
	if how == Stopped || how == Faded || how == Ended {
		return d.uncover(d.ctx, d.tx, d.b.ID)
	}
	if err := d.moveRecipient(); err != nil {
		return err
	}
	if err := d.cover(d.ctx, d.tx, d.b, d.e.Case); err != nil {
		return err
	}
	if err := d.stand(); err != nil {
		return err
	}
	months, ok := d.number("复核间隔月数")
	if !ok {
		months = unsure
	}
	review := d.next.Add(months - 1)
	d.e.Words["下次复核"] = review.Long()
	if d.b.Review == "" {
		d.e.Words["下次复核"] = "家里有变化的时候"
		return nil
	}
	if _, err := d.tx.Exec(d.ctx, `UPDATE assistance_benefit SET review = ? WHERE id = ?`, string(review), d.b.ID); err != nil {
		return fmt.Errorf("setting the next re-check: %w", err)
	}
	return nil
}

// stand has the benefit stand on what counts now, from the next month on; what
// payment has packed of the case before is forgotten.
func (d *doing) stand() error {
	if _, err := d.tx.Exec(d.ctx, `DELETE FROM assistance_known WHERE benefit = ?`, d.b.ID); err != nil {
		return fmt.Errorf("forgetting packed facts: %w", err)
	}
	return ledger.Stand(d.ctx, d.tx, d.b.ID, ledger.Basis{Since: max(d.next, d.b.Since), Case: string(d.e.Case.ID)})
}

// finish ends the re-check itself.
func (d *doing) finish(how Outcome) error {
	n, err := d.tx.Exec(d.ctx, `UPDATE assistance_recheck SET open_key = id, outcome = ?, closed_at = ? WHERE id = ? AND outcome = ''`,
		string(how), db.Millis(d.tx.Now), d.row.ID)
	if err != nil {
		return fmt.Errorf("ending a re-check: %w", err)
	}
	if n == 0 {
		return errs.New(errs.Conflict, "这次复核刚刚已经办完了，请刷新后再看。")
	}
	return nil
}

// moveRecipient pays to whoever stands for the family now, where the one who
// did before has died.
func (d *doing) moveRecipient() error {
	if d.e.Case.Again == "" {
		return nil
	}
	before, err := casework.Find(d.ctx, d.tx, d.e.Case.Again)
	if err != nil || before.Applicant == d.e.Case.Applicant || d.b.Recipient != string(before.Applicant) {
		return err
	}
	if _, err := d.tx.Exec(d.ctx, `UPDATE assistance_benefit SET recipient = ? WHERE id = ?`, d.e.Case.Applicant, d.b.ID); err != nil {
		return fmt.Errorf("changing who receives a benefit: %w", err)
	}
	if _, err := d.tx.Exec(d.ctx, `DELETE FROM assistance_account WHERE benefit = ?`, d.b.ID); err != nil { // it was the other's
		return fmt.Errorf("forgetting an account: %w", err)
	}
	return nil
}
