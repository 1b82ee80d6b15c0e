package offer_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// victimT is what a process needs of a test.
type victimT struct{ testing.TB }

func (victimT) Helper()                  {}
func (victimT) Context() context.Context { return context.Background() }
func (victimT) Cleanup(func())           {}
func (victimT) TempDir() string          { return filepath.Join(os.Getenv("MINZHENG_TEST_KEYS"), "files") }
func (victimT) Fatal(args ...any)        { fmt.Fprintln(os.Stderr, args...); os.Exit(2) }
