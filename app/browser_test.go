package app_test

import (
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"minzheng/app/demo"
	"minzheng/app/demo/county"
	"minzheng/kernel/casework"
	"minzheng/kernel/db/dbtest"
)

// browser is Chromium with one window.
type browser struct {
	t    *testing.T
	ctx  context.Context
	base string
	axe  string
	wide int64
	high int64
}

// chromium starts a browser of its own, or skips by name where there is none.
func chromium(t *testing.T, base string, wide, high int64) *browser {
	t.Helper()
	return chromiumIn(t, t.TempDir(), base, wide, high)
}

// chromiumIn starts a browser that keeps what it knows in a directory.
func chromiumIn(t *testing.T, dir, base string, wide, high int64) *browser {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			path = p
			break
		}
	}
	if path == "" {
		dbtest.Lacks(t, "no Chromium: install the package chromium (make test does)")
	}
	axe, err := os.ReadFile("../assets/node_modules/axe-core/axe.min.js")
	if err != nil {
		dbtest.Lacks(t, "no axe-core: run make assets")
	}
	options := []chromedp.ExecAllocatorOption{chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.UserDataDir(dir)}
	for _, flag := range []string{"disable-gpu", "disable-quic", "no-first-run", "disable-background-networking", "disable-component-update", "disable-sync"} {
		options = append(options, chromedp.Flag(flag, true))
	}
	options = append(options, chromedp.Flag("headless", "new"), chromedp.Flag("lang", "zh-CN"))
	allocator, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	ctx, cancel2 := chromedp.NewContext(allocator)
	t.Cleanup(cancel2)
	ctx, cancel3 := context.WithTimeout(ctx, 4*time.Minute)
	t.Cleanup(cancel3)
	b := &browser{t, ctx, base, string(axe), wide, high}
	b.do(chromedp.EmulateViewport(wide, high))
	return b
}

func (b *browser) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.t.Fatalf("at %s: %v", b.where(), err)
	}
}

func (b *browser) where() string {
	at, _ := chromedp.Run(b.ctx, chromedp.Location())
	return at
}

func (b *browser) open(path string) {
	b.t.Helper()
	b.do(chromedp.Navigate(b.base + path))
}

// js runs a script that gives a text.
func (b *browser) js(script string, args ...any) string {
	b.t.Helper()
	for i, a := range args {
		quoted, _ := json.Marshal(a)
		args[i] = quoted
	}
	got, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](fmt.Sprintf("(()=>{"+script+"})()", args...)))
	if err != nil {
		b.t.Fatalf("at %s: %v", b.where(), err)
	}
	return got
}

// fill types into fields, which may be named by their end; a choice is made by
// its value. Each change is told to the page as a person's would be.
func (b *browser) fill(pairs ...string) {
	b.t.Helper()
	for i := 0; i+1 < len(pairs); i += 2 {
		got := b.js(`const n=%s, v=%s;
			const all=[...document.querySelectorAll('[name]')].filter(e=>e.name===n||e.name.endsWith('.'+n));
			const e=all.find(e=>(e.type==='radio'||e.type==='checkbox')?e.value===v:true);
			if(!e) return 'no field '+n+' = '+v;
			if(e.type==='radio'||e.type==='checkbox'){ const d=e.closest('details'); if(d) d.open=true; e.click(); } else { e.focus(); e.value=v; e.dispatchEvent(new Event('input',{bubbles:true})); e.dispatchEvent(new Event('change',{bubbles:true})); }
			return ''`, pairs[i], pairs[i+1])
		if got != "" {
			b.t.Fatalf("at %s: %s\n%s", b.where(), got, b.text())
		}
	}
}

// press presses the button or follows the link whose words begin so, and waits
// for the page that comes.
func (b *browser) press(words string) {
	b.t.Helper()
	click := fmt.Sprintf(`(()=>{const w=%q; const e=[...document.querySelectorAll('main button, main a, form button')].find(e=>e.textContent.replace(/\s+/g,' ').trim().startsWith(w)&&e.getAttribute('aria-disabled')!=='true');
		if(!e) throw new Error('nothing to press: '+w); const d=e.closest('details'); if(d) d.open=true; setTimeout(()=>e.click(),0);})()`, words)
	ctx, cancel := context.WithTimeout(b.ctx, 20*time.Second)
	defer cancel()
	if _, err := chromedp.RunResponse(ctx, chromedp.Evaluate[chromedp.Void](click)); err != nil {
		b.t.Fatalf("pressing %q at %s: %v\n%s", words, b.where(), err, b.text())
	}
}

func (b *browser) text() string {
	s, _ := chromedp.Run(b.ctx, chromedp.Evaluate[string](`document.body?document.body.innerText:''`))
	return s
}

// sees fails unless the page shows words, and unless axe finds nothing wrong
// with it and nothing sticks out at the side.
func (b *browser) sees(words ...string) {
	b.t.Helper()
	text := squeeze(b.text())
	for _, w := range words {
		if !strings.Contains(text, squeeze(w)) {
			b.t.Fatalf("%s does not show %q:\n%s", b.where(), w, text)
		}
	}
	b.fine()
}

// violation is one thing that axe finds wrong.
type violation struct {
	ID    string `json:"id"`
	Nodes []struct {
		HTML string `json:"html"`
	} `json:"nodes"`
}

// fine runs axe over the whole page. The window is made as tall as the page:
// what lies under the bar at the bottom now can be scrolled free by a person.
func (b *browser) fine() {
	b.t.Helper()
	tall, err := chromedp.Run(b.ctx, chromedp.Evaluate[int64](`Math.max(document.documentElement.scrollHeight, innerHeight)`))
	if err != nil {
		b.t.Fatal(err)
	}
	b.do(chromedp.EmulateViewport(b.wide, max(tall, b.high)), chromedp.Evaluate[chromedp.Void](b.axe))
	found, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](`axe.run({runOnly:['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa']}).then(r=>JSON.stringify(r.violations.map(v=>({id:v.id,nodes:v.nodes.slice(0,3).map(n=>({html:n.html}))}))))`, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatal(err)
	}
	var all []violation
	if err := json.Unmarshal([]byte(found), &all); err != nil {
		b.t.Fatal(err)
	}
	for _, v := range all {
		b.t.Errorf("%s: axe finds %s: %.300v", b.where(), v.ID, v.Nodes)
	}
	if over := b.js(`return String(document.documentElement.scrollWidth-innerWidth)`); over != "0" && !strings.HasPrefix(over, "-") {
		b.t.Errorf("%s sticks out at the side by %s pixels", b.where(), over)
	}
	b.do(chromedp.EmulateViewport(b.wide, b.high))
}

func (b *browser) signIn(number string) {
	b.t.Helper()
	b.open("/sign-in")
	b.fill("number", number)
	b.press("发验证码")
	b.fill("code", b.js(`return document.querySelector('[data-code]').innerText`))
	b.press("登录")
}

func (b *browser) signInStaff(login string) {
	b.t.Helper()
	b.open("/staff/sign-in")
	b.fill("login", login, "password", demo.Password)
	b.press("登录")
}

// photo is a picture file to upload.
func photo(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := png.Encode(f, image.NewRGBA(image.Rect(0, 0, 320, 240))); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestTheWholeStoryInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("starts browsers")
	}
	engines(t, story)
}

// story is the main job as its people do it: the resident on a phone, the
// staff at a desk, the public anywhere.
func story(t *testing.T, h *house) {
	phone := chromium(t, h.server.URL, 390, 844)
	phone.open("/")
	phone.sees("民政的事，手机上就能办")
	phone.signIn(county.ZhaoYuqin)
	phone.sees("赵玉琴")
	applyByPhone(t, phone)
	h.jobs()
	c := only(t, h)
	phone.open("/my/cases/" + string(c.ID))
	phone.sees("部门都回复了", "还没有受理", "石桥镇")

	desk := chromium(t, h.server.URL, 1440, 900)
	case_ := "/staff/cases/" + string(c.ID)
	as := func(login string) {
		desk.open("/staff")
		if strings.Contains(desk.text(), "退出登录") {
			desk.press("退出登录")
		}
		desk.signInStaff(login)
	}
	as(holder(t, h, c))
	desk.sees("待办", "赵玉琴")
	desk.open(case_)
	desk.sees("¥3,072.00", "公安", "社会救助法 第18条", "申请人看得到")
	desk.press("受理")
	desk.sees("第")
	h.later(24 * time.Hour)
	as(holder(t, h, c))
	desk.open(case_)
	for desk.js(`const e=document.querySelector("[type=radio][name$='.value']"); return e?e.value:''`) != "" {
		desk.fill("value", desk.js(`return document.querySelector("[type=radio][name$='.value']").value`), "reason", "与上门看到的一致")
		desk.press("认定，并重新算")
	}
	desk.press("核对完成")
	desk.fill("visited_on", "2026-03-03", "visit_way", "入户", "investigator_1", "林秀梅", "investigator_2", "张明", "visit_found", "情况属实", "visit_signed", "是")
	desk.press("记录入户调查")
	as(holder(t, h, c))
	desk.open(case_)
	desk.fill("propose.reason", "符合条件")
	desk.press("建议同意")

	phone.open("/public/notices")
	phone.sees("赵**", "3 人")
	h.later(9 * 24 * time.Hour)
	as("xianju1")
	if login := holder(t, h, c); login != "xianju1" {
		as(login)
	}
	desk.open(case_)
	desk.fill("agree.reason", "情况属实")
	desk.press("同意")
	desk.sees("批准")

	phone.signIn(county.ZhaoYuqin)
	phone.open("/my/cases/" + string(c.ID))
	phone.sees("批准了", "¥3,072.00")
	phone.press("最低生活保障申请结果")
	phone.sees("批准", "行政复议")
	phone.press("查真伪")
	phone.sees("清溪县民政局")
	phone.open("/my")
	phone.sees("正在领的")
	if c, _ = casework.Find(t.Context(), h.DB, c.ID); c.State != casework.Approved {
		t.Fatalf("the case ends as %s", c.State)
	}
	others(phone, desk)
}

func applyByPhone(t *testing.T, b *browser) {
	t.Helper()
	b.open("/services")
	b.sees("最低生活保障")
	b.press("开始申请：最低生活保障")
	b.sees("家里有哪些人一起生活")
	for _, child := range [][3]string{{"刘子涵", county.LiuZihan, "女儿"}, {"刘子轩", county.LiuZixuan, "儿子"}} {
		b.press("添加一个人")
		b.fill("name", child[0], "number", child[1][:17]+"A", "relation", child[2], "together", "是")
		b.press("保存")
		b.sees("身份证号有一位不对")
		b.fill("number", child[1])
		b.press("保存")
	}
	b.sees("刘子涵", "刘子轩")
	b.press("都写上了")
	b.fill("phone", "19000000001", "address", "石桥镇老街 5 号", "bank_account", "6217000112345678")
	b.press("下一题")
	b.fill("work", "固定工作")
	b.sees("每月工资")
	b.fill("wage", "800", "work_cost", "0", "pension", "0", "support", "0")
	b.press("下一题")
	b.fill("deposits", "2000", "houses", "0", "vehicle_value", "0")
	b.press("下一题")
	for _, schooling := range []string{"不在校", "义务教育", "义务教育"} {
		b.fill("serious_illness", "否", "schooling", schooling)
		b.press("下一题")
	}
	b.fill("dwelling", "租房", "reason", "一个人带两个孩子")
	b.press("下一题")
	b.do(chromedp.SetUploadFiles(`input[name=file-income]`, []string{photo(t, "流水1.png"), photo(t, "流水2.png")}))
	b.press("先传上去")
	b.sees("传材料", "去掉")
	b.press("传好了")
	b.sees("请您看一遍", "2 份")
	b.press("交上去")
	b.sees("有 2 处要改")
	b.fill("agree", "1", "declare", "1")
	b.press("交上去")
	b.sees("已经交上去了", "受理号")
}

// others looks at the pages that the story does not pass.
func others(phone, desk *browser) {
	for _, path := range []string{"/my/seen", "/my/messages", "/public", "/public/services/dibao", "/public/verify", "/public/objections", "/public/review", "/nowhere"} {
		phone.open(path)
		phone.sees()
	}
	for _, path := range []string{"/staff", "/staff/search?q=赵", "/staff/operations", "/public", "/public/services/dibao", "/"} {
		desk.open(path)
		desk.sees()
	}
	phone.open("/")
	phone.press("长辈版")
	for _, path := range []string{"/", "/services", "/my", "/sign-in", "/public/services/dibao"} {
		phone.open(path)
		phone.sees()
	}
}
