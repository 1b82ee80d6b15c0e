package app_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"minzheng/app"
	"minzheng/app/demo"
	"minzheng/app/demo/county"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/people"
)

// elder registers somebody of the demo county who soon turns 80, with their
// household; phone false takes their number off the register.
func elder(t *testing.T, h *house, phone bool) *county.Person {
	t.Helper()
	c := county.Generate(demo.Seed, calendar.DayOf(h.DB.Now()))
	today := calendar.DayOf(h.DB.Now())
	for i := range c.Persons {
		p := &c.Persons[i]
		turns := p.Birth.AddMonths(80 * 12)
		if turns <= today || turns > today+60 || p.Death != nil || p.Phone == "" || p.Differs != county.NoDifference {
			continue
		}
		family := c.Household(p.Household)
		err := h.DB.Do(t.Context(), func(tx *db.Tx) error {
			if err := h.People.EnsureHousehold(t.Context(), tx, family.Book, string(family.Village), family.Address); err != nil {
				return err
			}
			for _, j := range family.Members {
				m := c.Person(j)
				one := people.Person{Name: m.Name, Number: m.Number, Sex: string(m.Sex), Birth: m.Birth, Region: string(family.Village), Household: family.Book, Relation: string(m.Relation), Phone: m.Phone}
				if !phone {
					one.Phone = ""
				}
				if _, err := h.People.Add(t.Context(), tx, one); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	t.Fatal("nobody of the county turns 80 soon")
	return nil
}

// until moves the clock to the morning of a day and sweeps.
func (h *house) until(d calendar.Day) {
	h.t.Helper()
	h.later(d.Start().Add(9 * time.Hour).Sub(h.DB.Now()))
	if _, err := h.Sweep(h.t.Context(), d); err != nil {
		h.t.Fatal(err)
	}
}

func TestWhoTurnsEightyIsOfferedTheAllowanceAndAgreesWithOneTap(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		p := elder(t, h, true)
		birthday := p.Birth.AddMonths(80 * 12)
		h.until(birthday - 1)
		v := h.resident(p.Number)
		v.get("/my").must(t, 200).mustNot(t, "您可能可以领")
		h.until(birthday)
		v = h.resident(p.Number)
		v.get("/").must(t, 200, "您可能可以领：高龄津贴", "每月 ¥60.00", "您到了可以领高龄津贴的年龄", "在别的县领着吗？没有领", "为什么", "户籍在本县")
		why := v.get("/my").must(t, 200, "您可能可以领：高龄津贴")
		link := why.Find("a[href^='/my/offers/']").AttrOr("href", "")
		v.get(link).must(t, 200, "居民名册", "依据", "示例文件〔2026〕41号", "（先这样算）", "每天夜里")
		v.get("/my/family").must(t, 200, "高龄津贴", "可能可以", "最低生活保障", "说不准")
		done := v.press(why, "一键同意").must(t, 200, "已经替您交上去了", "受理号")
		c, err := casework.Find(t.Context(), h.DB, casework.ID(done.path[strings.LastIndexByte(done.path, '/')+1:]))
		if err != nil {
			t.Fatal(err)
		}
		v.post(link+"/accept").must(t, 200, c.Number)
		v.get("/my").mustNot(t, "您可能可以领")
		decide(t, h, c)
		v.get("/my/cases/"+string(c.ID)).must(t, 200, "批准了", "¥60.00")
		v.get("/my/family").must(t, 200, "正在领")
		h.until(birthday + 30)
		h.resident(p.Number).get("/my").must(t, 200, "正在领的").mustNot(t, "您可能可以领")
	})
}

// decide has the people whose task it is work a case of 高龄津贴 to its end.
func decide(t *testing.T, h *house, c casework.Case) {
	t.Helper()
	h.jobs()
	s, p := at(t, h, holder(t, h, c), c)
	p.must(t, 200, "公安", "看这一家")
	s.press(p, "受理").must(t, 200)
	s, p = at(t, h, holder(t, h, c), c)
	s.press(settle(t, s, p), "核对完毕，报县局", "reason", "年龄和户籍都核对了").must(t, 200)
	s, p = at(t, h, holder(t, h, c), c)
	s.press(p, "同意", "reason", "属实").must(t, 200)
	h.jobs()
}

func TestEightTapsAtOnceMakeOneCase(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		p := elder(t, h, true)
		h.until(p.Birth.AddMonths(80 * 12))
		v := h.resident(p.Number)
		link := v.get("/my").Find("a[href^='/my/offers/']").AttrOr("href", "")
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				req := v.request(link+"/accept", "", nil)
				req.Header.Set("Sec-Fetch-Site", "same-origin")
				if resp, err := v.client.Do(req); err == nil {
					resp.Body.Close()
				}
			})
		}
		all.Wait()
		if n, err := db.One(t.Context(), h.DB, db.Value[int], `SELECT COUNT(*) FROM casework_case`); err != nil || n != 1 {
			t.Fatalf("eight taps made %d cases (%v), want 1", n, err)
		}
	})
}

func TestAnOfferBelongsToOnePersonAndToTheirPlace(t *testing.T) {
	t.Parallel()
	h := open(t, app.Config{})
	p := elder(t, h, true)
	h.until(p.Birth.AddMonths(80 * 12))
	link := h.resident(p.Number).get("/my").Find("a[href^='/my/offers/']").AttrOr("href", "")
	id := strings.TrimPrefix(link, "/my/offers/")
	other := h.resident(county.ZhaoYuqin)
	for _, answer := range []page{other.get(link), other.post(link + "/accept"), other.post(link + "/decline"), other.get("/my/offers/forged"), other.post("/my/offers/forged/accept")} {
		answer.must(t, 404).mustNot(t, p.Name)
	}
	if got := h.visitor().get(link); got.path != "/sign-in" {
		t.Errorf("a stranger is at %s, want the sign-in", got.path)
	}
	// a clerk of another township, an administrator, an auditor
	clerk := h.staff("jingban0" + elsewhere(t, h, p) + "a")
	clerk.get("/staff/found/"+id).must(t, 404)
	clerk.post("/staff/found/"+id+"/take", "mandate", "当面", "words", "上门时口头委托").must(t, 404)
	clerk.get("/staff/families/"+personOf(t, h, p)).must(t, 404)
	v := h.visitor()
	v.post("/staff/sign-in", "login", "guanli", "password", demo.Password)
	v.get("/staff/found/"+id).must(t, 404)
	looker := h.visitor()
	looker.post("/staff/sign-in", "login", "shenji", "password", demo.Password)
	looker.get("/staff/found/"+id).must(t, 200, "您可以看，不能办")
	looker.post("/staff/found/"+id+"/take", "mandate", "当面", "words", "上门时口头委托").must(t, 403)
	if n, err := db.One(t.Context(), h.DB, db.Value[int], `SELECT COUNT(*) FROM casework_case`); err != nil || n != 0 {
		t.Fatalf("%d cases were opened (%v)", n, err)
	}
}

func personOf(t *testing.T, h *house, p *county.Person) string {
	t.Helper()
	one, err := h.People.ByNumber(t.Context(), h.DB, p.Number)
	if err != nil {
		t.Fatal(err)
	}
	return string(one.ID)
}

// township is the number of somebody's township in the logins of its clerks.
func township(t *testing.T, h *house, p *county.Person) int {
	t.Helper()
	one, err := h.People.ByNumber(t.Context(), h.DB, p.Number)
	if err != nil {
		t.Fatal(err)
	}
	for i, place := range h.Places.Children(county.Qingxi) {
		if strings.HasPrefix(one.Region, string(place.Code)) {
			return i + 1
		}
	}
	t.Fatalf("no township above %s", one.Region)
	return 0
}

func elsewhere(t *testing.T, h *house, p *county.Person) string {
	if township(t, h, p) == 1 {
		return "2"
	}
	return "1"
}

func TestWhomNoPhoneReachesIsFoundByTheirVillage(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		p := elder(t, h, false)
		h.until(p.Birth.AddMonths(80 * 12))
		login := "jingban" + two(township(t, h, p)) + "a"
		v := h.staff(login)
		list := v.get("/staff/found").must(t, 200, p.Name, "高龄津贴", "手机上告诉不了")
		link := list.Find("th a[href^='/staff/found/']").FilterFunction(func(_ int, s *selection) bool { return s.Text() == p.Name })
		one := v.get(link.AttrOr("href", "")).must(t, 200, "先问一问本人", "在别的县领着吗", "居民名册")
		v.press(one, "记下来").must(t, 422, "请选是怎么联系的")
		one = v.press(one, "记下来", "way", "home", "outcome", "later", "note", "要等儿子回来").must(t, 200, "记下了", "要等儿子回来")
		v.press(one, "代办，交上去").must(t, 422, "请选本人是怎么委托的", "请写明什么时候")
		done := v.press(one, "代办，交上去", "mandate", "当面", "words", "上门，老人口述，儿子在场", "sign", "1").must(t, 200, "代办好了", "受理号")
		v.get(done.Find("a[href^='/staff/cases/']").AttrOr("href", "")).must(t, 200, p.Name)
		v.get("/staff/found?kind=closed").must(t, 200, p.Name, "代办了")
		v.get("/staff/families/"+personOf(t, h, p)).must(t, 200, "正在办", "高龄津贴", "要等儿子回来", "最低生活保障")
		v.get("/staff/search?q="+p.Name).must(t, 200, "名册里的人", p.Name)
		c := only(t, h)
		decide(t, h, c)
		v.get("/staff/families/"+personOf(t, h, p)).must(t, 200, "在领", "¥60.00/月", "清溪县民政局", "公安")
	})
}

func two(n int) string {
	if n < 10 {
		return "0" + string(rune('0'+n))
	}
	return string(rune('0'+n/10)) + string(rune('0'+n%10))
}

func TestTheNightlySweepComesBackEveryNight(t *testing.T) {
	t.Parallel()
	h := open(t, app.Config{})
	p := elder(t, h, true)
	if err := h.Begin(t.Context()); err != nil {
		t.Fatal(err)
	}
	birthday := p.Birth.AddMonths(80 * 12)
	for calendar.DayOf(h.DB.Now()) <= birthday {
		h.later(day)
	}
	h.resident(p.Number).get("/my").must(t, 200, "您可能可以领：高龄津贴")
	n, err := db.One(t.Context(), h.DB, db.Value[int], `SELECT COUNT(*) FROM assistance_sweep WHERE state = 'done'`)
	if nights := int(birthday - calendar.Date(2026, 3, 2)); err != nil || n < nights || n > nights+1 {
		t.Errorf("%d sweeps in %d nights (%v)", n, nights, err)
	}
}

func TestAnOfferIsAcceptedInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("starts browsers")
	}
	h := open(t, app.Config{})
	p := elder(t, h, true)
	h.until(p.Birth.AddMonths(80 * 12))
	desk := chromium(t, h.server.URL, 1440, 900)
	desk.signInStaff("jingban" + two(township(t, h, p)) + "a")
	desk.open("/staff/found?kind=all")
	desk.sees("符合条件，还没有申请", p.Name, "手机上还没看")
	desk.press(p.Name)
	desk.sees("先问一问本人", "居民名册", "本人委托了，代办")
	desk.press("看这一家")
	desk.sees(p.Name+"一家", "可能可以领", "现在没有在领的")

	phone := chromium(t, h.server.URL, 390, 844)
	phone.signIn(p.Number)
	phone.open("/")
	phone.sees("您可能可以领：高龄津贴，每月 ¥60.00", "没有领")
	phone.open("/my/family")
	phone.sees("我家在领什么", "高龄津贴", "可能可以")
	phone.press("看一看，一键同意")
	phone.sees("满了当地规定的起领年龄", "居民名册", "我们是怎么知道的")
	phone.press("一键同意")
	phone.sees("已经替您交上去了", "受理号")
	phone.open("/")
	phone.press("长辈版")
	phone.open("/my/family")
	phone.sees("正在办")
	phone.open("/my/seen")
	phone.sees("一户一档", "主动发现")
	if c := only(t, h); c.Service != "gaoling-jintie" || !c.IsOpen() {
		t.Fatalf("the case is %+v", c)
	}
}
