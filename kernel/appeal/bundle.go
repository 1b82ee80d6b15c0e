package appeal

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"minzheng/kernel/audit"
	"minzheng/kernel/casework"
	"minzheng/kernel/casework/decision"
	"minzheng/kernel/catalog"
	"minzheng/kernel/errs"
	"minzheng/kernel/exchange"
	"minzheng/kernel/fact"
	"minzheng/kernel/secret"
)

// fileFormat names the form of a file; a change of what is in one needs another.
const fileFormat = "minzheng-appeal-file/1"

// Manifest names everything in a file, with its hash. It is what is signed.
type Manifest struct {
	Format   string    `json:"format"`
	Decision string    `json:"decision"` // number
	Case     string    `json:"case"`     // 受理号
	Bureau   string    `json:"bureau"`
	Way      string    `json:"way"`
	Body     string    `json:"body"`
	Number   string    `json:"number"`
	Served   string    `json:"served"`
	Until    time.Time `json:"until"` // of the decision: what came later is not in it
	Opened   time.Time `json:"opened"`
	Files    []Part    `json:"files"`
}

// Part is one file of it.
type Part struct {
	Path string `json:"path"`
	Size int    `json:"size"`
	SM3  string `json:"sm3"`
}

// whole is everything as it stood when a case was decided.
type whole struct {
	c        casework.Case
	s        *catalog.Service
	dec      casework.Decision
	appeal   Appeal
	until    time.Time
	past     []casework.Event
	letters  []casework.Sent
	papers   []paper
	receipts []exchange.Receipt
	members  []casework.Member
	looks    []audit.Entry
	record   []byte // signed; nil where there is none
	rules    map[string]string
	dict     *fact.Dictionary
	parts    []part
}

type part struct {
	path string
	body []byte
}

// paper is one paper of the case, by where it lies in the file.
type paper struct {
	Path     string    `json:"path"`
	Name     string    `json:"name"`
	Material string    `json:"material"`
	By       string    `json:"by"`
	At       time.Time `json:"at"`
	SM3      string    `json:"sm3"`
}

// mostLooks is more than any case has.
const mostLooks = 1 << 20

// bundle makes the file of an appeal.
func (r *Room) bundle(ctx context.Context, c casework.Case, dec casework.Decision, a Appeal) ([]byte, error) {
	w := &whole{c: c, dec: dec, appeal: a, dict: r.desk.Services().Known().Dictionary}
	for _, read := range []func(context.Context, *whole) error{r.readPast, r.readRecord, r.readPapers, r.readLetters, r.readAsked} {
		if err := read(ctx, w); err != nil {
			return nil, fmt.Errorf("making the file of case %s: %w", c.ID, err)
		}
	}
	if err := w.tell(); err != nil {
		return nil, err
	}
	var page bytes.Buffer
	if err := indexView(r.index(w)).Render(ctx, &page); err != nil {
		return nil, err
	}
	w.add("index.html", page.Bytes())
	w.add("怎么核对.txt", []byte(howTo))
	return r.sealed(w)
}

const howTo = `这份案卷怎么核对

1. 用本程序：minzheng appeal verify 案卷.zip
   加上 --key 公钥.pem，就同时核对是不是民政局公布的那一把公钥签的。
2. 不用本程序：manifest.json 里有每个文件的 SM3。signature.json 是对 manifest.json
   全部字节的 SM2 签名（SM3，默认用户标识，DER）。OpenSSL 3 可以验证。
3. decision.json 是签名的决定记录，可以单独重算：minzheng decision verify decision.json
`

func (w *whole) add(path string, body []byte) { w.parts = append(w.parts, part{path, body}) }

// readPast finds the moment of the decision, and what had happened until then.
func (r *Room) readPast(ctx context.Context, w *whole) (err error) {
	if w.s, err = r.desk.Services().Version(ctx, r.desk.DB, w.c.Version); err != nil {
		return err
	}
	all, err := r.desk.Timeline(ctx, r.desk.DB, w.c.ID)
	if err != nil {
		return err
	}
	for _, e := range all {
		if st := w.s.Step(e.From); st != nil && st.Act(e.Code) != nil && st.Act(e.Code).Decides {
			w.until = e.At
		}
	}
	if w.until.IsZero() {
		return fmt.Errorf("the timeline does not say when the case was decided")
	}
	w.past = slices.DeleteFunc(all, func(e casework.Event) bool { return e.At.After(w.until) })
	if w.members, err = r.desk.Members(ctx, r.desk.DB, w.c.ID); err != nil {
		return err
	}
	looks, err := r.desk.Audit.Of(ctx, r.desk.DB, w.c.Subject(), mostLooks)
	w.looks = slices.DeleteFunc(looks, func(e audit.Entry) bool { return e.At.After(w.until) || e.Verb != audit.View && e.Verb != audit.Export })
	slices.Reverse(w.looks)
	return err
}

// readRecord takes the signed record with the rules of its day; a decision of
// before there were records has the rules alone.
func (r *Room) readRecord(ctx context.Context, w *whole) error {
	f, err := casework.WholeDecision(ctx, r.desk.DB, r.desk.Box, w.c.ID)
	if errs.Is(err, errs.NotFound) {
		w.rules = w.s.Files
		return nil
	}
	if err != nil {
		return err
	}
	w.rules = f.Definition.Files
	w.record, err = f.Bytes()
	return err
}

func (r *Room) readPapers(ctx context.Context, w *whole) error {
	all, err := casework.Papers(ctx, r.desk.DB, w.c.ID)
	if err != nil {
		return err
	}
	for i, one := range all {
		if one.At.After(w.until) {
			continue
		}
		f, err := r.desk.Files.Find(ctx, r.desk.DB, one.File)
		if err != nil {
			return err
		}
		body, err := r.desk.Files.Open(ctx, f)
		if err != nil {
			return err
		}
		p := paper{Path: fmt.Sprintf("papers/%02d%s", i+1, path.Ext(f.Name)), Name: f.Name, Material: one.Material, By: one.By, At: one.At.UTC(), SM3: sum(body)}
		if m := w.s.Material(one.Material); m != nil {
			p.Material = m.Title
		}
		w.papers = append(w.papers, p)
		w.add(p.Path, body)
	}
	return nil
}

func (r *Room) readLetters(ctx context.Context, w *whole) error {
	all, err := r.desk.Letters(ctx, r.desk.DB, w.c.ID)
	if err != nil {
		return err
	}
	slices.Reverse(all)
	for _, l := range all {
		if l.At.After(w.until) {
			continue
		}
		w.letters = append(w.letters, l)
		if r.pdf == nil {
			continue
		}
		body, err := r.pdf(l.Letter)
		if err != nil {
			return err
		}
		w.add(fmt.Sprintf("letters/%02d.pdf", len(w.letters)), body)
	}
	return nil
}

// readAsked takes the receipts of the questions to departments.
func (r *Room) readAsked(ctx context.Context, w *whole) error {
	all, err := exchange.Receipts(ctx, r.desk.DB, w.c.Subject())
	w.receipts = slices.DeleteFunc(all, func(o exchange.Receipt) bool { return o.At.After(w.until) })
	slices.Reverse(w.receipts)
	return err
}

// tell writes all that was read as JSON, and the rules as they were.
func (w *whole) tell() error {
	for _, one := range []struct {
		path string
		body any
	}{{"facts.json", w.dec.Facts}, {"results.json", w.dec.Results}, {"receipts.json", w.receipts}, {"papers.json", w.papers}, {"letters.json", w.letters},
		{"timeline.json", w.past}, {"looks.json", w.looks}} {
		b, err := json.MarshalIndent(one.body, "", " ")
		if err != nil {
			return fmt.Errorf("writing %s: %w", one.path, err)
		}
		w.add(one.path, b)
	}
	if w.record != nil {
		w.add("decision.json", w.record)
	}
	for name, text := range w.rules {
		w.add("rules/"+name, []byte(text))
	}
	return nil
}

// sealed names and signs all parts, and packs them.
func (r *Room) sealed(w *whole) ([]byte, error) {
	slices.SortFunc(w.parts, func(a, b part) int { return strings.Compare(a.path, b.path) })
	m := Manifest{Format: fileFormat, Decision: w.dec.Number, Case: w.c.Number, Bureau: r.desk.Office.Bureau, Way: w.appeal.Way, Body: w.appeal.Body, Number: w.appeal.Number,
		Served: w.appeal.Served.String(), Until: w.until.UTC(), Opened: w.appeal.At.UTC()}
	for _, p := range w.parts {
		m.Files = append(m.Files, Part{p.path, len(p.body), sum(p.body)})
	}
	manifest, err := json.MarshalIndent(m, "", " ")
	if err != nil {
		return nil, fmt.Errorf("writing a manifest: %w", err)
	}
	signature, err := r.sign(manifest)
	if err != nil {
		return nil, err
	}
	return pack(append(w.parts, part{manifestName, manifest}, part{signatureName, signature}), w.appeal.At)
}

const (
	manifestName  = "manifest.json"
	signatureName = "signature.json"
)

func (r *Room) sign(manifest []byte) ([]byte, error) {
	s := decision.Signature{Algorithm: secret.Algorithm}
	var err error
	if s.Value, err = r.desk.Box.Sign(manifest); err != nil {
		return nil, err
	}
	public, err := r.desk.Box.PublicKeyPEM()
	if err != nil {
		return nil, err
	}
	s.PublicKey = string(public)
	if s.KeyID, _, err = secret.KeyID(public); err != nil {
		return nil, err
	}
	return json.MarshalIndent(s, "", " ")
}

func pack(parts []part, at time.Time) ([]byte, error) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, p := range parts {
		f, err := z.CreateHeader(&zip.FileHeader{Name: p.path, Method: zip.Deflate, Modified: at.UTC()})
		if err != nil {
			return nil, fmt.Errorf("packing a file: %w", err)
		}
		if _, err := f.Write(p.body); err != nil {
			return nil, fmt.Errorf("packing a file: %w", err)
		}
	}
	err := z.Close()
	return b.Bytes(), err
}

// sum is SM3, in hex.
func sum(b []byte) string {
	s := secret.Hash(b)
	return hex.EncodeToString(s[:])
}
