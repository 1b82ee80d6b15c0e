package bank

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
	"pgregory.net/rapid"

	"minzheng/kernel/calendar"
	"minzheng/kernel/errs"
)

func batch(all []Payment) Batch {
	b := Batch{ID: "01a20d6ffda47aee8fd666d5902bccb3", Title: "低保 2026年3月", Subject: "最低生活保障", Payer: Party{"清溪县民政局", "100000390121000001"},
		Made: time.Date(2026, 3, 8, 1, 2, 3, 0, time.UTC), Day: calendar.Date(2026, 3, 9)}
	for _, p := range all {
		b.Count++
		b.Sum += p.Amount
	}
	return b
}

func some(n int) []Payment {
	var all []Payment
	for i := range n {
		all = append(all, Payment{ID: fmt.Sprintf("%032x", i+1), Name: "䶮𠮷<&\"" + string(rune('一'+i)), Account: fmt.Sprintf("621700011234%07d", i), Bank: []string{"", "清溪农商行"}[i%2],
			Amount: int64(i*777 + 1), Month: "2026-03", Township: "柳溪街道"})
	}
	return all
}

func write(t testing.TB, format string, all []Payment) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := NewWriter(&out, format, batch(all))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range all {
		if err := w.Write(p); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// order is what may stand in an element of pain.001.001.09, in the standard's
// order, as far as we write it; + is needed once, * any number of times.
var order = map[string]string{
	"Document": "CstmrCdtTrfInitn+", "CstmrCdtTrfInitn": "GrpHdr+ PmtInf* SplmtryData",
	"GrpHdr":      "MsgId+ CreDtTm+ Authstn NbOfTxs+ CtrlSum InitgPty+ FwdgAgt InitnSrc",
	"PmtInf":      "PmtInfId+ PmtMtd+ BtchBookg NbOfTxs CtrlSum PmtTpInf ReqdExctnDt+ PoolgAdjstmntDt Dbtr+ DbtrAcct+ DbtrAgt+ DbtrAgtAcct InstrForDbtrAgt UltmtDbtr ChrgBr ChrgsAcct ChrgsAcctAgt CdtTrfTxInf*",
	"CdtTrfTxInf": "PmtId+ PmtTpInf Amt+ XchgRateInf ChrgBr ChqInstr UltmtDbtr IntrmyAgt1 CdtrAgt CdtrAgtAcct Cdtr CdtrAcct UltmtCdtr InstrForCdtrAgt InstrForDbtrAgt Purp RgltryRptg Tax RltdRmtInf RmtInf SplmtryData",
	"PmtId":       "InstrId EndToEndId+ UETR", "Amt": "InstdAmt+", "RmtInf": "Ustrd* Strd", "InitgPty": "Nm PstlAdr Id", "Dbtr": "Nm PstlAdr Id", "Cdtr": "Nm PstlAdr Id",
	"DbtrAcct": "Id+ Tp Ccy Nm", "CdtrAcct": "Id+ Tp Ccy Nm", "Id": "IBAN Othr Id", "Othr": "Id+ SchmeNm Issr", "DbtrAgt": "FinInstnId+ BrnchId", "CdtrAgt": "FinInstnId+ BrnchId",
	"FinInstnId": "BICFI ClrSysMmbId LEI Nm PstlAdr Othr", "ReqdExctnDt": "Dt DtTm",
}

// longest is how many characters the standard has room for.
var longest = map[string]int{"MsgId": 35, "PmtInfId": 35, "EndToEndId": 35, "Nm": 140, "Ustrd": 140, "Id": 34, "CtrlSum": 19}

type element struct {
	name     string
	text     string
	children []element
}

func tree(t *testing.T, b []byte) element {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(b))
	stack := []element{{}}
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return stack[0].children[0]
		}
		if err != nil {
			t.Fatal(err)
		}
		switch v := token.(type) {
		case xml.StartElement:
			if v.Name.Space != "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09" {
				t.Fatalf("%s is of %q", v.Name.Local, v.Name.Space)
			}
			stack = append(stack, element{name: v.Name.Local})
		case xml.CharData:
			stack[len(stack)-1].text += string(v)
		case xml.EndElement:
			last := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			stack[len(stack)-1].children = append(stack[len(stack)-1].children, last)
		}
	}
}

// valid checks an element against the standard's order, number and room.
func valid(t *testing.T, e element) {
	t.Helper()
	if most := longest[e.name]; len(e.children) == 0 && most > 0 && (len([]rune(e.text)) > most || e.text == "") {
		t.Errorf("%s has %d characters, room is for %d", e.name, len([]rune(e.text)), most)
	}
	if len(e.children) == 0 {
		return
	}
	allowed := strings.Fields(order[e.name])
	at, seen := 0, map[string]int{}
	for _, c := range e.children {
		seen[c.name]++
		i := slices.IndexFunc(allowed[at:], func(a string) bool { return strings.TrimRight(a, "+*") == c.name })
		if i < 0 {
			t.Errorf("%s must not stand here in %s", c.name, e.name)
			return
		}
		at += i
		if seen[c.name] > 1 && !strings.HasSuffix(allowed[at], "*") {
			t.Errorf("%s stands %d times in %s", c.name, seen[c.name], e.name)
		}
		valid(t, c)
	}
	for _, a := range allowed {
		if strings.HasSuffix(a, "+") && seen[strings.TrimSuffix(a, "+")] == 0 {
			t.Errorf("%s lacks %s", e.name, a)
		}
	}
}

func (e element) find(path ...string) element {
	for _, name := range path {
		i := slices.IndexFunc(e.children, func(c element) bool { return c.name == name })
		if i < 0 {
			return element{}
		}
		e = e.children[i]
	}
	return e
}

func TestPain001KeepsToTheStandardsOrderAndSums(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 2, 30} {
		all := some(n)
		doc := tree(t, write(t, "xml", all))
		valid(t, doc)
		b := batch(all)
		for _, path := range [][]string{{"CstmrCdtTrfInitn", "GrpHdr"}, {"CstmrCdtTrfInitn", "PmtInf"}} {
			if e := doc.find(path...); e.find("CtrlSum").text != Amount(b.Sum) || e.find("NbOfTxs").text != fmt.Sprint(n) {
				t.Errorf("%s says %s in %s, want %s in %d", path[1], e.find("CtrlSum").text, e.find("NbOfTxs").text, Amount(b.Sum), n)
			}
		}
		var ids []string
		for _, c := range doc.find("CstmrCdtTrfInitn", "PmtInf").children {
			if c.name == "CdtTrfTxInf" {
				ids = append(ids, c.find("PmtId", "EndToEndId").text)
			}
		}
		for i, p := range all {
			if ids[i] != p.ID {
				t.Errorf("line %d is %s, want %s", i, ids[i], p.ID)
			}
		}
	}
	if got := tree(t, write(t, "xml", some(1))).find("CstmrCdtTrfInitn", "GrpHdr", "CreDtTm").text; got != "2026-03-08T09:02:03+08:00" {
		t.Errorf("made at %s", got)
	}
}

func TestAFileWhoseLinesDoNotAddUpIsNotFinished(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"csv", "xlsx", "xml"} {
		b := batch(some(2))
		w, err := NewWriter(io.Discard, format, b)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Write(some(1)[0]); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); !errors.Is(err, errCount) {
			t.Errorf("%s with a line missing ends with %v", format, err)
		}
		for _, bad := range []Payment{{ID: "x", Name: "n", Account: "1"}, {ID: "x", Name: "n", Amount: 1}, {ID: "x", Account: "1", Amount: 1}, {Name: "n", Account: "1", Amount: 1}, {ID: "x", Name: "n", Account: "1", Amount: -1}} {
			if err := w.Write(bad); err == nil {
				t.Errorf("%s takes %+v", format, bad)
			}
		}
	}
	if _, err := NewWriter(io.Discard, "xml", Batch{}); !errs.Is(err, errs.Conflict) {
		t.Errorf("pain.001 without an account of the payer: %v", err)
	}
}

// held tells how much is written before the last line is.
type held struct{ n int }

func (h *held) Write(b []byte) (int, error) { h.n += len(b); return len(b), nil }

func TestTheFirstByteLeavesBeforeTheLastLineIsWritten(t *testing.T) {
	t.Parallel()
	all := some(3000)
	for _, format := range []string{"csv", "xlsx", "xml"} {
		var out held
		w, err := NewWriter(&out, format, batch(all))
		if err != nil {
			t.Fatal(err)
		}
		for i, p := range all {
			if err := w.Write(p); err != nil {
				t.Fatal(err)
			}
			if i == 1500 && out.n < 1000 {
				t.Errorf("%s has sent %d bytes after half of the lines", format, out.n)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAWorkbookOpensElsewhereWithNumbersAsTheyAre(t *testing.T) {
	t.Parallel()
	all := some(40)
	f, err := excelize.OpenReader(bytes.NewReader(write(t, "xlsx", all)))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := f.GetRows("发放", excelize.Options{RawCellValue: true})
	if err != nil || len(rows) != 41 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for i, p := range all {
		if want := p.row()[:7]; !slices.Equal(rows[i+1], want) {
			t.Errorf("row %d is %q, want %q", i+1, rows[i+1], want)
		}
	}
	if kind, _ := f.GetCellType("发放", "C2"); kind != excelize.CellTypeInlineString && kind != excelize.CellTypeSharedString {
		t.Errorf("an account is of type %v, want text", kind)
	}
}

func results(data []byte) ([]Result, error) {
	var all []Result
	err := Read(data, func(r Result) error { all = append(all, r); return nil })
	return all, err
}

// filled are the rows of a written table with a result in each.
func filled(all []Payment) [][]string {
	rows := [][]string{head}
	for i, p := range all {
		row := p.row()
		if row[7], row[9] = "成功", "2026-03-12"; i%3 == 2 {
			row[7], row[8], row[9] = "失败", "账户已销户", ""
		}
		rows = append(rows, row)
	}
	return rows
}

func csvOf(rows [][]string) []byte {
	var b strings.Builder
	for _, r := range rows {
		for i, c := range r {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(`"` + strings.ReplaceAll(c, `"`, `""`) + `"`)
		}
		b.WriteString("\r\n")
	}
	return []byte(b.String())
}

func xlsxOf(t testing.TB, rows [][]string) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	for i, r := range rows {
		cells := make([]any, len(r))
		for k, c := range r {
			cells[k] = c
		}
		if err := f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &cells); err != nil {
			t.Fatal(err)
		}
	}
	b, err := f.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestResultsAreReadFromEveryKindOfTable(t *testing.T) {
	t.Parallel()
	all := some(9)
	for i := range all {
		all[i].Name = "赵某" // what GBK can write
	}
	rows := filled(all)
	gbk, err := simplifiedchinese.GB18030.NewEncoder().Bytes(csvOf(rows))
	if err != nil {
		t.Fatal(err)
	}
	for kind, data := range map[string][]byte{"UTF-8": csvOf(rows), "UTF-8 with a mark": append([]byte("\ufeff"), csvOf(rows)...), "GBK": gbk, "a workbook": xlsxOf(t, rows)} {
		got, err := results(data)
		if err != nil || len(got) != 9 {
			t.Fatalf("%s: %d rows, %v", kind, len(got), err)
		}
		for i, r := range got {
			want := Result{Row: i + 2, ID: all[i].ID, Name: "赵某", Account: all[i].Account, Amount: all[i].Amount, Outcome: Paid, Day: "2026-03-12"}
			if i%3 == 2 {
				want.Outcome, want.Reason, want.Day = Failed, "账户已销户", ""
			}
			if r != want {
				t.Errorf("%s: row %d is %+v, want %+v", kind, i, r, want)
			}
		}
		if why := got[2].Why(); why != "账户已经销户" {
			t.Errorf("%s: the reason is %q", kind, why)
		}
	}
}

func TestAFileThatIsNoneIsRefusedWithASentence(t *testing.T) {
	t.Parallel()
	for what, data := range map[string]string{
		"nothing": "", "a table without a head": "1,2,3\r\n", "a head alone": strings.Join(head, ",") + "\r\n", "a broken workbook": "PK\x03\x04 no",
		"another kind of XML": "<a/>", "broken XML": "<Document><CstmrPmtStsRpt>", "a report without payments": "<Document><CstmrPmtStsRpt/></Document>",
		"a broken quote": strings.Join(head, ",") + "\r\n\"a\"b\",1", "a head with a column twice": "流水号,流水号,姓名,账号,金额,结果\r\n1,1,a,1,1,成功",
	} {
		if _, err := results([]byte(data)); !errs.Is(err, errs.Invalid) || !strings.HasSuffix(errs.Sentence(err), "。") {
			t.Errorf("%s gives %v, want a sentence", what, err)
		}
	}
}

const report002 = `<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt><GrpHdr><MsgId>B1</MsgId><CreDtTm>2026-03-12T10:00:00</CreDtTm></GrpHdr>
<OrgnlGrpInfAndSts><OrgnlMsgId>R</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId><GrpSts>PART</GrpSts></OrgnlGrpInfAndSts>
<OrgnlPmtInfAndSts><OrgnlPmtInfId>R</OrgnlPmtInfId>
<TxInfAndSts><OrgnlEndToEndId>0000000000000000000000000000000A</OrgnlEndToEndId><TxSts>ACSC</TxSts><AccptncDtTm>2026-03-12T09:00:00+08:00</AccptncDtTm>
<OrgnlTxRef><Amt><InstdAmt Ccy="CNY">1210.00</InstdAmt></Amt><Cdtr><Pty><Nm>赵玉琴</Nm></Pty></Cdtr><CdtrAcct><Id><Othr><Id>6217000112345678</Id></Othr></Id></CdtrAcct></OrgnlTxRef></TxInfAndSts>
<TxInfAndSts><OrgnlEndToEndId>b</OrgnlEndToEndId><TxSts>RJCT</TxSts><StsRsnInf><Rsn><Cd>AC04</Cd></Rsn><AddtlInf>closed</AddtlInf></StsRsnInf></TxInfAndSts>
<TxInfAndSts><OrgnlEndToEndId>c</OrgnlEndToEndId><TxSts>PDNG</TxSts></TxInfAndSts>
<TxInfAndSts><OrgnlEndToEndId>d</OrgnlEndToEndId><TxSts>ACSC</TxSts><OrgnlTxRef><Amt><InstdAmt Ccy="USD">1.00</InstdAmt></Amt></OrgnlTxRef></TxInfAndSts>
<TxInfAndSts><OrgnlEndToEndId>e</OrgnlEndToEndId><TxSts>WHAT</TxSts></TxInfAndSts>
</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>`

func TestPain002IsReadPaymentByPayment(t *testing.T) {
	t.Parallel()
	got, err := results([]byte(report002))
	if err != nil || len(got) != 5 {
		t.Fatalf("%d rows, %v", len(got), err)
	}
	if want := (Result{Row: 1, ID: "0000000000000000000000000000000a", Outcome: Paid, Amount: 121000, Name: "赵玉琴", Account: "6217000112345678", Day: "2026-03-12"}); got[0] != want {
		t.Errorf("the first is %+v, want %+v", got[0], want)
	}
	if got[1].Outcome != Failed || got[1].Why() != "账户已经销户" {
		t.Errorf("the second is %+v", got[1])
	}
	if got[2].Outcome != Pending || got[2].Bad != "" {
		t.Errorf("the third is %+v", got[2])
	}
	if got[3].Bad == "" || got[4].Bad == "" {
		t.Errorf("dollars and an unknown status are taken: %+v %+v", got[3], got[4])
	}
}

func TestAmountsAreReadExactlyOrNotAtAll(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]int64{"1210.00": 121000, "1210": 121000, "1210.5": 121050, "1,210.05": 121005, "¥1210.00元": 121000, "0.01": 1, "1.100": 110, "9999999999999.99": 999999999999999} {
		if got, ok := ParseAmount(s); !ok || got != want {
			t.Errorf("%q is %d, %t; want %d", s, got, ok, want)
		}
	}
	for _, s := range []string{"", ".", "1.001", "-1", "1e3", "一千", "1.2.3", "99999999999999", " ", "1 2"} {
		if got, ok := ParseAmount(s); ok {
			t.Errorf("%q is taken for %d", s, got)
		}
	}
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.Int64Range(0, 1<<49).Draw(rt, "n")
		if got, ok := ParseAmount(Amount(n)); !ok || got != n {
			rt.Fatalf("%d is written %s and read %d", n, Amount(n), got)
		}
	})
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(report002))
	f.Add(csvOf(filled(some(3))))
	f.Add([]byte("PK\x03\x04"))
	f.Add([]byte("\xef\xbb\xbf流水号,姓名,账号,金额,结果\n1,a,1,1,成功"))
	f.Fuzz(func(t *testing.T, data []byte) {
		all, err := results(data)
		if err != nil && errs.KindOf(err) == errs.Fault {
			t.Fatalf("a file is our fault: %v", err)
		}
		for _, r := range all {
			if r.Bad == "" && (r.ID == "" || !plainID.MatchString(r.ID) || r.Amount < 0 || r.Outcome == "") {
				t.Fatalf("a row passes for good: %+v", r)
			}
		}
	})
}
