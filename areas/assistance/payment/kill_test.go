package payment_test

import (
	"bufio"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"testing"
	"time"

	"minzheng/areas/assistance/payment"
	"minzheng/kernel/db"
	"minzheng/kernel/db/dbtest"
)

// grants are so many recipients of all sorts.
func mixed(n int) []grant {
	all := make([]grant, n)
	for i := range all {
		all[i] = grant{Region: []string{liuxi + "001", heba + "001", liuxi + "002"}[i%3], Amount: int64(1000 + 7*i), Lacks: []string{"", "工资收入", ""}[i%3]}
		if i%17 == 0 {
			all[i].Account = "-"
		}
	}
	return all
}

// complete checks that a roll has every recipient once.
func (h *house) complete(o payment.Roll, all []grant) {
	h.t.Helper()
	seen, sum := map[string]int{}, int64(0)
	for _, l := range h.lines(o) {
		seen[l.Benefit]++
		sum += l.Amount
	}
	var want int64
	for _, g := range all {
		if seen[g.id] != 1 {
			h.t.Fatalf("a recipient has %d lines", seen[g.id])
		}
		want += g.Amount
	}
	if o.Lines != len(all) || sum != want || o.Amount != want {
		h.t.Fatalf("%d lines of %d, %d 分 of %d", o.Lines, len(all), sum, want)
	}
	h.sound()
}

func TestAPageThatBreaksStandsOrFallsAsAWholeAndIsMadeAgain(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, h *house) {
		all := h.add(mixed(40)...)
		h.pay.SetPage(7)
		o := h.begin("2026-04")
		// A line that is there already breaks the fourth page in its middle.
		broken, err := db.One(t.Context(), h.DB, db.Value[string], `SELECT id FROM assistance_benefit ORDER BY region, id LIMIT 1 OFFSET 24`)
		h.must(err)
		h.must(h.do(func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), `INSERT INTO assistance_line (id, line_key, roll, seq, kind, benefit, person, township, month, base, arrears, taken, amount, name, account, tail, bank, found, note, hash)
				VALUES ('x', ?, 'other', 1, 'again', '', '', '', '', 0, 0, 0, 0, '', '', '', '', '', '', '')`, "month/"+broken+"/2026-04")
			return err
		}))
		if err := h.pay.Advance(t.Context(), o.ID, time.Hour); err == nil {
			t.Fatal("a page with a line that is there already is taken")
		}
		if got := h.roll(o.ID); got.Lines != 21 || got.Seen != 21 || got.State != payment.Making || count(t, h.DB, `SELECT COUNT(*) FROM assistance_line WHERE roll = ?`, o.ID) != 21 {
			t.Fatalf("after the break the roll is %+v, want three pages", got)
		}
		h.must(h.do(func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), `DELETE FROM assistance_line WHERE id = 'x'`)
			return err
		}))
		h.jobs()
		h.complete(h.roll(o.ID), all)
	})
}

func TestTwoProcessesMakeOneRoll(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, h *house) {
		all := h.add(mixed(60)...)
		o := h.begin("2026-04")
		done := make(chan error, 3)
		for range 3 {
			other := payment.New(h.Desk)
			other.SetPage(5)
			go func() { done <- other.Advance(t.Context(), o.ID, time.Hour) }()
		}
		for range 3 {
			if err := <-done; err != nil && !errors.Is(err, payment.ErrOvertaken) {
				t.Error(err)
			}
		}
		h.jobs()
		h.complete(h.roll(o.ID), all)
	})
}

// TestMain is also the process that TestKillMinusNine kills: it goes on with a
// roll as slowly as one page at a time.
func TestMain(m *testing.M) {
	if os.Getenv("MINZHENG_TEST_ROLL") != "" {
		os.Exit(victim())
	}
	os.Exit(m.Run())
}

func victim() int {
	var t victimT
	h := open(&t, os.Getenv("MINZHENG_TEST_DIR"), os.Getenv("MINZHENG_TEST_DSN"))
	h.pay.SetPage(3)
	for {
		err := h.pay.Advance(t.Context(), os.Getenv("MINZHENG_TEST_ROLL"), 0)
		if err == nil {
			return 0
		}
		if !errors.Is(err, payment.ErrSlice) {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		fmt.Println("a page is written")
	}
}

func TestKillMinusNineInTheMiddleOfARollPaysNobodyTwiceAndLosesNobody(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a process and kills it")
	}
	t.Parallel()
	for name, dsn := range map[string]func(*testing.T) string{"sqlite": func(*testing.T) string { return "" }, "postgres": func(t *testing.T) string { return dbtest.DSN(t) }} {
		t.Run(name, func(t *testing.T) { t.Parallel(); killed(t, t.TempDir(), dsn(t)) })
	}
}

func killed(t *testing.T, dir, dsn string) {
	h := open(t, dir, dsn)
	all := h.add(mixed(600)...)
	o := h.begin("2026-04")
	h.must(h.Close())
	for kill := range 3 {
		h.must(dies(o.ID, dir, dsn, 15+rand.IntN(30)))
		h.start()
		got := h.roll(o.ID)
		if got.State != payment.Making || got.Seen < 15*(kill+1) || got.Seen != got.Lines || got.Lines != len(h.lines(got)) {
			t.Fatalf("after kill %d the roll is %+v", kill+1, got)
		}
		t.Logf("after kill %d, %d of %d were done", kill+1, got.Seen, got.Expected)
		if kill < 2 {
			h.must(h.Close())
		}
	}
	h.jobs()
	h.complete(h.roll(o.ID), all)
}

// dies starts a process that makes the roll, and kills it once it has written
// so many pages, wherever it then is.
func dies(roll, dir, dsn string, pages int) error {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "MINZHENG_TEST_ROLL="+roll, "MINZHENG_TEST_DIR="+dir, "MINZHENG_TEST_DSN="+dsn)
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
