package casework

import (
	"context"

	"minzheng/kernel/calendar"
	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/job"
)

const jobWait = "casework.wait"

// waiting is a step in which somebody may still answer.
type waiting struct {
	Case ID
	Step string
}

// await gives whoever is to answer the step's days.
func (d *Desk) await(ctx context.Context, tx *db.Tx, c *Case, st *catalog.Step) error {
	c.StepDue = d.Calendar.AddWorkdays(calendar.DayOf(tx.Now), st.Wait.Days).Day
	return job.Enqueue(ctx, tx, job.New{Kind: jobWait, Key: string(c.ID) + "/" + st.Code, Payload: waiting{c.ID, st.Code}, At: (c.StepDue + 1).Start()})
}

// waitOver is the job that goes on when nobody has answered.
func (d *Desk) waitOver(ctx context.Context, j job.Job) (func(context.Context, *db.Tx) error, error) {
	w, err := job.Read[waiting](j)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, tx *db.Tx) error {
		c, err := hold(ctx, tx, w.Case)
		if err != nil || !c.IsOpen() || c.Step != w.Step || c.StepDue >= calendar.DayOf(tx.Now) {
			return err
		}
		s, err := d.shelf.Version(ctx, tx, c.Version)
		if err != nil {
			return err
		}
		_, err = d.Act(ctx, tx, Doing{Case: c.ID, Act: s.Step(c.Step).Wait.Then, Who: System})
		return err
	}, nil
}
