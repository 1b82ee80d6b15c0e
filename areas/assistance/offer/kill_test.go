package offer_test

import (
	"bufio"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"minzheng/areas/assistance/monitor"
	"minzheng/areas/assistance/offer"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/db/dbtest"
	"minzheng/kernel/fact"
	"minzheng/kernel/people"
)

// TestMain is also the process that TestKillMinusNine kills: it goes through
// the register in small pages, and others look at them beside it.
func TestMain(m *testing.M) {
	if os.Getenv("MINZHENG_TEST_KEYS") != "" {
		os.Exit(victim())
	}
	os.Exit(m.Run())
}

func victim() int {
	var t victimT
	h := openAt(&t, db.Config{Dir: os.Getenv("MINZHENG_TEST_DIR"), DSN: os.Getenv("MINZHENG_TEST_DSN")}, os.Getenv("MINZHENG_TEST_KEYS"))
	now, err := time.Parse(time.RFC3339, os.Getenv("MINZHENG_TEST_NOW"))
	h.must(err)
	h.now.Store(&now)
	d := offer.New(h.desk).Beside(monitor.New(h.desk))
	d.Pages(20)
	d.OnPage(func() error { fmt.Println("a page is about to be committed"); return nil })
	if _, err := d.Sweep(h.ctx, h.today()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func TestKillMinusNineInTheMiddleOfASweepOffersAndWarnsNobodyTwiceAndMissesNobody(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a process and kills it")
	}
	t.Parallel()
	for name, dsn := range map[string]func(*testing.T) string{"sqlite": func(*testing.T) string { return "" }, "postgres": func(t *testing.T) string { return dbtest.DSN(t) }} {
		t.Run(name, func(t *testing.T) { t.Parallel(); killed(t, dsn(t)) })
	}
}

const burdened = 30 // families with costs of illness

func killed(t *testing.T, dsn string) {
	c := db.Config{Dir: t.TempDir(), DSN: dsn}
	if dsn != "" {
		c.Dir = ""
	}
	keys := t.TempDir()
	if err := os.Mkdir(filepath.Join(keys, "files"), 0o700); err != nil {
		t.Fatal(err)
	}
	h := openAt(t, c, keys)
	old := crowd(h, 2400)
	ill(h)
	now := h.db.Now()
	h.must(h.db.Close())
	for kill := range 4 {
		h.must(dies(c, keys, now, 8+rand.IntN(12)))
		now = now.Add(time.Minute) // by then it counts as dead
		h = openAt(t, c, keys)
		if n := h.count(`SELECT COUNT(*) FROM assistance_sweep`); n != 1 {
			t.Fatalf("after kill %d, %d sweeps were begun, want one that goes on", kill+1, n)
		}
		t.Logf("after kill %d there are %d offers and %d hints", kill+1, h.count(`SELECT COUNT(*) FROM assistance_offer`), h.count(`SELECT COUNT(*) FROM assistance_watched`))
		if kill < 3 {
			h.must(h.db.Close())
		}
	}
	h.now.Store(&now)
	s, err := offer.New(h.desk).Beside(monitor.New(h.desk)).Sweep(h.ctx, h.today())
	h.must(err)
	made, whom := h.count(`SELECT COUNT(*) FROM assistance_offer`), h.count(`SELECT COUNT(DISTINCT person) FROM assistance_offer`)
	if s.People != 2400+burdened || made != old || whom != old {
		t.Errorf("%d people were seen, %d offers made to %d, want %d and %d", s.People, made, whom, 2400+burdened, old)
	}
	jobs := h.count(`SELECT COUNT(*) FROM job_job WHERE kind = ?`, monitor.LookKind)
	if hints := h.count(`SELECT COUNT(*) FROM assistance_watched`); hints != burdened || jobs != burdened {
		t.Errorf("%d hints and %d families to look at, want %d", hints, jobs, burdened)
	}
}

// ill has some families of the crowd receive 低保 and say that illness costs
// them much.
func ill(h *house) {
	h.t.Helper()
	s, err := h.desk.Services().Find("dibao")
	h.must(err)
	h.do(func(tx *db.Tx) error {
		for i := range burdened {
			p := people.Person{ID: people.ID(fmt.Sprintf("ill%03d", i)), Name: "某", Number: fmt.Sprintf("9%017d", i), Region: village, Household: fmt.Sprintf("h%05dx", i*25), Birth: day(h, "1980-01-15"), Relation: "户主"}
			if _, err := h.desk.People.Add(h.ctx, tx, p); err != nil {
				return err
			}
			a := casework.Application{Key: string(p.ID), Service: s, Applicant: p.ID, Region: village, By: clerk,
				Members: []casework.Member{{Key: "m1", Name: p.Name, Number: p.Number, Relation: "本人", Birth: p.Birth, Consented: tx.Now}},
				Facts: []fact.Statement{{Name: "个人负担医疗费", About: "m1", Value: fact.MoneyOf(9_000_000), Source: "self", At: tx.Now},
					{Name: "共同生活", About: "m1", Value: fact.BoolOf(true), Source: "self", At: tx.Now}}}
			c, err := h.desk.OpenCase(h.ctx, tx, a)
			if err != nil {
				return err
			}
			if _, err := tx.Exec(h.ctx, `INSERT INTO assistance_benefit (id, case_id, service, title, recipient, region, members, amount, since, version, review)
				VALUES (?, ?, 'dibao', '低保', ?, ?, 1, 50000, '2026-01', 'v', '')`, db.NewID(), c.ID, p.ID, village); err != nil {
				return err
			}
			if _, err := tx.Exec(h.ctx, `UPDATE casework_case SET state = 'approved', closed = ? WHERE id = ?`, db.Millis(tx.Now), c.ID); err != nil {
				return err
			}
		}
		return nil
	})
}

// dies starts a process that sweeps, and kills it once it is about to commit so
// many pages, wherever it then is.
func dies(c db.Config, keys string, now time.Time, pages int) error {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "MINZHENG_TEST_KEYS="+keys, "MINZHENG_TEST_DIR="+c.Dir, "MINZHENG_TEST_DSN="+c.DSN, "MINZHENG_TEST_NOW="+now.Format(time.RFC3339))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	written := bufio.NewScanner(out)
	for range pages {
		if !written.Scan() {
			return errors.Join(errors.New("the process ended by itself"), cmd.Wait())
		}
	}
	if err := cmd.Process.Kill(); err != nil {
		return err
	}
	cmd.Wait() // says that it was killed
	return nil
}
