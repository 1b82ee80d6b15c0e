package village

import (
	"errors"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"

	"minzheng/kernel/auth"
	"minzheng/kernel/casework"
	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/file"
	"minzheng/kernel/form"
	"minzheng/kernel/web"
)

// servicesPage is what can be applied for.
type servicesPage struct {
	web.Page
	Who    string
	Groups []group
}

type group struct {
	Title string
	Tiles []web.TileView
}

func (p *Portal) services(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	v := servicesPage{Page: p.page(r, "替谁办什么", "/village/file"), Who: who.Account}
	at := map[string]int{}
	for _, s := range p.offered() {
		i, ok := at[s.Group]
		if !ok {
			i, at[s.Group] = len(v.Groups), len(v.Groups)
			v.Groups = append(v.Groups, group{Title: s.Group})
		}
		v.Groups[i].Tiles = append(v.Groups[i].Tiles, web.TileView{Href: "/village/file/" + s.Code, Icon: s.Icon, Title: s.Title})
	}
	return web.Render(w, r, servicesView(v))
}

// filePage asks all at once, so that it can be filled in without a line.
type filePage struct {
	web.Page
	Who       string
	Key       string
	Service   *catalog.Service
	Questions []question
	Typed     url.Values
	Problems  errs.Problems
}

type question struct {
	Ask   string
	Asked web.Asked
}

func (p *Portal) fileView(r *http.Request, who auth.Who, s *catalog.Service) filePage {
	v := filePage{Page: p.page(r, "代办"+s.Title, "/village/file"), Who: who.Account, Key: db.NewID(), Service: s, Typed: r.PostForm}
	typed := map[string]string{}
	for name := range r.PostForm {
		typed[name] = r.PostForm.Get(name)
	}
	for i := range s.Form {
		page := &s.Form[i]
		if page.Each != "" && !asksApplicant(page) {
			continue
		}
		ask := strings.ReplaceAll(page.Ask, "{姓名}", "他（她）")
		v.Questions = append(v.Questions, question{ask, web.Asked{Fields: page.Fields, Typed: typed, Name: "他（她）"}})
	}
	return v
}

// asksApplicant reports whether a page about each member is asked of an
// applicant of some age: the form does not know it yet.
func asksApplicant(page *form.Page) bool {
	for age := 0; age <= 100; age++ {
		if page.Asks("本人", age) {
			return true
		}
	}
	return false
}

func (p *Portal) service(r *http.Request) (*catalog.Service, error) {
	s, err := p.Desk.Services().Find(r.PathValue("service"))
	if err == nil && (!s.StartedBy("staff") || s.Procedure) {
		err = errs.New(errs.Forbidden, "这件事要本人自己申请，不能代办。")
	}
	return s, err
}

func (p *Portal) filePage(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	s, err := p.service(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, fileView(p.fileView(r, who, s)))
}

func (p *Portal) file(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	s, err := p.service(r)
	if err != nil {
		return err
	}
	f, err := p.filing(r, who, s)
	var m casework.Mandate
	if err == nil {
		m, err = p.keep(r, f)
	}
	var problems errs.Problems
	if errors.As(err, &problems) && !web.PrefersJSON(r) {
		v := p.fileView(r, who, s)
		v.Problems, v.Key = problems, r.PostForm.Get("key")
		return web.RenderStatus(w, r, http.StatusUnprocessableEntity, fileView(v))
	}
	if err != nil {
		return err
	}
	return p.arrived(w, r, came(m, s), "/village/filed/"+m.ID)
}

func (p *Portal) keep(r *http.Request, f casework.Filing) (m casework.Mandate, err error) {
	err = p.Desk.DB.Do(r.Context(), func(tx *db.Tx) error {
		sent := r.PostForm
		f.Person, err = p.Desk.Proxied(r.Context(), tx, casework.Named{Name: strings.TrimSpace(sent.Get("person")), Number: sent.Get("number")})
		if err != nil {
			return err
		}
		m, err = p.Desk.FileFor(r.Context(), tx, f)
		return err
	})
	return m, err
}

// came says what has come of a filing.
func came(m casework.Mandate, s *catalog.Service) string {
	switch {
	case m.State == casework.MandateWaits:
		return "收到了。验证码发到" + m.Name + "的手机上了，请问他（她）要来填上。"
	case m.Case != "":
		return m.Name + "的" + s.Short + "申请交上去了。"
	}
	return "收到了，" + m.Name + "的" + s.Short + "申请还差几样，请接着写。"
}

// filing reads the form. Its problems are told at their fields.
func (p *Portal) filing(r *http.Request, who auth.Who, s *catalog.Service) (f casework.Filing, err error) {
	sent, err := web.Form(r)
	if err != nil {
		return f, err
	}
	f = casework.Filing{By: actor(who), Place: place(who), Service: s, Relation: strings.TrimSpace(sent.Get("relation")), Why: strings.TrimSpace(sent.Get("why")), Way: sent.Get("way"),
		Alone: sent.Get("alone") == "yes" || s.Household == nil, Agreed: sent.Get("agree") != "" && sent.Get("declare") != ""}
	if f.Key, err = key(r, who); err != nil {
		return f, err
	}
	f.Answers = url.Values{}
	for _, page := range s.Form {
		for name, values := range web.FormValues(sent, page.Fields) {
			f.Answers[name] = values
		}
	}
	var wrong errs.Problems
	if f.Relation == "" || len([]rune(f.Relation)) > 30 {
		wrong.Add("relation", "请选您和他（她）是什么关系。")
	}
	if f.Why == "" || len([]rune(f.Why)) > 100 {
		wrong.Add("why", "请选为什么要代办。")
	}
	if f.Proof, err = p.proof(r, f.Way, &wrong); err != nil {
		return f, err
	}
	if f.Papers, err = p.papers(r, s, &wrong); err != nil {
		return f, err
	}
	return f, wrong.Err()
}

// proof is the paper or the signature; a code needs none.
func (p *Portal) proof(r *http.Request, way string, wrong *errs.Problems) (*file.Blob, error) {
	field, lacks := "proof", "请拍下委托书。"
	switch way {
	case casework.ByCode:
		return nil, nil
	case casework.Signed:
		field, lacks = "signature", "请本人在框里签名。"
	case casework.OnPaper:
	default:
		wrong.Add("way", "请选本人怎么委托的。")
		return nil, nil
	}
	all, err := p.blobs(r, field, wrong)
	if err != nil || len(all) > 0 {
		return first(all), err
	}
	if wrong.Of(field) == "" {
		wrong.Add(field, lacks)
	}
	return nil, nil
}

func first(all []file.Blob) *file.Blob {
	if len(all) == 0 {
		return nil
	}
	return &all[0]
}

func (p *Portal) papers(r *http.Request, s *catalog.Service, wrong *errs.Problems) ([]casework.FiledPaper, error) {
	var all []casework.FiledPaper
	for _, m := range s.Materials {
		some, err := p.blobs(r, "file-"+m.Code, wrong)
		if err != nil {
			return nil, err
		}
		for _, b := range some {
			all = append(all, casework.FiledPaper{Material: m.Code, Blob: b})
		}
	}
	return all, nil
}

// blobs puts what was uploaded in a field.
func (p *Portal) blobs(r *http.Request, field string, wrong *errs.Problems) ([]file.Blob, error) {
	if r.MultipartForm == nil {
		return nil, nil
	}
	var all []file.Blob
	for _, h := range r.MultipartForm.File[field] {
		if h.Size == 0 {
			continue
		}
		b, err := p.put(r, h)
		if k := errs.KindOf(err); k == errs.Invalid || k == errs.TooLarge {
			wrong.Add(field, errs.Sentence(err))
			continue
		}
		if err != nil {
			return nil, err
		}
		all = append(all, b)
	}
	return all, nil
}

func (p *Portal) put(r *http.Request, h *multipart.FileHeader) (file.Blob, error) {
	f, err := h.Open()
	if err != nil {
		return file.Blob{}, errs.New(errs.Invalid, "没有收全这张照片，请再传一次。")
	}
	defer f.Close()
	return p.Files.Put(r.Context(), h.Filename, f)
}
