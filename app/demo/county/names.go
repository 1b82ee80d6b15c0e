package county

import "strings"

// surnames returns common surnames, each with its share in hundredths of a
// percent, roughly as in the country; the rare and the double ones are there so
// that pages meet them.
func surnames() ([]string, []int) {
	common := "王 李 张 刘 陈 杨 赵 黄 周 吴 徐 孙 胡 朱 高 林 何 郭 马 罗 梁 宋 郑 谢 韩 唐 冯 于 董 萧 程 曹 袁 邓 许 傅 沈 曾 彭 吕 苏 卢 蒋 蔡 贾 丁 魏 薛 叶 阎 余 潘 杜 戴 夏 钟 汪 田 任 姜 范 方 石 姚 谭 廖 邹 熊 金 陆 郝 孔 白 崔 康 毛 邱 秦 江 史 顾 侯 邵 孟 龙 万 段 钱 汤 尹 黎 易 常 武 乔 贺 赖 龚 文"
	rare := "欧阳 上官 单 仇 解 查 区 盖 缪 乜 逄 禤"
	names := strings.Fields(common)
	shares := make([]int, 0, len(names)+12)
	for i := range names {
		shares = append(shares, 6000/(i+8))
	}
	for _, s := range strings.Fields(rare) {
		names, shares = append(names, s), append(shares, 8)
	}
	return names, shares
}

// given lists the characters that names of one sex and generation are made of.
type given struct{ first, second []string }

// generations returns the characters for those born before 1966, before 1990,
// before 2005 and after.
func generations(sex Sex) [4]given {
	chars := func(first, second string) given { return given{strings.Split(first, ""), strings.Split(second, "")} }
	if sex == Male {
		return [4]given{
			chars("国建德福永志明文长正光大世万天玉金春家学", "平军福明华林山生才贵财云成清富祥忠义发田"),
			chars("建志文永晓海国伟俊小红卫少庆宏立新振东峰", "军强伟勇刚斌平涛华明辉杰峰波超兵林东飞亮"),
			chars("俊嘉浩文宇子志泽天明家晨思博少鹏一世梓旭", "杰豪宇轩涛鹏飞凯辉翔龙阳鑫博伟帆磊航哲然"),
			chars("子浩宇梓俊沐奕一泽辰睿明景煜昊亦嘉承博铭", "轩宇涵睿泽辰博航熙阳霖豪晨恒安言昊琛诚宸"),
		}
	}
	return [4]given{
		chars("秀玉桂淑凤素兰翠金月春菊惠爱彩巧云美银招", "英兰珍芳华香梅莲琴娥芬枝花凤荣贞云仙妹芝"),
		chars("秀丽晓小红春海艳桂美燕玉雪慧爱冬文彩静云", "梅芳丽霞燕娟敏玲红艳萍英华琴静云芬莉平蓉"),
		chars("思雨佳婷欣雅晓诗文梦静慧子倩嘉心雪紫芷怡", "婷怡琪雯颖莹佳萱欣瑶洁雪敏倩琳娜涵妍悦宁"),
		chars("子梓雨欣诗一可语思若沐芷奕佳梦心涵依艺紫", "涵萱怡彤妍琪瑶汐桐悦诺晴菲淇宸雯柠然熙珊"),
	}
}

// name returns a whole name for somebody born in the year. Some have one
// character, and a few have one that older programs cannot write.
func (b *builder) name(surname string, sex Sex, year int) string {
	at := 3
	for i, until := range []int{1966, 1990, 2005} {
		if year < until {
			at = i
			break
		}
	}
	g := b.given[sex][at]
	if b.chance(3) {
		return surname + pick(b.dice, g.first) + pick(b.dice, []string{"𠮷", "䶮", "㛃", "堃", "燚", "喆"})
	}
	if b.chance(120) {
		return surname + pick(b.dice, g.second)
	}
	return surname + pick(b.dice, g.first) + pick(b.dice, g.second)
}

func (b *builder) surname() string { return b.surnames[b.weighted(b.shares)] }

// surnameOf returns the first part of a name.
func surnameOf(name string) string {
	for _, double := range []string{"欧阳", "上官"} {
		if strings.HasPrefix(name, double) {
			return double
		}
	}
	return string([]rune(name)[:1])
}
