package payment

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"minzheng/areas/assistance/bank"
	"minzheng/kernel/calendar"
	"minzheng/kernel/db"
	"minzheng/kernel/fact"
)

// refused compares a file's rows with the lines that they speak of. A row that
// is unknown, double, altered, of another roll or told before is refused, each
// with a sentence that says how to put it right.
func (p *Paymaster) refused(ctx context.Context, r db.Reader, o Roll, i Import, rows []bank.Result) ([]Refused, error) {
	if before, err := takenBefore(ctx, r, i); err != nil || before != "" {
		return []Refused{{0, before}}, err
	}
	var ids []string
	for _, row := range rows {
		ids = append(ids, row.ID)
	}
	lines, err := byID(ctx, r, ids)
	if err != nil {
		return nil, err
	}
	told, err := toldBefore(ctx, r, ids)
	if err != nil {
		return nil, err
	}
	var wrong []Refused
	first := map[string]int{}
	for _, row := range rows {
		l, there := lines[row.ID]
		if why := p.wrong(o, row, l, there, told[row.ID], first[row.ID]); why != "" {
			wrong = append(wrong, Refused{row.Row, why})
		}
		if first[row.ID] == 0 {
			first[row.ID] = row.Row
		}
	}
	return wrong, nil
}

// wrong says why a row cannot be taken, or "". No sentence repeats what is in
// the row: it may be anybody's.
func (p *Paymaster) wrong(o Roll, row bank.Result, l Line, there bool, told string, first int) string {
	switch {
	case row.Bad != "":
		return row.Bad
	case !there:
		return "流水号在我们的名册里没有。请让银行核对。"
	case l.Roll != o.ID:
		return "这一笔是另一份名册的，请到那份名册里收。"
	case !l.Payable():
		return "这一笔没有交给银行，不该有结果。"
	case first != 0:
		return fmt.Sprintf("和第 %d 行是同一笔，重复了。", first)
	case told != "":
		return told
	case row.Amount != 0 && row.Amount != l.Amount:
		return "金额和我们的名册不一样，名册是 " + fact.Yuan(l.Amount) + "。"
	case row.Name != "" && row.Name != l.Name:
		return "姓名和我们的名册不一样。"
	case row.Account != "" && !p.sameAccount(l, row.Account):
		return "账号和我们的名册不一样。"
	case row.Day > calendar.DayOf(p.DB.Now()).String():
		return "到账日期还没有到。"
	}
	return ""
}

// sameAccount lets a bank hide the middle of a number, but nothing else.
func (p *Paymaster) sameAccount(l Line, said string) bool {
	number, err := p.unseal(l)
	if err != nil {
		return false
	}
	said = strings.NewReplacer(" ", "", "-", "").Replace(said)
	front, back, hidden := said, "", false
	if at := strings.IndexByte(said, '*'); at >= 0 {
		front, hidden = said[:at], true
		back = strings.TrimLeft(said[at:], "*")
	}
	if !hidden {
		return said == number
	}
	return len(back) >= 4 && len(front)+len(back) < len(number) && strings.HasPrefix(number, front) && strings.HasSuffix(number, back)
}

func takenBefore(ctx context.Context, r db.Reader, i Import) (string, error) {
	at, err := db.One(ctx, r, db.Value[int64], `SELECT done_at FROM assistance_import WHERE once = ? AND id <> ?`, i.digest, i.ID)
	if errors.Is(err, db.ErrNone) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("looking for the same file: %w", err)
	}
	return calendar.DayOf(db.Time(at)).Long() + "已经收过一个一模一样的文件，不用再收。", nil
}

// some runs fn over parts of a list that one question can hold.
func some(ids []string, fn func([]string) error) error {
	const most = 1000
	for from := 0; from < len(ids); from += most {
		if err := fn(ids[from:min(from+most, len(ids))]); err != nil {
			return err
		}
	}
	return nil
}

func byID(ctx context.Context, r db.Reader, ids []string) (map[string]Line, error) {
	all := make(map[string]Line, len(ids))
	err := some(ids, func(ids []string) error {
		list, args := db.In(ids)
		lines, err := db.All(ctx, r, scanLine, `SELECT `+lineColumns+` FROM assistance_line WHERE id IN (`+list+`)`, args...)
		if err != nil {
			return fmt.Errorf("reading lines: %w", err)
		}
		for _, l := range lines {
			all[l.ID] = l
		}
		return nil
	})
	return all, err
}

func linesOf(ctx context.Context, r db.Reader, roll string, rows []bank.Result) (map[string]Line, error) {
	var ids []string
	for _, row := range rows {
		ids = append(ids, row.ID)
	}
	lines, err := byID(ctx, r, ids)
	for id, l := range lines {
		if err == nil && l.Roll != roll {
			err = fmt.Errorf("line %s is of another roll", id)
		}
	}
	return lines, err
}

// toldBefore says of lines that have a result already what it was.
func toldBefore(ctx context.Context, r db.Reader, ids []string) (map[string]string, error) {
	type row struct {
		line, outcome string
		at            int64
	}
	all := map[string]string{}
	err := some(ids, func(ids []string) error {
		list, args := db.In(ids)
		rows, err := db.All(ctx, r, func(r db.Row) (v row, err error) { return v, r.Scan(&v.line, &v.outcome, &v.at) },
			`SELECT line, outcome, at FROM assistance_result WHERE line IN (`+list+`)`, args...)
		if err != nil {
			return fmt.Errorf("reading results: %w", err)
		}
		for _, v := range rows {
			was := "到账"
			if v.outcome == string(bank.Failed) {
				was = "没有到账"
			}
			all[v.line] = "这一笔" + calendar.DayOf(db.Time(v.at)).Long() + "已经记为" + was + "，结果只收一次。"
		}
		return nil
	})
	return all, err
}
