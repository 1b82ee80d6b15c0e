package exchange

import (
	"context"
	"errors"
	"io"

	"github.com/failsafe-go/failsafe-go/circuitbreaker"
)

// Cause is why an answer is none. It is for those who look after the
// interfaces; nobody who applies for something is told of it.
type Cause string

// The causes.
const (
	Late      Cause = "late"      // not within its time
	Cut       Cause = "cut"       // the connection failed
	Down      Cause = "down"      // it answers that it cannot answer
	Resting   Cause = "resting"   // it failed again and again and is not asked
	Spent     Cause = "spent"     // it was asked as often today as it may be
	Pending   Cause = "pending"   // it answers by file, and has not yet
	Nobody    Cause = "nobody"    // there is no such source, or no address of it
	Unread    Cause = "unread"    // not the agreed form
	Unsigned  Cause = "unsigned"  // not signed, or not by whom it must be, or not for this question
	Refused   Cause = "refused"   // the department does not answer such a question
	Ungranted Cause = "ungranted" // our own matrix does not grant it: not asked
	Drill     Cause = "drill"     // switched off for an exercise
)

// failure is an error with its cause.
type failure struct{ cause Cause }

func (f failure) Error() string { return "the answer is none: " + string(f.cause) }

var errBudget = errors.New("the time of all questions is used up")

// causeOf returns the cause of an error, "" of none.
func causeOf(err error) Cause {
	var f failure
	switch {
	case err == nil:
		return ""
	case errors.As(err, &f):
		return f.cause
	case errors.Is(err, circuitbreaker.ErrOpen):
		return Resting
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled), errors.Is(err, errBudget):
		return Late
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return Cut
	}
	return Cut
}

// passing reports whether asking again at once may help.
func (c Cause) passing() bool { return c == Cut || c == Down }

// counts reports whether a source that ends so again and again is to be left in
// peace; a refusal is about the one question, and a file takes its time.
func (c Cause) counts() bool { return c != "" && c != Refused && c != Pending }

// outcome is how an asking ends that has no answer.
func (c Cause) outcome() Outcome {
	switch c {
	case Unread, Unsigned, Refused, Ungranted:
		return Garbled
	}
	return Silent
}
