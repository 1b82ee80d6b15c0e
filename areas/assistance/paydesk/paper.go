package paydesk

import (
	"net/http"
	"net/url"

	"minzheng/areas/assistance/bank"
	"minzheng/areas/assistance/payment"
	"minzheng/kernel/auth"
	"minzheng/kernel/fact"
	"minzheng/kernel/web"
)

// papers fills in what townships say, and what went to the bank and came back.
func (p pages) papers(r *http.Request, who auth.Who, o payment.Roll, v *rollPage) error {
	notes, err := p.Notes(r.Context(), p.DB, who, o)
	if err != nil {
		return err
	}
	for _, n := range notes {
		row := noteRow{ID: n.ID, Place: p.place(n.Township), Who: n.Maker, When: timed(n.At), Text: n.Text, Answer: n.Answer}
		if n.Answer != "" {
			row.AnswerBy = n.AnswerName + "　" + timed(n.AnsweredAt)
		} else {
			row.Field = field(web.Field{Name: "answer-" + n.ID, Label: "答复" + row.Place, MaxLength: 500}, v.typed.Get, v.Problems)
		}
		v.Notes = append(v.Notes, row)
	}
	if !v.Officer || !v.Approved {
		return nil
	}
	exports, err := p.Exports(r.Context(), p.DB, o)
	if err != nil {
		return err
	}
	for _, e := range exports {
		what := formatWord(e.Format) + "，" + itoa(e.Lines) + " 笔，" + fact.Yuan(e.Amount)
		if e.Township != "" {
			what = p.place(e.Township) + "　" + what
		}
		v.Exports = append(v.Exports, exportRow{When: timed(e.At), Who: e.Maker, What: what, Why: e.Purpose})
	}
	imports, err := p.Imports(r.Context(), p.DB, o)
	if err != nil {
		return err
	}
	for _, i := range imports {
		v.Imports = append(v.Imports, importRow{Href: importURL(i.ID), When: timed(i.At), Who: i.MakerName, Name: i.Name, What: counts(i), State: importState(i)})
	}
	return nil
}

func counts(i payment.Import) string {
	text := "到账 " + itoa(i.Paid) + " 笔 " + fact.Yuan(i.PaidSum) + "，没到账 " + itoa(i.Failed) + " 笔"
	if i.Open > 0 {
		text += "，还没有结果 " + itoa(i.Open) + " 笔"
	}
	return text
}

func importState(i payment.Import) chip {
	switch i.State {
	case "taken":
		return chip{web.OK, "check", "已收下"}
	case "dropped":
		return chip{web.Mute, "minus", "没有收"}
	}
	return chip{web.Wait, "clock", "还没收下"}
}

func formatWord(format string) string {
	return map[string]string{"xlsx": "Excel 表", "csv": "CSV", "xml": "pain.001（ISO 20022）"}[format]
}

// export sends the whole accounts out, line by line. The browser stays on the
// page; what goes wrong on the way breaks the download off, so that half a file
// is never taken for a whole one.
func (p pages) export(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	sent, err := web.Form(r)
	if err != nil {
		return err
	}
	e, err := p.OrderExport(r.Context(), who, r.PathValue("roll"), payment.Export{Format: sent.Get("format"), Township: sent.Get("township"), Purpose: sent.Get("purpose")})
	if err != nil {
		return p.rolled(w, r, who, sent, err)
	}
	h := w.Header()
	h.Set("Content-Type", bank.MediaType(e.Format))
	h.Set("Content-Disposition", `attachment; filename="`+url.PathEscape(e.Name())+`"`)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	if err := p.Write(r.Context(), e, flushed{w, http.NewResponseController(w)}); err != nil {
		p.Log.ErrorContext(r.Context(), "writing a payment file", "error", err)
		panic(http.ErrAbortHandler)
	}
	return nil
}

// flushed sends every piece on at once.
type flushed struct {
	http.ResponseWriter
	control *http.ResponseController
}

func (f flushed) Write(b []byte) (int, error) {
	n, err := f.ResponseWriter.Write(b)
	if err == nil {
		err = f.control.Flush()
	}
	return n, err
}
