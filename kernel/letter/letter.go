// Package letter writes to a person: from a template in a service's folder to
// a page and to a PDF.
//
// A template is text with a few marks; what is filled in is only ever text, so
// that no name and no reason can change how a letter is built. A letter never
// goes out with a gap: what is missing is an error, and a character that no
// font has is printed as 〓 and named at the end.
package letter

import "strings"

// Letter is one finished letter.
type Letter struct {
	Title  string
	Blocks []Block

	Office    string // who writes: "清溪县民政局"
	Number    string // the letter's own number
	Day       string // of the letter, as it is printed: "2026年3月2日"
	VerifyURL string // where its truth can be checked; "" prints no code
	Mark      string // printed above everything: "示例数据"
	Foot      string // printed below everything, beside the number of the page
}

// Kind says what a block is.
type Kind string

// The kinds.
const (
	Heading   Kind = "heading"
	Paragraph Kind = "paragraph"
	Item      Kind = "item"     // of a list
	Numbered  Kind = "numbered" // of a list that is counted
	Note      Kind = "note"     // set apart in a box
	Fact      Kind = "fact"     // a name and its value
	Chapter   Kind = "chapter"  // a title that begins a page; Value is its pages' own foot
	Contents  Kind = "contents" // a line of the contents; Number is the chapter's, from 1
)

// Block is one part of a letter.
type Block struct {
	Kind   Kind
	Number int   // of Numbered and Contents
	Text   []Run // of Fact: the name
	Value  []Run // of Fact and Chapter only
}

// Run is a stretch of text.
type Run struct {
	Text string
	Bold bool
}

// Plain returns the text of runs without their weight.
func Plain(runs []Run) string {
	var b strings.Builder
	for _, r := range runs {
		b.WriteString(r.Text)
	}
	return b.String()
}
