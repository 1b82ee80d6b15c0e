package public

import (
	"net/http"
	"strconv"
	"strings"

	"minzheng/kernel/catalog"
	"minzheng/kernel/errs"
	"minzheng/kernel/letter"
)

func (p *Portal) handbookOnePDF(w http.ResponseWriter, r *http.Request) error {
	c, err := p.chapterAsked(r)
	if err != nil {
		return err
	}
	s := sheets{letter.Letter{Title: "政策手册：" + c.Service.Title, Foot: c.Foot()}}
	s.chapter(c)
	return p.sendPDF(w, s.Letter, c.Place)
}

func (p *Portal) handbookWholePDF(w http.ResponseWriter, r *http.Request) error {
	at, err := p.asked(r)
	if err != nil {
		return err
	}
	s := sheets{letter.Letter{Title: "政策手册", Foot: at.Name + "　标准按 " + at.On.Long()}}
	all := p.chapters(at)
	s.heading("目录")
	for _, c := range all {
		s.put(letter.Block{Kind: letter.Contents, Number: c.Number, Text: run(c.title())})
	}
	for _, c := range all {
		s.put(letter.Block{Kind: letter.Chapter, Text: run(c.title()), Value: run(c.Foot())})
		s.chapter(c)
	}
	return p.sendPDF(w, s.Letter, at)
}

func (c chapter) title() string { return "第 " + strconv.Itoa(c.Number) + " 章　" + c.Service.Title }

func (p *Portal) sendPDF(w http.ResponseWriter, l letter.Letter, at place) error {
	select {
	case p.printing <- struct{}{}:
		defer func() { <-p.printing }()
	default:
		return errs.New(errs.Busy, "正在排版的人多。请过一会儿再下载，或者用浏览器的“打印”。")
	}
	l.Office, l.Day = p.Desk.Office.Bureau, at.On.Long()
	body, err := p.PDF(l)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "application/pdf")
	h.Set("Content-Disposition", `inline; filename="handbook.pdf"`)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	_, err = w.Write(body)
	return err
}

// sheets are the handbook as a letter is: what the pages say, without their
// tables.
type sheets struct{ letter.Letter }

func run(text string) []letter.Run { return []letter.Run{{Text: text}} }

func (s *sheets) put(b letter.Block) { s.Blocks = append(s.Blocks, b) }

func (s *sheets) heading(text string) { s.put(letter.Block{Kind: letter.Heading, Text: run(text)}) }

func (s *sheets) line(text string) { s.put(letter.Block{Kind: letter.Paragraph, Text: run(text)}) }

// named is an item that begins with its name.
func (s *sheets) named(name, text string) {
	s.put(letter.Block{Kind: letter.Item, Text: []letter.Run{{Text: name, Bold: true}, {Text: text}}})
}

func (s *sheets) items(title string, all []string) {
	if len(all) == 0 {
		return
	}
	s.heading(title)
	for _, one := range all {
		s.put(letter.Block{Kind: letter.Item, Text: run(one)})
	}
}

func (s *sheets) fact(name, value string) {
	s.put(letter.Block{Kind: letter.Fact, Text: run(name), Value: run(value)})
}

func (s *sheets) chapter(c chapter) {
	s.line(c.Service.Summary)
	s.line("规则版本 " + c.Service.Version + "，决定记录里写的就是这一串。")
	s.items(partWho, c.Service.Who)
	s.items(partGets, c.Service.Gets)
	s.items(partLaw, c.Service.Law)
	s.steps(c)
	s.papers(c)
	s.heading(partConditions)
	for i, one := range c.Conditions {
		s.put(letter.Block{Kind: letter.Numbered, Number: i + 1, Text: []letter.Run{{Text: one.Why, Bold: true}, {Text: "。" + one.Said.Text + "。依据：" + one.Law}}})
	}
	s.rules(c)
	s.standards(c)
	s.stories(c)
	s.items(partRemedies, remediesOf(c))
	s.heading(partCited)
	for _, one := range c.Cited {
		s.fact(one.Law, strings.Join(one.Uses, "、"))
	}
}

func (s *sheets) steps(c chapter) {
	s.heading(partSteps)
	if c.Clock.Total > 0 {
		s.line(c.Clock.Sentence + "。" + c.Clock.Note)
	}
	for _, st := range c.Steps {
		s.fact(st.Title, sentences(st.note())+st.actsLine())
	}
}

func (v stepView) actsLine() string {
	if v.Acts == "" {
		return ""
	}
	return "能怎么办：" + v.Acts + "。"
}

func (s *sheets) papers(c chapter) {
	s.heading(partPapers)
	if len(c.Papers) == 0 {
		s.line("不用带材料。")
	}
	for _, m := range c.Papers {
		text := "。" + sentences(m.If, m.Hint)
		if m.Optional {
			text = "（可以不交）" + text
		}
		if m.Why != "" {
			text += "为什么要：" + m.Why + "。"
		}
		if m.Law != "" {
			text += "依据：" + m.Law
		}
		s.named(m.Title, text)
	}
	if len(c.Supplied) > 0 {
		s.line("下面这些不用带，我们自己向部门查：")
	}
	for _, one := range c.Supplied {
		text := "：" + one.Facts + "。"
		if one.Consent {
			text += "本人同意才查。"
		}
		s.named(one.Seal.Title, text+"依据："+one.Law)
	}
}

func sentences(all ...string) string {
	var out strings.Builder
	for _, one := range all {
		if one != "" {
			out.WriteString(strings.TrimSuffix(one, "。") + "。")
		}
	}
	return out.String()
}

func (s *sheets) rules(c chapter) {
	s.heading(partRules)
	for i, one := range c.Rules {
		name := one.Name
		if one.Each {
			name += "（每个人分别算）"
		}
		text := ""
		if len(one.Said.Cases) == 0 {
			text = "：" + one.Said.Text
		}
		s.put(letter.Block{Kind: letter.Numbered, Number: i + 1, Text: []letter.Run{{Text: name, Bold: true}, {Text: text + "。公式：" + one.Formula + "。依据：" + one.Law}}})
		s.cases(one.Said, "")
	}
}

// cases are the lines of a choice; those within one are led by where they are.
func (s *sheets) cases(said catalog.Reading, within string) {
	for _, one := range said.Cases {
		when := within + "其他的"
		if one.When != "" {
			when = within + one.When + "的"
		}
		if len(one.Then.Cases) > 0 {
			s.cases(one.Then, when+"，")
			continue
		}
		s.put(letter.Block{Kind: letter.Item, Text: run(when + "，" + one.Then.Text + "。")})
	}
}

func (s *sheets) standards(c chapter) {
	all := c.standards()
	if len(all) == 0 {
		return
	}
	s.heading(partStandards)
	s.line("带“示例”的不是真的标准，由民政局换成当地文件定的数。写“以上”的，包括这个数本身。")
	for _, one := range all {
		text := one.line()
		for _, next := range one.Next {
			text += next.next()
		}
		s.fact(one.Name, text+sentences(one.About)+"依据："+one.Law)
		s.table(one.Name, one.Table)
		for _, next := range one.Next {
			s.table(one.Name+"（"+next.Since+"起）", next.Table)
		}
	}
}

// line is a value with all that stands behind it.
func (v valueView) line() string {
	if v.Source == "" {
		return v.Value + "。"
	}
	text := v.Value + "，" + v.Since + "起，" + v.Source + "（" + v.Where + "）"
	if v.Sample {
		text += "，示例"
	}
	return text + "。"
}

func (v valueView) next() string {
	if v.Source == "" {
		return v.Since + "起本地没有设定。"
	}
	return "以后改为 " + v.line()
}

// table is a row for each row, as a letter has no wider one.
func (s *sheets) table(name string, v tableView) {
	for _, row := range v.Rows {
		s.fact(name+"："+strings.Join(row.Cells, "，"), row.Value)
	}
}

func (s *sheets) stories(c chapter) {
	if len(c.Stories) == 0 {
		return
	}
	s.heading(partStories)
	for _, e := range c.Stories {
		s.put(letter.Block{Kind: letter.Paragraph, Text: []letter.Run{{Text: e.Name, Bold: true}, {Text: "。按 " + e.When + "的标准算。" + strings.Join(e.Family, "；") + "。"}}})
		for _, one := range e.Steps {
			s.put(letter.Block{Kind: letter.Item, Text: run(one.Name + "：" + one.Said + " = " + one.Value)})
		}
		s.line("结果：" + e.Verdict)
	}
}
