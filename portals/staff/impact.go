package staff

import (
	"context"

	"minzheng/kernel/auth"
	"minzheng/kernel/casework"
	"minzheng/kernel/catalog"
	"minzheng/kernel/errs"
	"minzheng/kernel/fact"
	"minzheng/kernel/web"
)

// impactView is what a change means, as it is read before it is activated.
type impactView struct {
	On, At   string
	N        int
	KPIs     []web.KPIView
	Moves    []moveRow
	Budget   []web.FactRow
	Classes  []classRow
	Edges    []edgeRow
	Flips    []flipRow
	Unpriced int
}

type moveRow struct {
	Was   string
	Cells [3]int
	Stays int // the column in which nothing changes
}

type classRow struct {
	Label    string
	Up, Down int
}

type edgeRow struct {
	Condition, Measure, Value, Line string
	Was, Is                         string
	Held, Holds                     chip
	Turns                           bool
}

type flipRow struct{ Label, Href, Was, Is, Before, After string }

var verdictWords = [...]string{"不符合", "符合", "说不清"}

func (p *Portal) impactView(ctx context.Context, who auth.Who, c catalog.Change, im catalog.Impact) (*impactView, error) {
	v := &impactView{On: longDay(im.On), N: im.Households, Unpriced: im.Unpriced}
	gained, lost := im.Moves[catalog.No][catalog.Yes]+im.Moves[catalog.Unsure][catalog.Yes], im.Moves[catalog.Yes][catalog.No]
	v.KPIs = []web.KPIView{{Label: "新符合", Value: itoa(gained), Unit: "户", Tone: toneOf(gained, web.OK)},
		{Label: "不再符合", Value: itoa(lost), Unit: "户", Tone: toneOf(lost, web.Bad)},
		{Label: "变得说不清", Value: itoa(im.Moves[catalog.Yes][catalog.Unsure] + im.Moves[catalog.No][catalog.Unsure]), Unit: "户"},
		budget(im.After - im.Before)}
	for _, was := range []catalog.Verdict{catalog.Yes, catalog.No, catalog.Unsure} {
		v.Moves = append(v.Moves, moveRow{Was: verdictWords[was], Cells: im.Moves[was], Stays: int(was)})
	}
	v.Budget = []web.FactRow{{Label: "改之前每月", Value: fact.Yuan(im.Before)}, {Label: "改之后每月", Value: fact.Yuan(im.After)},
		{Label: "多领的加起来", Value: fact.Yuan(im.More)}, {Label: "少领的加起来", Value: fact.Yuan(im.Less)}}
	for _, one := range im.Classes {
		if one.Up+one.Down > 0 {
			v.Classes = append(v.Classes, classRow{Label: classLabel(one), Up: one.Up, Down: one.Down})
		}
	}
	for _, e := range im.Edges {
		v.Edges = append(v.Edges, edgeRow{Condition: e.Condition, Measure: e.Measure, Value: e.Value, Line: e.Line, Was: e.Was, Is: e.Is,
			Held: heldChip(e.Held), Holds: heldChip(e.Holds), Turns: e.Held != e.Holds})
	}
	var err error
	v.Flips, err = p.flipRows(ctx, who, im.Flips)
	return v, err
}

func budget(by int64) web.KPIView {
	switch {
	case by < 0:
		return web.KPIView{Label: "每月预算减少", Value: fact.Yuan(-by)}
	case by == 0:
		return web.KPIView{Label: "每月预算", Value: "不变"}
	}
	return web.KPIView{Label: "每月预算增加", Value: fact.Yuan(by)}
}

func toneOf(n int, t web.Tone) web.Tone {
	if n > 0 {
		return t
	}
	return ""
}

func heldChip(holds bool) chip {
	if holds {
		return chip{web.OK, "check", "符合"}
	}
	return chip{web.Bad, "x", "不符合"}
}

func classLabel(c catalog.Class) string {
	switch {
	case c.Over == 0:
		return "不超过 " + fact.Yuan(c.Upto)
	case c.Upto == 0:
		return fact.Yuan(c.Over) + " 以上"
	}
	return fact.Yuan(c.Over) + " 到 " + fact.Yuan(c.Upto)
}

// flipRows name families whose verdict changes, as far as the reader may see
// their cases.
func (p *Portal) flipRows(ctx context.Context, who auth.Who, flips []catalog.Flip) ([]flipRow, error) {
	var rows []flipRow
	for i, f := range flips {
		row := flipRow{Label: "第 " + itoa(i+1) + " 户", Was: verdictWords[f.Was], Is: verdictWords[f.Is], Before: fact.Yuan(f.Before), After: fact.Yuan(f.After)}
		if f.Subject != "" {
			c, err := casework.Find(ctx, p.Desk.DB, casework.ID(f.Subject))
			if err != nil && !errs.Is(err, errs.NotFound) {
				return nil, err
			}
			if err == nil && p.viewRole(who, c) != "" {
				row.Label, row.Href = c.Number, "/staff/cases/"+string(c.ID)
			}
		}
		rows = append(rows, row)
	}
	return rows, nil
}
