package web_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/a-h/templ"

	"minzheng/kernel/errs"
	"minzheng/kernel/web"
)

// around puts inner into a component that takes children.
func around(outer, inner templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return outer.Render(templ.WithChildren(ctx, inner), w)
	})
}

func draw(t *testing.T, c templ.Component) *goquery.Document {
	t.Helper()
	var b strings.Builder
	if err := c.Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	d, err := goquery.NewDocumentFromReader(strings.NewReader(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// sound checks what must hold on every page and in every component.
func sound(t *testing.T, d *goquery.Document) {
	t.Helper()
	ids := map[string]bool{}
	d.Find("[id]").Each(func(_ int, e *goquery.Selection) {
		id := e.AttrOr("id", "")
		if id == "" || ids[id] || strings.ContainsAny(id, " \t\n") {
			t.Errorf("id %q is empty, spaced or given twice", id)
		}
		ids[id] = true
	})
	for _, name := range []string{"for", "aria-describedby", "aria-labelledby", "data-preview"} {
		d.Find("[" + name + "]").Each(func(_ int, e *goquery.Selection) {
			for id := range strings.FieldsSeq(e.AttrOr(name, "")) {
				if !ids[id] {
					t.Errorf("%s=%q leads nowhere", name, id)
				}
			}
		})
	}
	d.Find(`a[href^="#"]`).Each(func(_ int, e *goquery.Selection) {
		id, err := url.PathUnescape(e.AttrOr("href", "#")[1:])
		if err != nil || !ids[id] {
			t.Errorf("link %q leads nowhere", e.AttrOr("href", ""))
		}
	})
	d.Find("input, select, textarea").Each(func(_ int, e *goquery.Selection) {
		if e.Closest("label").Length() == 0 && d.Find(fmt.Sprintf(`label[for=%q]`, e.AttrOr("id", "-"))).Length() != 1 {
			t.Errorf("control %q has no label", e.AttrOr("name", ""))
		}
	})
	d.Find("button, a").Each(func(_ int, e *goquery.Selection) {
		if strings.TrimSpace(e.Text()) == "" {
			h, _ := goquery.OuterHtml(e)
			t.Errorf("nothing to read on %s", h)
		}
	})
	d.Find("svg").Each(func(_ int, e *goquery.Selection) {
		if e.AttrOr("aria-hidden", "") != "true" {
			t.Error("a drawing is not hidden from readers aloud")
		}
	})
	if n := d.Find("[style], style, script:not([src])").Length(); n > 0 {
		t.Errorf("%d inline styles or scripts", n)
	}
	d.Find("*").Each(func(_ int, e *goquery.Selection) {
		for _, a := range e.Nodes[0].Attr {
			if strings.HasPrefix(a.Key, "on") {
				t.Errorf("inline handler %s", a.Key)
			}
		}
	})
}

const nasty = `"><script>alert(1)</script>`

func TestEveryFrameIsAWholeSoundPage(t *testing.T) {
	t.Parallel()
	menu := []web.MenuItem{{Href: "/staff", Icon: "inbox", Label: "待办", Badge: 14}, {Href: "/staff/log", Icon: "history", Label: "查询记录"}}
	bare := web.Page{Title: "待办"}
	full := web.Page{
		Title: "待办" + nasty, Current: "/staff", Narrow: true, Bureau: "清溪县民政局", Phone: "0571-0000-2301", User: nasty,
		Menu: menu, Elder: true, Demo: true, Crumbs: []web.Crumb{{Href: "/staff", Label: "待办"}, {Label: "QX-1"}},
		Head: web.BarClock(web.ClockView{Day: 6, Total: 30, Note: "剩 24 天"}), Mark: web.Chip(web.Wait, "clock", "等回复"),
		SignIn: "/sign-in", SignOut: "/sign-out",
	}
	heading := templ.Raw("<h1>标题</h1>")
	for name, frame := range map[string]func(web.Page) templ.Component{
		"citizen": web.CitizenFrame, "public": web.PublicFrame,
		"staff": func(p web.Page) templ.Component { return web.StaffFrame(p) },
	} {
		for _, p := range []web.Page{bare, full} {
			inner := heading
			if name == "staff" {
				inner = templ.Raw("<p>正文</p>")
			}
			d := draw(t, around(frame(p), inner))
			sound(t, d)
			if d.Find("h1").Length() != 1 || d.Find("main#main").Length() != 1 || d.Find(`a.z-skip[href="#main"]`).Length() != 1 || d.Find("html").AttrOr("lang", "") != "zh-CN" || d.Find("title").Length() != 1 {
				t.Errorf("%s: one h1, one main, a skip link, a language and a title are wanted", name)
			}
			if strings.Contains(d.Text(), "示例") != p.Demo {
				t.Errorf("%s: the mark of made-up data is wrong for Demo=%v", name, p.Demo)
			}
			if p.Current != "" && d.Find(`[aria-current="page"]`).Length() == 0 {
				t.Errorf("%s: the menu does not say where we are", name)
			}
		}
	}
}

func TestTheCitizenHasThreeTabs(t *testing.T) {
	t.Parallel()
	d := draw(t, around(web.CitizenFrame(web.Page{Title: "我的", Current: "/my"}), templ.Raw("<h1>我的</h1>")))
	var got []string
	d.Find(".z-tabs a").Each(func(_ int, e *goquery.Selection) { got = append(got, strings.TrimSpace(e.Text())) })
	if fmt.Sprint(got) != "[首页 办事 我的]" || strings.TrimSpace(d.Find(".z-tabs [aria-current=page]").Text()) != "我的" {
		t.Errorf("got %v, current %q", got, d.Find(".z-tabs [aria-current=page]").Text())
	}
}

func TestEveryFieldIsTiedToItsLabelHintAndProblem(t *testing.T) {
	t.Parallel()
	options := []web.Option{{Value: "y", Label: "有", Hint: "下一题问多少"}, {Value: nasty, Label: "没有", Checked: true}}
	for name, field := range map[string]func(web.Field) templ.Component{
		"text": web.TextField, "money": web.MoneyField, "date": web.DateField, "choice": web.Choice,
		"area": web.Textarea, "select": web.Select, "file": web.FileField,
	} {
		for i := range 16 {
			f := web.Field{Name: "家里 的.0#x", Label: "问题", Value: nasty, Options: options, Several: i&1 > 0, Heading: i&2 > 0, Optional: i&4 > 0, Unit: "元/月"}
			if i&8 > 0 {
				f.Hint, f.Problem = "提示", "请改一改"
			}
			d := draw(t, around(templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
				if err := web.ProblemSummary(problemsOf(f)).Render(ctx, w); err != nil {
					return err
				}
				return field(f).Render(ctx, w)
			}), nil))
			sound(t, d)
			if d.Find("[name]").AttrOr("name", "") != f.Name || d.Find("script").Length() > 0 {
				t.Errorf("%s %d: the name is lost or a value became markup", name, i)
			}
			if got := d.Find("h1").Length() == 1; got != f.Heading {
				t.Errorf("%s %d: heading is %v, want %v", name, i, got, f.Heading)
			}
			if got := d.Find(`[aria-invalid="true"]`).Length() > 0; got != (f.Problem != "") {
				t.Errorf("%s %d: marked as wrong: %v", name, i, got)
			}
			if by := strings.Fields(d.Find("[aria-describedby]").AttrOr("aria-describedby", "")); f.Problem != "" && len(by) != 2 {
				t.Errorf("%s %d: described by %v, want hint and problem", name, i, by)
			}
		}
	}
}

func problemsOf(f web.Field) (p errs.Problems) {
	if f.Problem != "" {
		p.Add(f.Name, f.Problem)
		p.Add("", "还有一处")
	}
	return p
}

func TestWhatWasTypedComesBack(t *testing.T) {
	t.Parallel()
	f := web.Field{Name: "a", Label: "问题", Value: "y", Options: []web.Option{{Value: "x", Label: "甲"}, {Value: "y", Label: "乙"}}}
	for name, c := range map[string]struct {
		field    templ.Component
		selector string
	}{
		"text":   {web.TextField(f), `input[type=text][value=y]`},
		"money":  {web.MoneyField(f), `input[inputmode=decimal][value=y]`},
		"date":   {web.DateField(f), `input[type=date][value=y]`},
		"choice": {web.Choice(f), `input[type=radio][value=y][checked]`},
		"select": {web.Select(f), `option[value=y][selected]`},
	} {
		if n := draw(t, c.field).Find(c.selector).Length(); n != 1 {
			t.Errorf("%s: %d of %s, want 1", name, n, c.selector)
		}
	}
	if got := draw(t, web.Textarea(f)).Find("textarea").Text(); got != "y" {
		t.Errorf("area: got %q", got)
	}
	if n := draw(t, web.Choice(f)).Find("[checked]").Length(); n != 1 {
		t.Errorf("%d answers are chosen, want 1", n)
	}
}

func TestEveryOtherComponentIsSound(t *testing.T) {
	t.Parallel()
	rows := []web.FactRow{
		{Label: "人口", Value: nasty, Note: "说明", Seals: []web.SealView{{Char: "公", Title: "公安"}}, Actions: []web.Action{{Href: "/wrong", Label: "有错"}}},
		{Label: "存款", Detail: web.Chip(web.Wait, "hourglass", "银行没回复")},
	}
	for name, c := range map[string]struct {
		c    templ.Component
		says string
	}{
		"icon":      {web.Icon("check"), ""},
		"chip":      {web.Chip(web.OK, "check", "符合"), "符合"},
		"seal":      {web.Seal("本", "本人填写", true), "本人填写"},
		"clock":     {web.Clock(web.ClockView{Day: 6, Total: 30}), "6个工作日，法定 30 个"},
		"sentence":  {web.Clock(web.ClockView{Day: 6, Total: 30, Sentence: "今天到期", Note: "说明"}), "今天到期"},
		"bar clock": {web.BarClock(web.ClockView{Day: 6, Total: 30}), "第 6 个工作日，法定 30 个"},
		"cell":      {web.CellClock(web.ClockView{Day: 30, Total: 30}), "今天到期"},
		"box":       {around(web.Box(web.Wait, "家里等不及了？"), templ.Raw("<p>可以先申请临时救助。</p>")), "临时救助"},
		"flash":     {web.FlashMessage(web.OK, "已经交了。"), "已经交了。"},
		"tile":      {web.Tile(web.TileView{Href: "/x", Icon: "old", Title: "家有老人", Text: "高龄津贴"}), "高龄津贴"},
		"kpi":       {web.KPI(web.KPIView{Label: "今天到期", Value: "1", Unit: "件", Tone: web.Bad}), "件"},
		"empty":     {web.Empty(web.EmptyView{Icon: "inbox", Title: "还没有", Text: "会出现在这里", Href: "/x", Action: "去看看"}), "去看看"},
		"pager":     {web.Pager(web.PagerView{From: 10, To: 19, Total: 40, Prev: "?page=1", Next: "?page=3"}), "第 10–19 件，共 40 件"},
		"hero":      {around(web.Hero("can"), templ.Raw(`<h2 id="can">我能享受什么？</h2>`)), "享受"},
		"facts":     {web.FactList(rows), nasty},
		"table": {around(web.FoldTable(web.TableView{Label: "待办", Heads: []string{"期限"}, Keys: true}),
			templ.Raw(`<tr class="z-row"><th scope="row"><a href="/x">赵</a></th></tr>`)), "期限"},
		"timeline":  {web.Timeline([]web.TimelineStep{{State: web.Done, Title: "受理"}, {State: web.Under, Title: "入户", Chip: "正在办", Note: "3月11日"}, {Title: "确认"}}), "（已完成）"},
		"condition": {web.Condition(web.ConditionView{Tone: web.Bad, Title: "收入", Result: "不符合", Calc: rows, Sentence: "高出 ¥72.00。", Law: "《社会救助法》第十八条"}), "依据：《社会救助法》第十八条"},
		"letter":    {around(web.Letter(web.LetterView{From: "民政局", Title: "结果", Outcome: "批准", Date: "2026年3月24日", Number: "D-1"}), templ.Raw("<p>正文</p>")), "编号 D-1"},
		"question":  {web.QuestionBar(web.QuestionView{Back: "/x", Title: "低保", At: 3, Total: 6}), "第 3 题，共 6 题"},
	} {
		d := draw(t, c.c)
		sound(t, d)
		if !strings.Contains(strings.Join(strings.Fields(d.Text()), " "), strings.Join(strings.Fields(c.says), " ")) {
			t.Errorf("%s does not say %q but %q", name, c.says, d.Text())
		}
	}
}

func TestAnIconThatIsNotInTheSpriteIsADot(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"check": "#check", "no such": "#point"} {
		if got := draw(t, web.Icon(name)).Find("use").AttrOr("href", ""); !strings.HasSuffix(got, want) {
			t.Errorf("%s: got %q, want …%s", name, got, want)
		}
	}
}

func TestTheRulerHasOneTickForEachDay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		v                  web.ClockView
		past, today, ahead int
		class              string
	}{
		{web.ClockView{Day: 6, Total: 30}, 5, 1, 24, "n"},
		{web.ClockView{Day: 0, Total: 30}, 0, 0, 30, "n"},
		{web.ClockView{Day: 30, Total: 30}, 29, 1, 0, "o"},
		{web.ClockView{Day: 14, Total: 15}, 13, 1, 1, "o"},
		{web.ClockView{Day: 41, Total: 30, Overdue: true}, 29, 1, 0, "o"},
		{web.ClockView{Day: 2, Total: 0}, 0, 0, 0, "o"},
		{web.ClockView{Day: 9, Total: 30, Paused: true}, 8, 1, 21, "n"},
	} {
		d := draw(t, web.Ruler(c.v))
		ticks := func(class string) int { return strings.Count(d.Find("path."+class).AttrOr("d", ""), "M") }
		if ticks("d") != c.past || ticks(c.class) != c.today || ticks("r") != c.ahead {
			t.Errorf("%+v: got %d, %d, %d", c.v, ticks("d"), ticks(c.class), ticks("r"))
		}
		if d.Find("svg.p").Length() == 1 != c.v.Paused {
			t.Errorf("%+v: paused is not shown", c.v)
		}
	}
}

func TestWhoIsSignedInIsShownAndMaySignOut(t *testing.T) {
	t.Parallel()
	s := web.New(web.Config{SignOutURL: "/sign-out"})
	var p web.Page
	r := httptest.NewRequest("GET", "/x", nil)
	s.Handle("GET /x", func(_ http.ResponseWriter, r *http.Request) error { p = web.PageFor(r, "页"); return nil })
	s.ServeHTTP(httptest.NewRecorder(), r.WithContext(web.WithUser(r.Context(), "李秀芬")))
	if p.User != "李秀芬" || p.SignOut != "/sign-out" || p.SignIn != "" || p.Phone != "12345" {
		t.Errorf("got %+v", p)
	}
}
