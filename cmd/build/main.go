// Command build makes what the program cannot be compiled without: the pages
// generated from templ and the browser side in assets/dist.
//
// Each step knows what it was last made from and does nothing when that is
// still so. Nothing third-party is kept in the repository; npm brings it.
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

func main() {
	if len(os.Args) > 1 {
		fmt.Fprintln(os.Stderr, "usage: go run ./cmd/build")
		os.Exit(2)
	}
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "build:", err)
		os.Exit(1)
	}
}

func run() error {
	root, err := moduleRoot()
	if err != nil {
		return err
	}
	b, err := open(root)
	if err != nil {
		return err
	}
	steps := []struct {
		name string
		make func() error
	}{
		{"npm packages", b.packages},
		{"pages", b.pages},
		{"styles", b.styles},
		{"scripts", b.scripts},
		{"icons", b.icons},
		{"fonts", b.fonts},
	}
	for _, s := range steps {
		began, before := time.Now(), b.made
		if err := s.make(); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		if b.made > before {
			fmt.Printf("build: %s (%.1f s)\n", s.name, time.Since(began).Seconds())
		}
	}
	return b.close()
}

// moduleRoot looks upward for the module, so that the command runs from anywhere in it.
func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", errors.New("no go.mod here or above: run it inside the project")
		}
		dir = up
	}
}

// tool runs a program in dir, gives it input and returns what it printed.
func tool(dir, input, name string, args ...string) (string, error) {
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.Stdin = dir, strings.NewReader(input)
	var out, said strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("%s %s: %w\n%s%s", name, strings.Join(args, " "), err, said.String(), out.String())
	}
	return out.String(), nil
}
