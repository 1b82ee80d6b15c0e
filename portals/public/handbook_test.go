package public

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"minzheng/kernel/calendar"
	"minzheng/kernel/catalog"
	"minzheng/kernel/errs"
	"minzheng/kernel/fact"
	"minzheng/kernel/letter"
	"minzheng/kernel/rule"
)

func TestTheHandbookHasTheStandardsOfTheChosenCountyAndDay(t *testing.T) {
	t.Parallel()
	h := open(t)
	for query, want := range map[string][]string{
		"":                                {"清溪县，2026年3月2日。", "低保标准", "¥1,210.00/人·月", "2025年7月1日起", "按差额发放", "示例文件〔2021〕2号 （示例省）"},
		"?county=390122&on=2026-03-02":    {"望川县，2026年3月2日。", "示例文件〔2021〕3号 （望川县）"},
		"?county=390121&on=2025-06-30":    {"¥1,120.00/人·月", "2025年7月1日起改为 ¥1,210.00/人·月", "示例文件〔2025〕1号"},
		"?county=390121&on=2020-01-01":    {notSet, "2024年7月1日起改为 ¥1,120.00/人·月"},
		"?on=2025-12-31&county=" + qingxi: {"2026年1月1日起改为 否"},
	} {
		code, page := h.get("/handbook/dibao" + query)
		got := text(page)
		for _, w := range want {
			if code != http.StatusOK || !strings.Contains(got, w) {
				t.Errorf("%s gives %d and does not show %q", query, code, w)
			}
		}
	}
}

func TestAPlaceOrDayThatIsNoneIsSaidToBeSo(t *testing.T) {
	t.Parallel()
	h := open(t)
	for _, query := range []string{"?county=999999", "?county=390121001", "?county=390000", "?on=2026-13-01", "?on=x", "?county=%3Cb%3E"} {
		for _, path := range []string{"/handbook", "/handbook/whole", "/handbook/whole/pdf", "/handbook/dibao", "/handbook/dibao/pdf"} {
			if code, _ := h.get(path + query); code != http.StatusBadRequest {
				t.Errorf("%s gives %d, want 400", path+query, code)
			}
		}
	}
	if code, _ := h.get("/handbook/nothing"); code != http.StatusNotFound {
		t.Errorf("a service that is not there gives %d", code)
	}
}

func TestTheContentsLeadToEachChapterForTheSameCountyAndDay(t *testing.T) {
	t.Parallel()
	h := open(t)
	_, page := h.get("/handbook?county=390122&on=2026-03-01")
	href := page.Find(".z-toc a").AttrOr("href", "")
	if href != "/handbook/dibao?county=390122&on=2026-03-01" {
		t.Errorf("the contents lead to %q", href)
	}
	if got := page.Find("select[name=county] option[selected]").Text(); got != "望川县" {
		t.Errorf("%q is chosen, want 望川县", got)
	}
	if _, page = h.get("/handbook/whole"); page.Find(".z-toc a[href='#dibao']").Length() != 1 || page.Find("#dibao").Length() != 1 {
		t.Error("the contents of the whole do not lead to the chapter")
	}
}

func TestEverySheetSaysVersionCountyAndDay(t *testing.T) {
	t.Parallel()
	h := open(t)
	s, err := h.desk.Services().Find("dibao")
	h.must(err)
	want := "最低生活保障　清溪县　标准按 2026年3月2日　规则版本 " + s.Version[:12]
	for _, path := range []string{"/handbook/dibao", "/handbook/whole"} {
		if _, page := h.get(path); page.Find(".z-runfoot").Text() != want {
			t.Errorf("the foot of %s is %q, want %q", path, page.Find(".z-runfoot").Text(), want)
		}
	}
	for _, path := range []string{"/handbook/dibao/pdf", "/handbook/whole/pdf"} {
		w := httptest.NewRecorder()
		h.web.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "application/pdf" {
			t.Fatalf("%s gives %d, %s", path, w.Code, w.Header().Get("Content-Type"))
		}
		for _, part := range append(printedParts(s), want) {
			if !strings.Contains(w.Body.String(), part) {
				t.Errorf("the print %s does not say %q", path, part)
			}
		}
	}
}

func printedParts(s *catalog.Service) []string {
	all := []string{"行政复议法 第20条", "行政诉讼法 第46条", s.Version}
	for _, one := range s.Rules.All() {
		all = append(all, one.Set, one.As, one.Law)
	}
	for name, p := range s.Rules.Parameters() {
		all = append(all, name, p.Law)
	}
	for _, e := range s.Examples {
		all = append(all, e.Name)
	}
	return all
}

func TestOnlySoManyHandbooksArePrintedAtATime(t *testing.T) {
	t.Parallel()
	h := open(t)
	started, finish := make(chan struct{}), make(chan struct{})
	p := New(Rooms{Desk: h.desk, County: qingxi, PDF: func(letter.Letter) ([]byte, error) {
		started <- struct{}{}
		<-finish
		return nil, nil
	}})
	done := make(chan error, printers)
	for range printers {
		go func() { done <- p.sendPDF(httptest.NewRecorder(), letter.Letter{}, p.here()) }()
		<-started
	}
	if err := p.sendPDF(httptest.NewRecorder(), letter.Letter{}, p.here()); !errs.Is(err, errs.Busy) {
		t.Errorf("one more gives %v, want that we are busy", err)
	}
	close(finish)
	for range printers {
		h.must(<-done)
	}
}

func TestAStoryIsReckonedStepByStep(t *testing.T) {
	t.Parallel()
	h := open(t)
	_, page := h.get("/handbook/dibao")
	story := strings.Join(strings.Fields(page.Find(".z-story").First().Text()), " ")
	for _, w := range []string{
		"配偶：残疾等级 二级，养老金 ¥1,386.00",
		"本人的个人月收入 ：工资收入（¥2,460.00） − 可扣就业成本（¥0.00） + 零工收入（¥0.00）",
		"属于“计入人员”（本人 是，配偶 是，女儿 是）的每个人的个人月收入（本人 ¥2,460.00，配偶 ¥1,386.00，女儿 ¥0.00）加起来 = ¥3,846.00/月",
		"家庭月收入（¥3,846.00） ÷ 共同生活人数（3 人） = ¥1,282.00/月",
		"人均月收入（¥1,282.00）低于低保标准（¥1,210.00） = 不符合",
		"结果：不符合条件。",
	} {
		if !strings.Contains(story, w) {
			t.Errorf("the story does not say %q:\n%s", w, story)
		}
	}
	all := text(page)
	for _, w := range []string{"结果：符合条件，月保障金额 ¥3,072.00/月。", "结果：还下不了结论，缺：存款。", "女儿（第 2 个）：出生日期 2016年1月1日", "约 ¥266.67/月"} {
		if !strings.Contains(all, w) {
			t.Errorf("no story says %q", w)
		}
	}
}

const tables = `
parameters:
  补贴:
    type: money
    unit: 元/月
    law: 办法 第1条
    by: [{of: 类别}, {of: 岁数, from: number}]
    values:
      - {from: 2025-01-01, source: 一号, rows: [{is: [甲, 60], value: 120}, {is: [甲, 9], value: 50.5}, {is: [其余, 0], value: 1}]}
      - {from: 2026-07-01, source: 二号, 示例: true, rows: [{is: [其余, 0], value: 3}]}
  比例:
    type: number
    law: 办法 第2条
    by: [{of: 收入, from: money}]
    values: [{from: 2025-01-01, until: 2026-12-31, source: 一号, rows: [{is: [0], value: 0}, {is: [3000], value: 0.25}]}]
rules:
  - {set: 钱, each: member, as: "补贴(类别, 年龄(出生日期)) + 累进(比例, 工资)"}
`

func tabled(t *testing.T) *catalog.Service {
	t.Helper()
	dict, err := fact.ReadDictionary("facts.yaml", []byte(`
sources: [{code: self, title: 本人, seal: 本}]
facts:
  - {name: 类别, code: class, type: enum, words: [甲, 乙], of: member, sources: [self]}
  - {name: 出生日期, code: born, type: date, of: member, sources: [self]}
  - {name: 工资, code: wage, type: money, of: member, sources: [self]}
`))
	if err != nil {
		t.Fatal(err)
	}
	rules, err := rule.Load("rules.yaml", []byte(tables), dict)
	if err != nil {
		t.Fatal(err)
	}
	return &catalog.Service{Rules: rules}
}

func TestATableIsShownRowByRowNowAndToCome(t *testing.T) {
	t.Parallel()
	h := open(t)
	p := New(Rooms{Desk: h.desk, County: qingxi})
	all := p.parameters(tabled(t), []string{"补贴", "比例"}, p.here())
	if got, want := fmt.Sprint(all[0].Table), "{[类别 岁数] 元/月 [{[甲 60 以上] ¥120.00} {[甲 9 以上，不到 60] ¥50.50} {[其他的 0 以上] ¥1.00}]}"; got != want {
		t.Errorf("the table is %s\nwant %s", got, want)
	}
	if next := all[0].Next; len(next) != 1 || next[0].Since != "2026年7月1日" || !next[0].Sample || len(next[0].Table.Rows) != 1 {
		t.Errorf("what is to come is %+v", next)
	}
	if got, want := fmt.Sprint(all[1].Table.Rows), "[{[¥0.00 以上，不到 ¥3,000.00] 0} {[¥3,000.00 以上] 0.25}]"; got != want {
		t.Errorf("the rates are %s, want %s", got, want)
	}
	if next := all[1].Next; len(next) != 1 || next[0].Since != "2027年1月1日" || next[0].Source != "" || next[0].Value != notSet {
		t.Errorf("after its last day it is %+v", next)
	}
	s := sheets{}
	s.standards(chapter{Parameters: all})
	var said strings.Builder
	for _, b := range s.Blocks {
		for _, r := range append(b.Text, b.Value...) {
			said.WriteString(r.Text + " ")
		}
	}
	for _, w := range []string{"补贴：甲，9 以上，不到 60 ¥50.50", "补贴（2026年7月1日起）：其他的，0 以上 ¥3.00", "2027年1月1日起本地没有设定"} {
		if !strings.Contains(said.String(), w) {
			t.Errorf("the print does not say %q: %s", w, said.String())
		}
	}
}

func TestArticlesThatAreCitedTogetherAreToldApart(t *testing.T) {
	t.Parallel()
	got := articles("社会救助法 第18条、第20条；民发〔2021〕57号 第23条；示例文件；")
	if want := "社会救助法 第18条|社会救助法 第20条|民发〔2021〕57号 第23条|示例文件"; strings.Join(got, "|") != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestADayOfChangeIsTheDayOnWhichTheNewValueHolds(t *testing.T) {
	t.Parallel()
	one := tabled(t).Rules.Parameters()["补贴"]
	on, _ := calendar.Parse("2026-06-30")
	if got := changes(one, place{On: on, path: []string{rule.Nation}}); len(got) != 1 || got[0] != on+1 {
		t.Errorf("got %v, want the day after %v", got, on)
	}
	if got := changes(one, place{On: on + 1, path: []string{rule.Nation}}); len(got) != 0 {
		t.Errorf("on the day itself %v is still to come", got)
	}
}
