package casework

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"minzheng/kernel/casework/decision"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/secret"
)

// signed returns the file of a decision, sealed for its column.
func (d *Desk) signed(ctx context.Context, tx *db.Tx, dec Decision, m *move) (string, error) {
	def, err := decision.Define(m.service, d.shelf.known.Dictionary)
	if err != nil {
		return "", err
	}
	by, err := d.bench(def, m.service.Version)
	if err != nil {
		return "", err
	}
	rec, err := decision.Complete(decision.Record{Number: dec.Number, Case: m.c.Number, Service: dec.Service, Applicant: m.c.Name,
		Outcome: dec.Outcome, Day: dec.Day, Amount: dec.Amount, Region: dec.Region, Reason: dec.Reason, Office: dec.Office, Role: dec.Role, Official: dec.By},
		decision.Basis{Facts: m.facts, Judged: m.judged, By: by})
	if err != nil {
		return "", err
	}
	if err := keepDictionary(ctx, tx, def); err != nil {
		return "", err
	}
	f, err := decision.Sign(d.Box, rec)
	if err != nil {
		return "", err
	}
	b, err := f.Bytes()
	return d.Box.SealText(string(b), sealSigned), err
}

// bench reads a definition once for all decisions by it.
func (d *Desk) bench(def decision.Definition, version string) (decision.Bench, error) {
	key := version + def.Hash()
	if by, ok := d.benches.Load(key); ok {
		return by.(decision.Bench), nil
	}
	by, err := def.Read()
	if err == nil {
		d.benches.Store(key, by)
	}
	return by, err
}

const sealSigned = "casework/signed"

// SignedDecision returns the signed record of a case's decision; of kind
// NotFound when there is none, or when it was decided before records were
// signed.
func SignedDecision(ctx context.Context, r db.Reader, box *secret.Box, id ID) (f decision.File, err error) {
	sealed, err := db.One(ctx, r, db.Value[string], `SELECT signed FROM casework_decision WHERE case_id = ?`, id)
	if errors.Is(err, db.ErrNone) {
		return f, errs.New(errs.NotFound, "这件事还没有决定。")
	}
	if err != nil {
		return f, fmt.Errorf("reading the decision of case %s: %w", id, err)
	}
	if sealed == "" {
		return f, errs.New(errs.NotFound, "这份决定是启用决定记录以前作的，没有可以下载的记录。")
	}
	plain, err := box.UnsealText(sealed, sealSigned)
	if err != nil {
		return f, fmt.Errorf("opening the decision of case %s: %w", id, err)
	}
	if err := json.Unmarshal([]byte(plain), &f); err != nil {
		return f, fmt.Errorf("reading the decision of case %s: %w", id, err)
	}
	return f, nil
}

// WholeDecision is SignedDecision with the rules of its day inside.
func WholeDecision(ctx context.Context, r db.Reader, box *secret.Box, id ID) (decision.File, error) {
	f, err := SignedDecision(ctx, r, box, id)
	if err != nil {
		return f, err
	}
	def, err := definitionOf(ctx, r, f.Record)
	f.Definition = &def
	return f, err
}

// Download is the whole file of a case's decision, and the decision's number.
func (d *Desk) Download(ctx context.Context, r db.Reader, id ID) (number string, b []byte, err error) {
	f, err := WholeDecision(ctx, r, d.Box, id)
	if err != nil {
		return "", nil, err
	}
	b, err = f.Bytes()
	return f.Record.Number, b, err
}

// HasRecord reports whether a case has a decision with a signed record.
func HasRecord(ctx context.Context, r db.Reader, id ID) (bool, error) {
	n, err := db.One(ctx, r, db.Value[int64], `SELECT COUNT(*) FROM casework_decision WHERE case_id = ? AND signed <> ''`, id)
	if err != nil {
		return false, fmt.Errorf("reading the decision of case %s: %w", id, err)
	}
	return n > 0, nil
}

// DecidedCase returns the case with a decision's number, or a 受理号.
func DecidedCase(ctx context.Context, r db.Reader, number string) (Case, error) {
	id, err := db.One(ctx, r, db.Value[string], `SELECT case_id FROM casework_decision WHERE number = ?`, number)
	if errors.Is(err, db.ErrNone) {
		return ByNumber(ctx, r, number)
	}
	if err != nil {
		return Case{}, fmt.Errorf("finding a decision: %w", err)
	}
	return Find(ctx, r, ID(id))
}

// Standing is what anybody may know of a signed decision: that it holds.
type Standing struct {
	Number string
	Hash   string // SM3 of the record
	KeyID  string
	Holds  bool // the record is in its form, and signed by us
}

// Standing says whether the signed decision of a case holds, without anything
// of what is in it; ok is false when there is none.
func (d *Desk) Standing(ctx context.Context, r db.Reader, id ID) (s Standing, ok bool, err error) {
	f, err := SignedDecision(ctx, r, d.Box, id)
	if errs.Is(err, errs.NotFound) {
		return s, false, nil
	}
	if err != nil {
		return s, false, err
	}
	b, err := f.Record.Bytes()
	if err != nil {
		return s, false, fmt.Errorf("writing the decision of case %s: %w", id, err)
	}
	s = Standing{f.Record.Number, decision.Hash(b), f.Signature.KeyID, d.Box.Verify(b, f.Signature.Value)}
	return s, true, nil
}

// keepDictionary keeps the excerpt that a decision was judged by, once.
func keepDictionary(ctx context.Context, tx *db.Tx, def decision.Definition) error {
	_, err := tx.Exec(ctx, `INSERT INTO casework_dictionary (hash, text) VALUES (?, ?) ON CONFLICT DO NOTHING`, def.Hash(), def.Facts)
	if err != nil {
		return fmt.Errorf("keeping a dictionary: %w", err)
	}
	return nil
}

// definitionOf returns what was kept of the rules of a record.
func definitionOf(ctx context.Context, r db.Reader, rec decision.Record) (def decision.Definition, err error) {
	files, err := db.One(ctx, r, db.Value[string], `SELECT files FROM casework_definition WHERE version = ?`, rec.Version)
	if err != nil {
		return def, fmt.Errorf("reading the definition of decision %s: %w", rec.Number, err)
	}
	if err := json.Unmarshal([]byte(files), &def.Files); err != nil {
		return def, fmt.Errorf("reading the definition of decision %s: %w", rec.Number, err)
	}
	if def.Facts, err = db.One(ctx, r, db.Value[string], `SELECT text FROM casework_dictionary WHERE hash = ?`, rec.Dictionary); err != nil {
		return def, fmt.Errorf("reading the dictionary of decision %s: %w", rec.Number, err)
	}
	return def, nil
}
