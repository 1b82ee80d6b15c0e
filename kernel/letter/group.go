package letter

// A Group is blocks of one kind that stand together, as the items of a list do.
type Group struct {
	Kind   Kind
	Blocks []Block
}

// Groups joins blocks of one kind that follow each other.
func Groups(blocks []Block) []Group {
	var all []Group
	for _, b := range blocks {
		if n := len(all); n == 0 || all[n-1].Kind != b.Kind {
			all = append(all, Group{Kind: b.Kind})
		}
		last := &all[len(all)-1]
		last.Blocks = append(last.Blocks, b)
	}
	return all
}
