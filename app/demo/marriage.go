package demo

import (
	"context"

	"minzheng/app"
	"minzheng/app/demo/county"
	"minzheng/areas/marriage/booking"
	"minzheng/areas/marriage/counter"
	"minzheng/areas/marriage/divorce"
	marriages "minzheng/areas/marriage/register"
	"minzheng/kernel/auth"
	"minzheng/kernel/calendar"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
)

// Counter plays what has happened at the counter of marriage registration: an
// old marriage whose two want to part, and a couple that has booked.
func Counter(ctx context.Context, a *app.App) error {
	book := marriages.New(a.Box, a.People)
	_, err := book.LiveOf(ctx, a.DB, county.LuoCheng)
	if !errs.Is(err, errs.NotFound) {
		return err // it is there, or the database is not
	}
	gu, err := auth.ByLogin(ctx, a.DB, "hunyin1")
	if errs.Is(err, errs.NotFound) {
		return nil // a demo of before there was a counter
	}
	if err != nil {
		return err
	}
	clerk := marriages.Clerk{ID: gu.ID, Name: gu.Name, Office: string(county.Qingxi)}
	if err := parting(ctx, a, book, clerk); err != nil {
		return err
	}
	return booked(ctx, a)
}

// parting takes an old marriage in, and the application for its end.
func parting(ctx context.Context, a *app.App, book *marriages.Register, clerk marriages.Clerk) error {
	old := marriages.Old{Number: "J390121-2015-009001", Office: clerk.Office, Day: calendar.Date(2015, 5, 20), Two: [2]marriages.Party{
		{Number: county.LuoCheng, Name: "罗诚", Sex: "男", Birth: calendar.Date(1988, 10, 2)}, {Number: county.QiaoMulan, Name: "乔木兰", Sex: "女", Birth: calendar.Date(1989, 5, 25)}}}
	var rec marriages.Record
	err := a.DB.Do(ctx, func(tx *db.Tx) (err error) { rec, err = book.TakeIn(ctx, tx, old, clerk); return err })
	if err != nil {
		return err
	}
	_, err = divorce.New(a.Desk).Apply(ctx, clerk, rec.ID, divorce.Said{Present: true, Willing: true, Agreed: true, Able: true, Inland: true,
		Agreement: "没有子女；文昌街道的房屋归女方，男方得存款 8 万元；没有共同债务。"})
	return err
}

// booked has 沈志远 book for himself and 梁佳音, who is still to confirm.
func booked(ctx context.Context, a *app.App) error {
	m := booking.New(a.Desk, counter.New(a.Desk))
	day := calendar.DayOf(a.DB.Now()) + 1
	for len(m.Offered(day-1, day).Slots) == 0 && day < calendar.DayOf(a.DB.Now())+30 {
		day++
	}
	wish := booking.Wish{Office: string(county.Qingxi), Day: day, At: "10:00", People: [2]counter.Person{
		{Number: county.ShenZhiyuan, Name: "沈志远", Declared: "未婚"}, {Number: county.LiangJiayin, Name: "梁佳音", Declared: "未婚"}}}
	return a.DB.Do(ctx, func(tx *db.Tx) error { _, err := m.Book(ctx, tx, wish); return err })
}
