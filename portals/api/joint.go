package api

import (
	"context"
	"net/http"
	"time"

	"minzheng/kernel/joint"
)

// requestIn names one request for help.
type requestIn struct {
	ID string `path:"id"`
}

// requestView is a request as whoever is asked sees it: nothing of the case
// but what the request lets them see.
type requestView struct {
	ID      string            `json:"id"`
	Kind    string            `json:"kind" enum:"assist,countersign,task"`
	State   string            `json:"state" enum:"open,answered,declined,withdrawn"`
	Asks    string            `json:"asks"`
	By      string            `json:"by"`
	Law     string            `json:"law,omitempty"`
	Made    time.Time         `json:"made"`
	Due     string            `json:"due" doc:"这一天也算"`
	Answer  string            `json:"answer,omitempty"`
	Members []requestMember   `json:"members,omitempty" doc:"只有让您看的人"`
	Facts   []factView        `json:"facts,omitempty" doc:"只有让您看的事实"`
	Papers  map[string]string `json:"papers,omitempty" doc:"只有让您看的材料：编号和名称"`
}

type requestMember struct {
	Key      string `json:"key"`
	Name     string `json:"name"`
	Relation string `json:"relation"`
	Number   string `json:"number" doc:"中间遮住"`
}

type requestOut struct{ Body requestView }

type requestsOut struct {
	Body struct {
		Requests []requestView `json:"requests"`
	}
}

func (p *Portal) requests() {
	if p.Joint == nil {
		return
	}
	offer(p, deed{id: "list-requests", method: http.MethodGet, path: "/requests", title: "请您协办的", about: "请您协查、会签，还没有答复的。"}, p.listRequests)
	offer(p, deed{id: "get-request", method: http.MethodGet, path: "/requests/{id}", title: "一件请您协办的", about: "只有让您看的几项。每次看都有记录，申请人看得到。"}, p.getRequest)
}

func requestOf(q joint.Request) requestView {
	return requestView{ID: q.ID, Kind: string(q.Kind), State: string(q.State), Asks: q.Asks, By: q.By.Name, Law: q.Law, Made: q.Made, Due: q.Due.String(), Answer: q.Answer}
}

func (p *Portal) listRequests(ctx context.Context, _ *struct{}) (*requestsOut, error) {
	who, err := staff(ctx)
	if err != nil {
		return nil, err
	}
	all, err := p.Joint.AskedOf(ctx, p.Desk.DB, who)
	if err != nil {
		return nil, err
	}
	out := &requestsOut{}
	out.Body.Requests = make([]requestView, len(all))
	for i, q := range all {
		out.Body.Requests[i] = requestOf(q)
	}
	return out, nil
}

func (p *Portal) getRequest(ctx context.Context, in *requestIn) (*requestOut, error) {
	who, err := staff(ctx)
	if err != nil {
		return nil, err
	}
	seen, err := p.Joint.See(ctx, p.Desk.DB, who, in.ID)
	if err != nil {
		return nil, err
	}
	if err := p.Joint.Looked(ctx, who, seen, nil); err != nil {
		return nil, err
	}
	v := requestOf(seen.Request)
	for _, m := range seen.Members {
		v.Members = append(v.Members, requestMember{m.Key, m.Name, m.Relation, m.Number})
	}
	for _, f := range seen.Facts {
		if f.Known && f.Def != nil {
			v.Facts = append(v.Facts, factView{Code: f.Def.Code, Name: f.Name, About: f.About, Value: jsonOf(f.Value), Source: f.Source})
		}
	}
	for _, f := range seen.Papers {
		if v.Papers == nil {
			v.Papers = map[string]string{}
		}
		v.Papers[f.ID] = f.Name
	}
	return &requestOut{v}, nil
}
