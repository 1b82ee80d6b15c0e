package county

import "minzheng/kernel/calendar"

// The numbers of those in the story who need care. They are the same for every
// seed.
const (
	WuGuizhen   = "390121195803060021" // 吴桂珍, 柳溪街道: brings up her granddaughter
	WuJianping  = "390121198905170014" // 吴建平, her son, who has died
	XuYan       = "390121199110020025" // 许燕, his wife, who has died
	WuXiaoman   = "390121201705120025" // 吴小满, their daughter
	ZhengLaogen = "390121195504110017" // 郑老根, 石桥镇: brings up his grandson
	ZhengHai    = "390121198607210014" // 郑海, his son, in prison
	HeLian      = "390121198811250021" // 何莲, whom nobody has found
	ZhengYiming = "390121201409300013" // 郑一鸣, their son
	HuangXiulan = "390121196909080025" // 黄秀兰, 文昌街道: severely disabled, poor
)

// storyPeople is more than the people of the story are.
const storyPeople = 40

// care makes the households of the story that need care.
func (b *builder) care() {
	b.wus()
	b.zhengs()
	b.huang()
}

func died(p *Person, on calendar.Day) { p.Death = &Death{On: on, Registered: on + 9} }

// wus is the household of an orphan.
func (b *builder) wus() {
	h := b.at("390121001003", "柳溪街道"+find("390121001003").name+"柳堤路15号3幢1单元202室")
	wu := b.cast(h, WuGuizhen, "吴桂珍", Head, "19000005803")
	son := b.cast(h, WuJianping, "吴建平", Son, "")
	wife := b.cast(h, XuYan, "许燕", OtherOf, "")
	child := b.cast(h, WuXiaoman, "吴小满", Granddaughter, "")
	wu.Marriage = Marriage{Widowed, Widowed, calendar.Date(1982, 5, 2), calendar.Date(2015, 8, 11), "J390121-1982-000210"}
	wed(son, wife, calendar.Date(2016, 3, 8), "J390121-2016-000391")
	son.Mother = wu.Index
	child.Father, child.Mother = son.Index, wife.Index
	died(son, calendar.Date(2025, 6, 14))
	died(wife, calendar.Date(2025, 6, 14))
	wu.Pension = &Pension{"城乡居民基本养老金", 21_000}
	wu.Deposits = 1_240_000
	wu.Houses = home(h, 82, 32_800_000)
}

// zhengs is the household of a child whose parents are both there for nobody:
// one is in prison, the other is missing.
func (b *builder) zhengs() {
	h := b.at("390121100201", "石桥镇"+find("390121100201").name+"3组6号")
	h.Land = 260
	zheng := b.cast(h, ZhengLaogen, "郑老根", Head, "19000005504")
	son := b.cast(h, ZhengHai, "郑海", Son, "")
	wife := b.cast(h, HeLian, "何莲", OtherOf, "")
	child := b.cast(h, ZhengYiming, "郑一鸣", Grandson, "")
	zheng.Marriage = Marriage{Widowed, Widowed, calendar.Date(1983, 1, 9), calendar.Date(2019, 12, 3), "J390121-1983-000102"}
	wed(son, wife, calendar.Date(2013, 10, 1), "J390121-2013-000533")
	son.Father = zheng.Index
	child.Father, child.Mother = son.Index, wife.Index
	son.Away = &Away{Prison, "示例省第二监狱", calendar.Date(2024, 5, 1), calendar.Date(2029, 4, 30)}
	wife.Away = &Away{Kind: Missing, Since: calendar.Date(2025, 3, 10)}
	zheng.Pension = &Pension{"城乡居民基本养老金", 19_500}
	zheng.Deposits = 460_000
	zheng.Houses = home(h, 96, 8_640_000)
}

// huang lives alone, poor and severely disabled.
func (b *builder) huang() {
	h := b.at("390121002002", "文昌街道"+find("390121002002").name+"书院巷9号")
	huang := b.cast(h, HuangXiulan, "黄秀兰", Head, "19000006908")
	b.disable(huang, 4, 1, calendar.Date(2019, 11, 5))
	huang.Deposits = 180_000
	huang.Houses = home(h, 48, 19_200_000)
}
