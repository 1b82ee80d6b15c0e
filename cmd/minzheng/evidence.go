package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"minzheng/app"
	"minzheng/kernel/errs"
	"minzheng/kernel/evidence"
	"minzheng/kernel/exchange"
)

// evidenceBooks are the books of a bureau whose log is named by its county.
type evidenceBooks struct {
	books
	County string `help:"Code of the county that is served; default is the demo county." env:"MINZHENG_COUNTY"`
}

func (b evidenceBooks) log(ctx context.Context) (*evidence.Log, func() error, error) {
	d, box, err := b.open(ctx, evidence.Schema(), exchange.Schema())
	if err != nil {
		return nil, nil, err
	}
	l, err := evidence.New(d, box, app.EvidenceOrigin(b.County), exchange.Unlogged)
	if err != nil {
		return nil, nil, errors.Join(err, d.Close())
	}
	return l, d.Close, nil
}

// evidenceExportCmd writes the whole evidence log into a new directory.
type evidenceExportCmd struct {
	evidenceBooks
	Out string `help:"The directory to make." required:"" type:"path"`
}

func (c evidenceExportCmd) Run() error {
	ctx := context.Background()
	l, done, err := c.log(ctx)
	if err != nil {
		return err
	}
	p, err := l.Export(ctx, c.Out)
	if err = errors.Join(err, done()); err != nil {
		return told(err)
	}
	fmt.Printf("证据日志 %s：%d 条回执，总散列 %s，导出在 %s\n", p.Origin, p.Size, p.Root, c.Out)
	return nil
}

// told prints a sentence for the reader, if the error has one.
func told(err error) error {
	if errs.Is(err, errs.Conflict) || errs.Is(err, errs.NotFound) {
		fmt.Println(errs.Sentence(err))
		return errFound
	}
	return err
}

// evidenceReceiptCmd writes the proof of one receipt.
type evidenceReceiptCmd struct {
	ID string `arg:"" help:"Number of the receipt."`
	evidenceBooks
	Out string `help:"The file; default ID.receipt.json here." type:"path"`
}

func (c evidenceReceiptCmd) Run() error {
	ctx := context.Background()
	l, done, err := c.log(ctx)
	if err != nil {
		return err
	}
	p, err := l.Prove(ctx, c.ID)
	if err = errors.Join(err, done()); err != nil {
		return told(err)
	}
	b, err := p.Bytes()
	if err != nil {
		return err
	}
	if c.Out == "" {
		c.Out = c.ID + ".receipt.json"
	}
	if err := write(c.Out, b); err != nil {
		return err
	}
	fmt.Printf("回执 %s 的证明在 %s，%d 字节\n", c.ID, c.Out, len(b))
	return nil
}

// evidenceVerifyCmd checks an export, or the proof of one receipt, with nothing
// else. It exits with 0 only when everything holds.
type evidenceVerifyCmd struct {
	Path    string        `arg:"" help:"The export's directory, or a receipt's proof." type:"path"`
	Key     string        `help:"Public key in PEM that must have signed; default is the one beside it." type:"existingfile"`
	Trusted string        `help:"A checkpoint that was kept elsewhere: the log must go on from it." type:"existingfile"`
	Fresh   time.Duration `help:"How old the checkpoint may be, such as 48h; default is any age."`
}

// Run says what is wrong, one line each.
func (c evidenceVerifyCmd) Run() error {
	key, err := optional(c.Key)
	if err != nil {
		return err
	}
	info, err := os.Stat(c.Path)
	if err != nil {
		return usageError{err}
	}
	if !info.IsDir() {
		return c.proof(key)
	}
	trusted, err := optional(c.Trusted)
	if err != nil {
		return err
	}
	r := evidence.Verify(os.DirFS(c.Path), evidence.How{Key: key, Trusted: trusted, Now: time.Now(), Fresh: c.Fresh})
	for _, one := range r.Findings {
		fmt.Println(one)
	}
	if !r.OK() {
		return errFound
	}
	c.tell(r.Point, r.KeyID)
	fmt.Printf("每一条都在，顺序和内容都没有改过；和 %d 个检查点一致\n", r.History)
	return nil
}

func (c evidenceVerifyCmd) tell(p evidence.Point, key string) {
	fmt.Printf("证据日志 %s：%d 条，%s 签署，公钥指纹 %s\n", p.Origin, p.Size, p.At.In(time.FixedZone("", 8*3600)).Format("2006-01-02 15:04:05"), key)
	if c.Key == "" {
		fmt.Println("公钥取自导出本身：请和民政局公布的指纹核对，或者用 --key 给出公钥")
	}
}

// mostProof is how large a proof may be: a hundred times what one is.
const mostProof = 1 << 20

func (c evidenceVerifyCmd) proof(key []byte) error {
	f, err := os.Open(c.Path)
	if err != nil {
		return usageError{err}
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, mostProof))
	if err != nil {
		return usageError{err}
	}
	p, point, wrong := evidence.VerifyProof(b, key)
	if wrong != "" {
		fmt.Println(wrong)
		return errFound
	}
	if key == nil {
		key = []byte(p.Key)
	}
	c.tell(point, evidence.KeyID(key))
	fmt.Printf("回执是日志的第 %d 条，没有改过：\n%s\n", p.Seq, p.Entry)
	return nil
}

func optional(path string) ([]byte, error) {
	if path == "" {
		return nil, nil
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, usageError{err}
	}
	return b, nil
}
