package assistance

import (
	"context"

	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
)

// seated refuses to begin a family's benefit while one whom it counts lives on
// the same benefit of another family: nobody is in two households at once.
// Decisions about one service wait here for each other, so that of two at once
// one sees the other.
func seated(ctx context.Context, tx *db.Tx, e casework.Effecting) error {
	if e.Service.Household == nil || e.Service.Household.Counts == "" || e.Service.For != "" {
		return nil
	}
	if err := tx.Lock(ctx, "assistance/seat/"+e.Service.Code); err != nil {
		return err
	}
	members, err := e.Desk.Members(ctx, tx, e.Case.ID)
	if err != nil {
		return err
	}
	for _, m := range members {
		if !e.Service.Counted(e.Judgement, m.Key).In {
			continue
		}
		held, err := e.Desk.HeldBy(ctx, tx, m.Number)
		if err != nil {
			return err
		}
		for _, h := range held {
			if h.Service == e.Service.Code && h.Case != e.Case.ID {
				return errs.New(errs.Conflict, m.Name+"已经算在另一户的"+e.Service.Short+"里。一个人只能算在一户里，请先把那一户办好分户，再批这一户。")
			}
		}
	}
	return nil
}
