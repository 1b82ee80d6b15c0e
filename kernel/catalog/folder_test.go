package catalog_test

import (
	"io/fs"
	"maps"
	"strings"
	"testing"
	"testing/fstest"

	"minzheng/kernel/catalog"
	"minzheng/kernel/fact"
)

// The smallest folder that has a bit of everything.
var folder = map[string]string{
	"service.yaml": `
code: water
title: 用水补贴
short: 水补
summary: 收入不高的家庭，水费少交一点。
law: [示例办法 第1条]
starts: [citizen, staff]
decides: 符合条件
amount: 月补贴
explains: [家庭收入]
clock: {days: 20, law: 示例办法 第6条}
household: {ask: 家里有哪些人？, relations: [配偶, 子女]}
form:
  - page: contact
    ask: 怎么联系您？
    fields: [{fact: 手机号, check: phone}]
  - page: money
    each: member
    ask: "{姓名}每月挣多少？"
    fields:
      - {fact: 工作情况}
      - {fact: 工资收入, otherwise: "0", when: {fact: 工作情况, in: [有工作]}}
materials:
  - {code: bill, title: 水费单}
  - {code: slip, title: 工资条, when: {fact: 工作情况, in: [有工作]}}
lookups:
  - {source: tax.income, of: member, purpose: 核对收入, law: 示例办法 第5条, tells: [工资收入], absent: {工资收入: "0"}}
steps:
  - code: submitted
    title: 待受理
    role: clerk
    level: township
    within: 3
    ours: true
    acts:
      - {code: accept, title: 受理, to: public, clock: start}
      - {code: supplement, title: 补正, to: supplement, missing: true, letter: supplement}
  - code: supplement
    title: 等补材料
    role: citizen
    level: township
    acts:
      - {code: resubmit, title: 补好了, by: citizen, to: back, reason: optional}
  - code: public
    title: 公示
    role: clerk
    level: township
    publicity: {days: 7, title: 公示, law: 示例办法 第7条, then: unopposed, object: opposed}
    acts:
      - {code: unopposed, title: 没有异议, by: clock, to: confirm}
      - {code: opposed, title: 有异议, by: clock, to: submitted}
  - code: confirm
    title: 确认
    role: officer
    level: county
    within: 10
    law: 示例办法 第8条
    acts:
      - code: agree
        title: 同意
        ends: approved
        decides: true
        reason: required
        tone: primary
        needs: [judged, "not-same:accept"]
        effects: [start]
        form: [{fact: 调查人, check: name}]
      - {code: refuse, title: 不同意, ends: refused, decides: true, reason: required}
`,
	"rules.yaml": `
parameters:
  收入线: {type: money, values: [{from: 2026-01-01, region: "390000", value: 2000.00, source: 示例文件1号}]}
  补贴: {type: money, values: [{from: 2026-01-01, value: 25.50, source: 示例文件2号}]}
rules:
  - {set: 家庭收入, as: "合计(成员, 工资收入)"}
  - {set: 符合条件, as: 家庭收入 < 收入线, law: 示例办法 第2条, why: 收入不高}
  - {set: 月补贴, as: "符合条件 ? 补贴 : 元(0)"}
`,
	"examples.yaml": `
- name: 收入不高
  on: 2026-03-02
  region: "390121"
  members: [{工资收入: "1999.99"}, {工资收入: "0"}]
  want: {家庭收入: "1999.99", 符合条件: 是, 月补贴: "25.50"}
- name: 不知道收入
  on: 2026-03-02
  region: "390121"
  members: [{工作情况: 有工作}]
  want: {符合条件: 未知}
  lacks: [工资收入]
`,
	"letters/supplement.md": "# 请补材料\n\n{{range .缺少}}- {{.}}\n{{end}}\n",
}

const facts = `
sources: [{code: self, title: 本人填写, seal: 本, person: true}, {code: tax, title: 税务, seal: 税}]
facts:
  - {name: 手机号, code: phone, type: text, of: family, sources: [self]}
  - {name: 调查人, code: investigator, type: text, of: family, sources: [self]}
  - {name: 满意, code: content, type: bool, of: family, sources: [self]}
  - {name: 入住日期, code: since, type: date, of: family, sources: [self]}
  - {name: 用水量, code: usage, type: int, of: family, sources: [self]}
  - {name: 工作情况, code: work, type: enum, of: member, words: [有工作, 没有工作], sources: [self]}
  - {name: 工资收入, code: wage, type: money, of: member, sources: [tax, self]}
`

func known(t testing.TB) catalog.Known {
	t.Helper()
	d, err := fact.ReadDictionary("facts.yaml", []byte(facts))
	if err != nil {
		t.Fatal(err)
	}
	return catalog.Known{
		Dictionary: d,
		Roles:      map[string]string{"clerk": "经办人", "officer": "审核人"},
		Effects:    map[string]bool{"start": true},
		Sources:    map[string]bool{"tax.income": true},
		Needs:      map[string]bool{"judged": true, "settled": true, "done": true, "not-same": true},
	}
}

// with returns the folder with one text of one file replaced.
func with(t testing.TB, file, from, to string) map[string]string {
	t.Helper()
	files := maps.Clone(folder)
	if files[file] = strings.Replace(folder[file], from, to, 1); files[file] == folder[file] {
		t.Fatalf("%s does not hold %q", file, from)
	}
	return files
}

func asFS(files map[string]string) fs.FS {
	dir := fstest.MapFS{}
	for name, src := range files {
		dir[name] = &fstest.MapFile{Data: []byte(src)}
	}
	return dir
}

func service(t testing.TB, files map[string]string) *catalog.Service {
	t.Helper()
	s, err := catalog.Read(asFS(files), "example", known(t))
	if err != nil {
		t.Fatalf("reading the folder: %v", err)
	}
	return s
}
