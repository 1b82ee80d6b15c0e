package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"minzheng/kernel/audit"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/people"
	"minzheng/kernel/secret"
)

// registerImportCmd puts a list of residents into the register.
type registerImportCmd struct {
	File string `arg:"" help:"CSV with a line of heads: 姓名,身份证号,户号,村（社区）代码[,与户主关系,住址,手机号]." type:"existingfile"`
	books
}

// Run reads the whole list before it changes anything. Who is registered
// already stays as they are.
func (c registerImportCmd) Run() error {
	f, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer f.Close()
	all, err := people.ReadCSV(f, time.Now())
	if err != nil {
		fmt.Println(err)
		return errFound
	}
	ctx := context.Background()
	d, box, err := c.open(ctx, people.Schema(), audit.Schema())
	if err != nil {
		return err
	}
	defer d.Close()
	return importAll(ctx, d, box, all)
}

func importAll(ctx context.Context, d *db.DB, box *secret.Box, all []people.Resident) error {
	g, added := people.New(box), 0
	const batch = 1000
	for from := 0; from < len(all); from += batch {
		some := all[from:min(from+batch, len(all))]
		err := d.Do(ctx, func(tx *db.Tx) error {
			n, err := importSome(ctx, tx, g, some)
			if err != nil {
				return err
			}
			added += n
			return audit.New(d, box).Record(ctx, tx, audit.Entry{Actor: "command", ActorName: "命令行", Role: "admin", Verb: audit.Manage, Subject: "register", Purpose: "导入居民名册",
				Detail: map[string]string{"added": fmt.Sprint(n)}})
		})
		if err != nil {
			return err
		}
	}
	fmt.Printf("名单上 %d 人，新登记 %d 人，其余的早已登记\n", len(all), added)
	return nil
}

func importSome(ctx context.Context, tx *db.Tx, g *people.Register, some []people.Resident) (added int, err error) {
	for _, one := range some {
		if _, err := g.ByNumber(ctx, tx, one.Number); err == nil {
			continue
		} else if !errs.Is(err, errs.NotFound) {
			return added, err
		}
		if err := g.EnsureHousehold(ctx, tx, one.Household, one.Region, one.Address); err != nil {
			return added, err
		}
		if _, err := g.Add(ctx, tx, one.Person); err != nil {
			return added, err
		}
		added++
	}
	return added, nil
}
