package monitor_test

import (
	"context"
	"fmt"
	"os"
	"testing"
)

// victimT is what a process needs of a test.
type victimT struct{ testing.TB }

func (victimT) Helper()                  {}
func (victimT) Context() context.Context { return context.Background() }
func (victimT) Cleanup(func())           {}
func (victimT) Fatal(args ...any)        { fmt.Fprintln(os.Stderr, args...); os.Exit(2) }
