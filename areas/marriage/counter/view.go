package counter

import (
	"context"
	"strconv"

	"minzheng/areas/marriage/register"
	"minzheng/areas/marriage/seat"
	"minzheng/kernel/calendar"
	"minzheng/kernel/secret"
	"minzheng/kernel/web"
)

// visitPage is two people with what departments said and what follows.
type visitPage struct {
	seat.Top
	ID      string
	Open    bool
	Stale   bool // of another day
	State   seat.Chip
	Clock   string
	Left    int // answers that are still out
	All     int
	Silent  bool // somebody has not answered
	Sides   [2]sideView
	Clauses []clauseView
	May     bool
	Stuck   []stuckView
	Papers  []paperView
	Record  string // address of the record
}

type sideView struct {
	Initial, Name, Sex, Number, Line string
	Declared                         string
	Cells                            []cellView
}

type cellView struct {
	Seal, Department, Title string
	Chip                    seat.Chip
	Says, At                string
	Proven                  bool
}

type clauseView struct {
	Name, Law string
	Sides     [2]seat.Chip
	Says      [2]string
	How       string
	On        bool // here it is stuck
}

// stuckView is one thing that stands in the way, with what can be done.
type stuckView struct {
	Side        int
	Name, What  string
	Says        string
	Tone        web.Tone
	Ways        []wayView
	Ticket      bool // is there already
	TicketUntil string
}

type wayView struct {
	Way
	Kinds []web.Option
}

type paperView struct {
	ID, Name, What, Says, By, Second string
	May                              bool // the reader may be the second
}

func (p pages) view(ctx context.Context, who seat.Visitor, v Visit) (visitPage, error) {
	left := 0
	if v.State == Open {
		left = p.underway(&v)
	}
	k, err := p.known(ctx, p.DB, v)
	if err != nil {
		return visitPage{}, err
	}
	k.Asking = left > 0
	if v.State == Done {
		k.Married, k.On = [2]string{}, v.Day // as it was
	}
	x := Weigh(v, k)
	out := visitPage{ID: v.ID, Open: v.State == Open, Stale: v.Day != p.today(), Clock: seat.Clock(v.Opened), Left: left, All: len(questions(v)), May: x.May(), State: stateChip(v.State)}
	for side := range v.Couple.People {
		out.Sides[side] = p.side(v, x, side)
		for _, c := range x.Cells[side] {
			out.Silent = out.Silent || c.Standing == Silent
		}
	}
	for _, c := range x.Clauses {
		out.Clauses = append(out.Clauses, clauseOf(c))
	}
	if v.Record != "" {
		out.Record = seat.Home + "/records/" + v.Record
	}
	if out.Open && left == 0 {
		out.Stuck = stuckOn(v, x)
		if err := p.ticketed(ctx, v, out.Stuck); err != nil {
			return out, err
		}
	}
	for _, e := range k.Evidence {
		out.Papers = append(out.Papers, paperView{e.ID, v.Couple.People[e.Side].Name, e.Paper.Kind, e.Paper.Says, e.By, e.Second, out.Open && e.SecondID == "" && e.ByID != who.Clerk.ID})
	}
	return out, nil
}

func stateChip(state string) seat.Chip {
	switch state {
	case Done:
		return seat.Chip{Tone: web.OK, Icon: "circle-check", Text: "已登记"}
	case Left:
		return seat.Chip{Tone: web.Mute, Icon: "minus", Text: "没有登记"}
	}
	return seat.Chip{Tone: web.Info, Icon: "clock", Text: "办理中"}
}

func (p pages) side(v Visit, x Matrix, side int) sideView {
	who, as := v.Couple.People[side], x.Parties[side]
	out := sideView{Initial: string([]rune(who.Name)[:1]), Name: who.Name, Sex: as.Sex, Number: secret.MaskNumber(who.Number), Declared: who.Declared,
		Line: as.Birth.Long() + "，" + strconv.Itoa(calendar.Age(as.Birth, v.Day)) + " 岁，声明" + who.Declared}
	for _, c := range x.Cells[side] {
		out.Cells = append(out.Cells, p.cell(v, c, side))
	}
	return out
}

// titles are what is compared, for readers.
func titles() map[string]string {
	return map[string]string{Identity: "身份", Book: "户口簿婚姻状况", Marital: "婚姻状况", Ours: "有效婚姻", Judged: "离婚裁判", Living: "死亡登记", Checkup: "婚前医学检查"}
}

func seals() map[string]string {
	return map[string]string{"公安": "公", "民政": "民", "法院": "院", "卫健": "卫"}
}

func (p pages) cell(v Visit, c Cell, side int) cellView {
	out := cellView{Seal: "局", Department: "本局登记簿", Title: titles()[c.About], Says: c.Says, Proven: c.Proven && c.Standing != Match}
	if s, ok := p.Exchange.Source(c.Source); ok {
		out.Department = s.Department
		if c.About == Marital {
			out.Department = "全国婚姻登记"
		}
		out.Seal = seals()[s.Department]
	}
	for _, g := range v.Got {
		if g.Side == side && g.Source == c.Source {
			out.At = seat.Clock(g.At)
			if c.Standing == Silent {
				out.Says += "（问了 " + strconv.Itoa(g.Tries) + " 次）"
			}
		}
	}
	out.Chip = chipOf(c)
	return out
}

func chipOf(c Cell) seat.Chip {
	switch c.Standing {
	case Match:
		return seat.Chip{Tone: web.OK, Icon: "check", Text: "一致"}
	case Mismatch:
		return seat.Chip{Tone: web.Bad, Icon: "alert-triangle", Text: "不一致"}
	case NotFound:
		tone := web.Bad
		if c.About == Checkup || c.About == Judged {
			tone = web.Mute
		}
		return seat.Chip{Tone: tone, Icon: "minus", Text: "没有记录"}
	case NotCovered:
		return seat.Chip{Tone: web.Wait, Icon: "help-circle", Text: "不在范围"}
	case Waiting:
		return seat.Chip{Tone: web.Info, Icon: "hourglass", Text: "正在问"}
	case NotAsked:
		return seat.Chip{Tone: web.Mute, Icon: "minus", Text: "不用查"}
	}
	return seat.Chip{Tone: web.Wait, Icon: "plug-connected-x", Text: "没有回答"}
}

func clauseOf(c Clause) clauseView {
	out := clauseView{Name: c.Name, Law: c.Law}
	for i, v := range c.Sides {
		switch v.Standing {
		case Met:
			out.Sides[i] = seat.Chip{Tone: web.OK, Icon: "check", Text: v.Says}
		case Blocked:
			out.Sides[i], out.On = seat.Chip{Tone: web.Bad, Icon: "circle-x", Text: "不符合"}, true
		default:
			out.Sides[i], out.On = seat.Chip{Tone: web.Wait, Icon: "plug-connected-x", Text: "定不了"}, true
		}
	}
	return out
}

// stuckOn is everything that stands in the way, with the ways out.
func stuckOn(v Visit, x Matrix) []stuckView {
	var all []stuckView
	for _, c := range x.Clauses {
		for side, verdict := range c.Sides {
			if verdict.Standing == Met || c.Name[:3] == "年" && verdict.Standing == Unclear {
				continue // the age is stuck on the identity alone
			}
			one := stuckView{Side: side, Name: v.Couple.People[side].Name, What: c.Name, Says: verdict.Says, Tone: web.Wait}
			if verdict.Standing == Blocked {
				one.Tone = web.Bad
			}
			for _, way := range verdict.Ways {
				w := wayView{Way: way}
				for _, kind := range Kinds(way.About, v.Couple.People[side].Declared) {
					w.Kinds = append(w.Kinds, web.Option{Value: kind, Label: kind})
				}
				one.Ways = append(one.Ways, w)
			}
			all = append(all, one)
		}
	}
	return all
}

// ticketed marks what was already put to a department.
func (p pages) ticketed(ctx context.Context, v Visit, all []stuckView) error {
	if len(all) == 0 {
		return nil
	}
	have, err := p.Room.tickets(ctx, p.DB, `visit = ?`, v.ID)
	if err != nil {
		return err
	}
	for i := range all {
		for _, t := range have {
			for _, way := range all[i].Ways {
				if way.Kind == "ticket" && way.About == t.About && t.Side == all[i].Side {
					all[i].Ticket, all[i].TicketUntil = true, t.Due.Long()
				}
			}
		}
	}
	return nil
}

// recordRow is one registration of today.
type recordRow struct{ Href, Number, Names, At string }

func recordRows(all []register.Record) []recordRow {
	var rows []recordRow
	for _, v := range all {
		rows = append(rows, recordRow{seat.Home + "/records/" + v.ID, v.Number, v.Names(), seat.Clock(v.At)})
	}
	return rows
}
