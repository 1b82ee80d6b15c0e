package payment

import (
	"context"
	"time"
)

// SetPage has pages hold n benefits.
func (p *Paymaster) SetPage(n int) { p.page = n }

// Advance goes on with a roll, for so long.
func (p *Paymaster) Advance(ctx context.Context, id string, slice time.Duration) error {
	o, err := one(ctx, p.DB, id)
	if err != nil {
		return err
	}
	return p.advance(ctx, o, time.Now().Add(slice))
}

// What a process hears when another has gone on, and when its time is over.
var (
	ErrOvertaken = errOvertaken
	ErrSlice     = errSlice
)
