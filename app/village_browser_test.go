package app_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"minzheng/app"
	"minzheng/app/demo/county"
)

// offline tells the browser that there is no line, or that there is one again.
func (b *browser) offline(off bool) {
	b.t.Helper()
	b.do(func(ctx context.Context, t *chromedp.Target) (v chromedp.Void, err error) {
		_, err = cdp.Call(ctx, t, network.OverrideNetworkState, network.OverrideNetworkStateParams{Offline: off, DownloadThroughput: -1, UploadThroughput: -1})
		return v, err
	})
}

// tap presses without waiting for a page.
func (b *browser) tap(words string) {
	b.t.Helper()
	if got := b.js(`const w=%s; const e=[...document.querySelectorAll('main button, main a, form button')].find(e=>e.textContent.replace(/\s+/g,' ').trim().startsWith(w));
		if(!e) return 'nothing to press: '+w; setTimeout(()=>e.click(),0); return ''`, words); got != "" {
		b.t.Fatalf("at %s: %s", b.where(), got)
	}
}

// until waits until the page shows words.
func (b *browser) until(words ...string) {
	b.t.Helper()
	for range 150 {
		text, all := squeeze(b.text()), true
		for _, w := range words {
			all = all && strings.Contains(text, w)
		}
		if all {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	b.t.Fatalf("%s never shows %q:\n%s", b.where(), words, squeeze(b.text()))
}

// kept waits until the browser has the villages' pages for when there is no line.
func (b *browser) kept(pages ...string) {
	b.t.Helper()
	for _, page := range pages {
		for i := 0; ; i++ {
			got, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](fmt.Sprintf(`caches.match(%q).then(r=>!!r && !!navigator.serviceWorker.controller)`, page), chromedp.EvalAwaitPromise))
			if err == nil && got {
				break
			}
			if i > 150 {
				b.t.Fatalf("%s is not kept: %v", page, err)
			}
			time.Sleep(100 * time.Millisecond)
		}
	}
}

func (b *browser) close() {
	b.t.Helper()
	if err := chromedp.Cancel(b.ctx); err != nil {
		b.t.Fatal(err)
	}
}

// signInHelper signs 田秀英 in.
func (b *browser) signInHelper() {
	b.t.Helper()
	b.signInStaff("cunwu1")
	b.until("村里的事", "替人代办")
}

func writeReport(b *browser) {
	b.t.Helper()
	b.open("/village/report")
	b.until("谁家")
	b.fill("name", "王德福", "where", "3 组村口", "what", "火灾", "words", "灶房烧了，没地方住", "urgency", "now")
	b.do(chromedp.SetUploadFiles(`input[name=photo]`, []string{photo(b.t, "现场.png")}))
}

func writeCare(b *browser) {
	b.t.Helper()
	b.open("/village/file/canji-huli")
	b.until("替谁办")
	b.fill("person", "黄秀兰", "number", county.HuangXiulan, "relation", "邻居", "why", "行动不便", "way", "paper", "phone", "19000000031", "address", "学府路 3 号",
		"care_months", "600", "similar_care", "0", "agree", "1", "declare", "1")
	b.do(chromedp.SetUploadFiles(`input[name=proof]`, []string{photo(b.t, "委托书.png")}))
}

func TestWhatIsWrittenWithoutALineArrivesOnce(t *testing.T) {
	if testing.Short() {
		t.Skip("starts browsers")
	}
	h := open(t, app.Config{})
	bad := badLine(t, h.server.URL)
	dir := t.TempDir()
	phone := chromiumIn(t, dir, bad.base, 390, 844)
	phone.signInHelper()
	phone.sees("报告困难家庭", "我报告的", "还没有代办过")
	phone.kept("/village/shell", "/village/report", "/village/file/canji-huli")

	bad.set("cut")
	phone.offline(true)
	writeReport(phone)
	phone.until("现在没有网")
	phone.sees()
	phone.tap("交上去")
	phone.until("待发送", "报告困难家庭：王德福", "有网了会自动发")
	phone.sees()
	writeCare(phone)
	time.Sleep(time.Second)     // it is kept while it is written
	phone.open("/village/file") // left in the middle, and come back to
	phone.open("/village/file/canji-huli")
	phone.until("上次没写完的还在")
	if got := phone.js(`return document.querySelector('[name=person]').value+document.querySelector('[name=proof]').files.length`); got != "黄秀兰1" {
		t.Errorf("of what was written %q is kept", got)
	}
	phone.sees()
	phone.tap("交上去")
	phone.until("代办残疾人护理补贴：黄秀兰")
	phone.close() // and the battery is empty

	phone = chromiumIn(t, dir, bad.base, 390, 844)
	phone.open("/village/")
	phone.until("待发送", "王德福", "黄秀兰")
	if n := h.count(`SELECT COUNT(*) FROM assistance_need`); n != 0 {
		t.Fatalf("%d reports came through no line", n)
	}
	bad.set("")
	phone.open("/village/") // closing the browser has signed out
	phone.signInHelper()
	phone.until("已送达")
	for range 50 {
		if h.count(`SELECT COUNT(*) FROM casework_mandate WHERE case_id <> ''`) == 1 && h.count(`SELECT COUNT(*) FROM assistance_need`) == 1 {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	phone.open("/village/")
	phone.until("报告收到了", "申请交上去了", "等乡镇处理", "待受理")
	phone.sees()
	once(t, h)
}

// once checks that everything has arrived, and nothing twice.
func once(t *testing.T, h *house) {
	t.Helper()
	for what, query := range map[string]string{
		"reports": `SELECT COUNT(*) FROM assistance_need`, "mandates": `SELECT COUNT(*) FROM casework_mandate`, "cases": `SELECT COUNT(*) FROM casework_case`,
		"photos of it": `SELECT COUNT(*) FROM file_file WHERE owner LIKE 'need/%'`, "papers of the mandate": `SELECT COUNT(*) FROM file_file WHERE owner LIKE 'mandate/%'`,
	} {
		if n := h.count(query); n != 1 {
			t.Errorf("there are %d %s, want one", n, what)
		}
	}
}

func TestABrokenLineNeitherLosesNorDoubles(t *testing.T) {
	if testing.Short() {
		t.Skip("starts browsers")
	}
	h := open(t, app.Config{})
	bad := badLine(t, h.server.URL)
	phone := chromiumIn(t, t.TempDir(), bad.base, 390, 844)
	phone.signInHelper()
	phone.kept("/village/shell", "/village/report", "/village/file/canji-huli")
	writeReport(phone)
	bad.set("half")
	phone.tap("交上去")
	phone.until("待发送")
	if n := h.count(`SELECT COUNT(*) FROM assistance_need`); n != 0 || bad.halved == 0 {
		t.Fatalf("%d reports came from %d half sendings", n, bad.halved)
	}
	bad.set("")
	writeCare(phone)
	bad.set("lost")
	phone.tap("交上去")
	phone.until("待发送")
	for i := 0; i < 3; i++ { // it has arrived, but the telephone cannot know
		phone.tap("现在发")
		time.Sleep(300 * time.Millisecond)
	}
	if bad.lost < 2 {
		t.Fatalf("only %d answers were lost: nothing is shown", bad.lost)
	}
	bad.set("")
	phone.tap("现在发")
	for range 100 {
		if !strings.Contains(phone.text(), "待发送") {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	phone.open("/village/")
	phone.until("报告收到了", "申请交上去了")
	once(t, h)
}

func TestSigningOutForgetsWhatTheTelephoneHolds(t *testing.T) {
	if testing.Short() {
		t.Skip("starts browsers")
	}
	h := open(t, app.Config{})
	bad := badLine(t, h.server.URL)
	phone := chromiumIn(t, t.TempDir(), bad.base, 390, 844)
	phone.signInHelper()
	phone.kept("/village/shell", "/village/report")
	phone.open("/village/report")
	phone.fill("name", "王德福")
	time.Sleep(800 * time.Millisecond) // it is kept while it is written
	phone.tap("退出登录")
	phone.until("工作人员登录")
	left := `(async()=>{const d=await new Promise(r=>{const o=indexedDB.open('village');o.onsuccess=()=>r(o.result)});
		let n=(await caches.keys()).filter(k=>k.startsWith('village-')).length;
		for(const s of d.objectStoreNames) n+=await new Promise(r=>{const c=d.transaction(s).objectStore(s).count();c.onsuccess=()=>r(c.result)});
		d.close(); return String(n)})()`
	got, err := chromedp.Run(phone.ctx, chromedp.Evaluate[string](left, chromedp.EvalAwaitPromise))
	if err != nil || got != "0" {
		t.Errorf("the telephone still holds %s things (%v)", got, err)
	}
}
