package auth

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"time"

	"github.com/pquerna/otp/totp"

	"minzheng/kernel/db"
	"minzheng/kernel/errs"
)

const (
	failuresMost = 5
	lockedFor    = 15 * time.Minute
	stepSeconds  = 30
)

// SignInStaff returns the account that login, password and, when enrolled, the
// code of its second factor stand for. After five failures the login is locked
// for 15 minutes, whether such an account exists or not, and a wrong answer
// never says what was wrong.
func (a *Auth) SignInStaff(ctx context.Context, login, password, code string) (Who, error) {
	key := a.box.Index("auth/login", cleanLogin(login))
	if err := a.attempt(ctx, key); err != nil {
		return Who{}, err
	}
	account, err := ByLogin(ctx, a.d, login)
	if err != nil && !errs.Is(err, errs.NotFound) {
		return Who{}, err
	}
	good, err := a.matches(ctx, account.password, password)
	if err != nil { // nobody has looked at the password: it was no failure
		return Who{}, errors.Join(err, a.takeBack(ctx, key))
	}
	step, second := a.secondFactor(account, code)
	if !good || !second || account.Disabled {
		return Who{}, errWrong()
	}
	if err := a.admit(ctx, account, key, step); err != nil {
		return Who{}, err
	}
	return account.who(), nil
}

func errWrong() error { return errs.New(errs.SignIn, "登录名、密码或动态码不正确。") }

func (a Account) who() Who {
	return Who{Kind: Staff, Account: a.ID, Name: a.Name, Grants: a.Grants}
}

// attempt counts a failure before the password is looked at, so that many
// tries at once are not more tries; admit takes it back.
func (a *Auth) attempt(ctx context.Context, key string) error {
	return a.d.Do(ctx, func(tx *db.Tx) error {
		if err := tx.Lock(ctx, "auth/attempt/"+key); err != nil {
			return err
		}
		type state struct{ failed, locked, at int64 }
		s, err := db.One(ctx, tx, func(r db.Row) (s state, err error) { return s, r.Scan(&s.failed, &s.locked, &s.at) },
			`SELECT failed, locked_until, at FROM auth_attempt WHERE login = ?`, key)
		if err != nil && !errors.Is(err, db.ErrNone) {
			return fmt.Errorf("counting failures: %w", err)
		}
		now := db.Millis(tx.Now)
		if s.locked > now {
			return errs.New(errs.TooMany, "登录失败次数过多，请 15 分钟后再试。")
		}
		if s.locked != 0 || s.at < db.Millis(tx.Now.Add(-lockedFor)) {
			s = state{}
		}
		if s.failed++; s.failed >= failuresMost {
			s.locked = db.Millis(tx.Now.Add(lockedFor))
		}
		_, err = tx.Exec(ctx, `INSERT INTO auth_attempt (login, failed, locked_until, at) VALUES (?, ?, ?, ?)
			ON CONFLICT (login) DO UPDATE SET failed = excluded.failed, locked_until = excluded.locked_until, at = excluded.at`,
			key, s.failed, s.locked, now)
		return wrap("counting failures", err)
	})
}

func (a *Auth) takeBack(ctx context.Context, key string) error {
	return a.d.Do(context.WithoutCancel(ctx), func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE auth_attempt SET failed = failed - 1, locked_until = 0 WHERE login = ? AND failed > 0`, key)
		return wrap("taking a failure back", err)
	})
}

// admit takes the failure back and uses up the code of the second factor.
func (a *Auth) admit(ctx context.Context, account Account, key string, step int64) error {
	fresh := true
	err := a.d.Do(ctx, func(tx *db.Tx) error {
		if account.TOTP {
			n, err := tx.Exec(ctx, `UPDATE auth_account SET totp_step = ? WHERE id = ? AND totp_step < ?`, step, account.ID, step)
			if err != nil {
				return fmt.Errorf("using up a code: %w", err)
			}
			if fresh = n == 1; !fresh {
				return nil
			}
		}
		_, err := tx.Exec(ctx, `DELETE FROM auth_attempt WHERE login = ?`, key)
		return wrap("forgetting failures", err)
	})
	if err == nil && !fresh {
		return errWrong()
	}
	return err
}

// secondFactor reports whether code is right now, a step earlier or later, and
// of which step it is. An account without a second factor needs none.
func (a *Auth) secondFactor(account Account, code string) (step int64, ok bool) {
	if !account.TOTP {
		return 0, true
	}
	key, err := a.box.UnsealText(account.totp, "auth/totp/"+account.ID)
	if err != nil {
		return 0, false
	}
	return matchStep(key, code, a.d.Now())
}

func matchStep(key, code string, now time.Time) (step int64, ok bool) {
	for _, off := range []int64{0, -1, 1} {
		at := now.Unix()/stepSeconds + off
		want, err := totp.GenerateCode(key, time.Unix(at*stepSeconds, 0))
		if err == nil && subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			return at, true
		}
	}
	return 0, false
}

// NewTOTP makes a second factor: its key, and the address that an
// authenticator app reads from a QR code. It counts once SetTOTP has seen a code.
func NewTOTP(login string) (key, address string, err error) {
	k, err := totp.Generate(totp.GenerateOpts{Issuer: "智慧民政", AccountName: cleanLogin(login)})
	if err != nil {
		return "", "", fmt.Errorf("making a second factor: %w", err)
	}
	return k.Secret(), k.URL(), nil
}

// SetTOTP enrols a second factor, when code shows that the app has its key.
func (a *Auth) SetTOTP(ctx context.Context, tx *db.Tx, account, key, code string) error {
	step, ok := matchStep(key, code, tx.Now)
	if !ok {
		return errs.New(errs.Invalid, "动态码不正确，请核对手机时间后再试。")
	}
	if err := change(ctx, tx, account, `totp = ?`, a.box.SealText(key, "auth/totp/"+account)); err != nil {
		return err
	}
	return change(ctx, tx, account, `totp_step = ?`, step)
}

// ClearTOTP removes the second factor of an account whose device is lost.
func ClearTOTP(ctx context.Context, tx *db.Tx, account string) error {
	return change(ctx, tx, account, `totp = ?, epoch = epoch + 1`, "")
}
