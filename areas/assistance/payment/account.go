package payment

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"minzheng/kernel/audit"
	"minzheng/kernel/auth"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/form"
	"minzheng/kernel/rule"
)

// account is where a benefit is paid to.
type account struct {
	Holder, Tail, Bank string
	sealed             string
}

// Facts that a case tells of the applicant.
const (
	factName    = "姓名"
	factAccount = "收款账户"
	applicant   = "m1"
)

const sealAccount = "assistance/account/"

func (p *Paymaster) sealFor(benefit, number string) string {
	return p.Box.SealText(number, sealAccount+benefit)
}

func (p *Paymaster) unseal(l Line) (string, error) {
	return p.Box.UnsealText(l.account, sealAccount+l.Benefit)
}

func tail(number string) string { return number[max(0, len(number)-4):] }

// told is the account that the applicant named in the case.
func (p *Paymaster) told(benefit string, facts rule.Source) account {
	a := account{}
	if v, ok := facts.Best(factName, applicant); ok {
		a.Holder = v.Value.Word()
	}
	if v, ok := facts.Best(factAccount, ""); ok {
		if n := form.Tidy("bank", v.Value.Word()); form.CheckText("bank", "", n, p.DB.Now()) == "" {
			a.sealed, a.Tail = p.sealFor(benefit, n), tail(n)
		}
	}
	return a
}

// accountsOf are the accounts that clerks have registered. Their numbers stay
// sealed, for lines keep them in the same way.
func accountsOf(ctx context.Context, r db.Reader, benefits []string) (map[string]account, error) {
	type row struct {
		benefit string
		account
	}
	list, args := db.In(benefits)
	rows, err := db.All(ctx, r, func(r db.Row) (v row, err error) {
		return v, r.Scan(&v.benefit, &v.Holder, &v.sealed, &v.Tail, &v.Bank)
	}, `SELECT benefit, holder, number, tail, bank FROM assistance_account WHERE benefit IN (`+list+`)`, args...)
	if err != nil {
		return nil, fmt.Errorf("reading accounts: %w", err)
	}
	all := make(map[string]account, len(rows))
	for _, v := range rows {
		all[v.benefit] = v.account
	}
	return all, nil
}

// NewAccount is what a clerk writes down from a card that they have seen.
type NewAccount struct{ Holder, Number, Bank string }

var holderName = regexp.MustCompile(`^[\p{Han}·A-Za-z .〇]{2,60}$`)

// SetAccount registers where a benefit is paid to from the next roll on.
func (p *Paymaster) SetAccount(ctx context.Context, tx *db.Tx, who auth.Who, benefit string, a NewAccount) error {
	b, err := p.Benefit(ctx, tx, who, benefit)
	if err != nil {
		return err
	}
	if !p.Clerk(who, b.Township) {
		return errNotYours()
	}
	a.Holder, a.Bank, a.Number = strings.TrimSpace(a.Holder), strings.TrimSpace(a.Bank), form.Tidy("bank", strings.TrimSpace(a.Number))
	var wrong errs.Problems
	if !holderName.MatchString(a.Holder) {
		wrong.Add("holder", "户名请照着银行卡或存折写。")
	}
	if sentence := form.CheckText("bank", "账号", a.Number, tx.Now); sentence != "" {
		wrong.Add("number", sentence)
	}
	if len([]rune(a.Bank)) > 60 {
		wrong.Add("bank", "开户行最多写 60 个字。")
	}
	if err := wrong.Err(); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO assistance_account (benefit, holder, number, tail, bank, maker, maker_name, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (benefit) DO UPDATE SET holder = excluded.holder, number = excluded.number, tail = excluded.tail, bank = excluded.bank,
		maker = excluded.maker, maker_name = excluded.maker_name, at = excluded.at`,
		b.ID, a.Holder, p.sealFor(b.ID, a.Number), tail(a.Number), a.Bank, who.Account, who.Name, db.Millis(tx.Now))
	if err != nil {
		return fmt.Errorf("registering an account: %w", err)
	}
	if err := p.mended(ctx, tx, who, b.ID, "登记了新的收款账户，尾号 "+tail(a.Number)); err != nil {
		return err
	}
	return p.record(ctx, tx, who, audit.Entry{Subject: b.Subject(), Person: b.Person, Purpose: "登记收款账户", Detail: map[string]string{"tail": tail(a.Number)}})
}
