package offer

// Pages has a sweep work in pages of so many people.
func (d *Desk) Pages(n int) { d.most = n }

// OnPage is called when the transaction of a page is about to end.
func (d *Desk) OnPage(fn func() error) { d.written = fn }
