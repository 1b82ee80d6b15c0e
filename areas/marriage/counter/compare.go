package counter

import (
	"minzheng/kernel/calendar"
	"minzheng/kernel/form"
)

// compare fills in all comparisons of one side.
func (w *weighing) compare() {
	w.identity()
	w.marital()
	w.book()
	w.ours()
	w.judged()
	w.living()
	w.checkup()
}

// unanswered says of a source that has not answered why, for readers.
func unanswered(is Standing) string {
	switch is {
	case Waiting:
		return "正在问"
	case NotCovered:
		return "对方的数据不包括这个人或者这段时间"
	}
	return "对方没有回答"
}

func (w *weighing) identity() {
	c := Cell{About: Identity, Source: police}
	g, is := w.got(police)
	c.Standing = is
	switch {
	case is == NotFound:
		c.Says = "查不到这个号码和姓名，请先看看有没有打错"
	case is != Match:
		c.Says = unanswered(is)
	case g.text("name") != w.person().Name:
		c.Standing, c.Says = Mismatch, "公安登记的姓名不一样"
	case g.yes("number_shared"):
		c.Standing, c.Says = Mismatch, "公安说有两个人用这个号码"
	case g.text("birth") == "" || !bornAs(w.person().Number, g.text("birth")):
		c.Standing, c.Says = Mismatch, "公安登记的出生日期和号码里的不一样"
	case (g.text("sex") == "女") != form.Female(w.person().Number):
		c.Standing, c.Says = Mismatch, "公安登记的性别和号码里的不一样"
	default:
		c.Says = "姓名、号码、出生日期、性别都一致"
	}
	w.set(c)
}

func bornAs(number, day string) bool {
	born, ok := form.Born(number)
	d, err := calendar.Parse(day)
	return ok && err == nil && d == calendar.Date(born.Year(), int(born.Month()), born.Day())
}

func (w *weighing) marital() {
	c := Cell{About: Marital, Source: civil}
	g, is := w.got(civil)
	says, declared := g.text("marital"), w.person().Declared
	c.Standing = is
	switch {
	case is == NotFound && declared == "未婚":
		c.Standing, c.Says = Match, "未婚，全国没有登记记录"
	case is == NotFound:
		c.Standing, c.Says = Mismatch, "登记库：没有记录；本人声明："+declared
	case is != Match:
		c.Says = unanswered(is) + "，不能当作未婚"
	case says == declared:
		c.Says = says
	case says == "":
		c.Standing, c.Says = Silent, "回答里没有婚姻状况，不能当作未婚"
	default:
		c.Standing, c.Says = Mismatch, "登记库："+says+"；本人声明："+declared
	}
	w.set(c)
}

// book is what the household book says. It is filled in from what people once
// said, so it only counts where it says married.
func (w *weighing) book() {
	g, is := w.got(police)
	says := g.text("book_marital")
	if is != Match || says == "" {
		return
	}
	c := Cell{About: Book, Source: police, Standing: Match, Says: "户口簿：" + says}
	switch {
	case says == "已婚":
		c.Standing, c.Says = Mismatch, "户口簿：已婚；本人声明："+w.person().Declared
	case says != w.person().Declared:
		c.Says += "（没有及时更新，以登记库为准）"
	}
	w.set(c)
}

func (w *weighing) ours() {
	c := Cell{About: Ours, Standing: Match, Says: "没有有效的婚姻"}
	if number := w.k.Married[w.side]; number != "" {
		c.Standing, c.Says = Mismatch, "有有效的婚姻，结婚证字号 "+number
	}
	w.set(c)
}

func (w *weighing) judged() {
	c := Cell{About: Judged, Source: court}
	if w.person().Declared != "离异" {
		c.Standing, c.Says = NotAsked, "没有声明离过婚，不用查"
		w.set(c)
		return
	}
	g, is := w.got(court)
	c.Standing = is
	switch is {
	case Match:
		c.Says = "有离婚裁判，生效日 " + g.text("divorce_judged")
	case NotFound:
		c.Says = "没有离婚裁判，可能是协议离婚"
	default:
		c.Says = unanswered(is)
	}
	w.set(c)
}

func (w *weighing) living() {
	c := Cell{About: Living, Source: death}
	g, is := w.got(death)
	c.Standing = is
	switch {
	case is == NotFound || is == Match && !g.yes("dead"):
		c.Standing, c.Says = Match, "没有死亡登记"
	case is == Match:
		c.Standing, c.Says = Mismatch, "死亡登记库里有这个号码"
	default:
		c.Says = unanswered(is) + "，本人在场，不影响办理"
	}
	w.set(c)
}

// checkup never stands in the way: pre-marital check-ups are voluntary.
func (w *weighing) checkup() {
	c := Cell{About: Checkup, Source: health}
	g, is := w.got(health)
	c.Standing = is
	switch {
	case is == Match && g.yes("premarital_checked"):
		c.Says = "做过婚检"
	case is == Match || is == NotFound:
		c.Standing, c.Says = NotFound, "没有婚检记录，可以提醒免费婚检"
	default:
		c.Says = unanswered(is) + "，婚检自愿，不影响登记"
	}
	w.set(c)
}
