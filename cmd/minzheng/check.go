package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"minzheng/app"
	"minzheng/app/demo"
	"minzheng/app/demo/county"
	"minzheng/app/demo/departments"
	"minzheng/kernel/audit"
	"minzheng/kernel/calendar"
)

// departmentsCmd serves the department simulator as a process of its own.
type departmentsCmd struct {
	Addr  string `help:"Where to listen." default:"127.0.0.1:8090"`
	Fast  bool   `help:"Answer without any delay, for measuring."`
	Local string `help:"The bureau's own services, whose questions are agreed too." type:"existingdir"`
	Drop  string `help:"Answer lists of questions in DIR/out by workbooks in DIR/in, every few seconds." type:"path"`
}

func (c departmentsCmd) Run() error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var options []departments.Option
	if c.Fast {
		options = append(options, departments.Usual(departments.Trouble{}))
	}
	all, err := app.ReadCatalogue(c.Local)
	if err != nil {
		return err
	}
	options = append(options, departments.Agreed(agreements(all)))
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	people := county.Generate(demo.Seed, calendar.DayOf(time.Now()))
	s := &http.Server{Addr: c.Addr, ReadHeaderTimeout: 10 * time.Second,
		Handler: departments.New(people, time.Now, log, options...)}
	if c.Drop != "" {
		go answerFiles(ctx, people, c.Drop, log)
	}
	go func() { <-ctx.Done(); s.Close() }()
	fmt.Printf("部门模拟器（示例数据）：http://%s/\n", c.Addr)
	if err := s.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// agreements are the rows of the matrix as the departments have signed them.
func agreements(c *app.Catalogue) []departments.Agreement {
	var all []departments.Agreement
	for _, g := range c.Grants() {
		all = append(all, departments.Agreement(g))
	}
	return all
}

func answerFiles(ctx context.Context, people *county.County, dir string, log *slog.Logger) {
	for ctx.Err() == nil {
		if err := departments.AnswerFiles(people, dir); err != nil {
			log.Warn("answering files", "error", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(5 * time.Second):
		}
	}
}

// catalogCheckCmd reads all services.
type catalogCheckCmd struct {
	Dir string `arg:"" optional:"" help:"The bureau's own directory beside ours." type:"existingdir"`
}

func (c catalogCheckCmd) Run() error {
	all, err := app.ReadCatalogue(c.Dir)
	if err != nil {
		fmt.Println(err)
		return errFound
	}
	path, err := app.Paths(c.Dir)
	if err != nil {
		return err
	}
	for _, s := range all.Services {
		fmt.Printf("%-16s %s　%d 步　%d 条规则　%d 个算例　版本 %s\n", s.Code, s.Title, len(s.Steps), len(s.Rules.All()), len(s.Examples), s.Version[:12])
		one, err := s.OneSided(path)
		if err != nil {
			return err
		}
		var said []string
		for _, t := range one {
			said = append(said, t.Formula)
		}
		if len(said) > 0 {
			fmt.Printf("%-16s 提醒：没有算例试过这些线的两边：%s\n", "", strings.Join(said, "；"))
		}
	}
	return nil
}

// catalogTestCmd works out all examples.
type catalogTestCmd struct {
	Dir string `arg:"" optional:"" help:"The bureau's own directory beside ours." type:"existingdir"`
}

func (c catalogTestCmd) Run() error {
	all, err := app.ReadCatalogue(c.Dir)
	if err != nil {
		fmt.Println(err)
		return errFound
	}
	path, err := app.Paths(c.Dir)
	if err != nil {
		return err
	}
	good, bad := 0, 0
	for _, s := range all.Services {
		for _, e := range s.Examples {
			wrong := s.Check(e, path)
			if len(wrong) == 0 {
				good++
				continue
			}
			bad++
			for _, w := range wrong {
				fmt.Printf("%s：%s：%s\n", s.Code, e.Name, w)
			}
		}
	}
	fmt.Printf("%d 个算例对，%d 个不对\n", good, bad)
	if bad > 0 {
		return errFound
	}
	return nil
}

// catalogDiffCmd shows what a change of services would mean before it is made.
type catalogDiffCmd struct {
	Old string `arg:"" help:"A service's folder, a directory of the shape of --local, or the code of one of ours."`
	New string `arg:"" help:"The same, as it would be."`
	register
	On      string `help:"The day, such as 2026-03-02; today if left out."`
	Workers int    `help:"Goroutines; 0 is one for each processor."`
}

func (c catalogDiffCmd) Run() error {
	on, err := day(c.On)
	if err != nil {
		return err
	}
	d, err := app.ReadDiff(c.Old, c.New, calendar.Day(on))
	if err != nil {
		return usageError{err}
	}
	if err := d.Run(context.Background(), c.families(), c.Workers, os.Stdout); err != nil {
		return usageError{err}
	}
	return nil
}

// auditVerifyCmd verifies the audit log of a data directory.
type auditVerifyCmd struct {
	books
}

func (c auditVerifyCmd) Run() error {
	ctx := context.Background()
	d, box, err := c.open(ctx, audit.Schema())
	if err != nil {
		return err
	}
	defer d.Close()
	report, err := audit.New(d, box).Verify(ctx, d, c.Data)
	if err != nil {
		return err
	}
	fmt.Printf("核对了 %d 条记录，%d 条链，%d 个检查点\n", report.Entries, report.Chains, report.Points)
	for _, f := range report.Findings {
		fmt.Println(f)
	}
	if !report.OK() {
		return errFound
	}
	fmt.Println("没有发现改动")
	return nil
}
