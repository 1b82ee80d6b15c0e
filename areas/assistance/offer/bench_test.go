package offer_test

import (
	"flag"
	"fmt"
	"maps"
	"runtime"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"minzheng/areas/assistance/monitor"
	"minzheng/areas/assistance/offer"
	"minzheng/kernel/area"
	"minzheng/kernel/casework"
	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/fact"
	"minzheng/kernel/family"
	"minzheng/kernel/people"
)

var residents = flag.Int("residents", 1_000_000, "how many residents BenchmarkSweep registers")

// BenchmarkSweep looks through a made-up register: households of about three,
// ages as in a county that grows old, one household in thirty with a decided
// case. Fourteen services look for people: ten at everybody alone, four at
// families. One night's first sweep is measured, and the next, which finds
// nothing new.
//
//	go test ./areas/assistance/offer -run '^$' -bench Sweep -benchtime 1x -timeout 30m
func BenchmarkSweep(b *testing.B) {
	h := small(b)
	h.desk = h.withServices(fourteen(b, h))
	h.offers = offer.New(h.desk)
	h.do(func(tx *db.Tx) error { return h.desk.Services().Keep(h.ctx, tx) })
	fill(b, h, *residents)
	for b.Loop() {
		busy := processor()
		first, peak := measured(h)
		busy = processor() - busy
		again, _ := measured(h)
		b.Logf("%d residents × %d services: first sweep %v (%d offers, %v of processor), next %v (%d offers); heap at most %d MB", first.People, len(first.Services),
			first.Took.Round(time.Millisecond), first.Made, busy.Round(time.Millisecond), again.Took.Round(time.Millisecond), again.Made, peak>>20)
		b.ReportMetric(busy.Seconds(), "s/processor")
		b.ReportMetric(first.Took.Seconds(), "s/first")
		b.ReportMetric(again.Took.Seconds(), "s/next")
		b.ReportMetric(float64(peak>>20), "MB/heap")
	}
}

// processor is the time that the program has had on all processors: on a busy
// machine it says more than the clock.
func processor() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// measured sweeps, and looks at the heap meanwhile.
func measured(h *house) (area.Swept, uint64) {
	runtime.GC()
	var peak atomic.Uint64
	stop, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			peak.Store(max(peak.Load(), m.HeapInuse))
			select {
			case <-stop:
				return
			case <-time.After(200 * time.Millisecond):
			}
		}
	}()
	s := h.sweep()
	close(stop)
	<-ended
	return s, peak.Load()
}

// fourteen are services that look for people: variants of the two that are at
// hand, which differ in a condition so that they find others.
func fourteen(b *testing.B, h *house) []*catalog.Service {
	b.Helper()
	known := h.desk.Services().Known()
	var all []*catalog.Service
	read := func(s *catalog.Service, code string, change func(map[string]string)) {
		files := maps.Clone(s.Files)
		files["service.yaml"] = strings.Replace(files["service.yaml"], "code: "+s.Code, "code: "+code, 1)
		files["examples.yaml"] = "[]"
		change(files)
		one, err := catalog.ReadFiles(files, "assistance", known)
		if err != nil {
			b.Fatal(err)
		}
		all = append(all, one)
	}
	income, err := h.desk.Services().Find("dibao")
	if err != nil {
		b.Fatal(err)
	}
	read(h.elderly, "gaoling", func(map[string]string) {})
	for i := range 9 {
		read(h.elderly, fmt.Sprintf("old%d", i), func(f map[string]string) {
			f["rules.yaml"] = strings.Replace(f["rules.yaml"], "value: 80", fmt.Sprintf("value: %d", 95+i), 1)
		})
	}
	for i := range 4 {
		read(income, fmt.Sprintf("income%d", i), func(f map[string]string) {
			f["rules.yaml"] = strings.Replace(f["rules.yaml"], "value: 1210.00", fmt.Sprintf("value: %d.00", 1000+i), 1)
		})
	}
	return all
}

// fill registers residents in bulk; every thirtieth household has a case.
func fill(b *testing.B, h *house, n int) {
	b.Helper()
	began := time.Now()
	const rows = 500
	values := strings.TrimSuffix(strings.Repeat("(?, ?, ?, ?, '女', ?, ?, ?, ?, ?),", rows), ",")
	for from := 0; from < n; from += 100 * rows {
		h.do(func(tx *db.Tx) error {
			for at := from; at < min(from+100*rows, n); at += rows {
				var args []any
				for i := at; i < at+rows; i++ {
					args = append(args, fmt.Sprintf("%036d", i), "周某某", h.desk.Box.SealText(fmt.Sprint(i), "people/number"), h.desk.Box.Index("number", fmt.Sprint(i)),
						born(i), village, fmt.Sprintf("hu%010d", i/3), relation(i), h.desk.Box.SealText("13900000000", "people/phone"))
				}
				if _, err := tx.Exec(h.ctx, `INSERT INTO people_person (id, name, number, number_ix, sex, birth, region, household, relation, phone) VALUES `+values, args...); err != nil {
					return err
				}
			}
			return nil
		})
	}
	cases := 0
	for i := 0; i+3 <= n; i += 90 {
		h.do(func(tx *db.Tx) error {
			for j := i; j < min(i+90*200, n); j += 90 {
				cases++
				if err := withCase(h, tx, j, cases); err != nil {
					return err
				}
			}
			return nil
		})
		i += 90 * 199
	}
	b.Logf("filled %d residents, %d cases in %v", n, cases, time.Since(began).Round(time.Second))
}

func relation(i int) string {
	if i%3 == 0 {
		return "户主"
	}
	return "子"
}

// born spreads ages from 0 to 94, three of a hundred above 80.
func born(i int) string {
	age := (i * 7919) % 95
	if age >= 80 && i%5 != 0 {
		age -= 40
	}
	return fmt.Sprintf("%d-%02d-%02d", 2026-age, 1+i%12, 1+i%28)
}

func withCase(h *house, tx *db.Tx, i, serial int) error {
	s, err := h.desk.Services().Find("income0")
	if err != nil {
		return err
	}
	a := casework.Application{Key: fmt.Sprint("bench", i), Service: s, Applicant: people.ID(fmt.Sprintf("%036d", i)), Region: village, By: clerk}
	for m := range 3 {
		key := fmt.Sprintf("m%d", m+1)
		a.Members = append(a.Members, casework.Member{Key: key, Name: "周某某", Number: fmt.Sprint(i + m), Relation: []string{"本人", "儿子", "女儿"}[m], Birth: day(h, born(i+m)), Consented: tx.Now})
		for name, v := range map[string]fact.Value{"共同生活": fact.BoolOf(true), "工资收入": fact.MoneyOf(int64(i%7) * 100000), "零工收入": fact.MoneyOf(0), "经营收入": fact.MoneyOf(0),
			"养老金": fact.MoneyOf(16000), "赡养抚养费": fact.MoneyOf(0), "就业成本": fact.MoneyOf(0), "存款": fact.MoneyOf(500000), "房屋套数": fact.IntOf(int64(m / 2)), "车辆价值": fact.MoneyOf(0), "患重病": fact.BoolOf(false), "个人负担医疗费": fact.MoneyOf(int64(i%7) * 100_000), "学业": fact.EnumOf("不在校")} {
			a.Facts = append(a.Facts, fact.Statement{Name: name, About: key, Value: v, Source: "self", At: tx.Now})
		}
	}
	_, err = h.desk.OpenCase(h.ctx, tx, a)
	return err
}

// BenchmarkWatch looks through the same register for families of low income to
// whom something has happened: all 1/30 of households that have a case receive
// 低保, and some say that illness costs them much.
//
//	go test ./areas/assistance/offer -run '^$' -bench Watch -benchtime 1x -timeout 30m
func BenchmarkWatch(b *testing.B) {
	h := small(b)
	jiance, err := h.desk.Services().Find(monitor.Service)
	h.must(err)
	h.desk = h.withServices(append(fourteen(b, h), jiance))
	h.do(func(tx *db.Tx) error { return h.desk.Services().Keep(h.ctx, tx) })
	fill(b, h, *residents)
	h.do(func(tx *db.Tx) error {
		if _, err := tx.Exec(h.ctx, `UPDATE casework_case SET service = 'dibao', state = 'approved'`); err != nil {
			return err
		}
		_, err := tx.Exec(h.ctx, `INSERT INTO assistance_benefit (id, case_id, service, title, recipient, region, members, amount, since, version, review)
			SELECT id, id, 'dibao', '低保', applicant, region, 3, 50000, '2026-01', 'v', '' FROM casework_case`)
		return err
	})
	room, families := monitor.New(h.desk), family.New(h.desk)
	for b.Loop() {
		began, busy, residents, homes, own := time.Now(), processor(), 0, 0, time.Duration(0)
		has, err := everybody(h)
		h.must(err)
		for at := (people.Mark{}); ; {
			page, next, err := h.desk.People.Page(h.ctx, h.db, at, 5000)
			h.must(err)
			if len(page) == 0 {
				break
			}
			at = next
			some, err := families.Gather(h.ctx, h.db, page, has)
			h.must(err)
			from := time.Now()
			write, err := room.Watch(h.ctx, h.db, some, h.today())
			h.must(err)
			h.do(func(tx *db.Tx) error { return write(h.ctx, tx) })
			own += time.Since(from)
			homes += len(some)
			for _, one := range page {
				residents += len(one)
			}
		}
		busy = processor() - busy
		b.Logf("%d residents in %d households: %v (%v of processor), of it %v beside what any sweep reads, %d to look at", residents, homes, time.Since(began).Round(time.Millisecond), busy.Round(time.Millisecond), own.Round(time.Millisecond), h.count(`SELECT COUNT(*) FROM assistance_watched`))
		b.ReportMetric(time.Since(began).Seconds(), "s/night")
	}
}

// everybody tells who is a member of a case.
func everybody(h *house) (func(string) bool, error) {
	all := map[string]struct{}{}
	err := casework.Everybody(h.ctx, h.db, func(index string) { all[index] = struct{}{} })
	return func(index string) bool { _, ok := all[index]; return ok }, err
}
