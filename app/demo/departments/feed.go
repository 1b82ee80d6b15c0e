package departments

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strconv"

	"minzheng/app/demo/county"
	"minzheng/kernel/calendar"
)

// happening is something in somebody's life: what the source answers about
// them from then on, and what its feed tells of it.
type happening struct {
	Source string `json:"source"`
	Number string `json:"number"`
	Kind   string `json:"kind"` // death, prison, income, move, marriage, medical …; "" is not told
	On     string `json:"on"`
	Values values `json:"values"` // what the source has on file from then on
}

const (
	mostTold  = 100 // events in one answer of a feed
	lookBack  = 60  // days of deaths that the feed begins with
	mostLives = 10_000
)

func feedPath(s source) string { return "/feeds/" + s.Code }

// nothing is what a source knows of anybody before something has happened.
func nothing(*county.County, *county.Person, question) (values, bool) { return nil, false }

// begin tells the county's deaths of the last weeks, and misfortunes of poor
// families.
func (s *simulator) begin() {
	s.misfortunes()
	for i := range s.county.Persons {
		p := &s.county.Persons[i]
		if p.Death == nil || p.Death.On > s.county.AsOf || p.Death.On < s.county.AsOf-lookBack {
			continue
		}
		s.happen["civil.death"] = append(s.happen["civil.death"], happening{Source: "civil.death", Number: p.Number, Kind: "death", On: p.Death.On.String()})
	}
	slices.SortStableFunc(s.happen["civil.death"], func(a, b happening) int {
		return int(day(a.On)) - int(day(b.On))
	})
}

// misfortunes are made up: nearly every poor household has had one. Of the
// story's people only what is so anyway is told.
func (s *simulator) misfortunes() {
	const story = 6 // households
	n := 0
	for i := range s.county.Households {
		h := s.county.Household(i)
		on := (s.county.AsOf - calendar.Day(n%9)).String()
		if i < story {
			for _, m := range h.Members {
				if p := s.county.Person(m); p.Illness != nil {
					s.happen["hsa.costs"] = append(s.happen["hsa.costs"], happening{Source: "hsa.costs", Number: p.Number, Kind: "medical", On: on})
				}
			}
			continue
		}
		if !s.county.Poor(h) {
			continue
		}
		if m, ok := misfortune(n, on); ok {
			m.Number = s.county.Person(h.Members[0]).Number
			s.happen[m.Source] = append(s.happen[m.Source], m)
		}
		n++
	}
}

// misfortune is what has happened to the n-th poor household, if anything has.
func misfortune(n int, on string) (happening, bool) {
	switch n % 5 {
	case 0:
		return happening{Source: "emergency.damage", Kind: "disaster", On: on, Values: values{"damage": []string{"轻微", "一般", "严重"}[n/5%3], "damaged_on": on}}, true
	case 1:
		return happening{Source: "hsa.serious", Kind: "illness", On: on, Values: values{"ill_since": on}}, true
	case 2:
		return happening{Source: "hrss.unemployment", Kind: "job", On: on, Values: values{"unemployed": true}}, true
	case 3:
		return happening{Source: "hsa.costs", Kind: "medical", On: on, Values: values{"medical_cost": 900_000 * (1 + n/5%3)}}, true
	}
	return happening{}, false
}

func day(s string) calendar.Day {
	d, _ := calendar.Parse(s)
	return d
}

// event is a happening as a feed tells it.
type event struct {
	ID     string `json:"id"`
	Number string `json:"number"`
	Kind   string `json:"kind"`
	On     string `json:"on"`
}

// batch is a part of a feed.
type batch struct {
	Events []event `json:"events"`
	Next   string  `json:"next"`
	More   bool    `json:"more"`
}

// feed tells what came after a cursor, which is how many were told before.
func (s *simulator) feed(w http.ResponseWriter, r *http.Request, l *line) {
	l.tally.asked.Add(1)
	l.tally.last.Store(s.now().UnixMilli())
	if l.trouble.Load().spoil(w, r) {
		l.tally.failed.Add(1)
		return
	}
	after := 0
	if at := r.URL.Query().Get("after"); at != "" {
		n, err := strconv.Atoi(at)
		if err != nil || n < 0 {
			l.tally.refused.Add(1)
			reply(w, http.StatusBadRequest, map[string]string{"error": "after 不是我们给出的位置"})
			return
		}
		after = n
	}
	l.tally.found.Add(1)
	reply(w, http.StatusOK, s.told(l.Code, after))
}

func (s *simulator) told(code string, after int) batch {
	s.life.RLock()
	defer s.life.RUnlock()
	all := s.happen[code]
	b := batch{Events: []event{}}
	for ; after < len(all) && len(b.Events) < mostTold; after++ {
		if h := all[after]; h.Kind != "" {
			b.Events = append(b.Events, event{code + "/" + strconv.Itoa(after), h.Number, h.Kind, h.On})
		}
	}
	b.Next, b.More = strconv.Itoa(after), after < len(all)
	return b
}

// lately is what a source has on file about somebody after all that happened.
func (s *simulator) lately(src source, number string, file values, found bool) (values, bool) {
	s.life.RLock()
	defer s.life.RUnlock()
	out := values{}
	for name, v := range file {
		out[name] = v
	}
	for _, h := range s.happen[src.Code] {
		if h.Number != number || h.Values == nil {
			continue
		}
		found = true
		for name, v := range h.Values {
			out[name] = v
		}
	}
	return out, found
}

// happened takes something that happens to somebody, as JSON.
func (s *simulator) happened(w http.ResponseWriter, r *http.Request) {
	var h happening
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, longestQuestion))
	d.DisallowUnknownFields()
	if d.Decode(&h) != nil || d.Decode(&struct{}{}) != io.EOF || day(h.On) == 0 {
		reply(w, http.StatusBadRequest, map[string]string{"error": "请求不是约定的 JSON"})
		return
	}
	known := slices.ContainsFunc(s.lines, func(l *line) bool { return l.Code == h.Source })
	if _, lives := s.county.ByNumber(h.Number); !known || !lives {
		reply(w, http.StatusUnprocessableEntity, map[string]string{"error": "没有这个接口，或者县里没有这个人。"})
		return
	}
	s.life.Lock()
	defer s.life.Unlock()
	if len(s.happen[h.Source]) >= mostLives {
		reply(w, http.StatusUnprocessableEntity, map[string]string{"error": "已经太多了。"})
		return
	}
	s.happen[h.Source] = append(s.happen[h.Source], h)
	s.log.Info("something has happened", "source", h.Source, "kind", h.Kind)
	reply(w, http.StatusOK, map[string]string{"told": strconv.Itoa(len(s.happen[h.Source]))})
}
