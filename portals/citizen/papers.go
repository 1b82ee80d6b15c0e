package citizen

import (
	"mime/multipart"
	"net/http"
	"slices"

	"minzheng/kernel/casework"
	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/fact"
	"minzheng/kernel/file"
	"minzheng/kernel/web"
)

// papersPage asks for the papers that no department can supply.
type papersPage struct {
	web.Page
	Bar      web.QuestionView
	Base     string
	Papers   []paperAsk
	Problems errs.Problems
}

// paperAsk is one paper with what was added already.
type paperAsk struct {
	catalog.Material
	Files   []file.File
	Problem string
}

func (p *Portal) papersView(r *http.Request, a applying) (papersPage, error) {
	v := papersPage{Page: p.page(r, "传材料", "/services"), Base: "/draft/" + a.draft.ID}
	v.Narrow = true
	v.Bar, _ = p.bar(a, v.Base+"/papers")
	files, err := p.Files.Of(r.Context(), p.Desk.DB, "draft/"+a.draft.ID)
	if err != nil {
		return v, err
	}
	for _, m := range p.materials(a) {
		ask := paperAsk{Material: m}
		for _, paper := range a.draft.Papers {
			if i := slices.IndexFunc(files, func(f file.File) bool { return f.ID == paper.File }); i >= 0 && paper.Material == m.Code {
				ask.Files = append(ask.Files, files[i])
			}
		}
		v.Papers = append(v.Papers, ask)
	}
	return v, nil
}

// materials are the papers that the answers so far make necessary or useful.
func (p *Portal) materials(a applying) []catalog.Material {
	facts, _ := a.draft.Facts(a.service, p.Desk.DB.Now())
	set := fact.NewSet(a.service.Rules.Dictionary())
	set.Tell(facts...)
	return a.service.Asks(set)
}

// papersLack reports whether a paper lacks: an answer that was changed later
// may have made one more necessary.
func (p *Portal) papersLack(a applying) bool {
	return !a.draft.Done["papers"] || slices.ContainsFunc(p.materials(a), func(m catalog.Material) bool {
		return !m.Optional && !slices.ContainsFunc(a.draft.Papers, func(one casework.Paper) bool { return one.Material == m.Code })
	})
}

func (p *Portal) papersPage(w http.ResponseWriter, r *http.Request) error {
	a, err := p.applying(r)
	if err != nil {
		return gone(w, r, err)
	}
	v, err := p.papersView(r, a)
	if err != nil {
		return err
	}
	return web.Render(w, r, papers(v))
}

// upload takes the photos of all papers at once, and leads on when nothing
// that is needed lacks.
func (p *Portal) upload(w http.ResponseWriter, r *http.Request) error {
	a, err := p.applying(r)
	if err != nil {
		return gone(w, r, err)
	}
	if _, err := web.Form(r); err != nil {
		return err
	}
	problems, err := p.takeAll(r, &a)
	if err != nil {
		return err
	}
	v, err := p.papersView(r, a)
	if err != nil {
		return err
	}
	if r.PostFormValue("next") != "" {
		for _, ask := range v.Papers {
			if !ask.Optional && len(ask.Files) == 0 && problems.Of("file-"+ask.Code) == "" {
				problems.Add("file-"+ask.Code, "还缺“"+ask.Title+"”，请拍一张。")
			}
		}
		a.draft.Done["papers"] = len(problems) == 0
	}
	if err := p.save(r, a.draft); err != nil {
		return err
	}
	if len(problems) > 0 {
		if v, err = p.papersView(r, a); err != nil {
			return err
		}
		v.Problems = problems
		return web.RenderStatus(w, r, http.StatusUnprocessableEntity, papers(v))
	}
	to := v.Base + "/papers"
	if r.PostFormValue("next") != "" {
		_, to = p.bar(a, to)
	}
	if r.PostFormValue("later") != "" {
		to = a.home
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

func (p *Portal) takeAll(r *http.Request, a *applying) (problems errs.Problems, err error) {
	if r.MultipartForm == nil {
		return nil, nil
	}
	for _, m := range a.service.Materials {
		for _, h := range r.MultipartForm.File["file-"+m.Code] {
			taken, err := p.take(r, h, "draft/"+a.draft.ID, a.by.Name)
			if k := errs.KindOf(err); k == errs.Invalid || k == errs.TooLarge {
				problems.Add("file-"+m.Code, errs.Sentence(err))
				continue
			}
			if err != nil {
				return nil, err
			}
			a.draft.Papers = append(a.draft.Papers, casework.Paper{File: taken.ID, Material: m.Code, By: a.by.Name})
		}
	}
	return problems, nil
}

// take stores one uploaded paper.
func (p *Portal) take(r *http.Request, h *multipart.FileHeader, owner, by string) (file.File, error) {
	f, err := h.Open()
	if err != nil {
		return file.File{}, errs.New(errs.Invalid, "没有收全这张照片，请再传一次。")
	}
	defer f.Close()
	blob, err := p.Files.Put(r.Context(), h.Filename, f)
	if err != nil {
		return file.File{}, err
	}
	var taken file.File
	err = p.Desk.DB.Do(r.Context(), func(tx *db.Tx) error {
		taken, err = p.Files.Add(r.Context(), tx, blob.File(owner, by))
		return err
	})
	return taken, err
}

func (p *Portal) removePaper(w http.ResponseWriter, r *http.Request) error {
	a, err := p.applying(r)
	if err != nil {
		return gone(w, r, err)
	}
	id := r.PathValue("file")
	i := slices.IndexFunc(a.draft.Papers, func(one casework.Paper) bool { return one.File == id })
	if i < 0 {
		return errs.New(errs.NotFound, "没有找到这份材料。")
	}
	a.draft.Papers = slices.Delete(a.draft.Papers, i, i+1)
	err = p.Desk.DB.Do(r.Context(), func(tx *db.Tx) error {
		if err := p.Desk.SaveDraft(r.Context(), tx, a.draft); err != nil {
			return err
		}
		return p.Files.Remove(r.Context(), tx, id)
	})
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/draft/"+a.draft.ID+"/papers", http.StatusSeeOther)
	return nil
}

func (p *Portal) draftPaper(w http.ResponseWriter, r *http.Request) error {
	a, err := p.applying(r)
	if err != nil {
		return gone(w, r, err)
	}
	return p.show(w, r, "draft/"+a.draft.ID)
}

// show serves a paper of an owner: small with ?small=1, else whole.
func (p *Portal) show(w http.ResponseWriter, r *http.Request, owner string) error {
	f, err := p.Files.Find(r.Context(), p.Desk.DB, r.PathValue("file"))
	if err != nil {
		return err
	}
	if f.Owner != owner {
		return errs.New(errs.NotFound, "没有找到这份材料。")
	}
	if r.URL.Query().Get("small") != "" && f.Thumb != "" {
		return p.Files.ServeThumb(w, r, f)
	}
	return p.Files.Serve(w, r, f)
}
