package seen

import (
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"minzheng/kernel/calendar"
)

var (
	kinds = []string{"case", "a", "b", "c"}
	shows = []Show{Full, Coarse, After, Withheld}
	day   = time.Date(2026, 3, 2, 9, 14, 0, 0, time.UTC)
)

// drawRules draws rules that reading lets through, whatever they are.
func drawRules(t *rapid.T) Rules {
	var all Rules
	for range rapid.IntRange(0, 6).Draw(t, "rules") {
		r := Rule{Matter: []string{rapid.SampledFrom(append(kinds, "*")).Draw(t, "matter")}, Relation: []Relation{rapid.SampledFrom(relations).Draw(t, "relation")},
			Show: rapid.SampledFrom(shows).Draw(t, "show"), Then: rapid.SampledFrom([]Show{"", Full, Coarse, Never}).Draw(t, "then"),
			Law: rapid.SampledFrom([]string{"", "法"}).Draw(t, "law"), Days: rapid.SampledFrom([]int{0, 0, 40}).Draw(t, "days"), Notice: rapid.Bool().Draw(t, "notice")}
		if r.wrong() == "" {
			all.Rules = append(all.Rules, r)
		}
	}
	return all
}

// drawTold draws an event of a matter; everything that tells of the matter has
// a mark in it.
func drawTold(t *rapid.T, n int) Told {
	mark := fmt.Sprintf("秘%d密", n)
	at := day.Add(time.Duration(rapid.Int64Range(0, 400*24*3600_000).Draw(t, "at")) * time.Millisecond)
	m := Matter{Subject: "case/" + mark, Kinds: []string{rapid.SampledFrom(kinds[1:]).Draw(t, "kind"), "case"}, Relation: rapid.SampledFrom(relations).Draw(t, "as"),
		Title: mark, Number: mark, Link: mark, Open: rapid.Bool().Draw(t, "open")}
	if !m.Open {
		m.Ended = at.Add(time.Duration(rapid.IntRange(0, 200).Draw(t, "lasted")) * 24 * time.Hour)
	}
	return Told{Event{Key: mark, Kind: Query, At: at, Who: mark, What: mark, Fields: []string{mark}, Why: mark, Law: mark, Outcome: mark}, m}
}

func drawLog(t *rapid.T) []Told {
	var all []Told
	for n := range rapid.IntRange(0, 12).Draw(t, "events") {
		all = append(all, drawTold(t, n))
	}
	return all
}

func TestNothingOfAnothersMatterIsTold(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rules, log := drawRules(t), drawLog(t)
		now := day.Add(time.Duration(rapid.IntRange(0, 500*24).Draw(t, "now")) * time.Hour)
		page := fmt.Sprintf("%+v", rules.Disclose(log, now))
		days := map[string]bool{} // of which the reader knows anyway
		for _, one := range log {
			days[one.At.Format("2006-01-02")] = days[one.At.Format("2006-01-02")] || one.Matter.Relation.knows()
		}
		for _, one := range log {
			if one.Matter.Relation.knows() {
				continue
			}
			on := one.At.Format("2006-01-02")
			if strings.Contains(page, one.Key) || strings.Contains(page, on) && !days[on] {
				t.Fatalf("the page tells of %s, to which the reader is %s:\n%s", one.Key, one.Matter.Relation, page)
			}
		}
	})
}

// TestAnothersMatterLeavesNoTraceButItsMonth changes everything about others'
// matters but the months: the page stays the same to the byte, whenever it is
// read.
func TestAnothersMatterLeavesNoTraceButItsMonth(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rules, log := drawRules(t), drawLog(t)
		now := day.Add(time.Duration(rapid.IntRange(0, 500*24).Draw(t, "now")) * time.Hour)
		var other []Told
		for n, one := range log {
			if one.Matter.Relation.knows() {
				other = append(other, one)
				continue
			}
			for k := range rapid.IntRange(1, 3).Draw(t, "times") { // as often as it likes
				twin := one
				twin.Event = Event{Key: fmt.Sprintf("又%d/%d", n, k), Kind: Look, Who: "别人", At: moved(t, one.At), Law: "别的法"}
				twin.Matter.Subject, twin.Matter.Title, twin.Matter.Number = fmt.Sprintf("case/又%d", n), "别的事", "9"
				other = append(other, twin)
			}
		}
		if a, b := rules.Disclose(log, now), rules.Disclose(other, now); !reflect.DeepEqual(a, b) {
			t.Fatalf("the page changes with what others do:\n%+v\n%+v", a, b)
		}
	})
}

// moved is another time of the same month.
func moved(t *rapid.T, at time.Time) time.Time {
	first := monthOf(at).first()
	return first.Start().Add(time.Duration(rapid.Int64Range(0, int64((first.AddMonths(1)-first))*24*3600-1).Draw(t, "moved")) * time.Second)
}

func TestWhatIsWithheldIsNotToldWhileItRuns(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		show := rapid.SampledFrom([]Show{After, Withheld}).Draw(t, "show")
		rules := Rules{Rules: []Rule{{Matter: []string{"*"}, Relation: relations, Show: show, Then: Coarse, Law: "法"}}}
		log := drawLog(t)
		for i := range log {
			log[i].Matter.Open = true
		}
		if got := rules.Disclose(log, day.AddDate(3, 0, 0)); len(got) != 0 {
			t.Fatalf("it tells %+v", got)
		}
	})
}

func TestACoarseEntryComesWhenItsMonthIsOver(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 20, 1, 2, 3, 0, time.UTC)
	log := []Told{{Event{Key: "x", At: at}, Matter{Subject: "case/1", Kinds: []string{"case"}, Relation: Member, Open: true}}}
	var rules Rules
	if got := rules.Disclose(log, calendar.Date(2026, 4, 1).Start().Add(-time.Millisecond)); len(got) != 0 {
		t.Errorf("before the month is over it tells %+v", got)
	}
	got := rules.Disclose(log, calendar.Date(2026, 4, 1).Start())
	if len(got) != 1 || !got[0].Coarse || got[0].Entries[0].Month != "2026年3月" || !got[0].Entries[0].At.IsZero() {
		t.Errorf("after the month it tells %+v", got)
	}
	ended := log[0]
	ended.Matter.Open, ended.Matter.Ended = false, time.Date(2026, 5, 10, 0, 0, 0, 0, time.UTC)
	rules.Rules = []Rule{{Matter: []string{"case"}, Relation: []Relation{Member}, Show: Withheld, Then: Coarse, Days: 30, Law: "法"}}
	for on, want := range map[calendar.Day]int{calendar.Date(2026, 6, 8): 0, calendar.Date(2026, 6, 30): 0, calendar.Date(2026, 7, 1): 1} {
		if got := rules.Disclose([]Told{ended}, on.Start()); len(got) != want {
			t.Errorf("on %s it tells %+v", on, got)
		}
	}
}

func TestARuleThatTellsTooMuchIsRefused(t *testing.T) {
	t.Parallel()
	src, err := os.ReadFile("../../app/disclosure.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ReadRules("ours", src); err != nil {
		t.Fatal(err)
	}
	head := "staff: masked\nanswer: 5\nlifted: 30\nown: []\nrules:\n"
	for rule, good := range map[string]bool{
		`{matter: ["*"], relation: [member], show: coarse}`:                                    true,
		`{matter: ["*"], relation: [party], show: full, notice: true}`:                         true,
		`{matter: ["*"], relation: [own, member], show: full}`:                                 false,
		`{matter: ["*"], relation: [other], show: after, then: full}`:                          false,
		`{matter: ["*"], relation: [member], show: coarse, notice: true}`:                      false,
		`{matter: ["*"], relation: [member], show: withheld, then: coarse}`:                    false,
		`{matter: ["*"], relation: [member], show: withheld, then: never, law: 法}`:             true,
		`{matter: ["*"], relation: [member], show: after, then: never}`:                        false,
		`{matter: ["*"], relation: [member], show: after}`:                                     false,
		`{matter: ["*"], relation: [member], show: coarse, days: 3}`:                           false,
		`{matter: ["*"], relation: [wife], show: coarse}`:                                      false,
		`{matter: [], relation: [member], show: coarse}`:                                       false,
		`{matter: ["*"], relation: [member], show: never}`:                                     false,
		`{matter: ["*"], relation: [member], show: coarse, telling: 1}`:                        false,
		`{matter: ["*"], relation: [consented], show: withheld, then: full, law: 法, days: 30}`: true,
	} {
		if _, err := ReadRules("x", []byte(head+"  - "+rule)); (err == nil) != good {
			t.Errorf("%s: error %v, want good %v", rule, err, good)
		}
	}
	if _, err := ReadRules("x", []byte("staff: all\nanswer: 5\nlifted: 30\nown: []\nrules: []")); err == nil {
		t.Error("an unknown way of naming staff is taken")
	}
}

func TestTheNewestMatterComesFirst(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rules := Rules{Rules: []Rule{{Matter: []string{"*"}, Relation: []Relation{Own, Consented, Party}, Show: Full}}}
		groups := rules.Disclose(drawLog(t), day.AddDate(3, 0, 0))
		var before time.Time
		for i, g := range groups {
			if g.Coarse {
				if i != len(groups)-1 {
					t.Fatal("the coarse group is not the last")
				}
				continue
			}
			if newest := g.Entries[0].At; i > 0 && newest.After(before) {
				t.Fatal("an older matter comes first")
			}
			before = g.Entries[0].At
			if !slices.IsSortedFunc(g.Entries, func(a, b Entry) int { return b.At.Compare(a.At) }) {
				t.Fatal("the entries of a matter are not in order")
			}
		}
	})
}
