package county

import (
	"fmt"

	"minzheng/kernel/calendar"
	"minzheng/kernel/region"
)

// The numbers of the people of the demo story. They are the same for every seed.
const (
	LiXiufen    = "390122198001150025" // 李秀芬, 柳溪街道: two departments tell her wage differently
	WangJianjun = "390121197801220019" // 王建军, her husband: disabled, retired for illness
	WangXiaoyu  = "390121200902030024" // 王小雨, their daughter, in 高二
	ZhaoYuqin   = "390121198801080065" // 赵玉琴, 石桥镇: alone with two children, qualifies clearly
	LiuZihan    = "390121201402110049" // 刘子涵, her daughter
	LiuZixuan   = "390121201801190031" // 刘子轩, her son
	SunGuoping  = "390121194801300015" // 孙国平, 白云乡: lives alone
	ChenDashan  = "390121196201120052" // 陈大山, 南屏镇: owns a car worth too much
	ZhouGuilan  = "390121196302050022" // 周桂兰, his wife
	WangDefu    = "390121194401160033" // 王德福, 柳溪街道, 82 in 2026
	HeSuzhen    = "390121194601280048" // 何素珍, his wife
	WangYumei   = "390121197001270069" // 王玉梅, their daughter, who helps them with forms
)

// story makes the households of the demo story. It throws no dice.
func (b *builder) story() {
	b.lis()
	b.zhaos()
	b.sun()
	b.chens()
	b.wangs()
	b.care()
}

// at opens a household of the story at an address.
func (b *builder) at(v region.Code, address string) *Household {
	i := len(b.c.Households)
	b.c.Households = append(b.c.Households, Household{
		Index: i, Book: fmt.Sprintf("39%07d", i+1), Village: v, Address: "清溪县" + address, Urban: find(v).urban,
	})
	return &b.c.Households[i]
}

// cast puts somebody of the story into the household. Birth and sex are read
// from the number.
func (b *builder) cast(h *Household, number, name string, as Relation, phone string) *Person {
	var y, m, d int
	if _, err := fmt.Sscanf(number[6:14], "%4d%2d%2d", &y, &m, &d); err != nil {
		panic("county: a number of the story is no number: " + name) // a constant of this file
	}
	sex := Female
	if number[16]%2 == 1 {
		sex = Male
	}
	i := b.put(h, Person{
		Number: number, Name: name, Sex: sex, Birth: calendar.Date(y, m, d), Ethnic: "汉族", Relation: as, Phone: phone,
		Account: Account{"清溪农商行", number[13:17]},
	})
	return b.person(i)
}

// wed marries two of the story on a day.
func wed(a, b *Person, on calendar.Day, certificate string) {
	a.Spouse, b.Spouse = b.Index, a.Index
	m := Marriage{Status: Married, Registered: Married, On: on, Certificate: certificate}
	a.Marriage, b.Marriage = m, m
}

func home(h *Household, area int, value int64) []House {
	kind := "农村宅基地住房"
	if h.Urban {
		kind = "商品住房"
	}
	return []House{{h.Address, area * 100, kind, value}}
}

// lis is the household of 李秀芬: by the wage that 税务 knows they are above the
// standard by 72 元 a head, by that which 社保 suggests they are below.
func (b *builder) lis() {
	h := b.at("390121001004", "柳溪街道北街社区文昌路52号2幢1单元301室")
	li := b.cast(h, LiXiufen, "李秀芬", Head, "19000006217")
	wang := b.cast(h, WangJianjun, "王建军", SpouseOf, "19000002204")
	xiaoyu := b.cast(h, WangXiaoyu, "王小雨", Daughter, "19000003306")
	wed(wang, li, calendar.Date(2004, 5, 18), "J390121-2004-000412")
	xiaoyu.Father, xiaoyu.Mother = wang.Index, li.Index
	xiaoyu.School = &School{"高中", "高二", "清溪县第二中学"} // stays in her class, as the story does
	li.Account.Tail = "0935"
	li.Work = Work{Kind: Employed, Employer: b.firms[1].name, Credit: b.firms[1].credit, Wage: 246_000, InsuredBase: 198_000, Since: calendar.Date(2019, 3, 1)}
	li.Differs = InsuredLower
	li.Deposits = 921_435
	li.Houses = home(h, 68, 27_200_000)
	wang.Pension = &Pension{"病退养老金", 138_600}
	b.disable(wang, 4, 2, calendar.Date(2021, 9, 14))
	wang.Illness = &Illness{"脑卒中后遗症", 1_860_000}
}

// zhaos is the household of 赵玉琴, who is divorced.
func (b *builder) zhaos() {
	h := b.at("390121100200", "石桥镇"+find("390121100200").name+"2组17号")
	h.Land = 210
	zhao := b.cast(h, ZhaoYuqin, "赵玉琴", Head, "19000004471")
	zihan := b.cast(h, LiuZihan, "刘子涵", Daughter, "")
	zixuan := b.cast(h, LiuZixuan, "刘子轩", Son, "")
	zihan.Mother, zixuan.Mother = zhao.Index, zhao.Index
	zhao.Marriage = Marriage{Divorced, Divorced, calendar.Date(2012, 10, 9), calendar.Date(2022, 6, 20), "J390121-2012-000856"}
	zhao.Work = Work{Kind: Employed, Employer: b.firms[4].name, Credit: b.firms[4].credit, Wage: 80_000, InsuredBase: 80_000, Since: calendar.Date(2023, 9, 1)}
	zhao.Deposits = 312_000
	zhao.Houses = home(h, 86, 7_740_000)
}

func (b *builder) sun() {
	h := b.at("390121201201", "白云乡"+find("390121201201").name+"5组3号")
	sun := b.cast(h, SunGuoping, "孙国平", Head, "")
	sun.Pension = &Pension{"城乡居民基本养老金", 16_000}
	sun.Deposits = 218_000
	sun.Houses = home(h, 52, 3_120_000)
}

func (b *builder) chens() {
	h := b.at("390121101202", "南屏镇"+find("390121101202").name+"1组8号")
	h.Land = 380
	chen := b.cast(h, ChenDashan, "陈大山", Head, "19000005518")
	zhou := b.cast(h, ZhouGuilan, "周桂兰", SpouseOf, "19000005519")
	wed(chen, zhou, calendar.Date(1986, 1, 20), "J390121-1986-000077")
	chen.Pension, zhou.Pension = &Pension{"城乡居民基本养老金", 21_000}, &Pension{"城乡居民基本养老金", 19_000}
	chen.Work = Work{Kind: Farmer, Farm: 90_000}
	chen.Vehicles = []Vehicle{{"示AC6018", "小型轿车", 18_000_000}}
	chen.Deposits, zhou.Deposits = 640_000, 150_000
	chen.Houses = home(h, 128, 12_800_000)
}

func (b *builder) wangs() {
	h := b.at("390121001001", "柳溪街道东门社区柳溪路7号1幢2单元101室")
	wang := b.cast(h, WangDefu, "王德福", Head, "19000001944")
	he := b.cast(h, HeSuzhen, "何素珍", SpouseOf, "")
	wed(wang, he, calendar.Date(1968, 2, 10), "J390121-1968-000031")
	wang.Pension, he.Pension = &Pension{"企业职工基本养老金", 241_000}, &Pension{"城乡居民基本养老金", 20_000}
	wang.Deposits = 3_860_000
	he.Ability = &Ability{Score: 52, On: calendar.Date(2026, 1, 20)}
	wang.Houses = home(h, 74, 29_600_000)

	own := b.at("390121001006", "柳溪街道河滨社区溪东路31号4幢1单元602室")
	daughter := b.cast(own, WangYumei, "王玉梅", Head, "19000001970")
	daughter.Father, daughter.Mother = wang.Index, he.Index
	daughter.Work = Work{Kind: Employed, Employer: b.firms[7].name, Credit: b.firms[7].credit, Wage: 412_000, InsuredBase: 410_000, Since: calendar.Date(2008, 4, 1)}
	daughter.Deposits = 6_200_000
	daughter.Houses = home(own, 89, 40_000_000)
}
