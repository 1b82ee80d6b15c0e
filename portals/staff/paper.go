package staff

import (
	"net/http"
	"slices"
	"strings"

	"minzheng/kernel/auth"
	"minzheng/kernel/errs"
	"minzheng/kernel/file"
)

// paperView is one paper of a case.
type paperView struct {
	Href, Thumb string // Thumb is "" for a PDF
	Name, Note  string
}

// paperGroup are the papers of one material.
type paperGroup struct {
	Title  string
	Papers []paperView
}

func (d *dossier) paperGroups() []paperGroup {
	var all []paperGroup
	for _, added := range d.papers {
		f, ok := d.files[added.File]
		if !ok {
			continue
		}
		title := d.materialTitle(added.Material)
		i := slices.IndexFunc(all, func(g paperGroup) bool { return g.Title == title })
		if i < 0 {
			all = append(all, paperGroup{Title: title})
			i = len(all) - 1
		}
		all[i].Papers = append(all[i].Papers, d.paperOf(f, timed(added.At, d.today)+"　"+added.By))
	}
	return all
}

func (d *dossier) paperOf(f file.File, note string) paperView {
	v := paperView{Href: "/staff/cases/" + string(d.c.ID) + "/papers/" + f.ID, Name: f.Name, Note: note}
	if f.Thumb != "" {
		v.Thumb = v.Href + "?small=1"
	}
	return v
}

// materialTitle is what a paper was brought for: a material, or an act.
func (d *dossier) materialTitle(code string) string {
	if code == "joint" {
		return "协办单位给的材料"
	}
	if m := d.s.Material(code); m != nil {
		return m.Title
	}
	for i := range d.s.Steps {
		if a := d.s.Steps[i].Act(code); a != nil {
			return a.Title
		}
	}
	return "其他材料"
}

// paper shows one paper of a case. Looking at the whole of it is recorded.
func (p *Portal) paper(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	c, err := p.find(r.Context(), who, r.PathValue("id"))
	if err != nil {
		return err
	}
	f, err := p.Files.Find(r.Context(), p.Desk.DB, r.PathValue("file"))
	if err != nil {
		return err
	}
	if f.Owner != c.Subject() && !strings.HasPrefix(f.Owner, "desk/"+string(c.ID)+"/"+who.Account+"/") {
		return errs.New(errs.NotFound, "没有找到这份材料。")
	}
	if r.URL.Query().Get("small") != "" && f.Thumb != "" {
		return p.Files.ServeThumb(w, r, f)
	}
	s, err := p.Desk.Services().Version(r.Context(), p.Desk.DB, c.Version)
	if err != nil {
		return err
	}
	d := &dossier{p: p, c: c, s: s, who: who}
	if err := d.looked(r.Context(), map[string]string{"paper": f.ID}); err != nil {
		return err
	}
	return p.Files.Serve(w, r, f)
}
