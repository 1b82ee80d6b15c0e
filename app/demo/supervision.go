package demo

import (
	"context"

	"minzheng/areas/assistance/ledger"
	"minzheng/areas/assistance/supervision"
	"minzheng/kernel/calendar"
	"minzheng/kernel/db"
)

// supervision plays the draws of the last months, and one check that is done.
func (s *stage) supervision() {
	today := calendar.DayOf(s.app.DB.Now())
	for i := 3; i >= 0; i-- {
		day := ledger.MonthOf(today).Add(-i).First()
		s.add(at(day, 2, 0), func(ctx context.Context) error { return supervision.New(s.desk).DrawDue(ctx) })
		if i > 0 && day+9 < today {
			s.add(at(day+9, 10, 30), s.checked)
		}
	}
}

// checked has a supervisor check the first of what was drawn.
func (s *stage) checked(ctx context.Context) error {
	who, err := s.officer(ctx, "jiandu1")
	if err != nil {
		return err
	}
	r := supervision.New(s.desk)
	all, _, err := r.Tasks(ctx, s.desk.DB, who, 1)
	if err != nil || len(all) == 0 {
		return err
	}
	return s.desk.DB.Do(ctx, func(tx *db.Tx) error {
		return r.Finish(ctx, tx, who, all[0].ID, supervision.Finding{Outcome: "fine", Way: "入户", Found: "到家里看过，和材料上写的一样。", On: calendar.DayOf(tx.Now)})
	})
}
