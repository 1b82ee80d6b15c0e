package bank

import (
	"bufio"
	"encoding/xml"
	"io"
	"strconv"
	"strings"
	"time"

	"minzheng/kernel/errs"
)

const painSpace = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"

// painWriter writes a customer credit transfer initiation. The elements stand
// in the standard's order, which is part of it.
type painWriter struct{ *bufio.Writer }

func newPain(w io.Writer, b Batch) (Writer, error) {
	if b.Payer.Account == "" {
		return nil, errs.New(errs.Conflict, "还没有配置付款账户，不能导出 pain.001。请让管理员在启动参数里写上付款账户。")
	}
	p := &painWriter{bufio.NewWriterSize(w, 16<<10)}
	count, sum := strconv.Itoa(b.Count), Amount(b.Sum)
	p.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n")
	p.WriteString(`<Document xmlns="` + painSpace + `"><CstmrCdtTrfInitn><GrpHdr>`)
	p.leaf("MsgId", b.ID)
	p.leaf("CreDtTm", b.Made.In(time.FixedZone("CST", 8*3600)).Format("2006-01-02T15:04:05-07:00"))
	p.leaf("NbOfTxs", count)
	p.leaf("CtrlSum", sum)
	p.in("InitgPty", func() { p.leaf("Nm", cut(b.Payer.Name, 140)) })
	p.WriteString("</GrpHdr>\n<PmtInf>")
	p.leaf("PmtInfId", b.ID)
	p.leaf("PmtMtd", "TRF")
	p.leaf("BtchBookg", "true")
	p.leaf("NbOfTxs", count)
	p.leaf("CtrlSum", sum)
	p.in("ReqdExctnDt", func() { p.leaf("Dt", b.Day.String()) })
	p.in("Dbtr", func() { p.leaf("Nm", cut(b.Payer.Name, 140)) })
	p.in("DbtrAcct", func() { p.account(b.Payer.Account); p.leaf("Ccy", "CNY") })
	p.in("DbtrAgt", func() { p.agent("") })
	p.leaf("ChrgBr", "DEBT")
	return &painLines{p, cut(b.Subject, 140)}, nil
}

type painLines struct {
	*painWriter
	subject string
}

func (p *painLines) Write(one Payment) error {
	p.WriteString("\n<CdtTrfTxInf>")
	p.in("PmtId", func() { p.leaf("EndToEndId", one.ID) })
	p.in("Amt", func() { p.WriteString(`<InstdAmt Ccy="CNY">` + Amount(one.Amount) + `</InstdAmt>`) })
	if one.Bank != "" {
		p.in("CdtrAgt", func() { p.agent(one.Bank) })
	}
	p.in("Cdtr", func() { p.leaf("Nm", cut(one.Name, 140)) })
	p.in("CdtrAcct", func() { p.account(one.Account) })
	p.in("RmtInf", func() { p.leaf("Ustrd", p.subject+" "+one.Month) })
	_, err := p.WriteString("</CdtTrfTxInf>")
	return err
}

func (p *painLines) Close() error {
	p.WriteString("</PmtInf></CstmrCdtTrfInitn></Document>\n")
	return p.Flush()
}

func (p *painWriter) leaf(name, text string) {
	p.WriteString("<" + name + ">")
	xml.EscapeText(p.Writer, []byte(text)) // an error stays in the buffer until Flush
	p.WriteString("</" + name + ">")
}

func (p *painWriter) in(name string, inside func()) {
	p.WriteString("<" + name + ">")
	inside()
	p.WriteString("</" + name + ">")
}

func (p *painWriter) account(number string) {
	p.in("Id", func() { p.in("Othr", func() { p.leaf("Id", cut(number, 34)) }) })
}

// agent is a bank by its name; a bank has to be named even where it is the one
// that reads the file.
func (p *painWriter) agent(name string) {
	p.in("FinInstnId", func() {
		if name == "" {
			p.in("Othr", func() { p.leaf("Id", "NOTPROVIDED") })
			return
		}
		p.leaf("Nm", cut(name, 140))
	})
}

// cut keeps what the standard has room for.
func cut(s string, most int) string {
	s = strings.TrimSpace(s)
	if r := []rune(s); len(r) > most {
		return string(r[:most])
	}
	return s
}
