package county

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"

	"minzheng/kernel/calendar"
	"minzheng/kernel/region"
)

// sample is the county that most tests look at; nobody changes it.
var sample = sync.OnceValue(func() *County { return Generate(1, calendar.Date(2026, 3, 10)) })

func tree(t testing.TB) *region.Tree {
	t.Helper()
	tr, err := region.New(Places()...)
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

func share(n, of int) float64 { return float64(n) / float64(of) }

func within(t *testing.T, what string, got, low, high float64) {
	t.Helper()
	t.Logf("%s: %.3f", what, got)
	if got < low || got > high {
		t.Errorf("%s is %.3f, want %.3f to %.3f", what, got, low, high)
	}
}

func TestCountyHasTheSizeOfACounty(t *testing.T) {
	t.Parallel()
	for seed := range uint64(3) {
		c := Generate(seed, calendar.Date(2026, 11, 1))
		within(t, "thousands of persons", share(len(c.Persons), 1000), 18.5, 22)
		within(t, "thousands of households", share(len(c.Households), 1000), 6.8, 7.4)
	}
}

func TestPlacesFormATreeUnderThirtyNine(t *testing.T) {
	t.Parallel()
	tr := tree(t)
	if n := len(tr.Children(Qingxi)); n != 14 {
		t.Errorf("%d townships, want 14", n)
	}
	names := map[string]region.Code{}
	for _, p := range Places() {
		if !strings.HasPrefix(string(p.Code), "39") {
			t.Errorf("%s lies outside of the fictional province", p.Code)
		}
		full := tr.FullName(p.Code)
		if other, twice := names[full]; twice {
			t.Errorf("%s and %s are both called %s", other, p.Code, full)
		}
		names[full] = p.Code
		if n := len(tr.Children(p.Code)); p.Code.Level() == region.OfTownship && (n < 6 || n > 14) {
			t.Errorf("%s has %d villages", p.Name, n)
		}
	}
	if got := tr.FullName("390121001"); got != "云岭市清溪县柳溪街道" {
		t.Errorf("got %s", got)
	}
}

func TestSameSeedSameBytes(t *testing.T) {
	t.Parallel()
	sum := func(seed uint64) string {
		data, err := json.Marshal(Generate(seed, calendar.Date(2026, 3, 10)))
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprintf("%x", sha256.Sum256(data))
	}
	if sum(5) != sum(5) {
		t.Error("the same seed made two different counties")
	}
	if sum(5) == sum(6) {
		t.Error("two seeds made the same county")
	}
}

func TestWhoSomebodyIsDoesNotDependOnTheDay(t *testing.T) {
	t.Parallel()
	early, late := sample(), Generate(1, calendar.Date(2027, 9, 1))
	for i := range early.Persons {
		p, q := &early.Persons[i], &late.Persons[i]
		if p.Number != q.Number || p.Name != q.Name || p.Mother != q.Mother || p.Household != q.Household || p.Deposits != q.Deposits {
			t.Fatalf("person %d is another one later", i)
		}
		if p.Death != nil && q.Death == nil {
			t.Fatalf("person %d has come back to life", i)
		}
	}
}

func TestNumbersAreValidUniqueAndNobodys(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	form := regexp.MustCompile(`^3901(21|02|22)\d{11}[\dX]$`)
	sample := sample()
	for i := range sample.Persons {
		p := &sample.Persons[i]
		if !form.MatchString(p.Number) || checkDigit(p.Number[:17]) != p.Number[17] {
			t.Fatalf("person %d has the number %s", i, p.Number)
		}
		if seen[p.Number] {
			t.Fatalf("person %d has a number twice", i)
		}
		seen[p.Number] = true
		if want := strings.ReplaceAll(p.Birth.String(), "-", ""); p.Number[6:14] != want {
			t.Fatalf("person %d: number says %s, born %s", i, p.Number[6:14], want)
		}
		if male := p.Number[16]%2 == 1; male != (p.Sex == Male) {
			t.Fatalf("person %d: the 17th digit does not tell %s", i, p.Sex)
		}
		if found, ok := sample.ByNumber(p.Number); !ok || found != p {
			t.Fatalf("person %d is not found by number", i)
		}
		if d := p.Disability; d != nil && d.Certificate != p.Number+fmt.Sprint(d.Kind)+fmt.Sprint(d.Grade) {
			t.Fatalf("person %d has the certificate %s", i, d.Certificate)
		}
	}
	if _, ok := sample.ByNumber("39012119800115002X"); ok {
		t.Error("a number of nobody was found")
	}
}

func TestCheckDigitsOfKnownNumbers(t *testing.T) {
	t.Parallel()
	for _, n := range []string{"11010519491231002X", "440524188001010014"} {
		if got := checkDigit(n[:17]); got != n[17] {
			t.Errorf("%s: got %c", n, got)
		}
	}
	if got := credit("91", 39010000); len(got) != 18 || !strings.HasPrefix(got, "91390121390100") {
		t.Errorf("credit code %s", got)
	}
}

func TestTelephonesAndPlatesAreUniqueAndMadeUp(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	sample := sample()
	for i := range sample.Persons {
		p := &sample.Persons[i]
		things := []string{}
		if p.Phone != "" {
			if !strings.HasPrefix(p.Phone, "190000") || len(p.Phone) != 11 {
				t.Fatalf("telephone %s", p.Phone)
			}
			things = append(things, p.Phone)
		}
		for _, v := range p.Vehicles {
			if !strings.HasPrefix(v.Plate, "示") {
				t.Fatalf("plate %s", v.Plate)
			}
			things = append(things, v.Plate)
		}
		for _, one := range things {
			if seen[one] {
				t.Fatalf("%s twice", one)
			}
			seen[one] = true
		}
	}
}

func TestTiesAndAgesAgree(t *testing.T) {
	t.Parallel()
	for seed := range uint64(6) { // each is some 20,000 cases
		c := Generate(seed*7919, base()+calendar.Day(seed*130))
		for i := range c.Persons {
			checkTies(t, c, &c.Persons[i])
		}
		for i := range c.Households {
			checkHousehold(t, c, &c.Households[i])
		}
	}
}

func checkTies(t *testing.T, c *County, p *Person) {
	t.Helper()
	if s := c.Person(p.Spouse); s != nil {
		if s.Spouse != p.Index || s.Sex == p.Sex || s.Marriage.On != p.Marriage.On {
			t.Fatalf("%d and %d are not married to each other", p.Index, s.Index)
		}
		if s.Death == nil && p.Death == nil && p.Marriage.Status != Married {
			t.Fatalf("%d has a living spouse and is %s", p.Index, p.Marriage.Status)
		}
		if s.Death != nil && p.Death == nil && p.Marriage.Status != Widowed {
			t.Fatalf("%d has a dead spouse and is %s", p.Index, p.Marriage.Status)
		}
	} else if p.Marriage.Status == Married {
		t.Fatalf("%d is married to nobody", p.Index)
	}
	if m := p.Marriage; m.Certificate != "" {
		lawful := p.Birth.AddMonths(map[Sex]int{Male: 22, Female: 20}[p.Sex] * 12)
		if m.On < lawful || m.On > c.AsOf || m.Ended != 0 && m.Ended < m.On {
			t.Fatalf("%d: born %s, married %s to %s", p.Index, p.Birth, m.On, m.Ended)
		}
	}
	for _, i := range []int{p.Mother, p.Father} {
		parent := c.Person(i)
		if parent == nil {
			continue
		}
		if years := calendar.Age(parent.Birth, p.Birth); years < 18 || years > 50 {
			t.Fatalf("%d was %d when %d was born", parent.Index, years, p.Index)
		}
		if e := parent.Marriage.Ended; e != 0 && e < p.Birth {
			t.Fatalf("%d was parted on %s, before %d was born", parent.Index, e, p.Index)
		}
	}
	if f, m := c.Person(p.Father), c.Person(p.Mother); f != nil && f.Sex != Male || m != nil && m.Sex != Female {
		t.Fatalf("the parents of %d are mixed up", p.Index)
	}
	if p.Death != nil && (p.Death.On > c.AsOf || p.Death.Registered <= p.Death.On) {
		t.Fatalf("%d died on %s, registered %s, it is %s", p.Index, p.Death.On, p.Death.Registered, c.AsOf)
	}
	if p.School != nil && p.Work.Kind != None {
		t.Fatalf("%d is in school and works", p.Index)
	}
	if age := c.Age(p); p.School == nil && p.Away == nil && age >= 7 && age <= 13 {
		t.Fatalf("%d is %d and in no school", p.Index, age)
	}
}

func checkHousehold(t *testing.T, c *County, h *Household) {
	t.Helper()
	if len(h.Members) == 0 || c.Persons[h.Members[0]].Relation != Head {
		t.Fatalf("household %d has no head at its top", h.Index)
	}
	for at, i := range h.Members {
		p := &c.Persons[i]
		if p.Household != h.Index || at > 0 && p.Relation == Head {
			t.Fatalf("%d is in the wrong household or a second head", i)
		}
		head := &c.Persons[h.Members[0]]
		switch p.Relation {
		case SpouseOf:
			if p.Spouse != head.Index {
				t.Fatalf("%d is no spouse of the head", i)
			}
		case Son, Daughter:
			if p.Father != head.Index && p.Mother != head.Index {
				t.Fatalf("%d is no child of the head", i)
			}
		case FatherOf, MotherOf:
			if head.Father != i && head.Mother != i {
				t.Fatalf("%d is no parent of the head", i)
			}
		}
	}
	for _, i := range h.Gone {
		if c.Persons[i].Death == nil || c.Persons[i].Death.Registered > c.AsOf {
			t.Fatalf("%d is gone without a registered death", i)
		}
	}
}

func TestEveryVillageIsInTheTreeAndInhabited(t *testing.T) {
	t.Parallel()
	tr, lived := tree(t), map[region.Code]int{}
	for _, h := range sample().Households {
		if _, ok := tr.Find(h.Village); !ok || h.Village.Level() != region.OfVillage || !tr.Within(h.Village, Qingxi) {
			t.Fatalf("household %d lives in %s", h.Index, h.Village)
		}
		if !strings.Contains(h.Address, tr.Name(h.Village)) || !strings.Contains(h.Address, tr.Name(h.Village[:9])) {
			t.Errorf("household %d in %s has the address %s", h.Index, tr.FullName(h.Village), h.Address)
		}
		lived[h.Village]++
	}
	for _, p := range Places() {
		if p.Code.Level() == region.OfVillage && lived[p.Code] < 10 {
			t.Errorf("%s has %d households", tr.FullName(p.Code), lived[p.Code])
		}
	}
}

func TestPeopleAreLikeThoseOfAnAgeingCounty(t *testing.T) {
	t.Parallel()
	c := sample()
	n := map[string]int{}
	for i := range c.Persons {
		p := &c.Persons[i]
		count := func(what string, is bool) {
			if is {
				n[what]++
			}
		}
		age := c.Age(p)
		count("under 15", age < 15)
		count("60 and over", age >= 60)
		count("80 and over", age >= 80)
		count("men", p.Sex == Male)
		count("disabled", p.Disability != nil)
		count("ill", p.Illness != nil)
		count("died", p.Death != nil)
		count("in prison", p.Away != nil && p.Away.Kind == Prison)
		count("soldiers", p.Away != nil && p.Away.Kind == Soldier)
		count("migrants", p.Away != nil && p.Away.Kind == Migrant)
		count("told differently", p.Differs != NoDifference)
		count("rare characters", strings.ContainsAny(p.Name, "𠮷䶮"))
		count("parents elsewhere", p.Father != Nobody && c.Persons[p.Father].Household != p.Household)
		for _, d := range []Difference{InsuredLower, MaritalLags, DeathLags, PensionNotTold} {
			count(string(d), p.Differs == d)
		}
	}
	for what, band := range map[string][2]float64{
		"under 15": {0.12, 0.20}, "60 and over": {0.22, 0.34}, "80 and over": {0.02, 0.06}, "men": {0.47, 0.54},
		"disabled": {0.05, 0.075}, "ill": {0.008, 0.03}, "died": {0.004, 0.02}, "in prison": {0.0002, 0.004},
		"soldiers": {0.0002, 0.004}, "migrants": {0.04, 0.15}, "told differently": {0.02, 0.045},
		"rare characters": {0.0002, 0.004}, "parents elsewhere": {0.02, 0.2},
		string(InsuredLower): {0.005, 0.04}, string(MaritalLags): {0.001, 0.01}, string(DeathLags): {0.00005, 0.01}, string(PensionNotTold): {0.003, 0.02},
	} {
		within(t, what, share(n[what], len(c.Persons)), band[0], band[1])
	}
}

func TestShareOfPoorHouseholds(t *testing.T) {
	t.Parallel()
	for seed := range uint64(3) {
		c := Generate(seed, calendar.Date(2026, 3, 10))
		low, rich, near := 0, 0, 0
		for i := range c.Households {
			h := &c.Households[i]
			switch a := c.Income(h) / int64(len(h.Members)); {
			case a < 121_000 && modest(c, h):
				low++
			case a < 121_000:
				rich++
			case a < 181_500:
				near++
			}
		}
		n := len(c.Households)
		within(t, "households below the standard", share(low, n), 0.046, 0.066)
		within(t, "below the standard with too much property", share(rich, n), 0.001, 0.02)
		within(t, "households in the band above", share(near, n), 0.04, 0.09)
	}
}

// modest is a plain reading of the property rules, enough for a census.
func modest(c *County, h *Household) bool {
	houses := 0
	for _, i := range h.Members {
		p := &c.Persons[i]
		houses += len(p.Houses)
		for _, v := range p.Vehicles {
			if v.Kind != "普通二轮摩托车" {
				return false
			}
		}
	}
	return houses <= 1 && c.Savings(h) <= 2_904_000*int64(len(h.Members))
}

func TestPeopleOfTheStoryAreTheSameForEverySeed(t *testing.T) {
	t.Parallel()
	for _, seed := range []uint64{1, 99} {
		c := Generate(seed, calendar.Date(2026, 3, 10))
		for number, want := range map[string]string{
			LiXiufen: "李秀芬 46 390121001", WangJianjun: "王建军 48 390121001", WangXiaoyu: "王小雨 17 390121001",
			ZhaoYuqin: "赵玉琴 38 390121100", LiuZihan: "刘子涵 12 390121100", LiuZixuan: "刘子轩 8 390121100",
			SunGuoping: "孙国平 78 390121201", ChenDashan: "陈大山 64 390121101", ZhouGuilan: "周桂兰 63 390121101",
			WangDefu: "王德福 82 390121001", HeSuzhen: "何素珍 80 390121001", WangYumei: "王玉梅 56 390121001",
		} {
			p, ok := c.ByNumber(number)
			if !ok {
				t.Fatalf("%s is missing", want)
			}
			if got := fmt.Sprintf("%s %d %s", p.Name, c.Age(p), c.Household(p.Household).Village[:9]); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		}
	}
}

func TestStoryTurnsOnTheWageOfLiXiufen(t *testing.T) {
	t.Parallel()
	c := sample()
	li, _ := c.ByNumber(LiXiufen)
	h := c.Household(li.Household)
	if len(h.Members) != 3 || li.Index != 0 {
		t.Fatalf("her household has %d members", len(h.Members))
	}
	if got := c.Income(h) / 3; got != 128_200 {
		t.Errorf("by tax %d 分 a head, want 128200", got)
	}
	if got := (c.Income(h) - li.Work.Wage + li.Work.InsuredBase) / 3; got != 112_200 {
		t.Errorf("by social insurance %d 分 a head, want 112200", got)
	}
	chen, _ := c.ByNumber(ChenDashan)
	if h := c.Household(chen.Household); c.Income(h)/2 >= 121_000 || modest(c, h) {
		t.Error("陈大山 must be poor by income and fail by property")
	}
	zhao, _ := c.ByNumber(ZhaoYuqin)
	if h := c.Household(zhao.Household); c.Income(h) != 80_000 || !modest(c, h) || len(c.Children(zhao.Index)) != 2 {
		t.Error("赵玉琴 must qualify clearly")
	}
}

func BenchmarkGenerate(b *testing.B) {
	for b.Loop() {
		Generate(1, calendar.Date(2026, 3, 10))
	}
}
