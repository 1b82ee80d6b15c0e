package bank

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"

	"minzheng/kernel/errs"
)

// report is TxInfAndSts of pain.002, of any version.
type report struct {
	ID     string `xml:"OrgnlEndToEndId"`
	Status string `xml:"TxSts"`
	Rsn    []struct {
		Code string   `xml:"Rsn>Cd"`
		Own  string   `xml:"Rsn>Prtry"`
		More []string `xml:"AddtlInf"`
	} `xml:"StsRsnInf"`
	Accepted string `xml:"AccptncDtTm"`
	Day      string `xml:"OrgnlTxRef>ReqdExctnDt>Dt"`
	Amount   struct {
		Text     string `xml:",chardata"`
		Currency string `xml:"Ccy,attr"`
	} `xml:"OrgnlTxRef>Amt>InstdAmt"`
	Name    string `xml:"OrgnlTxRef>Cdtr>Nm"`
	Party   string `xml:"OrgnlTxRef>Cdtr>Pty>Nm"`
	Account string `xml:"OrgnlTxRef>CdtrAcct>Id>Othr>Id"`
}

// readPain reads a customer payment status report, payment by payment.
func readPain(r io.Reader, each func(Result) error) error {
	d := xml.NewDecoder(r)
	d.CharsetReader = func(string, io.Reader) (io.Reader, error) { return nil, errRead() }
	found, kind := 0, ""
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return errRead()
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		switch start.Name.Local {
		case "CstmrPmtStsRpt":
			kind = start.Name.Local
		case "TxInfAndSts":
			found++
			var one report
			if err := d.DecodeElement(&one, &start); err != nil || found > mostLines {
				return errRead()
			}
			if err := each(one.result(found)); err != nil {
				return err
			}
		}
	}
	switch {
	case kind == "":
		return errs.New(errs.Invalid, "这不是 pain.002 回执。请向银行要 pain.002。")
	case found == 0:
		return errs.New(errs.Invalid, "这份回执只有总的结果，没有每一笔的。请向银行要每一笔的结果。")
	}
	return nil
}

func (p report) result(row int) Result {
	r := Result{Row: row, ID: strings.ToLower(strings.TrimSpace(p.ID)), Name: strings.TrimSpace(p.Name + p.Party), Account: strings.TrimSpace(p.Account)}
	switch strings.TrimSpace(p.Status) {
	case "ACSC", "ACCC":
		r.Outcome = Paid
	case "RJCT", "CANC":
		r.Outcome = Failed
	case "PDNG", "RCVD", "ACTC", "ACCP", "ACSP", "ACWC", "ACWP":
		r.Outcome = Pending
	default:
		r.bad("结果代码不认识。")
	}
	for _, why := range p.Rsn {
		r.Code = strings.TrimSpace(why.Code)
		r.Reason = strings.TrimSpace(strings.Join(append(why.More, why.Own), " "))
	}
	if text := strings.TrimSpace(p.Amount.Text); text != "" {
		var ok bool
		if r.Amount, ok = ParseAmount(text); !ok || r.Amount == 0 || p.Amount.Currency != "CNY" {
			r.bad("金额读不懂，或者不是人民币。")
		}
	}
	day := p.Day
	if p.Accepted != "" {
		day, _, _ = strings.Cut(p.Accepted, "T")
	}
	var err error
	if r.Day, err = dayOf(strings.TrimSpace(day)); err != nil {
		r.bad("日期读不懂。")
	}
	return r.checked()
}
