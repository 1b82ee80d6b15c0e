package letter

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"unicode/utf16"
)

// repair puts right what gopdf writes of characters beyond U+FFFF: they must
// stand as UTF-16 in the maps that say which text a glyph is, or a reader
// cannot copy, search or speak them. The index of the file moves with them.
func repair(pdf []byte) ([]byte, error) {
	at := bytes.LastIndex(pdf, []byte("\nxref\n")) + 1
	tail := bytes.Index(pdf[at:], []byte("trailer\n"))
	if at == 0 || tail < 0 {
		return nil, errors.New("the PDF has no index")
	}
	index := bytes.Split(bytes.TrimSpace(pdf[at:at+tail]), []byte("\n"))[3:] // xref, 0 n, the free one
	trailer := bytes.Split(pdf[at+tail:], []byte("startxref\n"))[0]
	var out bytes.Buffer
	offsets, last := make([]int, len(index)), 0
	for i, entry := range append(index, fmt.Appendf(nil, "%010d", at)) {
		offset, err := strconv.Atoi(string(entry[:10]))
		if err != nil || offset < last || offset > at {
			return nil, errors.New("the PDF has a broken index")
		}
		out.Write(inUTF16(pdf[last:offset]))
		if i < len(index) {
			offsets[i] = out.Len()
		}
		last = offset
	}
	start := out.Len()
	fmt.Fprintf(&out, "xref\n0 %d\n0000000000 65535 f \n", len(index)+1)
	for _, offset := range offsets {
		fmt.Fprintf(&out, "%010d 00000 n \n", offset)
	}
	out.Write(trailer)
	fmt.Fprintf(&out, "startxref\n%d\n%%%%EOF\n", start)
	return out.Bytes(), nil
}

// inUTF16 corrects one object, if it is a map of characters.
func inUTF16(object []byte) []byte {
	if !bytes.Contains(object, []byte(" beginbfrange\n")) {
		return object
	}
	entry := regexp.MustCompile(`(?m)^(<[0-9A-F]{4}><[0-9A-F]{4}>)<([0-9A-F]{5,6})>$`)
	grown := 0
	fixed := entry.ReplaceAllFunc(object, func(found []byte) []byte {
		part := entry.FindSubmatch(found)
		code, err := strconv.ParseUint(string(part[2]), 16, 32)
		if err != nil {
			return found
		}
		high, low := utf16.EncodeRune(rune(code))
		right := fmt.Appendf(nil, "%s<%04X%04X>", part[1], high, low)
		grown += len(right) - len(found)
		return right
	})
	length := regexp.MustCompile(`/Length (\d+)`)
	return length.ReplaceAllFunc(fixed, func(found []byte) []byte {
		n, _ := strconv.Atoi(string(found[len("/Length "):]))
		return fmt.Appendf(nil, "/Length %d", n+grown)
	})
}
