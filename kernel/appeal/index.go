package appeal

import (
	"fmt"
	"time"

	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/fact"
)

// indexPage is the file's first page, for whoever reads it without any program.
type indexPage struct {
	Bureau, Title, Applicant, Decision, Case string
	Outcome, Day, By, Reason                 string
	Appeal                                   []pair
	Until, Opened                            string
	Members                                  [][]string
	Facts                                    [][]string
	Results                                  [][]string
	Limits                                   [][]string // standards that were used
	Asked, Papers, Letters, Past, Looks      [][]string
	Record                                   bool
}

type pair struct{ Name, Value string }

func outcomeTitle(code string) string {
	return map[string]string{casework.Approved: "批准", casework.Refused: "没有批准", casework.Ended: "停发或者终止"}[code]
}

func moment(t time.Time) string {
	return calendar.DayOf(t).String() + t.In(time.FixedZone("Asia/Shanghai", 8*60*60)).Format(" 15:04")
}

// index says all of it in words.
func (r *Room) index(w *whole) indexPage {
	p := indexPage{Bureau: r.desk.Office.Bureau, Title: w.s.Matter(), Applicant: w.c.Name, Decision: w.dec.Number, Case: w.c.Number, Outcome: outcomeTitle(w.dec.Outcome),
		Day: w.dec.Day, By: w.dec.Office + " " + w.dec.Role + " " + w.dec.By, Reason: w.dec.Reason, Until: moment(w.until), Opened: moment(w.appeal.At), Record: w.record != nil}
	if w.dec.Amount != 0 {
		p.Outcome += "，" + fact.Yuan(w.dec.Amount)
	}
	a := w.appeal
	p.Appeal = []pair{{"种类", a.Title()}, {"机关", a.Body}, {"编号", a.Number}, {"谁提出的", a.Appellant}, {"哪天收到", a.Served.Long()}, {"谁签收的", a.Received},
		{"最晚哪天答复", a.Due.Long() + "（" + a.Law + "）"}}
	names := map[string]string{}
	for _, m := range w.members {
		names[m.Key] = m.Name
		p.Members = append(p.Members, []string{m.Key, m.Name, m.Relation, m.Birth.String()})
	}
	for _, f := range w.dec.Facts {
		p.Facts = append(p.Facts, []string{names[f.About], f.Name, f.Value.String(), w.dict.Source(f.Source).Title, moment(f.At), f.Proof})
	}
	w.results(&p, names)
	for i, o := range w.papers {
		p.Papers = append(p.Papers, []string{fmt.Sprint(i + 1), o.Material, o.Name, o.By, moment(o.At), o.Path, o.SM3})
	}
	for i, l := range w.letters {
		p.Letters = append(p.Letters, []string{fmt.Sprint(i + 1), l.Letter.Title, moment(l.At), l.Code})
	}
	for _, o := range w.receipts {
		source, _ := r.desk.Exchange.Source(o.Source)
		p.Asked = append(p.Asked, []string{source.Department, source.Title, o.Purpose, o.Law, string(o.Outcome), moment(o.At), o.ID})
	}
	for _, e := range w.past {
		p.Past = append(p.Past, []string{moment(e.At), e.Title, e.Actor.Name, e.Reason})
	}
	for _, e := range w.looks {
		p.Looks = append(p.Looks, []string{moment(e.At), e.ActorName, e.Purpose})
	}
	return p
}

// results are what the rules gave, and the standards that they used, each once.
func (w *whole) results(p *indexPage, names map[string]string) {
	seen := map[string]bool{}
	for _, f := range w.dec.Results {
		shown := f.Shown
		if !f.Known {
			shown = "不知道"
		}
		p.Results = append(p.Results, []string{f.Set, names[f.About], shown, f.Law})
		for _, u := range f.Used {
			if u.Set != "" && !seen[u.Name+u.Set] {
				seen[u.Name+u.Set] = true
				p.Limits = append(p.Limits, []string{u.Name, u.Shown, u.Set, u.From})
			}
		}
	}
}
