package recompute

import "time"

// Paged is the room with so many families in one transaction, and so long a
// job.
func (m *Room) Paged(n int, work time.Duration) *Room {
	return &Room{desk: m.desk, page: n, work: work}
}

// Told is the message that a family gets.
var Told = told
