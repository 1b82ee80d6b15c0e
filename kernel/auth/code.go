package auth

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"math/big"
	"time"

	"minzheng/kernel/db"
	"minzheng/kernel/errs"
)

const (
	codeLife  = 5 * time.Minute
	codeTries = 5
	// So many wrong codes for one number in a day, and it gets no more: with a
	// million codes, guessing on is hopeless.
	wrongADay = 20
)

// Identity is a resident as somebody else vouches for them.
type Identity struct {
	Provider string // "code", or the name of a provider
	Number   string // citizen number; "" if the provider does not know it
	Name     string // the true name, if vouched for
	Phone    string
	Subject  string // what the provider calls them
	Nick     string // what they call themselves there; nobody vouches for it
}

// CodeSender brings a code to the owner of a citizen number, on a way that is
// known to be theirs. It returns a text to be shown on the screen, which is ""
// everywhere but in a demonstration.
type CodeSender interface {
	Send(ctx context.Context, number, code string) (shown string, err error)
}

// ErrNoPhone is what a sender returns when it knows no way to the owner. The
// asker is not told: else numbers could be tried out.
var ErrNoPhone = errors.New("no telephone number is known")

// OnScreen shows the code to whoever asks. It is for demonstrations only: it
// lets anybody sign in as anybody.
type OnScreen struct{}

// Send returns the code.
func (OnScreen) Send(_ context.Context, _, code string) (string, error) { return code, nil }

// SMS sends codes to the telephone number that the register has.
type SMS struct {
	Phone func(ctx context.Context, number string) (string, error) // ErrNoPhone if there is none
	Write func(ctx context.Context, phone, text string) error
}

// Send writes the message.
func (s SMS) Send(ctx context.Context, number, code string) (string, error) {
	phone, err := s.Phone(ctx, number)
	if err != nil {
		return "", err
	}
	return "", s.Write(ctx, phone, code+" 是您登录的验证码，5 分钟内有效。工作人员不会向您要验证码，请不要告诉任何人。")
}

// Challenge is a code that is under way.
type Challenge struct {
	ID    string
	Shown string // the code itself, in a demonstration
}

// RequestCode sends a code to the owner of a citizen number. address is the
// asker's network address; too many requests from it, or for one number, are
// refused.
func (a *Auth) RequestCode(ctx context.Context, number, address string) (Challenge, error) {
	if a.config.Codes == nil {
		return Challenge{}, errs.New(errs.Busy, "验证码登录还没有开通，请到窗口办理。")
	}
	index := a.box.Index("auth/number", number)
	if !a.limits.allow(index, address, a.d.Now()) {
		return Challenge{}, errTooOften()
	}
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return Challenge{}, fmt.Errorf("choosing a code: %w", err)
	}
	c, code := Challenge{ID: db.NewID()}, fmt.Sprintf("%06d", n)
	if err := a.saveChallenge(ctx, c.ID, index, number, code); err != nil {
		return Challenge{}, err
	}
	c.Shown, err = a.config.Codes.Send(ctx, number, code)
	if err != nil && !errors.Is(err, ErrNoPhone) {
		return Challenge{}, fmt.Errorf("%w (sending a code: %w)", errs.New(errs.Busy, "验证码暂时发不出去，请过一会儿再试。"), err)
	}
	return c, nil
}

func errTooOften() error {
	return errs.New(errs.TooMany, "获取验证码太频繁，请过一会儿再试。")
}

func (a *Auth) saveChallenge(ctx context.Context, id, index, number, code string) error {
	return a.d.Do(ctx, func(tx *db.Tx) error {
		wrong, err := db.One(ctx, tx, db.Value[int64], `SELECT CAST(COALESCE(SUM(wrong), 0) AS BIGINT)
			FROM auth_challenge WHERE number_index = ? AND at > ?`, index, db.Millis(tx.Now.Add(-24*time.Hour)))
		if err != nil {
			return fmt.Errorf("counting wrong codes: %w", err)
		}
		if wrong >= wrongADay {
			return errs.New(errs.TooMany, "今天输错的验证码太多，请明天再试，或者到窗口办理。")
		}
		_, err = tx.Exec(ctx, `INSERT INTO auth_challenge (id, number_index, number, code, at, expires_at) VALUES (?, ?, ?, ?, ?, ?)`,
			id, index, a.box.SealText(number, "auth/challenge/"+id), a.codeHash(id, code), db.Millis(tx.Now), db.Millis(tx.Now.Add(codeLife)))
		return wrap("keeping a code", err)
	})
}

// codeHash needs our key: a million codes would be tried out in no time.
func (a *Auth) codeHash(id, code string) string {
	return base64.RawURLEncoding.EncodeToString(a.box.MAC("auth/code", []byte(id+"/"+code)))
}

// ConfirmCode returns whose number the challenge was sent for, if code is the
// one that was sent. It is good for one sign-in, five minutes and five tries.
func (a *Auth) ConfirmCode(ctx context.Context, challenge, code string) (Identity, error) {
	var number string
	var refused error
	err := a.d.Do(ctx, func(tx *db.Tx) (err error) {
		number, refused, err = a.tryCode(ctx, tx, challenge, code)
		return err
	})
	if err = errors.Join(err, refused); err != nil {
		return Identity{}, err
	}
	return Identity{Provider: "code", Number: number}, nil
}

// tryCode keeps the failure it counts: refused is no reason to roll back.
func (a *Auth) tryCode(ctx context.Context, tx *db.Tx, id, code string) (number string, refused, err error) {
	n, err := tx.Exec(ctx, `UPDATE auth_challenge SET wrong = wrong + 1
		WHERE id = ? AND used = 0 AND wrong < ? AND expires_at > ?`, id, codeTries, db.Millis(tx.Now))
	if err != nil {
		return "", nil, fmt.Errorf("counting a try: %w", err)
	}
	if n == 0 {
		return "", errs.New(errs.SignIn, "验证码已经失效，请重新获取。"), nil
	}
	kept, err := db.One(ctx, tx, func(r db.Row) (v [2]string, err error) { return v, r.Scan(&v[0], &v[1]) },
		`SELECT code, number FROM auth_challenge WHERE id = ?`, id)
	if err != nil {
		return "", nil, fmt.Errorf("finding a code: %w", err)
	}
	if !hmac.Equal([]byte(kept[0]), []byte(a.codeHash(id, code))) {
		return "", errs.New(errs.SignIn, "验证码不正确，请核对后再输入。"), nil
	}
	if _, err := tx.Exec(ctx, `UPDATE auth_challenge SET used = 1, wrong = wrong - 1 WHERE id = ?`, id); err != nil {
		return "", nil, fmt.Errorf("using up a code: %w", err)
	}
	number, err = a.box.UnsealText(kept[1], "auth/challenge/"+id)
	return number, nil, wrap("reading whose code it is", err)
}
