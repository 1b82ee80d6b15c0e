package auth

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"minzheng/kernel/db"
	"minzheng/kernel/errs"
)

// Account is a member of staff.
type Account struct {
	ID       string
	Login    string
	Name     string
	Disabled bool
	TOTP     bool // a second factor is asked for
	Grants   []Grant

	password PasswordHash
	totp     string // sealed
	epoch    int64  // counts up when all sessions of the account shall end
}

// NewAccount is an account to be added.
type NewAccount struct {
	Login    string
	Name     string
	Password PasswordHash
	Grants   []Grant
}

const accountColumns = `id, login, name, disabled, password, totp, epoch`

func scanAccount(r db.Row) (a Account, err error) {
	var disabled int64
	err = r.Scan(&a.ID, &a.Login, &a.Name, &disabled, &a.password, &a.totp, &a.epoch)
	a.Disabled, a.TOTP = disabled != 0, a.totp != ""
	return a, err
}

// A login is the same in capitals and with spaces around it.
func cleanLogin(login string) string { return strings.ToLower(strings.TrimSpace(login)) }

// Add adds an account and returns its id.
func Add(ctx context.Context, tx *db.Tx, n NewAccount) (string, error) {
	n.Login, n.Name = cleanLogin(n.Login), strings.TrimSpace(n.Name)
	var problems errs.Problems
	if n.Login == "" || len(n.Login) > 64 {
		problems.Add("login", "请填写登录名，不超过 64 个字符。")
	}
	if n.Name == "" {
		problems.Add("name", "请填写姓名。")
	}
	if _, _, err := decodeHash(n.Password); err != nil {
		problems.Add("password", "请设置密码。")
	}
	if err := problems.Err(); err != nil {
		return "", err
	}
	id := db.NewID()
	added, err := tx.Exec(ctx, `INSERT INTO auth_account (id, login, name, password) VALUES (?, ?, ?, ?)
		ON CONFLICT (login) DO NOTHING`, id, n.Login, n.Name, string(n.Password))
	if err != nil {
		return "", fmt.Errorf("adding an account: %w", err)
	}
	if added == 0 {
		return "", errs.New(errs.Conflict, "这个登录名已经有人使用。")
	}
	return id, SetGrants(ctx, tx, id, n.Grants)
}

// SetGrants replaces what an account may do. It counts from its next request.
func SetGrants(ctx context.Context, tx *db.Tx, account string, grants []Grant) error {
	if _, err := tx.Exec(ctx, `DELETE FROM auth_grant WHERE account = ?`, account); err != nil {
		return fmt.Errorf("setting grants: %w", err)
	}
	for _, g := range grants {
		if g.Role == "" || g.Region == "" {
			return errs.New(errs.Invalid, "每项授权都要写明角色和区划。")
		}
		if _, err := tx.Exec(ctx, `INSERT INTO auth_grant (account, role, region) VALUES (?, ?, ?)
			ON CONFLICT DO NOTHING`, account, g.Role, g.Region); err != nil {
			return fmt.Errorf("setting grants: %w", err)
		}
	}
	return nil
}

// SetPassword replaces a password and ends all sessions and tokens of the account.
func SetPassword(ctx context.Context, tx *db.Tx, account string, password PasswordHash) error {
	if _, _, err := decodeHash(password); err != nil {
		return fmt.Errorf("setting a password: %w", err)
	}
	return change(ctx, tx, account, `password = ?, epoch = epoch + 1`, string(password))
}

// Disable closes an account, and ends all its sessions and tokens.
func Disable(ctx context.Context, tx *db.Tx, account string) error {
	return change(ctx, tx, account, `disabled = ?, epoch = epoch + 1`, 1)
}

// Enable opens a disabled account again.
func Enable(ctx context.Context, tx *db.Tx, account string) error {
	return change(ctx, tx, account, `disabled = ?`, 0)
}

func change(ctx context.Context, tx *db.Tx, account, set string, value any) error {
	n, err := tx.Exec(ctx, `UPDATE auth_account SET `+set+` WHERE id = ?`, value, account)
	if err != nil {
		return fmt.Errorf("changing account %s: %w", account, err)
	}
	if n == 0 {
		return errNoAccount()
	}
	return nil
}

func errNoAccount() error { return errs.New(errs.NotFound, "没有找到这个账号。") }

// Find returns an account, disabled or not.
func Find(ctx context.Context, r db.Reader, id string) (Account, error) {
	return find(ctx, r, `id = ?`, id)
}

// ByLogin returns the account of a login.
func ByLogin(ctx context.Context, r db.Reader, login string) (Account, error) {
	return find(ctx, r, `login = ?`, cleanLogin(login))
}

func find(ctx context.Context, r db.Reader, where string, value string) (Account, error) {
	a, err := db.One(ctx, r, scanAccount, `SELECT `+accountColumns+` FROM auth_account WHERE `+where, value)
	if errors.Is(err, db.ErrNone) {
		return Account{}, errNoAccount()
	}
	if err != nil {
		return Account{}, fmt.Errorf("finding an account: %w", err)
	}
	a.Grants, err = db.All(ctx, r, scanGrant, `SELECT role, region FROM auth_grant WHERE account = ? ORDER BY role, region`, a.ID)
	if err != nil {
		return Account{}, fmt.Errorf("finding grants: %w", err)
	}
	return a, nil
}

func scanGrant(r db.Row) (g Grant, err error) {
	err = r.Scan(&g.Role, &g.Region)
	return g, err
}

// Accounts returns all accounts by login, disabled ones too.
func Accounts(ctx context.Context, r db.Reader) ([]Account, error) {
	return list(ctx, r, `1 = ?`, 1)
}

// StaffIn returns who holds a role in exactly this region and may sign in, by
// login.
func StaffIn(ctx context.Context, r db.Reader, role, region string) ([]Account, error) {
	return list(ctx, r, `disabled = 0 AND id IN (SELECT account FROM auth_grant WHERE role = ? AND region = ?)`, role, region)
}

// StaffAt returns who holds any role in exactly one of these regions and may
// sign in, by login.
func StaffAt(ctx context.Context, r db.Reader, regions []string) ([]Account, error) {
	if len(regions) == 0 {
		return nil, nil
	}
	in, args := db.In(regions)
	return list(ctx, r, `disabled = 0 AND id IN (SELECT account FROM auth_grant WHERE region IN (`+in+`))`, args...)
}

func list(ctx context.Context, r db.Reader, where string, args ...any) ([]Account, error) {
	all, err := db.All(ctx, r, scanAccount, `SELECT `+accountColumns+` FROM auth_account WHERE `+where+` ORDER BY login`, args...)
	if err != nil || len(all) == 0 {
		return nil, wrap("listing accounts", err)
	}
	at := make(map[string]*Account, len(all))
	for i := range all {
		at[all[i].ID] = &all[i]
	}
	type of struct {
		account string
		Grant
	}
	grants, err := db.All(ctx, r, func(r db.Row) (g of, err error) { return g, r.Scan(&g.account, &g.Role, &g.Region) },
		`SELECT account, role, region FROM auth_grant WHERE account IN (SELECT id FROM auth_account WHERE `+where+`) ORDER BY account, role, region`, args...)
	if err != nil {
		return nil, wrap("listing grants", err)
	}
	for _, g := range grants {
		if a := at[g.account]; a != nil {
			a.Grants = append(a.Grants, g.Grant)
		}
	}
	return all, nil
}

func wrap(doing string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", doing, err)
}
