package catalog_test

import (
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"minzheng/kernel/catalog"
	"minzheng/kernel/fact"
	"minzheng/kernel/rule"
)

// small are rules of the size that most benefits have, over the same facts.
var small = []string{
	`{set: 年老, as: "任一(成员, 年龄(出生日期) >= 60, 与申请人关系 == \"本人\")", why: 满 60 周岁, law: 示例 第1条}, {set: 户籍在, as: "任一(成员, 本县户籍, 与申请人关系 == \"本人\")", why: 户籍在本县, law: 示例 第1条}, {set: 符合, as: 年老 且 户籍在}`,
	`{set: 重残, as: "任一(成员, 残疾等级 in [\"一级\", \"二级\"], 与申请人关系 == \"本人\")", why: 残疾等级是一级或二级, law: 示例 第1条}, {set: 户籍在, as: "任一(成员, 本县户籍, 与申请人关系 == \"本人\")", why: 户籍在本县, law: 示例 第1条}, {set: 符合, as: 重残 且 户籍在}`,
	`{set: 收入, as: "合计(成员, 工资收入 + 零工收入 + 养老金, 共同生活)"}, {set: 人口, as: "人数(成员, 共同生活)"}, {set: 收入低, as: 收入 / 人口 < 收入线, why: 人均收入低于收入线, law: 示例 第2条}, {set: 有病, as: "任一(成员, 患重病)", why: 家里有重病患者, law: 示例 第3条}, {set: 符合, as: 收入低 且 有病}`,
	`{set: 上学, as: "任一(成员, 学业 in [\"高中阶段\", \"全日制本专科\"], 共同生活)", why: 家里有学生, law: 示例 第3条}, {set: 收入, as: "合计(成员, 工资收入 + 零工收入 + 经营收入 + 养老金 + 赡养抚养费, 共同生活)"}, {set: 收入低, as: 收入 < 收入线 * 3, why: 收入低, law: 示例 第2条}, {set: 存款少, as: "合计(成员, 存款, 共同生活) <= 财产线", why: 存款没有超过规定, law: 示例 第4条}, {set: 符合, as: 上学 且 收入低 且 存款少}`,
	`{set: 没房, as: "合计(成员, 房屋套数, 共同生活) == 0", why: 名下没有房子, law: 示例 第5条}, {set: 没车, as: "合计(成员, 车辆价值, 共同生活) <= 元(30000)", why: 车没有超过规定, law: 示例 第5条}, {set: 有孩子, as: "人数(成员, 年龄(出生日期) < 18 且 共同生活) >= 1", why: 家里有未成年人, law: 示例 第6条}, {set: 符合, as: 没房 且 没车 且 有孩子}`,
	`{set: 丧偶的, as: "任一(成员, 婚姻状况 == \"丧偶\" 且 年龄(出生日期) >= 70, 与申请人关系 == \"本人\")", why: 满 70 周岁并且丧偶, law: 示例 第7条}, {set: 存款少, as: "合计(成员, 存款, 共同生活) <= 财产线", why: 存款没有超过规定, law: 示例 第4条}, {set: 符合, as: 丧偶的 且 存款少}`,
}

// twenty are the two real services, four as large as the largest, and fourteen
// of usual size.
func twenty(t testing.TB) ([]*catalog.Service, *fact.Dictionary) {
	t.Helper()
	real, dict := shelves(t)
	all := slices.Clone(real)
	large, err := os.ReadFile("../../areas/assistance/services/dibao/rules.yaml")
	must(t, err)
	for i := range 18 {
		src, decides := fmt.Sprintf("parameters:\n  收入线: {type: money, values: [{from: 2020-01-01, value: %d.00, source: 示例}]}\n  财产线: {type: money, values: [{from: 2020-01-01, value: %d.00, source: 示例}]}\nrules: [%s]", 1200+i*100, 20000+i*5000, small[i%len(small)]), "符合"
		if i < 4 {
			src, decides = string(large), real[0].Decides
		}
		r, err := rule.Load("rules.yaml", []byte(src), dict)
		must(t, err)
		one := *real[0]
		one.Code, one.Decides, one.Amount, one.Rules = fmt.Sprintf("s%d", i), decides, "", r
		all = append(all, &one)
	}
	return all, dict
}

// family is a couple with a child and a grandmother.
func family() catalog.Talk {
	t := alone()
	t.Members[0].Birth = "1984-05-01"
	t.Members = append(t.Members, catalog.Relative{Key: "m2", Relation: "配偶", Birth: "1985-01-01", Together: true},
		catalog.Relative{Key: "m3", Relation: "女儿", Birth: "2013-03-09", Together: true}, catalog.Relative{Key: "m4", Relation: "母亲", Birth: "1950-11-30", Together: true})
	return t
}

// BenchmarkNextQuestion asks a family of four through twenty services; an
// operation is one question on the way. ms/hardest is the question that takes
// longest, at its quickest: what neighbours on the machine do is no matter.
func BenchmarkNextQuestion(b *testing.B) {
	services, dict := twenty(b)
	v := catalog.NewInterview(services, dict)
	var way []catalog.Talk
	talk := family()
	for {
		way = append(way, talk)
		q, more := v.Next(talk)
		if !more {
			break
		}
		talk.Said = append(slices.Clone(talk.Said), catalog.Said{Fact: q.Field.Fact, About: q.About, Typed: poor[q.Field.Fact]})
	}
	took := make([]time.Duration, len(way))
	i := 0
	b.ReportAllocs()
	for b.Loop() {
		began := time.Now()
		v.Next(way[i%len(way)])
		if d := time.Since(began); i < len(way) || d < took[i%len(way)] {
			took[i%len(way)] = d
		}
		i++
	}
	b.ReportMetric(float64(len(way)), "questions")
	b.ReportMetric(float64(slices.Max(took).Microseconds())/1000, "ms/hardest")
}

func BenchmarkNewInterview(b *testing.B) {
	services, dict := twenty(b)
	for b.Loop() {
		catalog.NewInterview(services, dict)
	}
}
