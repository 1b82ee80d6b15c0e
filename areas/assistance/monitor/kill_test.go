package monitor_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"testing"
	"time"

	"minzheng/areas/assistance/monitor"
	"minzheng/areas/assistance/recheck"
	"minzheng/kernel/casework"
	"minzheng/kernel/db/dbtest"
)

// TestMain is also the process that TestKillMinusNine kills: it reads the feeds
// and follows every hint, as the house does.
func TestMain(m *testing.M) {
	if os.Getenv("MINZHENG_TEST_DEPARTMENTS") != "" {
		os.Exit(victim())
	}
	os.Exit(m.Run())
}

func victim() int {
	var t victimT
	h := open(&t, place{os.Getenv("MINZHENG_TEST_DIR"), os.Getenv("MINZHENG_TEST_DSN"), os.Getenv("MINZHENG_TEST_DEPARTMENTS")})
	if err := recheck.New(h.desk).Telling(h.room).ReadFeeds(t.Context()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	h.jobs()
	time.Sleep(time.Minute) // until it is killed
	return 0
}

func TestKillMinusNineInTheMiddleOfAFeedRaisesNothingTwiceAndLosesNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a process and kills it")
	}
	t.Parallel()
	for name, dsn := range map[string]func(*testing.T) string{"sqlite": func(*testing.T) string { return "" }, "postgres": func(t *testing.T) string { return dbtest.DSN(t) }} {
		t.Run(name, func(t *testing.T) { t.Parallel(); killed(t, place{dir: t.TempDir(), dsn: dsn(t)}) })
	}
}

// killed kills the process once while it reads the feed and twice while it
// asks departments, wherever it then is.
func killed(t *testing.T, at place) {
	h := open(t, at)
	const families = 40
	var all []person
	for i := range families {
		f := h.family(fmt.Sprintf("周%d", i))
		h.apply("dibao", casework.Approved, f)
		h.say("/emergency/damage", f[0].number, `{"damage":"严重","damaged_on":"2026-02-20"}`)
		all = append(all, f[0])
	}
	h.jobs()
	h.tell("emergency.damage", "disaster", all...)
	h.tell("emergency.damage", "disaster", all...) // everything comes twice
	h.most = 2
	before := len(h.asked)
	pulls := func() int { h.mu.Lock(); defer h.mu.Unlock(); return h.pulls }
	asked := func() int { h.mu.Lock(); defer h.mu.Unlock(); return len(h.asked) - before }
	h.must(h.desk.DB.Close())
	h.dies(pulls, 10+rand.IntN(20))
	h.dies(asked, 3+rand.IntN(10))
	h.dies(asked, asked()+3+rand.IntN(10))
	again := open(t, place{at.dir, at.dsn, h.at.departments})
	later := h.desk.DB.Now().Add(2 * time.Hour) // nobody holds the dead one's jobs any more
	again.now.Store(&later)
	t.Logf("after three kills there are %d of %d warnings", len(again.warnings()), families)
	again.must(recheck.New(again.desk).Telling(again.room).ReadFeeds(again.ctx))
	again.jobs()
	seen := map[string]int{}
	for _, w := range again.warnings() {
		seen[w.Family]++
		if w.Grade != monitor.Red {
			t.Errorf("a warning of grade %d", w.Grade)
		}
	}
	for home, n := range seen {
		if n != 1 {
			t.Errorf("household %s has %d warnings", home, n)
		}
	}
	if cases := again.count(`SELECT COUNT(*) FROM casework_case WHERE service = 'jiance'`); len(seen) != families || cases != families {
		t.Errorf("%d families with a warning and %d cases, want %d", len(seen), cases, families)
	}
}

// dies starts a process that does the work, and kills it once a count has come
// so far.
func (h *house) dies(count func() int, until int) {
	h.t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "MINZHENG_TEST_DIR="+h.at.dir, "MINZHENG_TEST_DSN="+h.at.dsn, "MINZHENG_TEST_DEPARTMENTS="+h.at.departments)
	cmd.Stderr = os.Stderr
	h.must(cmd.Start())
	for deadline := time.Now().Add(2 * time.Minute); count() < until; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			cmd.Process.Kill()
			h.t.Fatalf("the process has come to %d of %d", count(), until)
		}
	}
	h.must(cmd.Process.Kill())
	cmd.Wait() // says that it was killed
}
