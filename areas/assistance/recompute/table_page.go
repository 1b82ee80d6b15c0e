package recompute

import (
	"context"
	"net/url"
	"strconv"

	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/fact"
	"minzheng/kernel/web"
)

var filters = []struct {
	is    Filter
	label string
}{{"", "全部"}, {OfArrears, "补发"}, {OfOver, "多发"}, {OfSame, "不变"}, {OfUnknown, "算不出"}, {OfStops, "不再符合"}, {OfExcluded, "不执行的"}, {OfChanged, "又变了的"}}

// table fills in the families that were asked for.
func (p pages) table(ctx context.Context, asked url.Values, run Run, t Totals, v *runPage) error {
	chosen, n := Filter(""), t.All.Households
	for _, f := range filters {
		count, err := countOf(ctx, p.desk.DB, run, t, f.is)
		if err != nil {
			return err
		}
		current := asked.Get("kind") == string(f.is)
		if current {
			chosen, n = f.is, count
		}
		if count > 0 || f.is == "" || current {
			v.Filters = append(v.Filters, filterLink{v.Href + "?kind=" + string(f.is) + "#families", f.label + " " + itoa(count), current})
		}
	}
	v.Filter = string(chosen)
	at, _ := strconv.Atoi(asked.Get("page"))
	at = max(1, min(at, (n+rowsShown-1)/rowsShown))
	lines, err := p.Lines(ctx, p.desk.DB, run.ID, chosen, (at-1)*rowsShown, rowsShown)
	if err != nil {
		return err
	}
	v.Pager = web.PagerView{Unit: "户", From: (at-1)*rowsShown + 1, To: (at-1)*rowsShown + len(lines), Total: n}
	link := func(n int) string { return v.Href + "?kind=" + string(chosen) + "&page=" + itoa(n) + "#families" }
	if at > 1 {
		v.Pager.Prev = link(at - 1)
	}
	if v.Pager.To < n && len(lines) > 0 {
		v.Pager.Next = link(at + 1)
	}
	v.Rows, err = p.lineRows(ctx, run, lines)
	return err
}

// countOf takes from the totals what they know.
func countOf(ctx context.Context, r db.Reader, run Run, t Totals, f Filter) (int, error) {
	switch f {
	case "":
		return t.All.Households, nil
	case OfArrears:
		return t.All.ArrearsN, nil
	case OfOver:
		return t.All.OverN, nil
	case OfSame:
		return t.All.SameN, nil
	case OfUnknown:
		return t.All.UnknownN, nil
	case OfStops:
		return t.All.StopsN, nil
	case OfExcluded:
		return t.Excluded.Households, nil
	}
	return CountLines(ctx, r, run.ID, f)
}

func (p pages) lineRows(ctx context.Context, run Run, lines []Line) ([]lineRow, error) {
	ids := make([]casework.ID, len(lines))
	for i, l := range lines {
		ids[i] = l.Case
	}
	cases, err := casework.FindAll(ctx, p.desk.DB, ids)
	if err != nil {
		return nil, err
	}
	rows := make([]lineRow, len(lines))
	for i, l := range lines {
		c := cases[l.Case]
		row := lineRow{Href: familyURL(run.ID, l.Benefit), Number: c.Number, Name: c.Name, Place: p.desk.Where(l.Region), Kind: l.Kind.chip(), Notes: notes(l)}
		if c.Name == "" {
			row.Name = "（办件不在了）"
		}
		row.Arrears, row.Over = dash(l.Arrears), dash(l.Over)
		row.Now, row.Next = "已停发", ""
		if l.GoesOn {
			row.Now, row.Next = fact.Yuan(l.Now), fact.Yuan(l.Next)
		}
		if l.Kind == Unknown {
			row.Arrears, row.Over, row.Next = "", "", ""
		}
		rows[i] = row
	}
	return rows, nil
}

func dash(fen int64) string {
	if fen == 0 {
		return "—"
	}
	return fact.Yuan(fen)
}

func (k Kind) chip() chip {
	switch k {
	case Arrears:
		return chip{web.OK, "plus", k.word()}
	case Over, Both:
		return chip{web.Wait, "alert-triangle", k.word()}
	case Unknown:
		return chip{web.Info, "question-mark", k.word()}
	}
	return chip{web.Mute, "minus", k.word()}
}

func notes(l Line) []string {
	var all []string
	if l.Excluded != "" {
		all = append(all, "不执行")
	}
	if l.Stops() {
		all = append(all, "按新标准不再符合，要另行复核")
	} else if l.Less() > 0 {
		all = append(all, "下月起变少")
	} else if l.More() > 0 && l.Kind == Same {
		all = append(all, "下月起变多")
	}
	if l.State == Changed {
		all = append(all, l.State.word())
	}
	return all
}
