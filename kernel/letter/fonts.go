package letter

import (
	"errors"
	"fmt"

	"github.com/signintech/gopdf"
	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// RareFont is where Debian's package fonts-lxgw-wenkai puts a font with many
// rare characters of names.
const RareFont = "/usr/share/fonts/truetype/lxgw-wenkai/LXGWWenKai-Regular.ttf"

// missing stands for a character that no font has.
const missing = '〓'

// Fonts are the typefaces of letters, read once. They are safe for use by
// several goroutines.
type Fonts struct {
	shapes gopdf.FontContainer
	faces  []face // regular, bold, and what is asked when they lack a character
}

type face struct {
	name string
	font *sfnt.Font
	em   fixed.Int26_6
}

const (
	regular = iota
	bold
	rare
)

// NewFonts reads TrueType fonts. Those after bold are asked, in their order,
// for characters that it lacks.
func NewFonts(regular, bold []byte, more ...[]byte) (*Fonts, error) {
	f := &Fonts{}
	for i, data := range append([][]byte{regular, bold}, more...) {
		name := fmt.Sprintf("face%d", i)
		parsed, err := sfnt.Parse(data)
		if err != nil {
			return nil, fmt.Errorf("reading font %d: %w", i, err)
		}
		if err := f.shapes.AddTTFFontData(name, data); err != nil {
			return nil, fmt.Errorf("reading font %d: %w", i, err)
		}
		f.faces = append(f.faces, face{name, parsed, fixed.Int26_6(parsed.UnitsPerEm())})
	}
	ink := newInk(f)
	for _, needed := range []rune{missing, '第', '页', '0', '•'} {
		for i := range f.faces[:rare] {
			if _, ok := ink.width(i, needed); !ok {
				return nil, errors.New("a letter's font lacks Chinese characters")
			}
		}
	}
	return f, nil
}

// A glyph is one character in the face that has it.
type glyph struct {
	r     rune
	face  int
	width float64 // in parts of the size
}

// ink chooses faces for one letter and remembers what none has.
type ink struct {
	fonts  *Fonts
	buffer sfnt.Buffer
	known  map[[2]rune]glyph
	lacks  []rune
}

func newInk(f *Fonts) *ink { return &ink{fonts: f, known: map[[2]rune]glyph{}} }

// glyph returns how r is printed in a weight.
func (k *ink) glyph(weight int, r rune) glyph {
	key := [2]rune{rune(weight), r}
	if g, ok := k.known[key]; ok {
		return g
	}
	g := k.choose(weight, r)
	k.known[key] = g
	return g
}

func (k *ink) choose(weight int, r rune) glyph {
	if w, ok := k.width(weight, r); ok {
		return glyph{r, weight, w}
	}
	for i := range k.fonts.faces {
		if w, ok := k.width(i, r); ok {
			return glyph{r, i, w}
		}
	}
	if !contains(k.lacks, r) {
		k.lacks = append(k.lacks, r)
	}
	w, _ := k.width(weight, missing)
	return glyph{missing, weight, w}
}

func (k *ink) width(i int, r rune) (float64, bool) {
	f := k.fonts.faces[i]
	n, err := f.font.GlyphIndex(&k.buffer, r)
	if err != nil || n == 0 {
		return 0, false
	}
	w, err := f.font.GlyphAdvance(&k.buffer, n, f.em, font.HintingNone)
	return float64(w) / float64(f.em), err == nil
}

func contains(list []rune, r rune) bool {
	for _, one := range list {
		if one == r {
			return true
		}
	}
	return false
}
