package people_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"minzheng/kernel/calendar"
	"minzheng/kernel/db"
	"minzheng/kernel/db/dbtest"
	"minzheng/kernel/errs"
	"minzheng/kernel/people"
	"minzheng/kernel/region"
	"minzheng/kernel/secret"
)

// checked is a number with its check digit.
func checked(body string) string {
	for _, c := range "0123456789X" {
		if people.Checks(body + string(c)) {
			return body + string(c)
		}
	}
	panic("no digit checks " + body)
}

func numbers(t *rapid.T) string {
	born := calendar.Date(rapid.IntRange(1920, 1999).Draw(t, "year"), rapid.IntRange(1, 12).Draw(t, "month"), rapid.IntRange(1, 28).Draw(t, "day"))
	return checked("390121" + strings.ReplaceAll(born.String(), "-", "") + fmt.Sprintf("%03d", rapid.IntRange(0, 999).Draw(t, "serial")))
}

func why(name string, a, b string) []people.Reason {
	pairs := people.Alike([]people.Known{{Name: "李秀芬", Number: a}, {Name: "周敏", Number: checked("39012119500505001")}, {Name: name, Number: b}})
	for _, p := range pairs {
		if p.A == 0 && p.B == 2 {
			return p.Why
		}
	}
	return nil
}

func TestEverySingleWrongDigitIsFoundWhateverTheName(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := numbers(t)
		i := rapid.IntRange(0, 17).Draw(t, "place")
		d := rapid.SampledFrom(strings.Split(strings.ReplaceAll("0123456789", string(a[i]), ""), "")).Draw(t, "digit")
		b := a[:i] + d + a[i+1:]
		if people.Checks(b) {
			t.Fatalf("%s and %s differ in one digit and both check: GB 11643 does not allow it", a, b)
		}
		if got := why("王五", a, b); !slices.Contains(got, people.OneDigit) {
			t.Fatalf("%s and %s: found by %v", a, b, got)
		}
	})
}

func TestEverySwapOfTwoDigitsIsFound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := numbers(t)
		i, j := rapid.IntRange(0, 16).Draw(t, "one"), rapid.IntRange(0, 17).Draw(t, "other")
		if i == j || a[i] == a[j] || a[j] == 'X' {
			t.Skip("nothing is swapped")
		}
		b := []byte(a)
		b[i], b[j] = b[j], b[i]
		name := "王五"
		if people.Checks(string(b)) { // of equal weight: the check digit does not see it, the name must speak for it
			name = "李秀芳"
		}
		if got := why(name, a, string(b)); !slices.Contains(got, people.TwoSwapped) {
			t.Fatalf("%s and %s: found by %v", a, b, got)
		}
	})
}

func TestNoSwapOfNeighboursChecks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := []byte(numbers(t))
		i := rapid.IntRange(0, 15).Draw(t, "place")
		if a[i] == a[i+1] {
			t.Skip("nothing is swapped")
		}
		a[i], a[i+1] = a[i+1], a[i]
		if people.Checks(string(a)) {
			t.Fatalf("%s checks after two neighbours were swapped", a)
		}
	})
}

func TestAnOldNumberIsFoundAlsoWithASlip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := numbers(t)
		old := a[:6] + a[8:17]
		if got := why("王五", a, old); !slices.Equal(got, []people.Reason{people.OldNumber}) {
			t.Fatalf("%s and %s: found by %v", a, old, got)
		}
		i := rapid.IntRange(0, 14).Draw(t, "place")
		d := rapid.SampledFrom(strings.Split(strings.ReplaceAll("0123456789", string(old[i]), ""), "")).Draw(t, "digit")
		slip := old[:i] + d + old[i+1:]
		if got := why("王五", a, slip); !slices.Contains(got, people.OneDigit) {
			t.Fatalf("%s and %s: found by %v", a, slip, got)
		}
	})
}

func TestPeopleWhoAreNotAlikeAreLeftAlone(t *testing.T) {
	a, b := checked("39012119800101002"), checked("39012119800101004") // sisters born on one day
	if got := why("李秀芳", a, b); got != nil {
		t.Errorf("two who check, with other names: found by %v", got)
	}
	if got := why("李秀芬", a, checked("39012119810315777")); got != nil {
		t.Errorf("two of one name alone: found by %v", got)
	}
}

// crowd is so many people of a county, some of whom are there twice.
func crowd(n int) []people.Known {
	family, given := []rune("李王张刘陈杨赵黄周吴徐孙马朱胡郭何林高罗"), []rune("秀芬建国玉琴大山子涵小梅志强丽华桂英明军红霞涛敏静伟")
	all, dice := make([]people.Known, n), rand.New(rand.NewPCG(1, 2))
	any := func(of []rune) rune { return of[min(dice.IntN(len(of)), dice.IntN(len(of)))] } // some are common
	for i := range all {
		born := calendar.Date(1930, 1, 1) + calendar.Day(dice.IntN(29000))
		all[i] = people.Known{ID: people.ID(fmt.Sprint(i)), Name: string([]rune{any(family), any(given), any(given)}), Birth: born,
			Number: checked("390121" + strings.ReplaceAll(born.String(), "-", "") + fmt.Sprintf("%03d", dice.IntN(1000)))}
	}
	return all
}

func TestAHundredThousandPeopleAreSearchedInSeconds(t *testing.T) {
	all := crowd(100_000)
	wrong := all[777]
	wrong.Number = wrong.Number[:16] + string('0'+(wrong.Number[16]-'0'+1)%10) + wrong.Number[17:]
	all = append(all, wrong)
	began := time.Now()
	pairs := people.Alike(all)
	took := time.Since(began)
	t.Logf("100,001 people, %d pairs, %v", len(pairs), took)
	if took > 10*time.Second {
		t.Errorf("it took %v", took)
	}
	if !slices.ContainsFunc(pairs, func(p people.Pair) bool {
		return p.A == 777 && p.B == 100_000 && slices.Contains(p.Why, people.OneDigit)
	}) {
		t.Error("the wrong digit is not found")
	}
}

// dump is all that the register says.
func dump(ctx context.Context, d *db.DB) (string, error) {
	var all []string
	for _, q := range []string{`SELECT id || '|' || name || '|' || number_ix || '|' || household || '|' || merged FROM people_person ORDER BY id`,
		`SELECT person || '|' || kind || '|' || other FROM people_tie ORDER BY person, kind, other`} {
		some, err := db.All(ctx, d, db.Value[string], q)
		if err != nil {
			return "", err
		}
		all = append(all, some...)
	}
	return strings.Join(all, "\n"), nil
}

func TestMergingAndTakingItBackLeavesEverythingAsItWas(t *testing.T) {
	d, g := open(t)
	serial := 0
	rapid.Check(t, func(t *rapid.T) {
		ctx := context.Background()
		var ids []people.ID
		kinds := []string{"spouse", "father", "mother"}
		do := func(fn func(tx *db.Tx) error) {
			if err := d.Do(ctx, fn); err != nil {
				t.Fatal(err)
			}
		}
		do(func(tx *db.Tx) error {
			for range 5 {
				serial++
				id, err := g.Add(ctx, tx, people.Person{Name: "甲", Number: fmt.Sprintf("%018d", serial), Region: "390121001001"})
				if err != nil {
					return err
				}
				ids = append(ids, id)
			}
			for range rapid.IntRange(0, 8).Draw(t, "ties") {
				if err := g.Bind(ctx, tx, people.Tie{Person: rapid.SampledFrom(ids).Draw(t, "who"), Kind: rapid.SampledFrom(kinds).Draw(t, "what"), Other: rapid.SampledFrom(ids).Draw(t, "whom")}); err != nil {
					return err
				}
			}
			return nil
		})
		before, err := dump(ctx, d)
		if err != nil {
			t.Fatal(err)
		}
		var done []people.Merge
		for _, gone := range ids[1 : 1+rapid.IntRange(1, 3).Draw(t, "merges")] {
			do(func(tx *db.Tx) error {
				m, err := g.Merge(ctx, tx, people.Merge{Kept: ids[0], Gone: gone, Reason: "户口本上是同一个人", By: people.By{ID: "he", Name: "何芳"}})
				done = append(done, m)
				return err
			})
		}
		slices.Reverse(done)
		for _, m := range done {
			do(func(tx *db.Tx) error {
				return g.Unmerge(ctx, tx, m, people.By{ID: "zhou", Name: "周敏", Note: "是两个人"})
			})
		}
		after, err := dump(ctx, d)
		if err != nil {
			t.Fatal(err)
		}
		if after != before {
			t.Fatalf("before:\n%s\nafter:\n%s", before, after)
		}
	})
}

func TestBothNumbersOfWhoWasMergedFindThem(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, open func(schemas ...db.Schema) *db.DB) {
		d := open(people.Schema())
		box, err := secret.Open(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		g := people.New(box)
		number := checked("39012119800101002")
		slip := number[:15] + string('0'+(number[15]-'0'+1)%10) + number[16:]
		var ids [2]people.ID
		do := func(fn func(tx *db.Tx) error) error { return d.Do(t.Context(), fn) }
		if err := do(func(tx *db.Tx) (err error) {
			for i, n := range []string{number, slip} {
				if ids[i], err = g.Add(t.Context(), tx, people.Person{Name: "李秀芬", Number: n, Birth: calendar.Date(1980, 1, 1), Region: "390121001001", Household: fmt.Sprint("h", i)}); err != nil {
					return err
				}
			}
			all, pairs, err := g.Twins(t.Context(), tx)
			if err != nil {
				return err
			}
			for range 2 { // a pair is raised once
				if _, err := g.Raise(t.Context(), tx, all, pairs); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		like, err := g.LookLike(t.Context(), d, "李秀芳", slip, 0)
		if err != nil || len(like) != 1 || like[0].ID != ids[0] {
			t.Errorf("whoever writes the wrong number is shown %v, %v", like, err)
		}
		places := []region.Range{{Low: "390121", High: "390121999999"}}
		twins, err := g.OpenTwins(t.Context(), d, places, 10)
		if err != nil || len(twins) != 1 || !slices.Equal(twins[0].Why, []people.Reason{people.SameBirth, people.OneDigit}) {
			t.Fatalf("raised: %+v, %v", twins, err)
		}
		var m people.Merge
		by := people.By{ID: "he", Name: "何芳"}
		if err := do(func(tx *db.Tx) (err error) {
			m, err = g.Merge(t.Context(), tx, people.Merge{Kept: ids[0], Gone: ids[1], Reason: "户口本上是同一个人", By: by})
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if p, err := g.ByNumber(t.Context(), d, slip); err != nil || p.ID != ids[0] {
			t.Errorf("the number that went finds %s, %v", p.ID, err)
		}
		if n, _ := g.Count(t.Context(), d); n != 1 {
			t.Errorf("%d people, want 1", n)
		}
		if home, _ := g.Household(t.Context(), d, "h1"); len(home) != 0 {
			t.Errorf("the other household has %d people still", len(home))
		}
		err = do(func(tx *db.Tx) error {
			_, err := g.Merge(t.Context(), tx, people.Merge{Kept: ids[0], Gone: ids[1], Reason: "再来一次", By: by})
			return err
		})
		if !errs.Is(err, errs.Conflict) {
			t.Errorf("merging twice: %v, want a conflict", err)
		}
		by.Note = "其实是两个人"
		if err := do(func(tx *db.Tx) error { return g.Unmerge(t.Context(), tx, m, by) }); !errs.Is(err, errs.Forbidden) {
			t.Errorf("whoever merged takes it back: %v, want forbidden", err)
		}
		if err := do(func(tx *db.Tx) error {
			return g.Unmerge(t.Context(), tx, m, people.By{ID: "zhou", Name: "周敏", Note: "其实是两个人"})
		}); err != nil {
			t.Fatal(err)
		}
		if p, err := g.ByNumber(t.Context(), d, slip); err != nil || p.ID != ids[1] {
			t.Errorf("after it was taken back the number finds %s, %v", p.ID, err)
		}
		if all, err := g.Merges(t.Context(), d, places, 10); err != nil || len(all) != 1 || all[0].Stands() || all[0].UndoneBy.Note != "其实是两个人" {
			t.Errorf("the history says %+v, %v", all, err)
		}
	})
}
