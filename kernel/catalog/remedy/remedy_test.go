package remedy_test

import (
	"testing"

	"minzheng/kernel/calendar"
	"minzheng/kernel/catalog/remedy"
)

func table(t *testing.T) (remedy.Table, *calendar.Calendar) {
	t.Helper()
	all, err := remedy.Load()
	if err != nil {
		t.Fatal(err)
	}
	days, err := calendar.National()
	if err != nil {
		t.Fatal(err)
	}
	return all, days
}

// TestLimitsOfEachKindEndOnTheRightDay counts from the day after, and moves a
// last day off to the next day on.
func TestLimitsOfEachKindEndOnTheRightDay(t *testing.T) {
	all, days := table(t)
	for _, one := range []struct{ kind, known, review, suit string }{
		{"refusal", "2026-03-02", "2026-05-06", "2026-09-02"}, // day 60 is in the May holidays
		{"stop", "2026-08-31", "2026-10-30", "2027-03-01"},    // 28 February 2027 is a Sunday
		{"silence", "2026-03-02", "2026-05-06", "2026-03-17"},
	} {
		k, ok := all.Of(one.kind)
		if !ok {
			t.Fatalf("no kind %s", one.kind)
		}
		known, _ := calendar.Parse(one.known)
		if got := k.Review.Last(days, known).Day.String(); got != one.review {
			t.Errorf("%s known on %s: review until %s, want %s", one.kind, one.known, got, one.review)
		}
		if got := k.Suit.Last(days, known).Day.String(); got != one.suit {
			t.Errorf("%s known on %s: suit until %s, want %s", one.kind, one.known, got, one.suit)
		}
	}
}

func TestAnAnswerToAReviewIsDueInWorkdaysAndToASuitInDays(t *testing.T) {
	all, days := table(t)
	served, _ := calendar.Parse("2026-09-28") // before the holidays of October; the 10th, a Saturday, is worked
	for way, want := range map[string]string{"review": "2026-10-16", "review-simple": "2026-10-10", "suit": "2026-10-13"} {
		a, ok := all.Answer(way)
		if !ok {
			t.Fatalf("no answer for %s", way)
		}
		if got := a.Limit().Last(days, served).Day.String(); got != want {
			t.Errorf("%s served on 28 September: until %s, want %s", way, got, want)
		}
		if !a.Unverified {
			t.Errorf("%s counts as verified; its days were not checked against the law", way)
		}
	}
}

func TestOnlySilenceMustBeReviewedBeforeASuit(t *testing.T) {
	all, _ := table(t)
	for _, k := range all.Kinds {
		if k.First != (k.Code == remedy.Silence) {
			t.Errorf("%s: review first is %v", k.Code, k.First)
		}
	}
}

func TestATableThatIsNotWholeIsRefused(t *testing.T) {
	for name, src := range map[string]string{
		"no suit":      "kinds: [{kind: a, title: 甲, review: {days: 1, law: 一}}]\nafter: {days: 1, law: 一}\nbodies: {law: 一, of: {county: county}}",
		"two limits":   "kinds: [{kind: a, title: 甲, review: {days: 1, months: 1, law: 一}, suit: {days: 1, law: 一}}]\nafter: {days: 1, law: 一}\nbodies: {law: 一, of: {county: county}}",
		"twice":        "kinds: [{kind: a, title: 甲, review: {days: 1, law: 一}, suit: {days: 1, law: 一}}, {kind: a, title: 乙, review: {days: 1, law: 一}, suit: {days: 1, law: 一}}]\nafter: {days: 1, law: 一}\nbodies: {law: 一, of: {county: county}}",
		"unknown word": "kind: []",
		"no law":       "kinds: []\nafter: {days: 1}\nbodies: {law: 一, of: {county: county}}",
	} {
		if _, err := remedy.Read("a.yaml", []byte(src)); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}
