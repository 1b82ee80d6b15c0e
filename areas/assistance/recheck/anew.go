package recheck

import (
	"context"
	"errors"
	"fmt"

	"minzheng/areas/assistance/ledger"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
)

// Anew has a benefit that still runs looked at again, after an appeal against
// one of its decisions. What does not run is decided as an application is.
func (r *Room) Anew(ctx context.Context, tx *db.Tx, of casework.Case, by casework.Actor) (casework.Case, bool, error) {
	id, err := db.One(ctx, tx, db.Value[string], `SELECT benefit FROM assistance_recheck WHERE case_id = ?
		UNION SELECT id FROM assistance_benefit WHERE case_id = ? ORDER BY 1 LIMIT 1`, of.ID, of.ID)
	if errors.Is(err, db.ErrNone) {
		return casework.Case{}, false, nil
	}
	if err != nil {
		return casework.Case{}, false, fmt.Errorf("finding the benefit of case %s: %w", of.ID, err)
	}
	b, err := Find(ctx, tx, id)
	if err != nil || !b.runs(ledger.MonthOf(calendar.DayOf(tx.Now))) {
		return casework.Case{}, false, err
	}
	c, err := r.Look(ctx, tx, Occasion{Benefit: b.ID, Origin: Clerk, Title: "按复议、诉讼的决定，重新核对", Detail: map[string]string{"原来的受理号": of.Number}, By: by,
		Told: "您对待遇的决定提出过意见，我们按复议、诉讼的结果重新核对，这段时间照常发。"})
	return c, err == nil, err
}
