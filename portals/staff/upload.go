package staff

import (
	"context"
	"errors"
	"mime/multipart"
	"net/http"
	"slices"

	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/file"
)

const mostKept = 20

// upload keeps what was uploaded for an act, so that nothing has to be chosen
// again when something else is to be put right.
func (p *Portal) upload(r *http.Request, d *dossier, act string, drop []string) (errs.Problems, error) {
	var sent []*multipart.FileHeader
	if r.MultipartForm != nil {
		sent = r.MultipartForm.File[act+".photos"]
	}
	var problems errs.Problems
	if len(sent)+len(d.kept[act]) > mostKept {
		problems.Add("photos", "一次最多 "+itoa(mostKept)+" 份。")
		sent = nil
	}
	var blobs []file.Blob
	for _, h := range sent {
		b, err := p.put(r.Context(), h)
		if err != nil && errs.KindOf(err) == errs.Fault {
			return nil, err
		}
		if err != nil {
			problems.Add("photos", "“"+cut(h.Filename, 30)+"”没有传上："+errs.Sentence(err))
			continue
		}
		blobs = append(blobs, b)
	}
	err := p.Desk.DB.Do(r.Context(), func(tx *db.Tx) error { return p.keep(r.Context(), tx, d, act, blobs, drop) })
	if err != nil {
		return nil, err
	}
	d.kept[act], err = p.Files.Of(r.Context(), p.Desk.DB, d.keeps(act))
	return problems, err
}

func (p *Portal) put(ctx context.Context, h *multipart.FileHeader) (file.Blob, error) {
	f, err := h.Open()
	if err != nil {
		return file.Blob{}, err
	}
	b, err := p.Files.Put(ctx, h.Filename, f)
	return b, errors.Join(err, f.Close())
}

func (p *Portal) keep(ctx context.Context, tx *db.Tx, d *dossier, act string, blobs []file.Blob, drop []string) error {
	for _, f := range d.kept[act] {
		if slices.Contains(drop, f.ID) {
			if err := p.Files.Remove(ctx, tx, f.ID); err != nil {
				return err
			}
		}
	}
	for _, b := range blobs {
		if _, err := p.Files.Add(ctx, tx, b.File(d.keeps(act), d.who.Account)); err != nil {
			return err
		}
	}
	return nil
}
