package casework

import (
	"context"
	"fmt"
	"strconv"

	"minzheng/kernel/calendar"
	"minzheng/kernel/catalog"
	"minzheng/kernel/catalog/remedy"
	"minzheng/kernel/db"
	"minzheng/kernel/region"
)

// Remedy is one thing that somebody may do who does not agree with a decision.
type Remedy struct {
	Way   string // review or suit
	Title string
	Body  string
	Last  calendar.Deadline
	Limit string // 60 天
	Law   string
	First string // the article by which it must come before a suit; "" is none
}

// The ways of a remedy.
const (
	Review = "review"
	Suit   = "suit"
)

// Remedies are what may be done about an act of a kind that is known since a
// day; where a review must come first, it alone.
func (d *Desk) Remedies(kind, office string, since calendar.Day) ([]Remedy, error) {
	t, err := d.remedies()
	if err != nil {
		return nil, err
	}
	k, ok := t.Of(kind)
	if !ok {
		return nil, fmt.Errorf("no remedies for acts of the kind %q", kind)
	}
	all := []Remedy{{Way: Review, Title: "申请行政复议", Body: d.reviewer(t, office), Last: k.Review.Last(d.Calendar, since), Limit: k.Review.Long(), Law: k.Review.Law, First: k.Says}}
	if k.First {
		return all, nil
	}
	return append(all, Remedy{Way: Suit, Title: "去法院起诉", Body: d.Office.Court, Last: k.Suit.Last(d.Calendar, since), Limit: k.Suit.Long(), Law: k.Suit.Law}), nil
}

// reviewer is the government that reviews what an office has decided.
func (d *Desk) reviewer(t remedy.Table, office string) string {
	levels := map[region.Level]string{region.OfTownship: "township", region.OfCounty: "county", region.OfPrefecture: "prefecture", region.OfProvince: "province"}
	level := t.Bodies.Of[levels[region.Code(office).Level()]]
	if place, err := d.office(office, level); err == nil && level != "county" {
		return d.Places.Name(region.Code(place)) + "人民政府"
	}
	return d.Office.Review
}

// RemedyKind is the kind of what an act decides: as the service says, else by
// how it ends.
func RemedyKind(s *catalog.Service, a *catalog.Act) string {
	switch {
	case a.Remedy != "":
		return a.Remedy
	case a.Ends == Refused:
		return remedy.Refusal
	case s.Grants().Kind == catalog.Standing:
		return remedy.Recognition
	}
	return remedy.Grant
}

// DecidedKind is the kind of what an ended case has decided, by the act that
// its timeline says decided it; "" where none has.
func DecidedKind(s *catalog.Service, past []Event) string {
	for i := len(past) - 1; i >= 0; i-- {
		if st := s.Step(past[i].From); st != nil {
			if a := st.Act(past[i].Code); a != nil && a.Decides {
				return RemedyKind(s, a)
			}
		}
	}
	return ""
}

// RemediesOf are what may be done about the decision of a case; none while it
// is not decided, or where its timeline does not say by which act it was.
func (d *Desk) RemediesOf(ctx context.Context, r db.Reader, c Case, s *catalog.Service, past []Event) ([]Remedy, error) {
	dec, ok, err := d.Decided(ctx, r, c.ID)
	kind := DecidedKind(s, past)
	if err != nil || !ok || kind == "" {
		return nil, err
	}
	return d.Remedies(kind, c.Office, day(dec.Day))
}

// remedyLines are the remedies as a letter counts them, after 先问我们.
func (d *Desk) remedyLines(all []Remedy) []map[string]string {
	var lines []map[string]string
	for i, r := range all {
		said := r.Title + "。收到这封信 " + r.Limit + "内，向" + r.Body + "提出，最晚 " + r.Last.Day.Long() + provisional(r.Last) + "。"
		if r.Way == Review {
			said += "也可以在网上提出：" + d.Office.BaseURL + "/public/review。不收费。"
		}
		if r.First != "" {
			said += "这一类要先复议，才能起诉（" + r.First + "）。"
		}
		lines = append(lines, map[string]string{"序": strconv.Itoa(i + 2), "句": said + "依据：" + r.Law + "。"})
	}
	return lines
}

// remedyWords are the words of letters that were written before 救济.
func (d *Desk) remedyWords(data map[string]any, all []Remedy) {
	data["复议机关"], data["法院"], data["复议网址"] = d.Office.Review, d.Office.Court, d.Office.BaseURL+"/public/review"
	data["复议截止"], data["诉讼截止"] = "", ""
	for _, r := range all {
		word := map[string]string{Review: "复议截止", Suit: "诉讼截止"}[r.Way]
		data[word] = r.Last.Day.Long() + provisional(r.Last)
	}
}
