package payment_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"minzheng/areas/assistance/ledger"
	"minzheng/areas/assistance/payment"
	"minzheng/kernel/area"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
)

func asProblems(err error, p *errs.Problems) bool { return errors.As(err, p) }

func TestAFailedPaymentBecomesATaskIsToldAndIsPaidAgainOnceItIsMended(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		g := h.add(grant{}, grant{Amount: 64_05}, grant{Account: "-"})
		o := h.approved("2026-04")
		bad := 0
		for i, l := range csvRows(t, h.exported(o, "csv"))[1:] {
			if l[2] == g[1].Account {
				bad = i
			}
		}
		h.must(h.take(o, h.answer(o, func(i int) string {
			if i == bad {
				return "收款账号已销户"
			}
			return ""
		})))
		h.jobs()
		tasks := h.tasks(payment.Failure)
		if len(tasks) != 1 || tasks[0].Benefit != g[1].id || !strings.Contains(tasks[0].What, "账户已经销户") {
			t.Fatalf("tasks are %+v", tasks)
		}
		inbox, err := h.Notify.Inbox(ctx, h.DB, g[1].person, 10)
		if err != nil || len(inbox) != 1 || !strings.Contains(inbox[0].Text, "¥64.05 没有到账：账户已经销户") || !strings.Contains(inbox[0].Text, "柳溪街道") {
			t.Errorf("is told %+v, %v", inbox, err)
		}
		if more := h.made("2026-04"); more.Lines != 0 {
			t.Errorf("before it is mended it is paid again: %d lines", more.Lines)
		} else {
			h.must(h.do(func(tx *db.Tx) error { return h.pay.Drop(ctx, tx, zhou, more.ID) }))
		}
		h.must(h.do(func(tx *db.Tx) error {
			return h.pay.SetAccount(ctx, tx, he, g[1].id, payment.NewAccount{Holder: "赵某某", Number: "6222 0000 1111 2222", Bank: "清溪农商银行"})
		}))
		h.must(h.do(func(tx *db.Tx) error {
			return h.pay.SetAccount(ctx, tx, he, g[2].id, payment.NewAccount{Holder: "赵某", Number: "6222000011113333"})
		}))
		if left := len(h.tasks(payment.Failure)) + len(h.tasks(payment.NoAccount)); left != 0 {
			t.Errorf("%d tasks are left open", left)
		}
		returned := h.made("2026-04")
		h.must(h.do(func(tx *db.Tx) error { return h.pay.Return(ctx, tx, gao, returned.ID, "再看看") }))
		o = h.approved("2026-04")
		if l := h.of(o, g[1]); o.Lines != 2 || len(l) != 1 || l[0].Kind != payment.Again || l[0].Amount != 64_05 || l[0].Tail != "2222" || l[0].Name != "赵某某" {
			t.Errorf("paid again are %d lines, %+v", o.Lines, l)
		}
		h.must(h.take(o, h.answer(o, func(int) string { return "" })))
		paid, err := h.pay.PaidTo(ctx, h.DB, g[1].person)
		if err != nil || len(paid) != 2 || paid[0].State != area.Paid || paid[1].State != area.PaidAgain || paid[0].Day != "2026年4月8日" {
			t.Errorf("the resident sees %+v, %v", paid, err)
		}
		if last := h.made("2026-04"); last.Lines != 0 {
			t.Errorf("it is paid a third time: %d lines", last.Lines)
		}
		h.sound()
	})
}

func TestAFileWithOneWrongRowIsNotTakenAtAll(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		h.add(grant{}, grant{}, grant{}, grant{Account: "-"})
		first := h.approved("2026-04")
		h.at(2026, 5, 8)
		o := h.approved("2026-05")
		other := csvRows(t, h.exported(first, "csv"))[1]
		good := csvRows(t, h.answer(o, func(int) string { return "" }))
		for what, c := range map[string]struct {
			change func(rows [][]string) [][]string
			says   string
		}{
			"an unknown line": {func(r [][]string) [][]string { r[1][0] = strings.Repeat("0", 32); return r }, "没有"},
			"no id":           {func(r [][]string) [][]string { r[1][0] = ""; return r }, "流水号"},
			"a line twice":    {func(r [][]string) [][]string { return append(r, r[2]) }, "第 3 行是同一笔"},
			"another amount":  {func(r [][]string) [][]string { r[1][4] = "1.00"; return r }, "金额和我们的名册不一样"},
			"another account": {func(r [][]string) [][]string { r[1][2] = "6217000199999999"; return r }, "账号和我们的名册不一样"},
			"a lost account":  {func(r [][]string) [][]string { r[1][2] = "6.21700E+15"; return r }, "科学计数"},
			"another name":    {func(r [][]string) [][]string { r[1][1] = "钱某"; return r }, "姓名和我们的名册不一样"},
			"another roll": {func(r [][]string) [][]string {
				return append(r, append(append([]string{}, other[:7]...), "成功", "", ""))
			}, "另一份名册"},
			"an odd outcome": {func(r [][]string) [][]string { r[1][7] = "大概成功"; return r }, "成功或者失败"},
			"a day to come":  {func(r [][]string) [][]string { r[1][9] = "2027-01-01"; return r }, "还没有到"},
			"no amount":      {func(r [][]string) [][]string { r[1][4] = "一千"; return r }, "金额读不懂"},
		} {
			i, err := h.pay.Receive(ctx, zhou, o.ID, "结果.csv", written(t, c.change(deep(good))))
			h.must(err)
			refused, err := h.pay.Examine(ctx, h.DB, i, o)
			if err != nil || len(refused) != 1 || !strings.Contains(refused[0].Why, c.says) {
				t.Errorf("%s: refused are %+v, %v; want one that says %q", what, refused, err, c.says)
			}
			if err := h.do(func(tx *db.Tx) error { return h.pay.Take(ctx, tx, zhou, i.ID) }); !errs.Is(err, errs.Conflict) {
				t.Errorf("%s is taken: %v", what, err)
			}
		}
		if n := count(t, h.DB, `SELECT COUNT(*) FROM assistance_result WHERE import <> ''`); n != 0 {
			t.Fatalf("%d results came out of files that were not taken", n)
		}
		h.must(h.take(o, written(t, good)))
		if err := h.take(o, written(t, good)); !errs.Is(err, errs.Conflict) {
			t.Errorf("the same file is taken twice: %v", err)
		}
		more := deep(good)
		more[1][6] = "别的乡"
		if err := h.take(o, written(t, more)); !errs.Is(err, errs.Conflict) {
			t.Errorf("the same results are taken twice: %v", err)
		}
		i, err := h.pay.Receive(ctx, zhou, o.ID, "结果.csv", written(t, good))
		h.must(err)
		if refused, _ := h.pay.Examine(ctx, h.DB, i, o); len(refused) != 1 || !strings.Contains(refused[0].Why, "一模一样") {
			t.Errorf("the same file again: %+v", refused)
		}
		if _, err := h.pay.Receive(ctx, he, o.ID, "x.csv", written(t, good)); !errs.Is(err, errs.Forbidden) {
			t.Errorf("a clerk brings results: %v", err)
		}
		h.sound()
	})
}

func deep(rows [][]string) [][]string {
	all := make([][]string, len(rows))
	for i, r := range rows {
		all[i] = append([]string{}, r...)
	}
	return all
}

func TestABankMayHideTheMiddleOfAnAccountAndSayThingsInSeveralFiles(t *testing.T) {
	t.Parallel()
	h := open(t, t.TempDir(), "")
	h.add(grant{}, grant{}, grant{})
	o := h.approved("2026-04")
	rows := csvRows(t, h.answer(o, func(int) string { return "" }))
	for _, r := range rows[1:] {
		r[2] = r[2][:6] + "******" + r[2][12:]
	}
	rows[3][7] = "处理中"
	h.must(h.take(o, written(t, rows)))
	all, err := h.pay.Totals(t.Context(), h.DB, zhou, o)
	if err != nil || all[0].Paid != 2 {
		t.Fatalf("paid are %+v, %v, want two: one is under way", all, err)
	}
	rows[3][7] = "失败"
	h.must(h.take(o, written(t, [][]string{rows[0], rows[3]})))
	all, _ = h.pay.Totals(t.Context(), h.DB, zhou, o)
	if all[0].Paid != 2 || all[0].Failed != 1 || all[0].PaidSum+all[0].FailedSum != o.Amount {
		t.Errorf("in the end %+v of %d 分", all[0], o.Amount)
	}
}

func TestNobodyIsPaidTwiceInWhateverOrderThingsHappen(t *testing.T) {
	t.Parallel()
	h := open(t, t.TempDir(), "")
	h.pay.SetPage(2)
	rapid.Check(t, func(rt *rapid.T) { h.months(rt) })
}

// months lives through three months in which files come in any order, some
// twice, some never, and payments fail, are mended, and rolls are undone.
func (h *house) months(rt *rapid.T) {
	ctx := h.t.Context()
	h.clear()
	h.at(2026, 4, 8)
	n := rapid.IntRange(1, 6).Draw(rt, "recipients")
	var all []grant
	for range n {
		g := grant{Amount: rapid.Int64Range(1, 200_000).Draw(rt, "amount"), Region: rapid.SampledFrom([]string{liuxi + "001", heba + "001"}).Draw(rt, "place"), Lacks: "存款"}
		if rapid.IntRange(0, 4).Draw(rt, "no account") == 0 {
			g.Account = "-"
		}
		all = append(all, g)
	}
	all = h.add(all...)
	entered := map[string]int64{}
	type file struct {
		roll payment.Roll
		data []byte
	}
	var files []file
	for m := 4; m <= 6; m++ {
		h.at(2026, 4, 8)
		h.at(2026, timeMonth(m), 8)
		if who := rapid.IntRange(0, n-1).Draw(rt, "entry"); rapid.Bool().Draw(rt, "enter") {
			e := payment.Entry{Kind: rapid.SampledFrom([]ledger.Kind{ledger.Arrears, ledger.Over}).Draw(rt, "kind"), Month: "2026-04", Amount: rapid.Int64Range(1, 50_000).Draw(rt, "sum"), Why: "试"}
			h.must(h.do(func(tx *db.Tx) error { return h.pay.Enter(ctx, tx, zhou, all[who].id, e) }))
			if e.Kind == ledger.Arrears {
				entered[all[who].id] += e.Amount
			}
		}
		for rapid.IntRange(0, 3).Draw(rt, "undo") == 0 {
			o := h.made(fmt.Sprintf("2026-%02d", m))
			h.must(h.do(func(tx *db.Tx) error { return h.pay.Return(ctx, tx, gao, o.ID, "再看看") }))
		}
		o := h.made(fmt.Sprintf("2026-%02d", m))
		if o.Lines == 0 {
			rt.Fatalf("nobody is paid in month %d", m)
		}
		h.must(h.pay.Approve(ctx, gao, o.ID, o.Mark()))
		o = h.roll(o.ID)
		if o.Payable > 0 {
			files = append(files, file{o, h.answer(o, func(int) string { return rapid.SampledFrom([]string{"", "", "账号不对", "-"}).Draw(rt, "outcome") })})
		}
		for range rapid.IntRange(0, 4).Draw(rt, "files") {
			if len(files) == 0 {
				break
			}
			f := rapid.SampledFrom(files).Draw(rt, "file")
			if err := h.take(f.roll, f.data); err != nil && !errs.Is(err, errs.Conflict) && !errs.Is(err, errs.Invalid) {
				rt.Fatal(err)
			}
		}
		for _, t := range h.tasks(payment.Failure) {
			if rapid.Bool().Draw(rt, "mend") {
				h.must(h.do(func(tx *db.Tx) error { return h.pay.Done(ctx, tx, he2(t.Township), t.ID, "账户没错") }))
			}
		}
		h.reconcile(rt, o)
	}
	for _, g := range all {
		h.owed(rt, g, entered[g.id])
	}
}

// owed checks that a recipient was never paid more than is theirs, and that
// what is theirs is paid, waits, or has failed.
func (h *house) owed(rt *rapid.T, g grant, arrears int64) {
	sum := func(where string) int64 {
		return int64(count(h.t, h.DB, `SELECT COALESCE(CAST(SUM(l.amount) AS BIGINT), 0) FROM assistance_line AS l LEFT JOIN assistance_result AS r ON r.line = l.id WHERE l.benefit = ? AND `+where, g.id))
	}
	taken := int64(count(h.t, h.DB, `SELECT COALESCE(CAST(SUM(taken) AS BIGINT), 0) FROM assistance_line WHERE benefit = ? AND kind <> 'again'`, g.id))
	theirs := 3*g.Amount + arrears - taken
	// Each 分 stands in exactly one line that has not been paid again.
	if live := sum(`(r.next IS NULL OR r.next <> 'again')`); live != theirs {
		rt.Fatalf("theirs are %d 分, in lines are %d", theirs, live)
	}
	if paid := sum(`r.outcome = 'paid'`); paid > theirs {
		rt.Fatalf("paid are %d 分 of %d", paid, theirs)
	}
}

// reconcile checks every sum of a roll against every other.
func (h *house) reconcile(rt *rapid.T, o payment.Roll) {
	var lines, base payment.Total
	for _, l := range h.lines(o) {
		lines.Amount += l.Amount
		base.Amount += l.Base + l.Arrears - l.Taken
	}
	totals, err := h.pay.Totals(h.t.Context(), h.DB, zhou, o)
	if err != nil {
		rt.Fatal(err)
	}
	var sum payment.Total
	for _, t := range totals {
		sum.Add(t)
	}
	var exported int64
	if o.Payable > 0 {
		for _, row := range csvRows(h.t, h.exported(o, "csv"))[1:] {
			exported += fen(row[4])
		}
	}
	missing := int64(count(h.t, h.DB, `SELECT COALESCE(CAST(SUM(amount) AS BIGINT), 0) FROM assistance_line WHERE roll = ? AND account = ''`, o.ID))
	if sum.Amount != o.Amount || lines.Amount != o.Amount || base.Amount != o.Amount || exported != o.PayableSum || exported+missing != o.Amount {
		rt.Fatalf("the roll says %d, its lines %d, their parts %d, the townships %d, the bank's file %d, without an account %d", o.Amount, lines.Amount, base.Amount, sum.Amount, exported, missing)
	}
	r, err := h.pay.Verify(h.t.Context(), h.DB)
	if err != nil || !r.OK() {
		rt.Fatalf("the books do not hold together: %v %v", r.Findings, err)
	}
}

func (h *house) clear() {
	h.must(h.do(func(tx *db.Tx) error {
		for _, table := range []string{"due", "amount", "benefit", "roll", "line", "total", "part", "hold", "account", "note", "export", "import", "result", "task", "known"} {
			if _, err := tx.Exec(h.t.Context(), `DELETE FROM assistance_`+table); err != nil {
				return err
			}
		}
		_, err := tx.Exec(h.t.Context(), `DELETE FROM job_job`)
		return err
	}))
}

func TestThreeKindsOfFilesSayTheSame(t *testing.T) {
	t.Parallel()
	h := open(t, t.TempDir(), "")
	h.add(grant{}, grant{Amount: 12_34}, grant{Region: heba + "001"})
	o := h.approved("2026-04")
	csv, xml, sheet := h.exported(o, "csv"), h.exported(o, "xml"), h.exported(o, "xlsx")
	for _, row := range csvRows(t, csv)[1:] {
		if !bytes.Contains(xml, []byte("<EndToEndId>"+row[0]+"</EndToEndId>")) || !bytes.Contains(xml, []byte(">"+row[4]+"</InstdAmt>")) {
			t.Errorf("pain.001 lacks line %s", row[0])
		}
	}
	if !bytes.HasPrefix(sheet, []byte("PK")) || !bytes.Contains(xml, []byte("<CtrlSum>"+yuan(o.Amount)+"</CtrlSum>")) {
		t.Error("the files' heads are not those of a workbook and of the roll's sum")
	}
	ctx := t.Context()
	for _, e := range []payment.Export{{Format: "csv"}, {Format: "pdf", Purpose: "x"}} {
		if _, err := h.pay.OrderExport(ctx, zhou, o.ID, e); !errs.Is(err, errs.Invalid) {
			t.Errorf("%+v is exported: %v", e, err)
		}
	}
	if _, err := h.pay.OrderExport(ctx, he, o.ID, payment.Export{Format: "csv", Purpose: "看看"}); !errs.Is(err, errs.Forbidden) {
		t.Errorf("a clerk takes accounts out: %v", err)
	}
	entries, err := h.Audit.Of(ctx, h.DB, o.Subject(), 20)
	if err != nil || entries[0].Verb != "export" || entries[0].Purpose != "交银行代发" || entries[0].Detail["lines"] != "3" {
		t.Errorf("the audit log's last entry is %+v, %v", entries[0], err)
	}
}
