package departments_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"minzheng/app/demo/county"
	"minzheng/app/demo/departments"
	"minzheng/kernel/calendar"
)

// sample is the county that all tests ask about; nobody changes it.
var sample = sync.OnceValue(func() *county.County { return county.Generate(1, calendar.Date(2026, 3, 10)) })

func now() time.Time { return time.Date(2026, 3, 10, 9, 0, 0, 0, time.FixedZone("", 8*60*60)) }

// quick returns departments that answer at once.
func quick() http.Handler {
	return departments.New(sample(), now, slog.New(slog.DiscardHandler), departments.Usual(departments.Trouble{}))
}

// ask is a whole question; tests change it before they send it.
func ask(number, name string, fields ...string) map[string]any {
	return map[string]any{
		"request": "0198-1", "case": "case/1", "actor": "system", "purpose": "核对收入", "law": "社会救助法 第41条",
		"number": number, "name": name, "county": "390121", "fields": fields,
	}
}

func path(source string) string { return "/" + strings.ReplaceAll(source, ".", "/") }

func post(h http.Handler, to string, body any) *httptest.ResponseRecorder {
	b, ok := body.([]byte)
	if !ok {
		b, _ = json.Marshal(body)
	}
	r := httptest.NewRequest("POST", to, bytes.NewReader(b))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// all is every source with what it offers.
func all() map[string][]string {
	return map[string][]string{
		"police.household": {"name", "birth", "sex", "local_hukou", "book_marital", "number_shared"}, "civil.death": {"dead", "died_on"}, "civil.marriage": {"marital"},
		"justice.custody": {"in_prison", "custody_months"}, "disabled.card": {"disability_kind", "disability_grade", "disability_until", "disability_since"},
		"police.missing": {"missing_since"}, "civil.ability": {"ability_score"}, "hrss.injury": {"injury_care"},
		"hrss.pension": {"pension", "basic_pension"}, "hrss.insurance": {"wage"}, "tax.income": {"wage", "business_income"},
		"market.business": {"has_business"}, "bank.deposits": {"deposits"}, "realestate.houses": {"houses"}, "traffic.vehicles": {"vehicle_value"},
		"hsa.costs": {"medical_cost"}, "health.premarital": {"premarital_checked"}, "court.divorce": {"divorce_judged"}, "court.capacity": {"capacity_limited"},
		"hsa.serious": {"ill_since"}, "hrss.unemployment": {"unemployed"}, "emergency.damage": {"damage", "damaged_on"}, "education.enrolment": {"enrolment"},
	}
}

func TestEverySourceAnswersAboutThePeopleOfTheStory(t *testing.T) {
	t.Parallel()
	const no = `{"found":false}`
	found := func(values string) string { return `{"found":true,"values":{` + values + `}}` }
	stories := []struct {
		number, name string
		want         map[string]string // a source that is not named has no record
	}{
		{county.LiXiufen, "李秀芬", map[string]string{
			"police.household": found(`"birth":"1980-01-15","book_marital":"已婚","local_hukou":true,"name":"李秀芬","number_shared":false,"sex":"女"`), "civil.marriage": found(`"marital":"已婚"`),
			"hrss.insurance": found(`"wage":198000`), "tax.income": found(`"wage":246000`),
			"bank.deposits": found(`"deposits":921435`), "realestate.houses": found(`"houses":1`)}},
		{county.WangJianjun, "王建军", map[string]string{
			"police.household": found(`"birth":"1978-01-22","book_marital":"已婚","local_hukou":true,"name":"王建军","number_shared":false,"sex":"男"`), "civil.marriage": found(`"marital":"已婚"`),
			"disabled.card": found(`"disability_grade":"二级","disability_kind":"肢体","disability_since":"2021-09-14","disability_until":"2031-09-14"`), "hrss.pension": found(`"basic_pension":0,"pension":138600`),
			"bank.deposits": found(`"deposits":0`), "hsa.costs": found(`"medical_cost":1860000`)}},
		{county.WangXiaoyu, "王小雨", map[string]string{
			"police.household": found(`"birth":"2009-02-03","book_marital":"未婚","local_hukou":true,"name":"王小雨","number_shared":false,"sex":"女"`), "bank.deposits": found(`"deposits":0`), "education.enrolment": found(`"enrolment":"在读"`)}},
		{county.ZhaoYuqin, "赵玉琴", map[string]string{
			"police.household": found(`"birth":"1988-01-08","book_marital":"离异","local_hukou":true,"name":"赵玉琴","number_shared":false,"sex":"女"`), "civil.marriage": found(`"marital":"离异"`),
			"hrss.insurance": found(`"wage":80000`), "tax.income": found(`"wage":80000`),
			"bank.deposits": found(`"deposits":312000`), "realestate.houses": found(`"houses":1`)}},
		{county.SunGuoping, "孙国平", map[string]string{
			"police.household": found(`"birth":"1948-01-30","book_marital":"未婚","local_hukou":true,"name":"孙国平","number_shared":false,"sex":"男"`), "civil.marriage": found(`"marital":"未婚"`),
			"hrss.pension":  found(`"basic_pension":14300,"pension":16000`),
			"bank.deposits": found(`"deposits":218000`), "realestate.houses": found(`"houses":1`)}},
		{county.ChenDashan, "陈大山", map[string]string{
			"police.household": found(`"birth":"1962-01-12","book_marital":"已婚","local_hukou":true,"name":"陈大山","number_shared":false,"sex":"男"`), "civil.marriage": found(`"marital":"已婚"`),
			"hrss.pension":  found(`"basic_pension":14300,"pension":21000`),
			"bank.deposits": found(`"deposits":640000`), "realestate.houses": found(`"houses":1`), "traffic.vehicles": found(`"vehicle_value":18000000`)}},
		{county.ZhengHai, "郑海", map[string]string{
			"police.household": found(`"birth":"1986-07-21","book_marital":"已婚","local_hukou":true,"name":"郑海","number_shared":false,"sex":"男"`), "civil.marriage": found(`"marital":"已婚"`),
			"justice.custody": found(`"custody_months":60,"in_prison":true`), "bank.deposits": found(`"deposits":0`)}},
		{county.HeLian, "何莲", map[string]string{
			"police.household": found(`"birth":"1988-11-25","book_marital":"已婚","local_hukou":true,"name":"何莲","number_shared":false,"sex":"女"`), "civil.marriage": found(`"marital":"已婚"`),
			"police.missing": found(`"missing_since":"2025-03-10"`), "bank.deposits": found(`"deposits":0`)}},
		{county.HeSuzhen, "何素珍", map[string]string{
			"police.household": found(`"birth":"1946-01-28","book_marital":"已婚","local_hukou":true,"name":"何素珍","number_shared":false,"sex":"女"`), "civil.marriage": found(`"marital":"已婚"`),
			"civil.ability": found(`"ability_score":52`), "hrss.pension": found(`"basic_pension":14300,"pension":20000`), "bank.deposits": found(`"deposits":0`)}},
		{county.WangYumei, "王玉梅", map[string]string{
			"police.household": found(`"birth":"1970-01-27","book_marital":"未婚","local_hukou":true,"name":"王玉梅","number_shared":false,"sex":"女"`), "civil.marriage": found(`"marital":"未婚"`),
			"hrss.insurance": found(`"wage":410000`), "tax.income": found(`"wage":412000`),
			"bank.deposits": found(`"deposits":6200000`), "realestate.houses": found(`"houses":1`)}},
	}
	h := quick()
	for _, s := range stories {
		for source, fields := range all() {
			want, named := s.want[source]
			if !named {
				want = no
			}
			if got := post(h, path(source), ask(s.number, s.name, fields...)); got.Code != 200 || got.Body.String() != want {
				t.Errorf("%s about %s: got %d %s, want %s", source, s.name, got.Code, got.Body, want)
			}
		}
	}
}

func TestPoliceFindNobodyUnderAnotherName(t *testing.T) {
	t.Parallel()
	h := quick()
	for _, name := range []string{"李秀芳", "", "李秀芬 "} {
		if got := post(h, "/police/household", ask(county.LiXiufen, name, "birth")); got.Body.String() != `{"found":false}` {
			t.Errorf("as %q: got %s", name, got.Body)
		}
	}
}

func TestHukouIsLocalOnlyForTheOwnCounty(t *testing.T) {
	t.Parallel()
	h, q := quick(), ask(county.LiXiufen, "李秀芬", "local_hukou")
	q["county"] = "390122"
	if got := post(h, "/police/household", q); got.Body.String() != `{"found":true,"values":{"local_hukou":false}}` {
		t.Errorf("another county: got %s", got.Body)
	}
	for _, wrong := range []string{"", "390100", "390121001", "清溪县"} {
		q["county"] = wrong
		if got := post(h, "/police/household", q); got.Code != 400 {
			t.Errorf("county %q: got %d %s", wrong, got.Code, got.Body)
		}
	}
	if got := post(h, "/police/household", ask(county.LiXiufen, "李秀芬", "sex")); got.Body.String() != `{"found":true,"values":{"sex":"女"}}` {
		t.Errorf("without the question of hukou: got %s", got.Body)
	}
}

func TestDepartmentsLearnOfADeathAtDifferentTimes(t *testing.T) {
	t.Parallel()
	c, h := sample(), quick()
	lags, known := 0, 0
	for i := range c.Persons {
		p := &c.Persons[i]
		if p.Death == nil {
			continue
		}
		if got := post(h, "/civil/death", ask(p.Number, p.Name, "dead")).Body.String(); got != `{"found":true,"values":{"dead":true}}` {
			t.Fatalf("殡葬 about a dead person: got %s", got)
		}
		want := `{"found":true,"values":{"local_hukou":false}}`
		if p.Death.Registered > c.AsOf {
			want = `{"found":true,"values":{"local_hukou":true}}`
			lags++
		} else {
			known++
		}
		if got := post(h, "/police/household", ask(p.Number, p.Name, "local_hukou")).Body.String(); got != want {
			t.Fatalf("公安 about a dead person: got %s, want %s", got, want)
		}
	}
	if lags == 0 || known == 0 {
		t.Fatalf("%d deaths not registered and %d registered: the test needs both", lags, known)
	}
}

func TestWhatDepartmentsTellAgreesWithTheCounty(t *testing.T) {
	t.Parallel()
	c, h := sample(), quick()
	rapid.Check(t, func(t *rapid.T) {
		p := &c.Persons[rapid.IntRange(0, len(c.Persons)-1).Draw(t, "person")]
		money := map[string]int64{}
		for source, fields := range all() {
			asked := append(rapid.SliceOfNDistinct(rapid.SampledFrom(fields), 1, -1, rapid.ID).Draw(t, source), "religion")
			found, values := read(t, post(h, path(source), ask(p.Number, p.Name, asked...)))
			if !found && len(values) > 0 {
				t.Fatalf("%s has no record and tells something", source)
			}
			for code, raw := range values {
				if !strings.Contains(" "+strings.Join(asked, " ")+" ", " "+code+" ") || code == "religion" {
					t.Fatalf("%s tells %s, asked for %v", source, code, asked)
				}
				var n int64
				if json.Unmarshal(raw, &n) == nil {
					money[source+" "+code] = n
				}
			}
		}
		if told := money["tax.income wage"] + money["tax.income business_income"] + money["hrss.pension pension"]; told > p.Monthly() {
			t.Fatalf("departments tell %d 分 a month, the person has %d", told, p.Monthly())
		}
		if money["hrss.pension basic_pension"] > max(money["hrss.pension pension"], 14_300) {
			t.Fatal("the basic part is more than the pension")
		}
		if base, wage := money["hrss.insurance wage"], money["tax.income wage"]; p.Differs == county.InsuredLower && base > 0 && wage > 0 && base*100 > wage*85 {
			t.Fatalf("insured for %d, paid %d: want a clear difference", base, wage)
		}
	})
}

func read(t *rapid.T, w *httptest.ResponseRecorder) (bool, map[string]json.RawMessage) {
	var a struct {
		Found  *bool
		Values map[string]json.RawMessage
	}
	if w.Code != 200 || json.Unmarshal(w.Body.Bytes(), &a) != nil || a.Found == nil {
		t.Fatalf("got %d %s", w.Code, w.Body)
	}
	return *a.Found, a.Values
}

func TestEverySumIsTheCountysOwn(t *testing.T) {
	t.Parallel()
	c, h := sample(), quick()
	var deposits, vehicles, houses [2]int64
	for i := range c.Persons[:6000] {
		p := &c.Persons[i]
		deposits[0] += p.Deposits + p.Securities
		houses[0] += int64(len(p.Houses))
		for _, v := range p.Vehicles {
			vehicles[0] += v.Value
		}
		deposits[1] += number(post(h, "/bank/deposits", ask(p.Number, p.Name, "deposits")), "deposits")
		houses[1] += number(post(h, "/realestate/houses", ask(p.Number, p.Name, "houses")), "houses")
		vehicles[1] += number(post(h, "/traffic/vehicles", ask(p.Number, p.Name, "vehicle_value")), "vehicle_value")
	}
	for what, sum := range map[string][2]int64{"deposits": deposits, "vehicles": vehicles, "houses": houses} {
		if sum[0] == 0 || sum[0] != sum[1] {
			t.Errorf("%s: the county has %d, departments tell %d", what, sum[0], sum[1])
		}
	}
}

func number(w *httptest.ResponseRecorder, code string) int64 {
	var a struct{ Values map[string]int64 }
	json.Unmarshal(w.Body.Bytes(), &a)
	return a.Values[code]
}

func TestTheSameQuestionGetsTheSameBytes(t *testing.T) {
	t.Parallel()
	h := quick()
	for source, fields := range all() {
		q := ask(county.WangJianjun, "王建军", fields...)
		want := post(h, path(source), q).Body.String()
		var wait sync.WaitGroup
		for range 50 {
			wait.Go(func() {
				if got := post(h, path(source), q).Body.String(); got != want {
					t.Errorf("%s: got %s, want %s", source, got, want)
				}
			})
		}
		wait.Wait()
	}
}

func BenchmarkAnswer(b *testing.B) {
	h := quick()
	for source, fields := range all() {
		body, _ := json.Marshal(ask(county.LiXiufen, "李秀芬", fields...))
		b.Run(source, func(b *testing.B) {
			for b.Loop() {
				if w := post(h, path(source), body); w.Code != 200 {
					b.Fatal(fmt.Sprint(w.Code, w.Body))
				}
			}
		})
	}
}
