package bank

import (
	"encoding/csv"
	"io"
)

type csvWriter struct{ w *csv.Writer }

// newCSV begins with a mark by which spreadsheets know the encoding.
func newCSV(w io.Writer, _ Batch) (Writer, error) {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return nil, err
	}
	c := csv.NewWriter(w)
	c.UseCRLF = true
	return &csvWriter{c}, c.Write(head)
}

func (c *csvWriter) Write(p Payment) error { return c.w.Write(p.row()) }

func (c *csvWriter) Close() error {
	c.w.Flush()
	return c.w.Error()
}
