package exchange

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"time"

	"minzheng/kernel/calendar"
	"minzheng/kernel/errs"
	"minzheng/kernel/form"
)

// Event is what a department tells unasked: that something has happened to
// somebody. It says no more than when.
type Event struct {
	ID     string
	Number string // citizen number
	Kind   string // death, move …
	On     calendar.Day
}

// Batch is a part of a feed.
type Batch struct {
	Events []Event
	Bad    int    // events that could not be read
	Next   string // cursor after the batch
	More   bool
}

const (
	longestBatch = 1 << 20
	mostEvents   = 1000
	longestID    = 128
)

// Feeds returns the sources that tell something unasked.
func (x *Exchange) Feeds() []Source {
	var all []Source
	for _, code := range x.order {
		if s := x.sources[code].Source; s.Feed != "" {
			all = append(all, s)
		}
	}
	return all
}

// Pull reads what a source has told after a cursor; "" is from the beginning.
// An error is a sentence for the page that shows how departments do.
func (x *Exchange) Pull(ctx context.Context, source, after string) (Batch, error) {
	l, ok := x.sources[source]
	if !ok || l.Feed == "" || x.base == "" || l.drilling() {
		return Batch{Next: after}, nil
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, x.base+l.Feed+"?after="+url.QueryEscape(after), nil)
	if err != nil {
		return Batch{}, errs.New(errs.Busy, "没有连上。")
	}
	resp, err := x.client.Do(req)
	if err != nil {
		return Batch{}, errs.New(errs.Busy, "没有连上。")
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, longestBatch+1))
	if err != nil || resp.StatusCode >= http.StatusInternalServerError {
		return Batch{}, errs.New(errs.Busy, "没有答复。")
	}
	if resp.StatusCode != http.StatusOK || len(b) > longestBatch {
		return Batch{}, errs.New(errs.Busy, "答复读不懂。")
	}
	return readBatch(b, after, x.now())
}

// readBatch reads a batch strictly; an event that is no event is counted, and
// holds the others back no more than a letter for somebody else would.
func readBatch(b []byte, after string, now time.Time) (Batch, error) {
	var raw struct {
		Events []json.RawMessage `json:"events"`
		Next   *string           `json:"next"`
		More   bool              `json:"more"`
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	garbled := errs.New(errs.Busy, "答复读不懂。")
	if err := d.Decode(&raw); err != nil || raw.Next == nil || len(*raw.Next) > longestID || len(raw.Events) > mostEvents {
		return Batch{}, garbled
	}
	if err := d.Decode(&struct{}{}); err != io.EOF {
		return Batch{}, garbled
	}
	if raw.More && *raw.Next == after || *raw.Next == "" && after != "" {
		return Batch{}, garbled // it would be read for ever
	}
	batch := Batch{Next: *raw.Next, More: raw.More}
	for _, one := range raw.Events {
		if e, ok := readEvent(one, now); ok {
			batch.Events = append(batch.Events, e)
		} else {
			batch.Bad++
		}
	}
	return batch, nil
}

func readEvent(b []byte, now time.Time) (Event, bool) {
	var raw struct {
		ID     string `json:"id"`
		Number string `json:"number"`
		Kind   string `json:"kind"`
		On     string `json:"on"`
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if d.Decode(&raw) != nil || raw.ID == "" || len(raw.ID) > longestID || raw.Kind == "" || len(raw.Kind) > 32 {
		return Event{}, false
	}
	on, err := calendar.Parse(raw.On)
	if err != nil || raw.Number != form.Tidy("number", raw.Number) || form.CheckNumber(raw.Number, now) != "" {
		return Event{}, false
	}
	return Event{raw.ID, raw.Number, raw.Kind, on}, true
}
