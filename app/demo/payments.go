package demo

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"

	"minzheng/app/demo/county"
	"minzheng/areas/assistance/payment"
	"minzheng/kernel/auth"
	"minzheng/kernel/calendar"
	"minzheng/kernel/db"
)

// payments plays the rolls of the last months: made by one officer, approved by
// another, and answered by the bank, which could not pay everybody. Of those
// whom it could not pay one has brought another card; the roll that pays them
// again waits for the second officer.
func (s *stage) payments() {
	today := calendar.DayOf(s.app.DB.Now())
	for i := 2; i >= 0; i-- {
		m := payment.MonthOf(today).Add(-i)
		day := m.First() + 7
		if day+7 >= today {
			return
		}
		s.add(at(day, 9, 30), func(ctx context.Context) error { return s.roll(ctx, m) })
		s.add(at(day, 15, 10), func(ctx context.Context) error { return s.approve(ctx, m) })
		s.add(at(day+2, 10, 0), func(ctx context.Context) error { return s.answered(ctx, m, i == 0) })
		if i == 0 {
			s.add(at(day+4, 10, 40), s.mended)
			s.add(at(day+5, 9, 20), func(ctx context.Context) error { return s.roll(ctx, m) })
		}
	}
}

// mended has the first of those who were not paid bring another card.
func (s *stage) mended(ctx context.Context) error {
	who, err := s.officer(ctx, "xianju2")
	if err != nil {
		return err
	}
	p := payment.New(s.desk)
	tasks, _, err := p.Tasks(ctx, s.desk.DB, who, payment.Failure, 0, 1)
	if err != nil || len(tasks) == 0 {
		return err
	}
	return s.desk.DB.Do(ctx, func(tx *db.Tx) error {
		return p.SetAccount(ctx, tx, who, tasks[0].Benefit, payment.NewAccount{Holder: tasks[0].Name, Number: "6217000139012100", Bank: "清溪农商银行（示例）"})
	})
}

func (s *stage) officer(ctx context.Context, login string) (auth.Who, error) {
	a, err := auth.ByLogin(ctx, s.app.DB, login)
	return auth.Who{Kind: auth.Staff, Account: a.ID, Name: a.Name, Grants: a.Grants}, err
}

func (s *stage) roll(ctx context.Context, m payment.Month) error {
	who, err := s.officer(ctx, "xianju2")
	if err != nil {
		return err
	}
	return s.desk.DB.Do(ctx, func(tx *db.Tx) error {
		_, err := payment.New(s.desk).Begin(ctx, tx, who, payment.Order{Service: "dibao", Month: m, County: string(county.Qingxi)})
		return err
	})
}

// rollOf returns the roll of a month, if it has anybody in it.
func (s *stage) rollOf(ctx context.Context, who auth.Who, m payment.Month) (o payment.Roll, ok bool, err error) {
	all, err := payment.New(s.desk).Rolls(ctx, s.desk.DB, who)
	for _, o := range all {
		if o.Month == m && o.Lines > 0 {
			return o, true, nil
		}
	}
	return payment.Roll{}, false, err
}

func (s *stage) approve(ctx context.Context, m payment.Month) error {
	who, err := s.officer(ctx, "xianju1")
	if err != nil {
		return err
	}
	p := payment.New(s.desk)
	o, ok, err := s.rollOf(ctx, who, m)
	if err != nil {
		return err
	}
	if !ok { // nobody is paid yet: its maker takes the empty roll back
		return s.takeBack(ctx, m)
	}
	return p.Approve(ctx, who, o.ID, o.Mark())
}

func (s *stage) takeBack(ctx context.Context, m payment.Month) error {
	who, err := s.officer(ctx, "xianju2")
	if err != nil {
		return err
	}
	p := payment.New(s.desk)
	all, err := p.Rolls(ctx, s.desk.DB, who)
	if err != nil {
		return err
	}
	for _, o := range all {
		if o.Month == m && o.State == payment.Made {
			return s.desk.DB.Do(ctx, func(tx *db.Tx) error { return p.Drop(ctx, tx, who, o.ID) })
		}
	}
	return nil
}

// answered takes the bank's file. It pays all, but of the last month not two.
func (s *stage) answered(ctx context.Context, m payment.Month, last bool) error {
	who, err := s.officer(ctx, "xianju2")
	if err != nil {
		return err
	}
	p := payment.New(s.desk)
	o, ok, err := s.rollOf(ctx, who, m)
	if err != nil || !ok || o.Payable == 0 {
		return err
	}
	e, err := p.OrderExport(ctx, who, o.ID, payment.Export{Format: "csv", Purpose: "交清溪农商银行代发"})
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if err := p.Write(ctx, e, &out); err != nil {
		return err
	}
	rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(out.Bytes(), []byte("\ufeff")))).ReadAll()
	if err != nil {
		return err
	}
	day := calendar.DayOf(s.clock)
	for i, row := range rows[1:] {
		if row[7], row[9] = "成功", day.String(); last && (i == 1 || i == 2) {
			row[7], row[8], row[9] = "失败", "收款账号不存在", ""
		}
	}
	var back bytes.Buffer
	if err := csv.NewWriter(&back).WriteAll(rows); err != nil {
		return err
	}
	i, err := p.Receive(ctx, who, o.ID, fmt.Sprintf("农商行代发结果%s.csv", m), back.Bytes())
	if err != nil {
		return err
	}
	return s.desk.DB.Do(ctx, func(tx *db.Tx) error { return p.Take(ctx, tx, who, i.ID) })
}
