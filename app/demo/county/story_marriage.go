package county

import "minzheng/kernel/calendar"

// The numbers of those in the story who come to be registered. They are the
// same for every seed; their running numbers are drawn for nobody else.
const (
	ShenZhiyuan = "390121199406189997" // 沈志远 and 梁佳音: all departments agree
	LiangJiayin = "390121199511039982"
	LuYuanhang  = "390121199702099996" // 陆远航 and 苏晓棠: 卫健 never answers about her
	SuXiaotang  = "390121199807219982"
	HeMing      = "390121199004129991" // 贺鸣 and 秦雨: she is divorced, the records say married
	QinYu       = "390121199109309980"
	FengLi      = "390121198907079994" // 冯立, her former husband
	XieAnping   = "390121199312059999" // 谢安平 and 方宁: his household book says married
	FangNing    = "390121199403189983"
	LuoCheng    = "390121198810029990" // 罗诚 and 乔木兰: married, and want to part
	QiaoMulan   = "390121198905259983"
	TangKai     = "390121200601159991" // 唐凯 and 宁夏: he is too young
	NingXia     = "390121200408089987"
)

// couples makes the households of those who come to be registered. They stand
// last, so that nobody else's household book changes.
func (b *builder) couples() {
	h := b.at("390121001005", "柳溪街道"+find("390121001005").name+"新柳路12号")
	single := func(number, name string) *Person {
		p := b.cast(h, number, name, OtherOf, b.phone())
		p.Work = Work{Kind: Employed, Employer: b.firms[2].name, Credit: b.firms[2].credit, Wage: 460_000, InsuredBase: 460_000, Since: calendar.Date(2024, 3, 1)}
		return p
	}
	shen := single(ShenZhiyuan, "沈志远")
	shen.Relation = Head
	shen.Checked, single(LiangJiayin, "梁佳音").Checked = true, true
	single(LuYuanhang, "陆远航").Checked = true
	single(SuXiaotang, "苏晓棠").Late = "health.premarital"
	single(HeMing, "贺鸣")
	qin := single(QinYu, "秦雨")
	wed(qin, single(FengLi, "冯立"), calendar.Date(2016, 9, 9), "J390121-2016-009002")
	qin.Marriage.Registered, qin.Differs = Divorced, MaritalLags
	xie := single(XieAnping, "谢安平")
	xie.Marriage.Registered, xie.Differs = Married, MaritalLags
	single(FangNing, "方宁")
	luo, qiao := single(LuoCheng, "罗诚"), single(QiaoMulan, "乔木兰")
	wed(luo, qiao, calendar.Date(2015, 5, 20), "J390121-2015-009001")
	single(TangKai, "唐凯")
	single(NingXia, "宁夏")
}
