// Command minzheng serves a civil-affairs bureau.
package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/alecthomas/kong"
)

// version is set when the program is built.
var version = "dev"

// commands are the subcommands. Exit codes: 0 fine, 1 found something, 2 used
// wrongly.
type commands struct {
	Serve       serveCmd       `cmd:"" help:"Serve all portals."`
	Departments departmentsCmd `cmd:"" help:"Serve the department simulator of the demo (示例数据)."`
	Catalog     struct {
		Check   catalogCheckCmd   `cmd:"" help:"Read all services strictly and say what is wrong."`
		Test    catalogTestCmd    `cmd:"" help:"Work out all examples of all services."`
		Samples catalogSamplesCmd `cmd:"" help:"List the standards that are still examples and that a bureau has to set."`
		Diff    catalogDiffCmd    `cmd:"" help:"Show what a change of services would mean for a population."`
	} `cmd:"" help:"Services as data."`
	Rule struct {
		Eval  ruleEvalCmd  `cmd:"" help:"Work out one household and explain it."`
		Batch ruleBatchCmd `cmd:"" help:"Work out every household of a register."`
		Bench ruleBenchCmd `cmd:"" help:"Measure the rules over a made-up province (示例数据)."`
	} `cmd:"" help:"Rules of services."`
	Account struct {
		Add accountAddCmd `cmd:"" help:"Make an account of staff; the password is read from standard input."`
	} `cmd:"" help:"Accounts of staff."`
	Register struct {
		Import registerImportCmd `cmd:"" help:"Put a list of residents into the register."`
	} `cmd:"" help:"The register of residents."`
	Sweep sweepCmd `cmd:"" help:"Look through the register for people who qualify for something and have not asked."`
	Audit struct {
		Verify auditVerifyCmd `cmd:"" help:"Verify the audit log."`
	} `cmd:"" help:"The audit log."`
	Decision struct {
		Export decisionExportCmd `cmd:"" help:"Write the signed record of a decision to a file, with the rules of its day."`
		Verify decisionVerifyCmd `cmd:"" help:"Check form, signature and result of a decision's file, without network or data directory."`
	} `cmd:"" help:"Records of decisions."`
	Evidence struct {
		Export  evidenceExportCmd  `cmd:"" help:"Write the log of all answers of departments into a directory that anybody can check."`
		Receipt evidenceReceiptCmd `cmd:"" help:"Write the proof that one receipt stands in the log."`
		Verify  evidenceVerifyCmd  `cmd:"" help:"Check an export or a proof, without network or data directory."`
	} `cmd:"" help:"The evidence log: what departments have answered."`
	Appeal struct {
		Verify appealVerifyCmd `cmd:"" help:"Check the frozen file of a review or suit, without network or data directory."`
	} `cmd:"" help:"Files of reviews and suits."`
	Payment struct {
		Verify paymentVerifyCmd `cmd:"" help:"Verify all that was paid: seals, sums, nothing twice."`
	} `cmd:"" help:"Monthly payment of benefits."`
	Version versionCmd `cmd:"" help:"Print the version."`
}

type versionCmd struct{}

func (versionCmd) Run() error {
	fmt.Println("minzheng", version)
	return nil
}

// errFound is the outcome of a command that has found something wrong, which it
// has already said.
var errFound = errors.New("found something")

func main() {
	parser, err := kong.New(&commands{}, kong.Name("minzheng"), kong.Description("智慧民政：县级民政一体化平台。"), kong.UsageOnError())
	if err != nil {
		panic(err)
	}
	ctx, err := parser.Parse(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "minzheng:", err)
		os.Exit(2)
	}
	switch err := ctx.Run(); {
	case errors.Is(err, errFound):
		os.Exit(1)
	case errors.As(err, new(usageError)):
		fmt.Fprintln(os.Stderr, "minzheng:", err)
		os.Exit(2)
	case err != nil:
		fmt.Fprintln(os.Stderr, "minzheng:", err)
		os.Exit(1)
	}
}

// usageError says that the command was used wrongly.
type usageError struct{ error }
