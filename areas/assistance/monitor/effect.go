package monitor

import (
	"context"
	"fmt"
	"slices"

	"minzheng/kernel/casework"
	"minzheng/kernel/db"
)

// Effects are what the acts of a warning's case do to the warning.
func Effects() map[string]casework.Effect {
	return map[string]casework.Effect{"warning-reached": reached, "warning-close": closed}
}

// reached writes down that somebody is in touch.
func reached(ctx context.Context, tx *db.Tx, e casework.Effecting) error {
	_, err := tx.Exec(ctx, `UPDATE assistance_warning SET reached = ? WHERE case_id = ? AND reached = 0`, db.Millis(tx.Now), e.Case.ID)
	if err != nil {
		return fmt.Errorf("writing that a family was reached: %w", err)
	}
	return nil
}

// closed closes a warning as the act says, and looks at once for what was
// granted since.
func closed(ctx context.Context, tx *db.Tx, e casework.Effecting) error {
	r := New(e.Desk)
	w, err := r.OfCase(ctx, tx, e.Case.ID)
	if err != nil {
		return err
	}
	outcome, err := outcomeOf(e)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE assistance_warning SET closed = ?, outcome = ?, open_key = id WHERE id = ? AND closed = 0`, db.Millis(tx.Now), outcome, w.ID)
	if err != nil {
		return fmt.Errorf("closing a warning: %w", err)
	}
	return r.link(ctx, tx, w)
}

// outcomeOf is the act that is done, if it is one that closes a warning.
func outcomeOf(e casework.Effecting) (string, error) {
	i := slices.IndexFunc(Outcomes(), func(o [2]string) bool { return o[0] == e.Act })
	if i < 0 {
		return "", fmt.Errorf("a warning cannot be closed by %q", e.Act)
	}
	return e.Act, nil
}
