package casework_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"pgregory.net/rapid"

	"minzheng/kernel/casework"
	"minzheng/kernel/casework/decision"
	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/db/dbtest"
	"minzheng/kernel/errs"
	"minzheng/kernel/fact"
	"minzheng/kernel/job"
	"minzheng/kernel/notify"
	"minzheng/kernel/rule"
	"minzheng/kernel/secret"
)

// decided is a case that was approved after a conflict was settled.
func (h *house) decided() casework.Case {
	h.t.Helper()
	c := h.torn()
	h.must(h.settle(c, casework.Settling{Fact: "工资收入", About: "m1", Value: fact.MoneyOf(60000), Reason: "看了工资条", Who: staff("he")}))
	c = h.find(c.ID)
	h.act(&c, "checked")
	h.act(&c, "visited")
	h.act(&c, "oppose")
	h.act(&c, "agree")
	return c
}

// file is the whole file of a case's decision.
func (h *house) file(c casework.Case) (decision.File, []byte) {
	h.t.Helper()
	f, err := casework.WholeDecision(h.ctx, h.desk.DB, h.rooms.Box, c.ID)
	h.must(err)
	b, err := f.Bytes()
	h.must(err)
	return f, b
}

// wrong is all that is found wrong with a file.
func wrong(t interface{ Fatal(...any) }, b []byte, o decision.How) string {
	v, err := decision.Verify(b, o)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(v.Wrong, "\n")
}

func TestADecisionsFileReplaysToTheSameBytes(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, h *house) {
		c := h.decided()
		f, b := h.file(c)
		v, err := decision.Verify(b, decision.How{})
		h.must(err)
		if len(v.Wrong) > 0 || !v.Own || v.File.Record.Number != "390121-2026-J000001" {
			t.Errorf("%s, by its own rules %t: %v", v.File.Record.Number, v.Own, v.Wrong)
		}
		r := f.Record
		if r.Case != "390121-2026-000001" || r.Amount != 30000 || r.Applicant != "赵玉琴" || r.Office != "清溪县民政局" || r.Role != "经办人" || r.Official != "confirm" || r.Reason != "查过了" {
			t.Errorf("the record is of %s, %d, %s, %s, %s, %s, %s", r.Case, r.Amount, r.Applicant, r.Office, r.Role, r.Official, r.Reason)
		}
		var wages []string
		for _, one := range r.Facts {
			if one.Name == "工资收入" {
				wages = append(wages, fmt.Sprintf("%s %s %d %t", one.Source, one.Vouched, one.Value.Int64(), one.Proof != ""))
			}
		}
		if want := []string{"decided 经办认定 60000 true", "tax 税务 246000 true", "self 本人填写 50000 false"}; !slices.Equal(wages, want) {
			t.Errorf("of the wage it holds %v, want %v", wages, want)
		}
		i := slices.IndexFunc(r.Findings, func(f casework.Finding) bool { return f.Set == "收入符合" })
		if used := r.Findings[i].Used; used[1].Name != "收入线" || used[1].Set != "示例文件〔2025〕1号" || used[1].From != "2025-01-01" || used[1].Value != fact.MoneyOf(100000) {
			t.Errorf("the limit was used as %+v", used[1])
		}
		s, ok, err := h.desk.Standing(t.Context(), h.desk.DB, c.ID)
		if err != nil || !ok || !s.Holds || s.Hash != v.Hash || s.KeyID != v.KeyID {
			t.Errorf("its standing is %+v, %t, %v", s, ok, err)
		}
		if n := h.count(`SELECT COUNT(*) FROM casework_decision WHERE signed LIKE '%工资%'`); n != 0 {
			t.Error("the record lies in the open")
		}
	})
}

func TestARecordNamesNobodyButTheApplicantAndWhoDecided(t *testing.T) {
	t.Parallel()
	h := small(t)
	a := h.application(h.person("赵玉琴"), 50000)
	wife := h.person("王小芸")
	a.Members = append(a.Members, casework.Member{Key: "m2", Name: wife.Name, Number: wife.Number, Relation: "配偶", Birth: wife.Birth, Consented: h.desk.DB.Now(), ConsentBy: "paper"})
	for _, one := range a.Facts {
		one.About = "m2"
		a.Facts = append(a.Facts, one)
	}
	a.Facts = append(a.Facts, fact.Statement{Name: "手机号", Value: fact.TextOf("13800006217"), Source: "self", At: h.desk.DB.Now()})
	c, err := h.open(a)
	h.must(err)
	h.jobs()
	c = h.find(c.ID)
	for _, act := range []string{"accept", "checked", "visited", "oppose", "refuse"} {
		h.act(&c, act)
	}
	f, b := h.file(c)
	if got := wrong(t, b, decision.How{}); got != "" {
		t.Fatal(got)
	}
	for _, name := range []string{wife.Name, wife.Number, a.Members[0].Number, "13800006217"} {
		if bytes.Contains(b, []byte(name)) {
			t.Errorf("the file shows %s", name)
		}
	}
	if want := []decision.Member{{Key: "m1", Relation: "本人"}, {Key: "m2", Relation: "配偶"}}; !slices.Equal(f.Record.Members, want) {
		t.Errorf("its members are %v", f.Record.Members)
	}
	if f.Record.Outcome != casework.Refused || f.Record.Amount != 0 {
		t.Errorf("outcome %s, amount %d", f.Record.Outcome, f.Record.Amount)
	}
}

func TestAnyByteThatIsChangedIsFound(t *testing.T) {
	t.Parallel()
	h := small(t)
	_, b := h.file(h.decided())
	rapid.Check(t, func(t *rapid.T) {
		changed := slices.Clone(b)
		at := rapid.IntRange(0, len(b)-1).Draw(t, "at")
		changed[at] ^= byte(rapid.IntRange(1, 255).Draw(t, "by"))
		if wrong(t, changed, decision.How{}) == "" {
			t.Fatalf("byte %d became %q and nothing is found", at, changed[at])
		}
	})
	for name, changed := range map[string][]byte{"cut": b[:len(b)-1], "nothing": {}, "more": append(slices.Clone(b), '\n'), "space": bytes.Replace(b, []byte(`":`), []byte(`": `), 1),
		"twice": bytes.Replace(b, []byte(`"amount":30000`), []byte(`"amount":1,"amount":30000`), 1), "case": bytes.Replace(b, []byte(`"reason"`), []byte(`"Reason"`), 1),
		"unknown word": bytes.Replace(b, []byte(`"record":{`), []byte(`"record":{"aa":1,`), 1), "number": bytes.Replace(b, []byte(`30000,`), []byte(`3e4,`), 1)} {
		if got := wrong(t, changed, decision.How{}); !strings.Contains(got, "格式：第 ") {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestWhereAFileIsBrokenIsSaidByByteAndPlace(t *testing.T) {
	t.Parallel()
	h := small(t)
	_, b := h.file(h.decided())
	for name, c := range map[string]struct{ old, new, place string }{
		"an amount as text":   {`"amount":30000`, `"amount":"30000"`, "record.amount"},
		"an amount with more": {`"amount":30000`, `"amount":30000.0`, "record.amount"},
		"a value of no type":  {`"value":"m:60000"`, `"value":"x:60000"`, ".value"},
		"an hour of no day":   {`T01:00:00Z"`, `T25:00:00Z"`, ".at"},
		"a broken letter":     {"赵玉琴", "赵\xff玉琴", "record.applicant"},
		"a file's name":       {`"rules.yaml":"`, `"rules.yaml": "`, `definition.files["rules.yaml"]`},
		"the signature":       {`"value":"ME`, `"value":"*E`, "signature.value"},
	} {
		at := bytes.Index(b, []byte(c.old))
		if at < 0 {
			t.Fatalf("%s: the file has no %s", name, c.old)
		}
		got := wrong(t, bytes.Replace(b, []byte(c.old), []byte(c.new), 1), decision.How{})
		var byteAt int
		fmt.Sscanf(strings.TrimPrefix(got, "格式：第 "), "%d", &byteAt)
		if !strings.Contains(got, c.place+"）") || byteAt <= at-30 || byteAt > at+len(c.new)+1 {
			t.Errorf("%s, bytes %d to %d: %s", name, at+1, at+len(c.new), got)
		}
	}
}

// altered is a file of which something is changed before it is written anew.
func altered(h *house, b []byte, change func(f *decision.File)) []byte {
	h.t.Helper()
	var f decision.File
	h.must(json.Unmarshal(b, &f))
	change(&f)
	out, err := f.Bytes()
	h.must(err)
	return out
}

// resigned is a file signed by somebody else.
func resigned(h *house, b []byte, change func(f *decision.File)) []byte {
	h.t.Helper()
	other, err := secret.Open(h.t.TempDir())
	h.must(err)
	public, err := other.PublicKeyPEM()
	h.must(err)
	return altered(h, b, func(f *decision.File) {
		change(f)
		whole, err := f.Bytes()
		h.must(err)
		_, rest, _ := bytes.Cut(whole, []byte(`"record":`))
		record, _, _ := bytes.Cut(rest, []byte(`,"signature":`))
		f.Signature.Value, err = other.Sign(record)
		h.must(err)
		f.Signature.PublicKey = string(public)
		f.Signature.KeyID, _, err = secret.KeyID(public)
		h.must(err)
	})
}

func TestWhatWasChangedIsNamed(t *testing.T) {
	t.Parallel()
	h := small(t)
	_, b := h.file(h.decided())
	ours, err := h.rooms.Box.PublicKeyPEM()
	h.must(err)
	fact1 := func(f *decision.File) *decision.Fact {
		i := slices.IndexFunc(f.Record.Facts, func(one decision.Fact) bool { return one.Name == "工资收入" })
		return &f.Record.Facts[i]
	}
	rules := func(old, new string) func(f *decision.File) {
		return func(f *decision.File) {
			f.Definition.Files["rules.yaml"] = strings.Replace(f.Definition.Files["rules.yaml"], old, new, 1)
		}
	}
	nothing := func(*decision.File) {}
	for name, c := range map[string]struct {
		file []byte
		key  []byte
		want []string
	}{
		"amount":               {altered(h, b, func(f *decision.File) { f.Record.Amount = 99900 }), nil, []string{"签名：不对", "金额：记录里是 ¥999.00，重算是 ¥300.00"}},
		"amount, signed anew":  {resigned(h, b, func(f *decision.File) { f.Record.Amount = 99900 }), nil, []string{"金额：记录里是 ¥999.00，重算是 ¥300.00"}},
		"a fact":               {altered(h, b, func(f *decision.File) { fact1(f).Value = fact.MoneyOf(70000) }), nil, []string{"签名：不对", "事实 工资收入（m1）：记录里是 ¥600.00（decided", "重算是 ¥700.00（decided"}},
		"a fact's source":      {altered(h, b, func(f *decision.File) { fact1(f).Source = "tax" }), nil, []string{"签名：不对", "来源名称"}},
		"a fact's type":        {resigned(h, b, func(f *decision.File) { fact1(f).Value = fact.TextOf("7") }), nil, []string{"事实 工资收入 的值类型不对"}},
		"an unknown fact":      {resigned(h, b, func(f *decision.File) { fact1(f).Name = "运气" }), nil, []string{"“运气”不在"}},
		"a member":             {resigned(h, b, func(f *decision.File) { f.Record.Members[0].Key = "m9" }), nil, []string{"规则 户籍符合"}},
		"the day":              {resigned(h, b, func(f *decision.File) { f.Record.Day = "2024-01-01" }), nil, []string{"规则算出来不符合条件", "参数 收入线：记录里是 ¥1,000.00（示例文件〔2025〕1号，2025-01-01 起），重算是 不知道", "规则 符合条件：记录里是 是，重算是 不知道"}},
		"no day":               {resigned(h, b, func(f *decision.File) { f.Record.Day = "昨天" }), nil, []string{"“昨天”读不懂"}},
		"the region":           {resigned(h, b, func(f *decision.File) { f.Record.Region = []string{"110000"} }), nil, []string{"参数 补助标准"}},
		"the outcome":          {resigned(h, b, func(f *decision.File) { f.Record.Outcome = casework.Refused }), nil, []string{"金额：记录里是 ¥300.00，重算是 ¥0.00"}},
		"a finding":            {resigned(h, b, func(f *decision.File) { f.Record.Findings[0].Law = "别的办法" }), nil, []string{"的依据：记录里是 别的办法"}},
		"a finding less":       {resigned(h, b, func(f *decision.File) { f.Record.Findings = f.Record.Findings[1:] }), nil, []string{"记录里没有这条规则"}},
		"the title":            {resigned(h, b, func(f *decision.File) { f.Record.Title = "大奖" }), nil, []string{"事项：记录里是 heating 大奖"}},
		"the reason":           {altered(h, b, func(f *decision.File) { f.Record.Reason = "没有理由" }), nil, []string{"签名：不对"}},
		"the format":           {altered(h, b, func(f *decision.File) { f.Record.Format = "minzheng-decision/9" }), nil, []string{"不认识“minzheng-decision/9”"}},
		"a parameter":          {altered(h, b, rules("value: 300.00", "value: 500.00")), nil, []string{"rules.yaml 和作决定时的不一样", "参数 补助标准：记录里是 ¥300.00（示例文件〔2025〕2号，2025-01-01 起），重算是 ¥500.00", "规则 月补助：记录里是 ¥300.00，重算是 ¥500.00", "金额"}},
		"a rule":               {altered(h, b, rules("家庭收入 < 收入线", "家庭收入 > 收入线")), nil, []string{"rules.yaml 和作决定时的不一样", "规则 收入符合：记录里是 是，重算是 否", "规则算出来不符合条件"}},
		"a rule's parameter's": {altered(h, b, rules("示例文件〔2025〕2号", "别的文件")), nil, []string{"参数 补助标准", "别的文件"}},
		"rules that are none":  {altered(h, b, rules("rules:", "ruels:")), nil, []string{"rules.yaml 和作决定时的不一样", "规则：读不懂"}},
		"another file":         {altered(h, b, func(f *decision.File) { f.Definition.Files["letters/approved.md"] += "。" }), nil, []string{"规则和标准没有变，变的是文件夹里别的文件"}},
		"the dictionary": {altered(h, b, func(f *decision.File) {
			f.Definition.Facts = strings.Replace(f.Definition.Facts, `"税务"`, `"地税"`, 1)
		}), nil, []string{"事实表和作决定时的不一样", "来源名称：记录里是 税务，重算是 地税"}},
		"no rules at all":  {altered(h, b, func(f *decision.File) { f.Definition = nil }), nil, []string{"请用 --catalogue"}},
		"another's key":    {resigned(h, b, nothing), ours, []string{"公钥不是您给的那一把", "签名：不对"}},
		"the signature":    {altered(h, b, func(f *decision.File) { f.Signature.Value[20]++ }), nil, []string{"签名：不对"}},
		"the algorithm":    {altered(h, b, func(f *decision.File) { f.Signature.Algorithm = "none" }), nil, []string{"算法是“none”，只认 SM2-SM3"}},
		"the key's name":   {altered(h, b, func(f *decision.File) { f.Signature.KeyID = "00" }), nil, []string{"公钥指纹写的是 00"}},
		"no key":           {altered(h, b, func(f *decision.File) { f.Signature.PublicKey = "" }), nil, []string{"公钥读不懂"}},
		"the key's armour": {altered(h, b, func(f *decision.File) { f.Signature.PublicKey = "\n" + f.Signature.PublicKey }), nil, []string{"公钥不是规范的写法"}},
	} {
		got := wrong(t, c.file, decision.How{Key: c.key})
		for _, want := range c.want {
			if !strings.Contains(got, want) {
				t.Errorf("%s: %q is not said:\n%s", name, want, got)
			}
		}
	}
	if got := wrong(t, b, decision.How{Key: ours}); got != "" {
		t.Errorf("with our key: %s", got)
	}
	if got := wrong(t, resigned(h, b, nothing), decision.How{}); got != "" {
		t.Errorf("a file that is whole but by another: %s", got)
	}
}

func TestAnotherCatalogueCountsWhenItIsGiven(t *testing.T) {
	t.Parallel()
	h := small(t)
	f, b := h.file(h.decided())
	given := func(d decision.Definition) func(decision.Record) (*decision.Definition, error) {
		return func(decision.Record) (*decision.Definition, error) { return &d, nil }
	}
	today, err := decision.Define(h.service, h.known.Dictionary)
	h.must(err)
	bare := altered(h, b, func(f *decision.File) { f.Definition = nil })
	for name, o := range map[string]decision.How{"given": {Catalogue: given(*f.Definition)}, "built in": {Builtin: given(today)}} {
		if got := wrong(t, bare, o); got != "" {
			t.Errorf("%s: %s", name, got)
		}
	}
	other := *f.Definition
	other.Files = map[string]string{"service.yaml": other.Files["service.yaml"], "rules.yaml": strings.Replace(other.Files["rules.yaml"], "1000.00", "1.00", 1)}
	if got := wrong(t, b, decision.How{Catalogue: given(other)}); !strings.Contains(got, "给的目录里 rules.yaml") || !strings.Contains(got, "参数 收入线") {
		t.Errorf("another catalogue: %s", got)
	}
	if got := wrong(t, altered(h, b, func(f *decision.File) { f.Definition.Facts += " " }), decision.How{Catalogue: given(*f.Definition)}); !strings.Contains(got, "文件自带的规则里的事实表") {
		t.Errorf("the file's own rules are not looked at: %s", got)
	}
}

func TestADecisionByAChangedStandardReplays(t *testing.T) {
	t.Parallel()
	h := small(t)
	laid, err := h.service.Lay([]rule.Change{{Parameter: "补助标准", Region: "390000", From: "2026-01-01", Value: "456.00", Source: "示例文件〔2026〕9号"}}, h.known)
	h.must(err)
	h.service, h.queue = laid, job.NewQueue(h.desk.DB, h.rooms.Log, 2)
	h.rooms.Queue = h.queue
	h.queue.Handle(notify.JobKind, h.rooms.Notify.Handler())
	h.desk = casework.New(h.rooms, casework.NewShelf(h.known, []*catalog.Service{laid}), map[string]casework.Effect{"start": h.start})
	h.do(func(tx *db.Tx) error { return h.desk.Services().Keep(h.ctx, tx) })
	f, b := h.file(h.decided())
	if got := wrong(t, b, decision.How{}); got != "" || f.Record.Amount != 45600 || f.Record.Changes == "" {
		t.Errorf("amount %d, changes %q: %s", f.Record.Amount, f.Record.Changes, got)
	}
	got := wrong(t, altered(h, b, func(f *decision.File) {
		f.Definition.Files["changes.yaml"] = strings.Replace(f.Definition.Files["changes.yaml"], "456.00", "999.00", 1)
	}), decision.How{})
	for _, want := range []string{"changes.yaml（启用的标准变更）和作决定时的不一样", "参数 补助标准：记录里是 ¥456.00（示例文件〔2026〕9号", "金额"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not said: %s", want, got)
		}
	}
}

func TestOpenSSLVerifiesTheRecordsSignature(t *testing.T) {
	t.Parallel()
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("openssl is not installed")
	}
	h := small(t)
	f, b := h.file(h.decided())
	_, rest, _ := bytes.Cut(b, []byte(`"record":`))
	record, _, _ := bytes.Cut(rest, []byte(`,"signature":`))
	run := func(args ...string) (string, error) {
		c := exec.Command(openssl, args...)
		c.Dir = t.TempDir()
		for name, content := range map[string][]byte{"record": record, "sig": f.Signature.Value, "pub.pem": []byte(f.Signature.PublicKey), "rules.yaml": []byte(f.Definition.Files["rules.yaml"])} {
			h.must(os.WriteFile(filepath.Join(c.Dir, name), content, 0o600))
		}
		out, err := c.CombinedOutput()
		return string(out), err
	}
	check := []string{"pkeyutl", "-verify", "-pubin", "-inkey", "pub.pem", "-rawin", "-digest", "sm3", "-in", "record", "-sigfile", "sig", "-pkeyopt", "distid:1234567812345678"}
	if out, err := run(check...); err != nil {
		t.Errorf("openssl: %v\n%s", err, out)
	}
	if out, err := run("dgst", "-sm3", "rules.yaml"); err != nil || !strings.Contains(out, f.Record.Rules) {
		t.Errorf("the sum of the rules is %s, %v; want %s", out, err, f.Record.Rules)
	}
	record = append(slices.Clone(record), ' ')
	if out, err := run(check...); err == nil {
		t.Errorf("openssl takes a longer record:\n%s", out)
	}
}

func TestADecisionOfOldWithoutASignatureCanStillBeRead(t *testing.T) {
	t.Parallel()
	h := small(t)
	c := h.decided()
	h.do(func(tx *db.Tx) error {
		_, err := tx.Exec(h.ctx, `UPDATE casework_decision SET signed = ''`)
		return err
	})
	if dec, ok, err := h.desk.Decided(h.ctx, h.desk.DB, c.ID); err != nil || !ok || dec.Amount != 30000 {
		t.Errorf("it reads %+v, %t, %v", dec, ok, err)
	}
	if _, ok, err := h.desk.Standing(h.ctx, h.desk.DB, c.ID); ok || err != nil {
		t.Errorf("its standing is %t, %v", ok, err)
	}
	if _, err := casework.WholeDecision(h.ctx, h.desk.DB, h.rooms.Box, c.ID); !errs.Is(err, errs.NotFound) || !strings.Contains(err.Error(), "启用决定记录以前") {
		t.Errorf("its file: %v", err)
	}
	if _, err := casework.WholeDecision(h.ctx, h.desk.DB, h.rooms.Box, h.applied("李四").ID); !errs.Is(err, errs.NotFound) {
		t.Errorf("an open case: %v", err)
	}
}

func TestARecordThatWasChangedInTheDatabaseDoesNotStand(t *testing.T) {
	t.Parallel()
	h := small(t)
	c := h.decided()
	f, err := casework.SignedDecision(h.ctx, h.desk.DB, h.rooms.Box, c.ID)
	h.must(err)
	f.Record.Amount++
	b, err := f.Bytes()
	h.must(err)
	h.do(func(tx *db.Tx) error {
		_, err := tx.Exec(h.ctx, `UPDATE casework_decision SET signed = ?`, h.rooms.Box.SealText(string(b), "casework/signed"))
		return err
	})
	if s, ok, err := h.desk.Standing(h.ctx, h.desk.DB, c.ID); err != nil || !ok || s.Holds {
		t.Errorf("it stands: %+v, %t, %v", s, ok, err)
	}
}

func TestDecisionsOfADatabaseFromBeforeSignaturesAreKept(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); keptFromBefore(t, db.Config{Dir: t.TempDir()}) })
	t.Run("postgres", func(t *testing.T) { t.Parallel(); keptFromBefore(t, db.Config{DSN: dbtest.DSN(t)}) })
}

func keptFromBefore(t *testing.T, c db.Config) {
	ctx, before := context.Background(), fstest.MapFS{}
	for _, name := range []string{"001_casework.sql", "002_county_step.sql"} {
		b, err := fs.ReadFile(casework.Schema().Files, name)
		if err != nil {
			t.Fatal(err)
		}
		before[name] = &fstest.MapFile{Data: b}
	}
	d, err := db.Open(ctx, c, db.Schema{Room: "casework", Files: before})
	if err != nil {
		t.Fatal(err)
	}
	box, err := secret.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	err = d.Do(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO casework_decision (case_id, number, outcome, day, amount, version, record) VALUES ('c', 'n', 'approved', '2026-03-10', 5, 'v', ?)`,
			box.SealText(`{"case":"c","number":"n","outcome":"approved","amount":5,"results":[{"set":"a","value":"b:1","known":true,"shown":"是","used":[{"name":"b","shown":"1"}]}]}`, "casework/decision"))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if d, err = db.Open(ctx, c, casework.Schema()); err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	desk := &casework.Desk{Rooms: casework.Rooms{Box: box}}
	dec, ok, err := desk.Decided(ctx, d, "c")
	if err != nil || !ok || dec.Amount != 5 || len(dec.Results) != 1 || !slices.Equal(dec.Results[0].Used, []decision.Used{{Name: "b", Shown: "1"}}) {
		t.Errorf("it reads %+v, %t, %v", dec, ok, err)
	}
	if has, err := casework.HasRecord(ctx, d, "c"); has || err != nil {
		t.Errorf("it has a record: %t, %v", has, err)
	}
}

func FuzzVerifyDecision(f *testing.F) {
	h := small(f)
	_, b := h.file(h.decided())
	f.Add(b)
	f.Add([]byte(`{"record":{"format":"minzheng-decision/1"},"signature":{}}`))
	f.Add([]byte(`{"record":{"facts":[{"value":"x:1"}]}}`))
	f.Add([]byte(`{"":[{"":{}}],"record":[`))
	f.Fuzz(func(t *testing.T, b []byte) {
		file, said, ok := decision.Read(b)
		if again, err := file.Bytes(); ok && said == "" && (err != nil || !bytes.Equal(again, b)) {
			t.Fatalf("said to be in its form, yet it is written as %q, %v", again, err)
		}
		if v, err := decision.Verify(b, decision.How{}); err != nil || len(v.Wrong) == 0 && !bytes.Equal(b, mustBytes(t, v.File)) {
			t.Fatalf("%v, %v", v.Wrong, err)
		}
	})
}

func mustBytes(t *testing.T, f decision.File) []byte {
	b, err := f.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return b
}
