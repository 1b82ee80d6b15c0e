package api

import (
	"context"
	"net/http"

	"minzheng/kernel/casework"
)

type noticesIn struct {
	Limit int `query:"limit" minimum:"1" maximum:"200" default:"50"`
	Skip  int `query:"skip" minimum:"0" maximum:"1000000"`
}

type noticeView struct {
	ID      string `json:"id"`
	Title   string `json:"title"`
	Service string `json:"service"`
	Name    string `json:"name" doc:"遮住一部分"`
	Members int    `json:"members"`
	Place   string `json:"place"`
	Since   string `json:"since"`
	Until   string `json:"until" doc:"这一天也算"`
	Law     string `json:"law"`
}

type noticesOut struct {
	Body struct {
		Notices []noticeView `json:"notices"`
		Total   int          `json:"total"`
	}
}

func (p *Portal) notices() {
	offer(p, deed{id: "list-notices", method: http.MethodGet, path: "/notices", title: "正在公示的", open: true}, p.listNotices)
}

func (p *Portal) listNotices(ctx context.Context, in *noticesIn) (*noticesOut, error) {
	all, total, err := casework.Notices(ctx, p.Desk.DB, p.County, p.today(), in.Skip, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &noticesOut{}
	out.Body.Notices, out.Body.Total = make([]noticeView, len(all)), total
	for i, n := range all {
		out.Body.Notices[i] = noticeView{n.ID, n.Title, n.Service, n.Name, n.Members, p.Desk.Where(n.Region), date(n.Since), date(n.Until), n.Law}
	}
	return out, nil
}
