package casework

import (
	"context"
	"strings"

	"minzheng/kernel/audit"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework/decision"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/fact"
	"minzheng/kernel/rule"
)

func (d *Desk) settle(ctx context.Context, tx *db.Tx, c Case, s Settling) error {
	def := d.shelf.known.Dictionary.Find(s.Fact)
	switch {
	case !c.IsOpen():
		return errs.New(errs.Conflict, "这件事已经办完，不能再改。")
	case def == nil || def.Check(s.Value) != nil || def.Member() != (s.About != ""):
		return errs.New(errs.Invalid, "请选一个值。")
	case strings.TrimSpace(s.Reason) == "":
		return errs.Problems{{Field: "reason", Sentence: "请写明为什么采用这个值，会写进决定书。"}}
	}
	service, err := d.shelf.Version(ctx, tx, c.Version)
	if err != nil {
		return err
	}
	told := []fact.Statement{statement(s.Fact, s.About, s.Value, fact.Decided, tx.Now)}
	told[0].Proof = s.Reason // stands in the decision
	if err := d.tell(ctx, tx, c.ID, told); err != nil {
		return err
	}
	facts, err := d.Facts(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	d.refresh(&c, service, facts, calendar.DayOf(tx.Now))
	if err := update(ctx, tx, &c); err != nil {
		return err
	}
	name := s.Fact
	if who, ok := facts.Get("姓名", s.About); ok {
		name = who.Word() + "的" + s.Fact
	}
	if err := d.note(ctx, tx, c, entry{who: s.Who, code: "settle", title: "认定" + name, from: c.Step, to: c.Step, reason: s.Reason,
		detail: map[string]string{name: s.Value.String()}}); err != nil {
		return err
	}
	return d.Audit.Record(ctx, tx, audit.Entry{Actor: s.Who.ID, ActorName: s.Who.Name, Role: s.Who.Role, Verb: audit.Act, Subject: c.Subject(),
		Person: string(c.Applicant), Purpose: "认定不一致的数据", Detail: map[string]string{"fact": def.Code, "about": s.About}})
}

// MissingNames says for readers what lacks: 李秀芬的存款.
func MissingNames(facts *fact.Set, missing []rule.Missing) []string {
	return decision.MissingNames(facts, missing)
}
