package catalog_test

import (
	"maps"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"minzheng/kernel/catalog"
)

func TestAGoodFolderIsReadWhole(t *testing.T) {
	t.Parallel()
	s := service(t, folder)
	if s.Code != "water" || s.Area != "example" || len(s.Form) != 2 || len(s.Steps) != 4 || len(s.Examples) != 2 || s.Letters["supplement"] == nil {
		t.Errorf("read as %+v", s)
	}
	if s.Step("confirm").Act("agree") == nil || s.Step("confirm").Act("accept") != nil || s.Step("moon") != nil {
		t.Error("steps and acts are not found by their codes")
	}
	if s.Material("bill") == nil || s.Material("moon") != nil {
		t.Error("materials are not found by their codes")
	}
	if !s.StartedBy("citizen") || s.StartedBy("clock") {
		t.Error("citizens may start it, a clock may not")
	}
	if got := s.Step("confirm").Act("agree").Doer(); got != "staff" {
		t.Errorf("agree is done by %s, want staff", got)
	}
	if got := s.Step("public").Act("opposed").Doer(); got != "clock" {
		t.Errorf("opposed is done by %s, want clock", got)
	}
}

func TestEachMistakeIsRefusedByFileAndName(t *testing.T) {
	t.Parallel()
	const service, rules, examples, letter = "service.yaml", "rules.yaml", "examples.yaml", "letters/supplement.md"
	for _, c := range []struct{ name, file, from, to, want string }{
		{"unknown word", service, "summary:", "sumary:", "sumary"},
		{"unknown word in a step", service, "role: officer", "rolle: officer", "rolle"},
		{"unknown word in an act", service, "effects: [start]", "efects: [start]", "efects"},
		{"unknown word in a field", service, "check: phone", "chek: phone", "chek"},
		{"the same word twice", service, "code: water", "code: water\ncode: fire", "code"},
		{"no YAML", service, "steps:", "steps: [", service},
		{"YAML that makes the parser panic", service, "law: [示例办法 第1条]", "law: ! 0", "YAML"},
		{"no code", service, "code: water\n", "", "code"},
		{"no title", service, "title: 用水补贴\n", "", "title"},
		{"no short title", service, "short: 水补\n", "", "short"},
		{"no summary", service, "summary: 收入不高的家庭，水费少交一点。\n", "", "summary"},
		{"no law", service, "law: [示例办法 第1条]\n", "", "law"},
		{"no decides", service, "decides: 符合条件\n", "", "decides"},
		{"nobody who starts so", service, "starts: [citizen, staff]", "starts: [citizens]", "citizens"},
		{"benefit of an unknown kind", service, "amount: 月补贴", "amount: 月补贴\nbenefit: {kind: weekly, first: next-month}", "weekly"},
		{"benefit that begins with an unknown month", service, "amount: 月补贴", "amount: 月补贴\nbenefit: {kind: once, first: last-month}", "last-month"},
		{"benefit that ends by an amount", service, "amount: 月补贴", "amount: 月补贴\nbenefit: {kind: once, first: this-month, ends: 月补贴}", "ends"},
		{"benefit without money that is paid once", service, "amount: 月补贴", "benefit: {kind: once, first: this-month}", "once"},
		{"what is received that is a text", service, "starts:", "receives: [{fact: 手机号, services: [water]}]\nstarts:", "手机号"},
		{"what is received of no service", service, "starts:", "receives: [{fact: 工资收入}]\nstarts:", "工资收入"},
		{"counts that is no rule of each member", service, "relations: [配偶, 子女]}", "relations: [配偶, 子女], counts: 符合条件}", "counts"},
		{"act that says an unknown fact", service, "to: public, clock: start", "to: public, clock: start, tells: {急: 是}", "急"},
		{"act that says what cannot be", service, "to: public, clock: start", "to: public, clock: start, tells: {满意: 也许}", "满意"},
		{"act that says a member's fact", service, "to: public, clock: start", "to: public, clock: start, tells: {工作情况: 有工作}", "工作情况"},
		{"clock without law", service, "clock: {days: 20, law: 示例办法 第6条}", "clock: {days: 20}", "期限"},

		{"a benefit of an unknown kind", service, "amount: 月补贴", "amount: 月补贴\nbenefit: {kind: weekly, first: next-month}", "weekly"},
		{"a benefit that begins who knows when", service, "amount: 月补贴", "amount: 月补贴\nbenefit: {kind: monthly, first: soon}", "soon"},
		{"a benefit that ends with an amount", service, "amount: 月补贴", "amount: 月补贴\nbenefit: {kind: monthly, first: applied, ends: 月补贴}", "ends"},
		{"a benefit that ends with no rule", service, "amount: 月补贴", "amount: 月补贴\nbenefit: {kind: monthly, first: applied, ends: 末日}", "末日"},
		{"a benefit looked at again before it began", service, "amount: 月补贴", "amount: 月补贴\nbenefit: {kind: monthly, first: applied, review: -1}", "review"},
		{"a standing that pays", service, "amount: 月补贴", "amount: 月补贴\nbenefit: {kind: standing, first: applied}", "standing"},
		{"for somebody who need not be there", service, "decides: 符合条件", "decides: 符合条件\nfor: 子女", "子女"},
		{"somebody needed who cannot be", service, "relations: [配偶, 子女]", "relations: [配偶, 子女], needs: [父亲]", "父亲"},
		{"page only for nobody there can be", service, "    each: member\n", "    each: member\n    only: [父亲]\n", "父亲"},
		{"look-up only about nobody there can be", service, "of: member, purpose", "of: member, only: [父亲], purpose", "父亲"},
		{"what is received of an unknown fact", service, "decides: 符合条件", "decides: 符合条件\nreceives: [{fact: 低保, services: [dibao]}]", "低保"},
		{"what is received of the family", service, "decides: 符合条件", "decides: 符合条件\nreceives: [{fact: 满意, services: [dibao]}]", "满意"},
		{"what is received from nowhere", service, "decides: 符合条件", "decides: 符合条件\nreceives: [{fact: 工资收入}]", "工资收入"},

		{"page without question", service, "    ask: 怎么联系您？\n", "", "有一页"},
		{"page without fields", service, "    fields: [{fact: 手机号, check: phone}]\n", "", "有一页"},
		{"page with an empty field", service, "fields: [{fact: 手机号, check: phone}]", "fields: [~]", "contact"},
		{"page twice", service, "page: money", "page: contact", "contact"},
		{"unknown fact on a page", service, "{fact: 手机号, check: phone}", "{fact: 电话}", "电话"},
		{"unknown check", service, "check: phone", "check: telephone", "telephone"},
		{"member's fact asked of the family", service, "{fact: 手机号, check: phone}", "{fact: 工资收入}", "工资收入"},
		{"family's fact asked of each member", service, "- {fact: 工作情况}", "- {fact: 工作情况}\n      - {fact: 手机号}", "手机号"},
		{"field that depends on an unasked one", service, "      - {fact: 工作情况}\n", "", "工作情况"},
		{"field that depends on a word that cannot be", service, "in: [有工作]}}\nmaterials", "in: [上班]}}\nmaterials", "上班"},
		{"otherwise that cannot be", service, `otherwise: "0"`, `otherwise: 没有`, "没有"},

		{"material without title", service, "{code: bill, title: 水费单}", "{code: bill}", "材料"},
		{"material twice", service, "code: slip", "code: bill", "bill"},
		{"material for an unknown fact", service, "title: 工资条, when: {fact: 工作情况", "title: 工资条, when: {fact: 职业", "职业"},
		{"material for a word that cannot be", service, "title: 工资条, when: {fact: 工作情况, in: [有工作]}", "title: 工资条, when: {fact: 工作情况, in: [上班]}", "上班"},

		{"unknown source", service, "source: tax.income", "source: moon.income", "moon.income"},
		{"look-up without purpose", service, "purpose: 核对收入, ", "", "tax.income"},
		{"look-up without law", service, "law: 示例办法 第5条, ", "", "tax.income"},
		{"look-up that tells an unknown fact", service, "tells: [工资收入]", "tells: [工资收入, 奖金]", "奖金"},
		{"look-up of the family that tells a member's fact", service, "of: member, purpose", "of: family, purpose", "工资收入"},
		{"look-up of nobody", service, "of: member, purpose", "of: membr, purpose", "工资收入"},
		{"absent fact that the look-up does not tell", service, `absent: {工资收入: "0"}`, `absent: {工作情况: 没有工作}`, "工作情况"},
		{"absent value that cannot be", service, `absent: {工资收入: "0"}`, `absent: {工资收入: 无}`, "工资收入"},

		{"unknown role", service, "role: officer", "role: boss", "boss"},
		{"unknown level", service, "level: county", "level: country", "confirm"},
		{"days without law that are not ours", service, "    within: 3\n    ours: true", "    within: 3", "submitted"},
		{"step twice", service, "code: supplement\n    title", "code: submitted\n    title", "submitted"},
		{"step that nothing leads to", service, "to: public, clock: start", "to: confirm, clock: start", "public"},
		{"step that leads nowhere", service, "to: back, reason: optional", "reason: optional", "supplement"},
		{"publicity without days", service, "publicity: {days: 7, ", "publicity: {", "public"},
		{"publicity without law", service, "title: 公示, law: 示例办法 第7条, ", "title: 公示, ", "public"},
		{"publicity that ends in a missing act", service, "then: unopposed", "then: approved", "public"},

		{"act to a missing step", service, "to: public, clock: start", "to: publicity, clock: start", "publicity"},
		{"act without title", service, "title: 受理, ", "", "submitted"},
		{"act twice", service, "code: supplement, title: 补正", "code: accept, title: 补正", "accept"},
		{"act by nobody known", service, "by: citizen, to: back", "by: resident, to: back", "resident"},
		{"unknown end", service, "ends: refused", "ends: denied", "denied"},
		{"unknown tone", service, "tone: primary", "tone: primry", "primry"},
		{"reason that is neither required nor optional", service, "reason: required\n", "reason: requierd\n", "requierd"},
		{"unknown clock", service, "clock: start", "clock: stop", "stop"},
		{"unknown effect", service, "effects: [start]", "effects: [stop]", "stop"},
		{"unknown need", service, "needs: [judged,", "needs: [judgd,", "judgd"},
		{"need of an act that is not there", service, "not-same:accept", "not-same:acept", "acept"},
		{"letter that is not there", service, "letter: supplement", "letter: reminder", "letters/reminder.md"},
		{"act that records an unknown fact", service, "{fact: 调查人, check: name}", "{fact: 调查员}", "调查员"},
		{"act that records nothing", service, "form: [{fact: 调查人, check: name}]", "form: [~]", "agree"},
		{"a machine that refuses", service, "by: clock, to: submitted", "by: clock, ends: refused", "第24条"},
		{"a machine that approves", service, "by: clock, to: confirm}", "by: clock, ends: approved}", "第24条"},
		{"an applicant who approves", service, "by: citizen, to: back", "by: citizen, ends: approved", "第24条"},

		{"decides that is no rule", service, "decides: 符合条件", "decides: 合格", "合格"},
		{"decides that is an amount", service, "decides: 符合条件", "decides: 月补贴", "decides"},
		{"decides that each member has", rules, "{set: 符合条件, as: 家庭收入 < 收入线", "{set: 符合条件, each: member, as: 工资收入 < 收入线", "符合条件"},
		{"amount that is no rule", service, "amount: 月补贴", "amount: 补助", "补助"},
		{"amount that is yes or no", service, "amount: 月补贴", "amount: 符合条件", "amount"},
		{"explains that is no rule", service, "explains: [家庭收入]", "explains: [收入]", "explains"},
		{"a rule that nothing uses", rules, "rules:", "rules:\n  - {set: 多余, as: 用水量 > 3}", "多余"},
		{"a rule of an unknown fact", rules, "合计(成员, 工资收入)", "合计(成员, 奖金)", "奖金"},
		{"a parameter without source", rules, ", source: 示例文件1号", "", "收入线"},
		{"an unknown word in the rules", rules, "why: 收入不高", "wy: 收入不高", "wy"},
		{"an unknown word in the examples", examples, "want: {家庭收入", "wnt: {家庭收入", "wnt"},
		{"a letter without title", letter, "# 请补材料\n", "请补材料\n", letter},
		{"a letter that cannot be read", letter, "{{end}}", "", letter},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := catalog.ReadFiles(with(t, c.file, c.from, c.to), "example", known(t))
			if err == nil {
				t.Fatal("it was accepted")
			}
			if !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), ".yaml") && !strings.Contains(err.Error(), ".md") {
				t.Errorf("the error names no file or not %q:\n%v", c.want, err)
			}
		})
	}
}

func TestOneMistakeIsToldOnce(t *testing.T) {
	t.Parallel()
	_, err := catalog.ReadFiles(with(t, "service.yaml", "role: officer", "role: boss"), "example", known(t))
	if err == nil || strings.Count(err.Error(), "\n") > 0 {
		t.Errorf("told %v, want one line", err)
	}
}

func TestSeveralMistakesAreToldAtOnce(t *testing.T) {
	t.Parallel()
	files := with(t, "service.yaml", "role: officer", "role: boss")
	files["service.yaml"] = strings.Replace(files["service.yaml"], "effects: [start]", "effects: [stop]", 1)
	files["rules.yaml"] = strings.Replace(files["rules.yaml"], "合计(成员, 工资收入)", "合计(成员, 奖金)", 1)
	files["examples.yaml"] = "- {nam: x}"
	files["letters/supplement.md"] = "没有标题"
	_, err := catalog.ReadFiles(files, "example", known(t))
	if err == nil {
		t.Fatal("it was accepted")
	}
	for _, want := range []string{"boss", "stop", "奖金", "nam", "water/service.yaml", "water/rules.yaml", "water/examples.yaml", "letters/supplement.md"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%s is not told:\n%v", want, err)
		}
	}
}

func TestMistakesAreToldInTheSameOrderEveryTime(t *testing.T) {
	t.Parallel()
	files := with(t, "service.yaml", `absent: {工资收入: "0"}`, `absent: {工资收入: 无, 手机号: "1", 工作情况: x}`)
	files["service.yaml"] = strings.NewReplacer("title: 用水补贴\n", "", "short: 水补\n", "", "summary: 收入不高的家庭，水费少交一点。\n", "").Replace(files["service.yaml"])
	files["letters/a.md"], files["letters/b.md"] = "没有标题", "没有标题"
	_, first := catalog.ReadFiles(files, "example", known(t))
	for range 10 {
		if _, err := catalog.ReadFiles(files, "example", known(t)); err == nil || err.Error() != first.Error() {
			t.Fatalf("told\n%v\nand then\n%v", first, err)
		}
	}
}

func TestAFileThatIsMissingOrStrangeIsNamed(t *testing.T) {
	t.Parallel()
	for _, missing := range []string{"service.yaml", "rules.yaml", "examples.yaml"} {
		files := maps.Clone(folder)
		delete(files, missing)
		if _, err := catalog.Read(asFS(files), "example", known(t)); err == nil || !strings.Contains(err.Error(), missing) || strings.Contains(err.Error(), "\n") {
			t.Errorf("without %s: %v", missing, err)
		}
	}
	files := maps.Clone(folder)
	files["letters/logo.png"] = "PNG"
	if _, err := catalog.Read(asFS(files), "example", known(t)); err == nil || !strings.Contains(err.Error(), "letters/logo.png") {
		t.Errorf("with a picture: %v", err)
	}
}

func TestTheVersionChangesWithAnyByte(t *testing.T) {
	t.Parallel()
	same := service(t, folder).Version
	if again := service(t, maps.Clone(folder)).Version; again != same || len(same) != 64 {
		t.Fatalf("versions of the same folder are %s and %s", same, again)
	}
	k := known(t)
	rapid.Check(t, func(rt *rapid.T) {
		files := maps.Clone(folder)
		file := rapid.SampledFrom([]string{"service.yaml", "rules.yaml", "examples.yaml", "letters/supplement.md"}).Draw(rt, "file")
		lines := strings.SplitAfter(files[file], "\n")
		at := rapid.IntRange(1, len(lines)-1).Draw(rt, "line") // not before a letter's title
		lines[at] = "\n" + lines[at]
		files[file] = strings.Join(lines, "")
		s, err := catalog.ReadFiles(files, "example", k)
		if err != nil {
			rt.Fatalf("an empty line more in %s: %v", file, err)
		}
		if s.Version == same {
			rt.Fatalf("an empty line more in %s does not change the version", file)
		}
	})
}

func TestTheVersionTellsWhichFileHoldsWhat(t *testing.T) {
	t.Parallel()
	one, two := maps.Clone(folder), maps.Clone(folder)
	one["letters/a.md"], one["letters/b.md"] = "# 甲\n", "# 乙\n"
	two["letters/a.md"], two["letters/b.md"] = "# 乙\n", "# 甲\n"
	if a, b := service(t, one).Version, service(t, two).Version; a == b {
		t.Error("two letters that change places leave the version as it is")
	}
}

func FuzzReadFiles(f *testing.F) {
	f.Add(folder["service.yaml"])
	f.Add("form: [~]")
	f.Add("form: [{page: a, ask: b, fields: [~]}]")
	f.Add("steps: [{code: a, acts: [{code: b, form: [~]}]}]")
	f.Add("code: a\nlookups: [{source: x, absent: {工资收入: 1}}]\nmaterials: [{when: ~}, {when: {}}]")
	f.Add("law: ! 0")
	f.Add(" ")
	f.Add("~")
	f.Add("")
	f.Fuzz(func(t *testing.T, src string) {
		files := maps.Clone(folder)
		files["service.yaml"] = src
		s, err := catalog.ReadFiles(files, "example", known(t))
		if err != nil {
			return
		}
		for _, st := range s.Steps {
			for _, a := range st.Acts {
				if a.To != "" && a.To != "back" && s.Step(a.To) == nil {
					t.Errorf("act %s leads to %q, which is not there", a.Code, a.To)
				}
				if (a.Ends == "approved" || a.Ends == "refused") && a.Doer() != "staff" {
					t.Errorf("%s decides by %s", a.Code, a.Doer())
				}
			}
		}
	})
}
