package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"minzheng/app"
	"minzheng/kernel/area"
	"minzheng/kernel/calendar"
	"minzheng/kernel/errs"
)

// sweepCmd looks through the register for people who qualify for something and
// have not asked, as it is done every night.
type sweepCmd struct {
	Data  string `help:"The data directory." required:"" type:"existingdir"`
	DSN   string `help:"postgres://… if the database is a server." name:"dsn" env:"MINZHENG_DSN"`
	Local string `help:"The bureau's own directory." type:"existingdir"`
	On    string `help:"As of which day, such as 2026-03-02; today if left out."`
}

func (c sweepCmd) Run() error {
	on, err := day(c.On)
	if err != nil {
		return err
	}
	all, err := c.sweep(context.Background(), calendar.Day(on))
	if errors.Is(err, fs.ErrNotExist) {
		return usageError{err}
	}
	if err != nil {
		return err
	}
	for _, s := range all {
		fmt.Fprintf(os.Stderr, "%s：看了 %d 户 %d 人，%d 个事项（%s）；新找到 %d 项，情况变了的 %d 项；用时 %s\n",
			s.Day.Long(), s.Households, s.People, len(s.Services), strings.Join(s.Services, "、"), s.Made, s.Lapsed, s.Took.Round(time.Millisecond))
	}
	return nil
}

// sweep waits a little for one that runs, or for one that has just been killed.
func (c sweepCmd) sweep(ctx context.Context, on calendar.Day) (all []area.Swept, err error) {
	for range 20 {
		all, err = app.SweepRegister(ctx, app.Config{Dir: c.Data, DSN: c.DSN, Local: c.Local}, on)
		if !errs.Is(err, errs.Conflict) {
			return all, err
		}
		fmt.Fprintln(os.Stderr, errs.Sentence(err))
		time.Sleep(2 * time.Second)
	}
	return all, err
}
