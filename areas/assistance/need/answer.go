package need

import (
	"context"
	"net/http"

	"minzheng/kernel/area"
	"minzheng/kernel/auth"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/file"
)

// apply opens an application, which the clerk writes on with the family.
func (p pages) apply(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	n, by, err := p.answering(r, who)
	if err != nil {
		return err
	}
	m, err := p.applied(r, n, by, false)
	if err != nil {
		return p.again(w, r, who, n, err)
	}
	return p.done(w, r, "委托记好了，接着把申请写完。", "/draft/"+m.Draft)
}

// urgent opens the application for help at once from what was reported.
func (p pages) urgent(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	n, by, err := p.answering(r, who)
	if err != nil {
		return err
	}
	m, err := p.applied(r, n, by, true)
	if err != nil {
		return p.again(w, r, who, n, err)
	}
	if m.Case == "" {
		return p.done(w, r, "先行救助的申请开了，还缺几样，请补上。", "/draft/"+m.Draft)
	}
	p.door.Auth.Put(r, "staff", "先行救助的申请开好了，请在这里报负责人。")
	http.Redirect(w, r, "/staff/cases/"+string(m.Case), http.StatusSeeOther)
	return nil
}

func (p pages) applied(r *http.Request, n area.Report, by casework.Actor, urgent bool) (m casework.Mandate, err error) {
	code := trimmed(r, "service")
	if urgent {
		code = emergency
	}
	t := Turn{Report: n.ID, By: by, Relation: "乡镇（街道）经办人", Why: "村里报告：" + n.What, Way: trimmed(r, "way"), Urgent: urgent}
	if t.Service, err = p.service(code); err != nil {
		return m, err
	}
	if t.Proof, err = p.paper(r, t.Way); err != nil {
		return m, err
	}
	err = p.DB.Do(r.Context(), func(tx *db.Tx) error {
		if t.Person, err = p.Proxied(r.Context(), tx, casework.Named{Name: trimmed(r, "person"), Number: trimmed(r, "number"), Phone: n.Phone, Place: n.Region}); err != nil {
			return err
		}
		if urgent {
			t.Answers = Fields(t.Service, n, t.Person, calendar.DayOf(tx.Now))
		}
		m, err = p.Apply(r.Context(), tx, t)
		return err
	})
	return m, err
}

// paper is the photo of a mandate on paper; a spoken one has none.
func (p pages) paper(r *http.Request, way string) (*file.Blob, error) {
	var wrong errs.Problems
	switch {
	case way == casework.Spoken:
		return nil, nil
	case way != casework.OnPaper:
		wrong.Add("way", "请选本人怎么委托的。")
		return nil, wrong
	case r.MultipartForm == nil || len(r.MultipartForm.File["proof"]) == 0:
		wrong.Add("proof", "请拍下委托书传上来。")
		return nil, wrong
	}
	h := r.MultipartForm.File["proof"][0]
	f, err := h.Open()
	if err != nil {
		return nil, err
	}
	defer f.Close()
	blob, err := p.Files.Put(r.Context(), h.Filename, f)
	if k := errs.KindOf(err); k == errs.Invalid || k == errs.TooLarge {
		wrong.Add("proof", errs.Sentence(err))
		return nil, wrong
	}
	return &blob, err
}

func (p pages) visited(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	return p.answer(w, r, who, "记下了，报告的人看得到。", func(ctx context.Context, tx *db.Tx, id string, by casework.Actor) error {
		return p.Visit(ctx, tx, id, by, trimmed(r, "found"))
	})
}

func (p pages) closed(w http.ResponseWriter, r *http.Request, who auth.Who) error {
	return p.answer(w, r, who, "办结了，报告的人看得到原因。", func(ctx context.Context, tx *db.Tx, id string, by casework.Actor) error {
		return p.Close(ctx, tx, id, by, trimmed(r, "reason"))
	})
}

func (p pages) answer(w http.ResponseWriter, r *http.Request, who auth.Who, said string, do func(context.Context, *db.Tx, string, casework.Actor) error) error {
	n, by, err := p.answering(r, who)
	if err != nil {
		return err
	}
	if err := p.DB.Do(r.Context(), func(tx *db.Tx) error { return do(r.Context(), tx, n.ID, by) }); err != nil {
		return p.again(w, r, who, n, err)
	}
	return p.done(w, r, said, home+"/"+n.ID)
}
