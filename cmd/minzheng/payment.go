package main

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"os"

	"minzheng/app"
	"minzheng/areas/assistance/payment"
	"minzheng/kernel/fact"
	"minzheng/kernel/secret"
)

// paymentVerifyCmd verifies everything that was ever paid.
type paymentVerifyCmd struct {
	books
	Local  string `help:"The bureau's own services, facts, places and holidays." type:"existingdir"`
	County string `help:"Code of the county that is served; default is the demo county." env:"MINZHENG_COUNTY"`
}

func (c paymentVerifyCmd) Run() error {
	ctx := context.Background()
	if _, err := os.Stat(secret.File(c.Data)); err != nil {
		return usageError{fmt.Errorf("%w: %s is not a data directory of minzheng", fs.ErrNotExist, c.Data)}
	}
	a, err := app.Open(ctx, app.Config{Dir: c.Data, DSN: c.DSN, Local: c.Local, County: c.County, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	defer a.Close()
	report, err := payment.New(a.Desk).Verify(ctx, a.DB)
	if err != nil {
		return err
	}
	fmt.Printf("核对了 %d 份名册，%d 笔，合计 %s\n", report.Rolls, report.Lines, fact.Yuan(report.Amount))
	for _, f := range report.Findings {
		fmt.Println(f)
	}
	if !report.OK() {
		return errFound
	}
	fmt.Println("每一笔都对得上，没有发现改动")
	return nil
}
