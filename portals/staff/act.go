package staff

import (
	"slices"

	"minzheng/kernel/casework"
	"minzheng/kernel/fact"
	"minzheng/kernel/form"
	"minzheng/kernel/web"
)

// actView is one act with all that it asks.
type actView struct {
	Key, Title, Hint, Law string
	Href, Revision        string
	Button                string // its class
	Blocked               string // what stands in the way; "" is nothing
	Warn                  string
	Folded, Open          bool
	Fields                []control
	Lacks, More, Reason   *web.Field
	Upload                *web.Field
	Kept                  []paperView
	Reuse                 *web.Field // of those already uploaded, which to leave out
}

// acts are the reader's acts, the one that leads on first.
func (d *dossier) acts(t typed) []actView {
	all := make([]actView, 0, len(d.choices))
	for _, c := range d.choices {
		all = append(all, d.actOf(c, t))
	}
	return all
}

func (d *dossier) actOf(c casework.Choice, t typed) actView {
	v := actView{Key: c.Code, Title: c.Title, Hint: c.Hint, Law: c.Law, Revision: d.revision(), Blocked: c.Blocked,
		Href: "/staff/cases/" + string(d.c.ID) + "/acts/" + c.Code, Button: "btn-quiet"}
	switch c.Tone {
	case "primary":
		v.Button = "btn-primary"
	case "stop":
		v.Button = "btn-stop"
	}
	v.Open = t.is(c.Code)
	v.Folded = c.Tone != "primary" && !c.Decides
	d.weigh(c, &v)
	if v.Blocked != "" {
		return v
	}
	for _, f := range c.Form {
		v.Fields = append(v.Fields, d.ask(c.Code, f, t))
	}
	if c.Missing {
		v.Lacks, v.More = d.lackFields(c.Code, t)
	}
	if c.Photos {
		d.uploadFields(c.Code, t, &v)
	}
	if c.Reason != "" {
		v.Reason = &web.Field{Name: c.Code + ".reason", Label: "理由", Optional: c.Reason != "required", MaxLength: 2000,
			Value: t.value(c.Code, "reason"), Problem: t.problem(c.Code, "reason")}
		if c.Letter != "" && c.Hint == "" {
			v.Reason.Hint = "会写进给申请人的信。"
		}
	}
	return v
}

// weigh says beforehand where an act goes against what the rules gave.
func (d *dossier) weigh(c casework.Choice, v *actView) {
	switch {
	case !c.Decides:
	case c.Ends == casework.Approved && d.c.Verdict == "no":
		v.Blocked = joined(v.Blocked, "规则算出来不符合条件，不能批准；认为数据不对的，先把数据查清")
	case c.Ends == casework.Refused && d.c.Verdict == "yes":
		v.Warn = "规则算出来符合条件。不同意的，请写清楚为什么。"
	}
}

func joined(a, b string) string {
	if a == "" {
		return b
	}
	return a + "；" + b
}

// ask is one question of an act's form.
func (d *dossier) ask(act string, f *form.Field, t typed) control {
	v := control{Kind: "text", Field: web.Field{Name: act + "." + f.Name(), Label: f.Label, Hint: f.Hint, Optional: f.Optional,
		Value: t.value(act, f.Name()), Problem: t.problem(act, f.Name())}}
	switch f.Def.Typed() {
	case fact.Money:
		v.Kind, v.Unit = "money", f.Def.Unit
	case fact.Date:
		v.Kind = "date"
		if !t.is(act) {
			v.Value = d.today.String()
		}
	case fact.Bool:
		v.Kind = "choice"
		v.Options = []web.Option{{Value: "是", Label: or(f.Yes, "是")}, {Value: "否", Label: or(f.No, "否")}}
	case fact.Enum:
		v.Kind = "choice"
		for _, o := range f.Options {
			v.Options = append(v.Options, web.Option{Value: o.Word, Label: o.Word, Hint: o.Hint})
		}
	case fact.Int:
		v.InputMode = "numeric"
	case fact.Text:
		if f.Check == "long" {
			v.Kind, v.Rows, v.MaxLength = "long", 4, 1000
		}
	}
	if f.Unsure && v.Kind == "choice" {
		v.Options = append(v.Options, web.Option{Value: form.Unsure, Label: "说不清"})
	}
	return v
}

func or(a, b string) string {
	if a == "" {
		return b
	}
	return a
}

// lackFields ask for everything that lacks, so that one notice lists it all.
func (d *dossier) lackFields(act string, t typed) (lacks, more *web.Field) {
	lacks = &web.Field{Name: act + ".lacks", Label: "缺哪些", Hint: "部门能查到的不要。", Several: true, Problem: t.problem(act, "lacks")}
	for _, m := range d.s.Materials {
		o := web.Option{Value: m.Code, Label: m.Title}
		if n := d.has(m.Code); n > 0 {
			o.Hint = "已经交过 " + itoa(n) + " 份"
		}
		o.Checked = t.is(act) && slices.Contains(t.values["lacks"], m.Code)
		lacks.Options = append(lacks.Options, o)
	}
	more = &web.Field{Name: act + ".more", Label: "还缺别的", Hint: "一行写一样，写清要哪几页、哪段时间的。", Optional: true, Rows: 3, MaxLength: 2000,
		Value: t.value(act, "more"), Problem: t.problem(act, "more")}
	return lacks, more
}

func (d *dossier) has(material string) int {
	n := 0
	for _, p := range d.papers {
		if p.Material == material {
			n++
		}
	}
	return n
}

func (d *dossier) uploadFields(act string, t typed, v *actView) {
	v.Upload = &web.Field{Name: act + ".photos", Label: "照片或扫描件", Hint: "可以一次选几张。每份最多 10 MB。", Optional: true, Several: true, Problem: t.problem(act, "photos")}
	kept := d.kept[act]
	if len(kept) == 0 {
		return
	}
	v.Reuse = &web.Field{Name: act + ".drop", Label: "不要的打勾", Several: true, Optional: true}
	for _, f := range kept {
		v.Kept = append(v.Kept, d.paperOf(f, ""))
		v.Reuse.Options = append(v.Reuse.Options, web.Option{Value: f.ID, Label: "不要 " + f.Name, Checked: t.is(act) && slices.Contains(t.values["drop"], f.ID)})
	}
}

// assignView hands the case to a colleague.
type assignView struct {
	Href, Revision string
	To, Reason     web.Field
	Open           bool
}

func (d *dossier) assigning(t typed) *assignView {
	if !d.mayAct || len(d.colleagues) == 0 {
		return nil
	}
	v := &assignView{Href: "/staff/cases/" + string(d.c.ID) + "/assign", Revision: d.revision(), Open: t.is("assign"),
		To:     web.Field{Name: "assign.to", Label: "转给谁", Value: t.value("assign", "to"), Problem: t.problem("assign", "to"), Options: []web.Option{{Label: "请选一位"}}},
		Reason: web.Field{Name: "assign.reason", Label: "说明", Optional: true, Value: t.value("assign", "reason"), Problem: t.problem("assign", "reason"), MaxLength: 2000}}
	for _, w := range d.colleagues {
		label := w.Name
		if w.ID == d.who.Account {
			label += "（您）"
		}
		v.To.Options = append(v.To.Options, web.Option{Value: w.ID, Label: label})
	}
	return v
}
