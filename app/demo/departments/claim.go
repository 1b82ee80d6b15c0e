package departments

import (
	"bytes"
	"encoding/json"
	"slices"
)

// claimed says whether what a question claims is on file, and of which fields
// it is not. No value goes out.
func claimed(q question, file values) (match bool, differs []string) {
	for f, want := range q.Claims {
		got, err := json.Marshal(file[f])
		var tight bytes.Buffer
		if err != nil || json.Compact(&tight, want) != nil || file[f] == nil || !bytes.Equal(tight.Bytes(), got) {
			differs = append(differs, f)
		}
	}
	slices.Sort(differs)
	return len(differs) == 0, differs
}
