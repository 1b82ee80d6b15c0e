// Package paydesk is where staff see to payment: rolls, what banks say, tasks.
package paydesk

import (
	"minzheng/areas/assistance/payment"
	"minzheng/kernel/area"
)

// Desk shows the pages below /staff/payments.
type Desk struct {
	*payment.Paymaster
	area.Frame
}

// New returns the pages of a paymaster.
func New(p *payment.Paymaster) *Desk { return &Desk{Paymaster: p} }

func (d *Desk) Staff() *area.Staff { return nil }
