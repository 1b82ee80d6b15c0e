// Package file keeps uploaded papers and finished letters.
//
// What a file is, is decided by its content and never by its name. Pictures
// are drawn anew, so that no place, hidden text or foreign code stays in them.
// Contents lie sealed in a directory under a keyed hash; the rows that name
// them are written in the transaction of whoever needs the paper, after the
// content is safely on the disk.
package file

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"time"
	"unicode"

	"minzheng/kernel/db"
	"minzheng/kernel/errs"
)

//go:embed schema
var files embed.FS

// Schema returns the room's tables.
func Schema() db.Schema {
	sub, _ := fs.Sub(files, "schema")
	return db.Schema{Room: "file", Files: sub}
}

// A Blob is content that is safely on the disk. Until a File names it, it is
// removed after a day.
type Blob struct {
	Name  string // what to call it, cleaned
	Type  string // image/jpeg or application/pdf
	Size  int64
	Hash  string // where it lies
	Thumb string // where its small picture lies; "" for a PDF
}

// A File is one paper of a subject.
type File struct {
	ID    string // Add makes one up when it is empty
	Owner string // the subject it belongs to: "case/…", "draft/…"
	Name  string
	Type  string
	Size  int64
	Blob  string
	Thumb string
	By    string // who brought it: an account or "system"
	At    time.Time
}

// File returns the paper that b becomes when owner takes it.
func (b Blob) File(owner, by string) File {
	return File{Owner: owner, Name: b.Name, Type: b.Type, Size: b.Size, Blob: b.Hash, Thumb: b.Thumb, By: by}
}

const columns = `id, owner, name, type, size, content, thumb, by_whom, made_at`

// Add writes f, whose content Put has stored, and returns it with its ID and
// time. The content must have been put within the last day.
func (s *Store) Add(ctx context.Context, tx *db.Tx, f File) (File, error) {
	if !s.has(f.Blob) || f.Thumb != "" && !s.has(f.Thumb) {
		return File{}, errs.New(errs.Conflict, "这份材料已经过期了，请重新上传。")
	}
	if f.ID == "" {
		f.ID = db.NewID()
	}
	if f.At.IsZero() {
		f.At = tx.Now
	}
	f.Name = clean(f.Name)
	_, err := tx.Exec(ctx, `INSERT INTO file_file (`+columns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		f.ID, f.Owner, s.box.SealText(f.Name, nameOf(f.ID)), f.Type, f.Size, f.Blob, f.Thumb, f.By, db.Millis(f.At))
	if err != nil {
		return File{}, fmt.Errorf("adding a file: %w", err)
	}
	return f, nil
}

// Find returns the file called id, or an error of kind errs.NotFound. Whether
// the reader may see it is for the caller to ask, by its Owner.
func (s *Store) Find(ctx context.Context, r db.Reader, id string) (File, error) {
	f, err := db.One(ctx, r, s.scan, `SELECT `+columns+` FROM file_file WHERE id = ?`, id)
	if errors.Is(err, db.ErrNone) {
		return File{}, errs.New(errs.NotFound, "没有找到这份材料。")
	}
	if err != nil {
		return File{}, fmt.Errorf("finding file %s: %w", id, err)
	}
	return f, nil
}

// Of returns the files of a subject, the oldest first.
func (s *Store) Of(ctx context.Context, r db.Reader, owner string) ([]File, error) {
	all, err := db.All(ctx, r, s.scan, `SELECT `+columns+` FROM file_file WHERE owner = ? ORDER BY made_at, id`, owner)
	if err != nil {
		return nil, fmt.Errorf("finding the files of %s: %w", owner, err)
	}
	return all, nil
}

// Remove takes a paper out of a draft. A submitted paper is never removed.
func (s *Store) Remove(ctx context.Context, tx *db.Tx, id string) error {
	if _, err := tx.Exec(ctx, `DELETE FROM file_file WHERE id = ?`, id); err != nil {
		return fmt.Errorf("removing file %s: %w", id, err)
	}
	return nil
}

// Give hands a paper to another subject: a draft's to the case it becomes.
func (s *Store) Give(ctx context.Context, tx *db.Tx, id, owner string) error {
	n, err := tx.Exec(ctx, `UPDATE file_file SET owner = ? WHERE id = ?`, owner, id)
	if err != nil {
		return fmt.Errorf("giving file %s: %w", id, err)
	}
	if n == 0 {
		return errs.New(errs.NotFound, "没有找到这份材料。")
	}
	return nil
}

func (s *Store) scan(r db.Row) (f File, err error) {
	var at int64
	var name string
	if err := r.Scan(&f.ID, &f.Owner, &name, &f.Type, &f.Size, &f.Blob, &f.Thumb, &f.By, &at); err != nil {
		return File{}, err
	}
	f.At = db.Time(at)
	if f.Name, err = s.box.UnsealText(name, nameOf(f.ID)); err != nil {
		return File{}, fmt.Errorf("the name of file %s: %w", f.ID, err)
	}
	return f, nil
}

func nameOf(id string) string { return "file/name/" + id }

// clean keeps of a name what is fit to be shown: no path, nothing invisible,
// 80 characters.
func clean(name string) string {
	name = path.Base(strings.ReplaceAll(strings.ToValidUTF8(name, ""), `\`, "/"))
	name = strings.Map(func(r rune) rune {
		// Cf holds the marks that turn the direction of writing: gpj.exe.
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || strings.ContainsRune(`<>:"|?*`, r) {
			return -1
		}
		return r
	}, name)
	name = strings.Trim(name, " ./")
	if r := []rune(name); len(r) > 80 {
		name = string(r[:40]) + "…" + string(r[len(r)-39:])
	}
	if name == "" {
		return "材料"
	}
	return name
}

// as gives name the ending that fits what the file has become.
func as(name, ending string) string {
	name = clean(name)
	switch old := path.Ext(name); strings.ToLower(old) {
	case ".jpg", ".jpeg", ".png", ".webp", ".pdf", ".heic", ".gif", ".bmp":
		name = strings.TrimSuffix(name, old)
	}
	return clean(name + ending)
}
