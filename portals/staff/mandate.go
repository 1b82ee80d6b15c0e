package staff

import (
	"net/http"

	"minzheng/kernel/auth"
	"minzheng/kernel/errs"
)

// mandateProof shows the paper or the signature by which somebody let another
// apply for them. The look is recorded as any at a paper of the case.
func (p *Portal) mandateProof(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	d, err := p.read(r.Context(), who, r.PathValue("id"))
	if err != nil {
		return err
	}
	if d.mandate == nil || d.mandate.Proof == "" {
		return errs.New(errs.NotFound, "这件事没有委托书。")
	}
	f, err := p.Files.Find(r.Context(), p.Desk.DB, d.mandate.Proof)
	if err != nil {
		return err
	}
	if err := d.looked(r.Context(), map[string]string{"paper": "委托书"}); err != nil {
		return err
	}
	return p.Files.Serve(w, r, f)
}
