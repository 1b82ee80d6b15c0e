package staff

import (
	"slices"
	"strings"

	"minzheng/kernel/casework"
	"minzheng/kernel/web"
)

// timeline is what happened, the latest first.
func (d *dossier) timeline() []web.TimelineStep {
	var all []web.TimelineStep
	if st := d.s.Step(d.c.Step); st != nil && d.c.IsOpen() {
		all = append(all, web.TimelineStep{State: web.Under, Icon: "clock", Title: "现在：" + st.Title, Note: strings.TrimSpace(stepNote(d.c, d.s, d.today) + "　" + d.holder())})
	}
	for _, e := range slices.Backward(d.past) {
		one := web.TimelineStep{State: web.Done, Title: e.Title, Note: timed(e.At, d.today), Icon: eventIcon(e.Code)}
		if e.Actor.Role != casework.System.Role {
			one.Note += "　" + e.Actor.Name
		}
		if said := eventWords(e); len(said) > 0 {
			one.Detail = eventDetail(said)
		}
		all = append(all, one)
	}
	return all
}

func eventIcon(code string) string {
	switch code {
	case "lookup":
		return "building-community"
	case "settle":
		return "adjustments"
	case "object":
		return "message-report"
	case "consent":
		return "signature"
	case "reassign":
		return "users"
	}
	return ""
}

// eventWords are the reason of an act and what was recorded with it.
func eventWords(e casework.Event) []string {
	var all []string
	if e.Reason != "" {
		all = append(all, "理由："+e.Reason)
	}
	names := make([]string, 0, len(e.Detail))
	for name := range e.Detail {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		all = append(all, name+"："+e.Detail[name])
	}
	return all
}

func (d *dossier) objected() []objectionView {
	var all []objectionView
	for _, o := range d.objections {
		v := objectionView{At: timed(o.At, d.today), Text: o.Text, Contact: o.Contact}
		if !o.Answered.IsZero() {
			v.Answer = timed(o.Answered, d.today) + " 答复：" + o.Answer
		}
		all = append(all, v)
	}
	return all
}

func (d *dossier) written() []letterLink {
	var all []letterLink
	for _, l := range d.letters {
		href := "/staff/cases/" + string(d.c.ID) + "/letters/" + l.ID
		all = append(all, letterLink{href, href + ".pdf", l.Letter.Title, timed(l.At, d.today)})
	}
	return all
}

func (d *dossier) receiving() []web.FactRow {
	var all []web.FactRow
	for _, b := range d.benefits {
		row := web.FactRow{Label: b.Title, Value: perMonth(b.Amount), Note: "从 " + b.From + " 起"}
		if b.State != "running" {
			row.Note += "，已经停发"
		}
		all = append(all, row)
	}
	return all
}

const shownLooks = 8

// looks are the last ones who have seen the case.
func (d *dossier) looks() []string {
	var all []string
	for _, e := range d.seen {
		if len(all) == shownLooks {
			break
		}
		what := ""
		if e.Detail["paper"] != "" {
			what = "（看了一份材料）"
		} else if e.Detail["letter"] != "" {
			what = "（看了一份文书）"
		} else if e.Detail["decision"] != "" {
			what = "（下载了决定记录）"
		}
		all = append(all, timed(e.At, d.today)+"　"+e.ActorName+"　"+e.Purpose+what)
	}
	return all
}
