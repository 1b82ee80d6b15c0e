package counter

import (
	"strconv"

	"minzheng/kernel/calendar"
)

// Lawful ages (民法典 art. 1047).
const (
	manFrom   = 22
	womanFrom = 20
)

// clauses judges the conditions that departments can tell of.
func clauses(v Visit, k Known, x Matrix) []Clause {
	all := []Clause{
		{Name: "身份", Law: "婚姻登记条例 第8条、第10条"},
		{Name: "年龄（男满 22、女满 20）", Law: "民法典 第1047条"},
		{Name: "现在没有配偶", Law: "民法典 第1042条；婚姻登记条例 第9条"},
		{Name: "不是直系或三代以内旁系血亲", Law: "民法典 第1048条"},
	}
	for side := range x.Cells {
		all[0].Sides[side] = known(x, side)
		all[1].Sides[side] = grown(x, side, k.On)
		all[2].Sides[side] = free(v, x, side)
		all[3].Sides[side] = unrelated(v.Couple.Kin)
	}
	if x.Parties[0].Sex == x.Parties[1].Sex {
		all[0].Sides[1] = Verdict{Standing: Blocked, Says: "结婚登记要一男一女（民法典第1046条）。"}
	}
	return all
}

func (x Matrix) cell(side int, about string) Cell {
	for _, c := range x.Cells[side] {
		if c.About == about {
			return c
		}
	}
	return Cell{About: about, Standing: NotAsked}
}

// The ways that come again and again.
func askAgain() Way { return Way{"ask", "", "再问一次，对方回答了会自动放行。"} }
func comeBack() Way { return Way{"return", "", "约好再来，今天核对过的留着。"} }
func correct() Way  { return Way{"declare", "", "本人当面说清楚，说错了就更正声明。"} }
func inQuestion(about string) Way {
	return Way{"ticket", about, "报给对方部门校核，法定 10 个工作日内答复。"}
}

// known judges whether they are who they say.
func known(x Matrix, side int) Verdict {
	c := x.cell(side, Identity)
	if dead := x.cell(side, Living); dead.Standing == Mismatch {
		return Verdict{Blocked, dead.Says + "。", []Way{inQuestion(Living)}}
	}
	switch {
	case c.Proven && c.Standing != NotFound:
		return Verdict{Standing: Met, Says: "两人看过原件"}
	case c.Standing == Match:
		return Verdict{Standing: Met, Says: "公安一致"}
	case c.Standing == NotFound:
		return Verdict{Blocked, c.Says + "。", []Way{inQuestion(Identity), comeBack()}}
	case c.Standing == Mismatch:
		return Verdict{Unclear, c.Says + "。", []Way{{"evidence", Identity, "人证比对：本人、身份证照片和公安照片，两人核对。"}, inQuestion(Identity), comeBack()}}
	}
	return Verdict{Unclear, "公安" + c.Says + "。", []Way{askAgain(), {"evidence", Identity, "用读卡器核身份证，人证比对，两人核对。"}, comeBack()}}
}

func grown(x Matrix, side int, on calendar.Day) Verdict {
	p := x.Parties[side]
	from := manFrom
	if p.Sex == "女" {
		from = womanFrom
	}
	years := calendar.Age(p.Birth, on)
	if years < from {
		day := p.Birth.AddMonths(12 * from)
		return Verdict{Standing: Blocked, Says: p.Sex + "方" + strconv.Itoa(years) + " 岁，" + day.Long() + "满 " + strconv.Itoa(from) + " 岁。"}
	}
	if known(x, side).Standing != Met {
		return Verdict{Standing: Unclear, Says: "身份核清以后才能算年龄。"}
	}
	return Verdict{Standing: Met, Says: strconv.Itoa(years) + " 岁"}
}

// free judges whether somebody is married to nobody. Silence settles nothing.
func free(v Visit, x Matrix, side int) Verdict {
	marital, book := x.cell(side, Marital), x.cell(side, Book)
	if ours := x.cell(side, Ours); ours.Standing == Mismatch {
		return Verdict{Blocked, "本局登记簿" + ours.Says + "。", nil}
	}
	switch marital.Standing {
	case Match:
	case Mismatch:
		if !marital.Proven {
			return disputed(v.Couple.People[side].Declared, marital)
		}
	default:
		return Verdict{Unclear, "婚姻登记库" + marital.Says + "。", []Way{askAgain(), comeBack()}}
	}
	if book.Standing == Mismatch && !book.Proven {
		return Verdict{Unclear, book.Says + "。登记库没有这段婚姻。", []Way{{"evidence", Book, "本人写说明，两人核对登记库的结果。"}, inQuestion(Book), comeBack()}}
	}
	if marital.Proven {
		return Verdict{Standing: Met, Says: "两人看过原件"}
	}
	return Verdict{Standing: Met, Says: marital.Says}
}

// disputed is somebody who says otherwise than the records do.
func disputed(declared string, c Cell) Verdict {
	switch declared {
	case "离异":
		return Verdict{Unclear, c.Says + "。", []Way{{"evidence", Marital, "看离婚证，或者生效的判决书、调解书原件，两人核对。"}, correct(), inQuestion(Marital), comeBack()}}
	case "丧偶":
		return Verdict{Unclear, c.Says + "。", []Way{{"evidence", Marital, "看原配偶的死亡证明或者户口注销证明，两人核对。"}, correct(), inQuestion(Marital), comeBack()}}
	}
	ways := []Way{correct(), inQuestion(Marital), comeBack()}
	if c.Says == "登记库：已婚；本人声明：未婚" {
		return Verdict{Blocked, c.Says + "。登记库说已婚，不能登记。", ways[1:]}
	}
	return Verdict{Unclear, c.Says + "。", ways}
}

func unrelated(kin string) Verdict {
	if kin != "" {
		return Verdict{Standing: Blocked, Says: "居民名册上两人是" + kin + "。"}
	}
	return Verdict{Standing: Met, Says: "双方声明"}
}
