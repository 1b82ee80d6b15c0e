package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"minzheng/app"
	"minzheng/kernel/audit"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/casework/decision"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/fact"
	"minzheng/kernel/secret"
)

// decisionExportCmd writes the record of a decision to a file.
type decisionExportCmd struct {
	Number    string `arg:"" help:"Number of the decision, or of its case."`
	Out       string `help:"The file; default NUMBER.json here." type:"path"`
	Catalogue string `help:"Write the rules of that day into this directory, and not into the file." type:"path"`
	books
}

// Run leaves a line in the audit log: a record is a look at a case.
func (c decisionExportCmd) Run() error {
	ctx := context.Background()
	d, box, err := c.open(ctx, casework.Schema(), audit.Schema())
	if err != nil {
		return err
	}
	defer d.Close()
	f, err := c.record(ctx, d, box)
	if errs.Is(err, errs.NotFound) {
		fmt.Println(errs.Sentence(err))
		return errFound
	}
	if err != nil {
		return err
	}
	if c.Catalogue != "" {
		if err := writeDefinition(c.Catalogue, f.Record.Service, *f.Definition); err != nil {
			return err
		}
		f.Definition = nil
	}
	b, err := f.Bytes()
	if err != nil {
		return err
	}
	if c.Out == "" {
		c.Out = f.Record.Number + ".json"
	}
	if err := write(c.Out, b); err != nil {
		return err
	}
	fmt.Printf("决定 %s 的记录在 %s，%d 字节\n", f.Record.Number, c.Out, len(b))
	return nil
}

func (c decisionExportCmd) record(ctx context.Context, d *db.DB, box *secret.Box) (f decision.File, err error) {
	one, err := casework.DecidedCase(ctx, d, c.Number)
	if err != nil {
		return f, err
	}
	if f, err = casework.WholeDecision(ctx, d, box, one.ID); err != nil {
		return f, err
	}
	return f, d.Do(ctx, func(tx *db.Tx) error {
		return audit.New(d, box).Record(ctx, tx, audit.Entry{Actor: "command", ActorName: "命令行", Role: "admin", Verb: audit.View, Subject: one.Subject(),
			Person: string(one.Applicant), Purpose: "导出决定记录"})
	})
}

// writeDefinition lays the rules as a directory of services.
func writeDefinition(dir, code string, def decision.Definition) error {
	for name, text := range def.Files {
		if err := write(filepath.Join(dir, "services", code, filepath.FromSlash(name)), []byte(text)); err != nil {
			return err
		}
	}
	return write(filepath.Join(dir, "facts.yaml"), []byte(def.Facts))
}

// write makes a file that only its owner reads. It writes over none that says
// something else.
func write(path string, b []byte) error {
	if old, err := os.ReadFile(path); err == nil && slices.Equal(old, b) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, os.ErrExist) {
		return usageError{fmt.Errorf("%s is there already and says something else", path)}
	}
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	return errors.Join(err, f.Close())
}

// decisionVerifyCmd checks a decision's file. It exits with 0 only when form,
// signature and result all hold.
type decisionVerifyCmd struct {
	File      string `arg:"" help:"The file." type:"existingfile"`
	Catalogue string `help:"The rules of that day, if they are not to be taken from the file: a directory of services, a service's folder, or a file." type:"path"`
	Local     string `help:"The bureau's own directory beside our services." type:"existingdir"`
	Key       string `help:"Public key in PEM that must have signed." type:"existingfile"`
}

// mostDecision is how large a file may be: a hundred times what one is.
const mostDecision = 16 << 20

// Run says what is wrong, one line each.
func (c decisionVerifyCmd) Run() error {
	f, err := os.Open(c.File)
	if err != nil {
		return usageError{err}
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, mostDecision+1))
	if err != nil {
		return usageError{err}
	}
	if len(b) > mostDecision {
		fmt.Println("格式：文件太大，不是决定记录")
		return errFound
	}
	o, err := c.how()
	if err != nil {
		return usageError{err}
	}
	v, err := decision.Verify(b, o)
	if err != nil {
		return usageError{err}
	}
	for _, one := range v.Wrong {
		fmt.Println(one)
	}
	if len(v.Wrong) > 0 {
		return errFound
	}
	c.tell(v)
	return nil
}

func (c decisionVerifyCmd) how() (o decision.How, err error) {
	if c.Key != "" {
		if o.Key, err = os.ReadFile(c.Key); err != nil {
			return o, err
		}
	}
	if c.Catalogue != "" {
		if _, err := os.Stat(c.Catalogue); err != nil {
			return o, err
		}
		o.Catalogue = func(rec decision.Record) (*decision.Definition, error) {
			return app.DefinitionAt(c.Catalogue, c.Local, rec)
		}
	}
	o.Builtin = func(rec decision.Record) (*decision.Definition, error) { return app.BuiltIn(c.Local, rec) }
	return o, nil
}

func (c decisionVerifyCmd) tell(v decision.Verified) {
	rec := v.File.Record
	fmt.Printf("格式：对。规范写法，%d 字节，记录的 SM3 是 %s\n", v.Size, v.Hash)
	fmt.Printf("签名：对。%s，公钥指纹 %s\n", rec.Algorithm, v.KeyID)
	if c.Key != "" {
		fmt.Println("　　　公钥就是您给的那一把")
	} else {
		fmt.Println("　　　公钥取自文件本身：请和民政局公布的指纹核对，或者用 --key 给出公钥")
	}
	whose := "文件自带"
	if c.Catalogue != "" {
		whose = "取自您给的目录"
	} else if !v.Own {
		whose = "取自本程序"
	}
	fmt.Printf("重算：对。%d 条事实、%d 个结果，逐字节一致；规则%s，版本 %s\n", len(rec.Facts), len(rec.Findings), whose, rec.Version)
	day := rec.Day
	if d, err := calendar.Parse(rec.Day); err == nil {
		day = d.Long()
	}
	fmt.Printf("决定：%s，%s，%s，%s\n", rec.Number, rec.Title, day, outcome(rec))
}

func outcome(rec decision.Record) string {
	switch rec.Outcome {
	case casework.Approved:
		if rec.Amount == 0 {
			return "批准"
		}
		return "批准，" + fact.Yuan(rec.Amount) + "/月"
	case casework.Refused:
		return "没有批准"
	}
	return rec.Outcome
}
