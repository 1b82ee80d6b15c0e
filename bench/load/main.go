// Command load measures the program under load: submissions of whole
// applications, the inbox and the case page over many open cases, the start.
//
// It starts the program itself, as processes of its own on loopback, and loads
// nothing else. Every run is bounded in rate and time. The load generator is on
// the same machine; see docs/benchmarks.md.
package main

import (
	"fmt"
	"os"
	"time"

	"github.com/alecthomas/kong"
)

type commands struct {
	Program string `help:"The program." default:"bin/minzheng" type:"existingfile"`
	DSN     string `help:"postgres://… instead of the embedded database." name:"dsn"`
	Dir     string `help:"Keep the data here and use what is there; default is a new directory that is removed." type:"path"`

	Submit  submitCmd  `cmd:"" help:"Hand in whole applications by the API."`
	Read    readCmd    `cmd:"" help:"Read inbox and case pages over many open cases."`
	Couples couplesCmd `cmd:"" help:"Marry couples at the counter: ask the departments, check, register."`
	Start   startCmd   `cmd:"" help:"Time from starting the program to the first page."`
}

func main() {
	var c commands
	ctx := kong.Parse(&c, kong.Name("load"))
	dir, err := c.Dir, error(nil)
	if dir == "" {
		dir, err = os.MkdirTemp("", "minzheng-load")
		defer os.RemoveAll(dir)
	}
	if err == nil {
		err = ctx.Run(&bench{program: c.Program, dsn: c.DSN, dir: dir})
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
}

// bench is where one measurement runs.
type bench struct {
	program, dsn, dir string
}

// longest bounds every run.
const longest = 5 * time.Minute
