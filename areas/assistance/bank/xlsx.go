package bank

import (
	"archive/zip"
	"bufio"
	"compress/flate"
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"time"
)

// xlsxWriter writes a workbook with one sheet as it goes. Libraries finish all
// rows before the first byte leaves; one sheet of texts needs none of what they
// can do beyond that.
type xlsxWriter struct {
	zip   *zip.Writer
	sheet *bufio.Writer
	made  time.Time
	row   int
}

const (
	mainSpace = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"`
	relSpace  = `http://schemas.openxmlformats.org/officeDocument/2006/relationships`
	xmlHead   = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
)

// parts are what a workbook has beside its sheet. Style 1 is text, so that
// long numbers stay as they are; style 2 is an amount; style 3 is the head.
var parts = [][2]string{
	{"[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>`},
	{"_rels/.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="` + relSpace + `/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
	{"xl/workbook.xml", `<workbook ` + mainSpace + ` xmlns:r="` + relSpace + `"><sheets><sheet name="发放" sheetId="1" r:id="rId1"/></sheets></workbook>`},
	{"xl/_rels/workbook.xml.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="` + relSpace + `/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="` + relSpace + `/styles" Target="styles.xml"/></Relationships>`},
	{"xl/styles.xml", `<styleSheet ` + mainSpace + `><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="4"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/><xf numFmtId="4" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/><xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/></cellXfs></styleSheet>`},
}

var widths = []int{36, 12, 24, 22, 12, 10, 14, 8, 18, 12}

const amountColumn = 4

func newXLSX(w io.Writer, b Batch) (Writer, error) {
	z := zip.NewWriter(w)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestSpeed) })
	x := &xlsxWriter{zip: z, made: b.Made}
	for _, p := range parts {
		if err := x.part(p[0]); err != nil {
			return nil, err
		}
		x.sheet.WriteString(p[1])
	}
	if err := x.part("xl/worksheets/sheet1.xml"); err != nil {
		return nil, err
	}
	x.sheet.WriteString(`<worksheet ` + mainSpace + `><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>`)
	for i, width := range widths {
		fmt.Fprintf(x.sheet, `<col min="%d" max="%d" width="%d" customWidth="1"/>`, i+1, i+1, width)
	}
	x.sheet.WriteString(`</cols><sheetData>`)
	return x, x.cells(head, func(int) int { return 3 })
}

// part begins the next file of the workbook.
func (x *xlsxWriter) part(name string) error {
	if x.sheet != nil {
		if err := x.sheet.Flush(); err != nil {
			return err
		}
	}
	w, err := x.zip.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: x.made})
	if err != nil {
		return err
	}
	x.sheet = bufio.NewWriterSize(w, 16<<10)
	_, err = x.sheet.WriteString(xmlHead)
	return err
}

// mostRows is what a sheet holds.
const mostRows = 1 << 20

func (x *xlsxWriter) Write(p Payment) error {
	if x.row >= mostRows {
		return fmt.Errorf("a sheet holds %d rows and there are more", mostRows)
	}
	return x.cells(p.row(), func(i int) int {
		if i == amountColumn {
			return 2
		}
		return 1
	})
}

func (x *xlsxWriter) cells(row []string, style func(int) int) error {
	x.row++
	n := strconv.Itoa(x.row)
	x.sheet.WriteString(`<row r="` + n + `">`)
	for i, text := range row {
		x.sheet.WriteString(`<c r="` + string(rune('A'+i)) + n + `" s="` + strconv.Itoa(style(i)))
		if style(i) == 2 {
			x.sheet.WriteString(`"><v>` + text + `</v></c>`)
			continue
		}
		x.sheet.WriteString(`" t="inlineStr"><is><t xml:space="preserve">`)
		if err := xml.EscapeText(x.sheet, []byte(text)); err != nil {
			return err
		}
		x.sheet.WriteString(`</t></is></c>`)
	}
	_, err := x.sheet.WriteString(`</row>`)
	return err
}

func (x *xlsxWriter) Close() error {
	x.sheet.WriteString(`</sheetData></worksheet>`)
	if err := x.sheet.Flush(); err != nil {
		return err
	}
	return x.zip.Close()
}
