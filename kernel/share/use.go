package share

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"strings"
	"time"

	"minzheng/kernel/calendar"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
)

// Use is one reading as the log has it (art. 29).
type Use struct {
	ID, Grant, Party, Matter string
	Fields                   []string
	Purpose, Outcome         string
	At                       time.Time
	person, digest           string
}

// Years is how long the log of use is kept at least.
const Years = 3

func (m *Room) keep(ctx context.Context, tx *db.Tx, u Use) error {
	_, err := tx.Exec(ctx, `INSERT INTO share_use (id, grant_id, party, person, matter, fields, purpose, outcome, digest, day, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		u.ID, u.Grant, u.Party, u.person, u.Matter, strings.Join(u.Fields, ","), u.Purpose, u.Outcome, u.digest, calendar.DayOf(tx.Now), db.Millis(tx.Now))
	if err != nil {
		return fmt.Errorf("keeping a use: %w", err)
	}
	return nil
}

func scanUse(r db.Row) (u Use, err error) {
	var fields string
	var at int64
	err = r.Scan(&u.ID, &u.Grant, &u.Party, &u.Matter, &fields, &u.Purpose, &u.Outcome, &u.digest, &at)
	u.Fields, u.At = strings.Split(fields, ","), db.Time(at)
	return u, err
}

const useColumns = `id, grant_id, party, matter, fields, purpose, outcome, digest, at`

// Uses returns the newest uses.
func (m *Room) Uses(ctx context.Context, r db.Reader, limit int) ([]Use, error) {
	all, err := db.All(ctx, r, scanUse, `SELECT `+useColumns+` FROM share_use ORDER BY at DESC, id DESC LIMIT ?`, limit)
	if err != nil {
		return nil, fmt.Errorf("reading uses: %w", err)
	}
	return all, nil
}

// exportAtOnce is how many uses are read at a time, so that memory stays flat.
const exportAtOnce = 1000

// Export writes the whole log as CSV, the oldest first. It names no person.
func (m *Room) Export(ctx context.Context, r db.Reader, w io.Writer) error {
	out := csv.NewWriter(w)
	if err := out.Write([]string{"编号", "时间", "部门", "授权", "对方事项", "字段", "用途", "结果", "答复摘要(SM3)"}); err != nil {
		return err
	}
	for at, id := int64(-1), ""; ; {
		some, err := db.All(ctx, r, scanUse, `SELECT `+useColumns+` FROM share_use WHERE at > ? OR at = ? AND id > ? ORDER BY at, id LIMIT ?`, at, at, id, exportAtOnce)
		if err != nil {
			return fmt.Errorf("reading uses: %w", err)
		}
		for _, u := range some {
			at, id = db.Millis(u.At), u.ID
			row := []string{u.ID, u.At.UTC().Format(time.RFC3339), u.Party, u.Grant, u.Matter, strings.Join(u.Fields, " "), u.Purpose, u.Outcome, u.digest}
			for i := range row {
				row[i] = harmless(row[i])
			}
			if err := out.Write(row); err != nil {
				return err
			}
		}
		if len(some) < exportAtOnce {
			out.Flush()
			return out.Error()
		}
	}
}

// harmless keeps a spreadsheet from taking what a department wrote for a formula.
func harmless(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

// Forget removes uses older than a time, which must be three years past.
func (m *Room) Forget(ctx context.Context, tx *db.Tx, before time.Time) (int64, error) {
	if before.After(tx.Now.AddDate(-Years, 0, 0)) {
		return 0, errs.Newf(errs.Forbidden, "使用记录至少保存 %d 年，不能删。", Years)
	}
	n, err := tx.Exec(ctx, `DELETE FROM share_use WHERE at < ?`, db.Millis(before))
	if err != nil {
		return 0, fmt.Errorf("forgetting uses: %w", err)
	}
	return n, nil
}
