package letter

import (
	"errors"
	"fmt"
	"strings"

	"github.com/signintech/gopdf"
	"github.com/skip2/go-qrcode"
)

// PDF returns the letter on sheets of A4. The same letter gives the same
// bytes.
func PDF(f *Fonts, t Letter) ([]byte, error) {
	l := &layout{ink: newInk(f), step: wideStep}
	if t.VerifyURL != "" {
		q, err := qrcode.New(t.VerifyURL, qrcode.Medium)
		if err != nil {
			return nil, fmt.Errorf("writing a letter: its code: %w", err)
		}
		l.dots = q.Bitmap()
	}
	l.all(t)
	if len(l.pages) > 1 {
		tight := &layout{ink: l.ink, dots: l.dots, step: tightStep}
		if tight.all(t); len(tight.pages) < len(l.pages) {
			l = tight
		}
	}
	if len(l.chapters) > 0 { // once more, now that the contents can say where
		l = &layout{ink: l.ink, dots: l.dots, step: l.step, at: l.chapters}
		l.all(t)
	}
	l.frame(t)
	body, err := draw(f, l.pages, t)
	if err != nil {
		return nil, fmt.Errorf("writing a letter: %w", err)
	}
	return body, nil
}

// code draws the square code that leads to the check.
func (l *layout) code() {
	side := codeSide / float64(len(l.dots))
	for y, row := range l.dots {
		for x := 0; x < len(row); x++ {
			from := x
			for x < len(row) && row[x] {
				x++
			}
			if x > from {
				// A trifle larger, or hairlines show between the rows.
				l.fill(box{left - 8 + float64(from)*side, l.y + float64(y)*side, float64(x-from) * side, side * 1.04, 0, 0, 0})
			}
		}
	}
	text := l.ink.glyphs([]Run{{"扫一扫，查真伪", false}})
	l.write(left-8+(codeSide-text.width(smallSize))/2, l.y+codeSide+8, smallSize, text, grey)
}

func draw(f *Fonts, pages []*page, t Letter) ([]byte, error) {
	pdf := &gopdf.GoPdf{}
	pdf.Start(gopdf.Config{PageSize: gopdf.Rect{W: pageWide, H: pageHigh}})
	pdf.SetInfo(gopdf.PdfInfo{Title: common(t.Title), Author: common(t.Office)})
	have := map[int]bool{}
	for _, p := range pages {
		pdf.AddPage()
		for _, b := range p.boxes {
			pdf.SetFillColor(b.red, b.green, b.blue)
			pdf.RectFromUpperLeftWithStyle(b.x, b.y, b.wide, b.high, "F")
		}
		for _, s := range p.strokes {
			if err := s.draw(f, pdf, have); err != nil {
				return nil, err
			}
		}
	}
	body, err := pdf.GetBytesPdfReturnErr()
	if err != nil {
		return nil, err
	}
	return repair(body)
}

// common is s without the characters that gopdf cannot write into the document's
// own data; unlike repair's they stand behind the index.
func common(s string) string {
	return strings.Map(func(r rune) rune {
		if r > 0xffff {
			return missing
		}
		return r
	}, s)
}

// draw writes a stroke, a stretch of one face at a time.
func (s stroke) draw(f *Fonts, pdf *gopdf.GoPdf, have map[int]bool) error {
	x := s.x
	for from := 0; from < len(s.text); {
		to := from
		var text []rune
		for to < len(s.text) && s.text[to].face == s.text[from].face {
			text = append(text, s.text[to].r)
			to++
		}
		if err := use(f, pdf, s.text[from].face, s.size, have); err != nil {
			return err
		}
		setShade(pdf, s.shade)
		pdf.SetXY(x, s.y)
		if err := pdf.Text(string(text)); err != nil {
			return err
		}
		x += s.text[from:to].width(s.size)
		from = to
	}
	return nil
}

func use(f *Fonts, pdf *gopdf.GoPdf, face int, size float64, have map[int]bool) error {
	if face >= len(f.faces) {
		return errors.New("no such face")
	}
	name := f.faces[face].name
	if !have[face] {
		if err := pdf.AddTTFFontFromFontContainer(name, &f.shapes); err != nil {
			return err
		}
		have[face] = true
	}
	return pdf.SetFont(name, "", size)
}

func setShade(pdf *gopdf.GoPdf, s shade) {
	switch s {
	case grey:
		pdf.SetTextColor(0x55, 0x5d, 0x6b)
	case brand:
		pdf.SetTextColor(0x1f, 0x5a, 0xa8)
	default:
		pdf.SetTextColor(0x16, 0x1b, 0x26)
	}
}
