package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"minzheng/app"
	"minzheng/kernel/audit"
	"minzheng/kernel/auth"
	"minzheng/kernel/db"
	"minzheng/kernel/secret"
)

// accountAddCmd makes an account of staff, so that a bureau can begin.
type accountAddCmd struct {
	books
	Login string   `arg:"" help:"Login."`
	Name  string   `arg:"" help:"Name, as residents see it."`
	Grant []string `help:"ROLE@REGION, as township-clerk@390121001; may be given several times." required:"" placeholder:"ROLE@REGION"`
}

// Run reads the password from the first line of standard input, so that it
// stands in no list of processes.
func (c accountAddCmd) Run() error {
	grants, err := c.grants()
	if err != nil {
		return err
	}
	fmt.Fprint(os.Stderr, "密码（至少 10 位，有字母和数字）：")
	password, err := bufio.NewReader(os.Stdin).ReadString('\n')
	if err != nil && password == "" {
		return usageError{errors.New("no password on standard input")}
	}
	ctx := context.Background()
	d, box, err := c.open(ctx, auth.Schema(), audit.Schema())
	if err != nil {
		return err
	}
	defer d.Close()
	return c.add(ctx, d, box, strings.TrimRight(password, "\r\n"), grants)
}

func (c accountAddCmd) add(ctx context.Context, d *db.DB, box *secret.Box, password string, grants []auth.Grant) error {
	a, err := auth.New(d, box, auth.Config{})
	if err != nil {
		return err
	}
	hash, err := a.HashPassword(ctx, password)
	if err != nil {
		return usageError{err}
	}
	return d.Do(ctx, func(tx *db.Tx) error {
		id, err := auth.Add(ctx, tx, auth.NewAccount{Login: c.Login, Name: c.Name, Password: hash, Grants: grants})
		if err != nil {
			return err
		}
		return audit.New(d, box).Record(ctx, tx, audit.Entry{Actor: "command", ActorName: "命令行", Role: "admin", Verb: audit.Manage, Subject: "account/" + id, Purpose: "新建工作人员账号"})
	})
}

func (c accountAddCmd) grants() ([]auth.Grant, error) {
	var all []auth.Grant
	for _, g := range c.Grant {
		role, place, ok := strings.Cut(g, "@")
		if !ok || app.RoleTitle(role) == "" {
			return nil, usageError{fmt.Errorf("--grant %q must be ROLE@REGION with a role of: %s", g, strings.Join(app.RoleNames(), ", "))}
		}
		all = append(all, auth.Grant{Role: role, Region: place})
	}
	return all, nil
}
