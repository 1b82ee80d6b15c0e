package letter

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// read turns marked text into a letter.
func read(text string) (Letter, error) {
	var l Letter
	joins := false // whether the next line continues the last paragraph
	for _, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if title, ok := strings.CutPrefix(line, "# "); ok {
			if l.Title != "" {
				return Letter{}, errors.New("there are two titles")
			}
			l.Title, joins = unveil(strings.TrimSpace(title)), false
			continue
		}
		b, err := block(line)
		if err != nil {
			return Letter{}, fmt.Errorf("%q: %w", shape(line), err)
		}
		switch {
		case line == "":
			joins = false
		case b.Kind == Paragraph && joins:
			last := &l.Blocks[len(l.Blocks)-1]
			last.Text = append(last.Text, b.Text...)
		case b.Kind == Fact || Plain(b.Text) != "":
			l.Blocks = append(l.Blocks, b)
			joins = b.Kind == Paragraph
		}
	}
	if l.Title == "" {
		return Letter{}, errors.New("the title is empty")
	}
	return l, nil
}

func block(line string) (Block, error) {
	b := Block{Kind: Paragraph}
	number, counted, _ := strings.Cut(line, ". ")
	n, err := strconv.Atoi(number)
	switch {
	case strings.HasPrefix(line, "|"):
		return fact(line)
	case strings.HasPrefix(line, "## "):
		b.Kind, line = Heading, line[3:]
	case strings.HasPrefix(line, "#"):
		return b, errors.New("only # and ## are headings")
	case strings.HasPrefix(line, "- "):
		b.Kind, line = Item, line[2:]
	case line == "-" || line == ">":
		return b, nil // an item whose value is empty
	case strings.HasPrefix(line, "> "):
		b.Kind, line = Note, line[2:]
	case err == nil && n > 0 && number[0] != '+' && counted != "":
		b.Kind, b.Number, line = Numbered, n, counted
	}
	if b.Text, err = runs(line); err != nil {
		return b, err
	}
	return b, nil
}

func fact(line string) (b Block, err error) {
	cells := strings.Split(strings.Trim(line, "| "), "|")
	if !strings.HasSuffix(line, "|") || strings.Count(line, "|") != 3 {
		return b, errors.New("a fact is | name | value |")
	}
	if len(cells) == 1 { // the value is empty
		cells = append(cells, "")
	}
	b.Kind = Fact
	if b.Text, err = runs(cells[0]); err != nil {
		return b, err
	}
	b.Value, err = runs(cells[1])
	return b, err
}

// runs splits text at its ** marks.
func runs(text string) ([]Run, error) {
	parts := strings.Split(strings.TrimSpace(text), "**")
	if len(parts)%2 == 0 {
		return nil, errors.New("a ** has no other end")
	}
	var all []Run
	for i, part := range parts {
		if part != "" {
			all = append(all, Run{unveil(part), i%2 == 1})
		}
	}
	return all, nil
}

// shape is the beginning of a line, for an error: enough to find it by, too
// little to tell of a person.
func shape(line string) string {
	r := []rune(unveil(line))
	if len(r) > 4 {
		return string(r[:4]) + "…"
	}
	return string(r)
}
