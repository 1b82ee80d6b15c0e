package citizen

import (
	"encoding/json"
	"net/http"
	"slices"
	"sync"
	"time"

	"minzheng/kernel/auth"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/catalog"
	"minzheng/kernel/errs"
	"minzheng/kernel/fact"
	"minzheng/kernel/people"
	"minzheng/kernel/region"
)

// held is an interview as it travels with its pages, sealed, in a hidden field.
// We keep nothing of it: whoever closes the page has taken it along.
type held struct {
	Person   people.ID          `json:"person,omitempty"` // whose it is; "" nobody's who signed in
	At       time.Time          `json:"at"`               // when the page was made
	Members  []catalog.Relative `json:"members"`
	Named    bool               `json:"named,omitempty"`
	Said     []catalog.Said     `json:"said,omitempty"`
	Told     []fact.Statement   `json:"told,omitempty"`
	Agreed   bool               `json:"agreed,omitempty"` // to departments being asked
	Inquired []string           `json:"inquired,omitempty"`
	Silent   []string           `json:"silent,omitempty"`
	Amounts  bool               `json:"amounts,omitempty"`
	Asks     *catalog.Said      `json:"asks,omitempty"`  // the question on the page, with what was typed before
	Again    bool               `json:"again,omitempty"` // an answer is being given anew
	Apply    string             `json:"apply,omitempty"` // the service that is applied for after signing in
}

const (
	sealHeld    = "citizen/benefits"
	heldFor     = 2 * time.Hour // a page left open on a shared screen is worth nothing after it
	mostMembers = 20
)

func (p *Portal) seal(h held) (string, error) {
	h.At = p.Desk.DB.Now()
	b, err := json.Marshal(h)
	if err != nil {
		return "", err
	}
	return p.Desk.Box.SealText(string(b), sealHeld), nil
}

// unseal opens what came with a page. What was changed, is too old or belongs
// to somebody else is an error of kind Invalid.
func (p *Portal) unseal(sealed string, me people.ID) (held, error) {
	var h held
	plain, err := p.Desk.Box.UnsealText(sealed, sealHeld)
	if err == nil {
		err = json.Unmarshal([]byte(plain), &h)
	}
	age := p.Desk.DB.Now().Sub(h.At)
	switch {
	case err != nil:
		return held{}, errs.New(errs.Invalid, "这一页读不出来了，请从头再答一遍。")
	case age < 0 || age > heldFor:
		return held{}, errs.New(errs.Invalid, "这一页放得太久了。为了不让别人看到您的回答，两个小时以后就不能接着答了，请从头再答一遍。")
	case h.Person != "" && h.Person != me:
		return held{}, errs.New(errs.Invalid, "这些回答是别人登录的时候答的，请从头再答一遍。")
	}
	return h, nil
}

// visitor is the resident who is signed in; ok is false when nobody is.
func (p *Portal) visitor(r *http.Request) (me people.Person, ok bool, err error) {
	if who, in := auth.From(r); !in || who.Kind != auth.Citizen {
		return me, false, nil
	}
	me, err = p.me(r)
	return me, err == nil, err
}

// begun is a new interview with what the register knows of whoever asks.
func (p *Portal) begun(me people.Person, agreed bool) held {
	h := held{Person: me.ID, Members: []catalog.Relative{{Key: catalog.First, Relation: "本人", Together: true}}}
	if me.ID != "" {
		h.Agreed = agreed
		h.Members[0].Birth, h.Members[0].Person = me.Birth.String(), string(me.ID)
		h.Told = p.registered(catalog.First, me)
	}
	return h
}

// registered is what the register says of somebody, beyond who they are.
func (p *Portal) registered(key string, one people.Person) []fact.Statement {
	var all []fact.Statement
	tell := func(name string, v fact.Value) {
		if def := p.Desk.Services().Known().Dictionary.Find(name); def != nil && def.Check(v) == nil {
			all = append(all, fact.Statement{Name: name, About: key, Value: v, Source: register, At: p.Desk.DB.Now().UTC()})
		}
	}
	tell("性别", fact.EnumOf(one.Sex))
	if one.Region != "" {
		tell("本县户籍", fact.BoolOf(p.Desk.Places.Within(codeOf(one.Region), codeOf(p.County))))
	}
	return all
}

// register is the source of what we know ourselves.
const register = "register"

// talk is the interview of what a page holds.
func (p *Portal) talk(h held, me people.Person) catalog.Talk {
	place := region.Code(p.County)
	if p.Desk.Places.Within(codeOf(me.Region), place) {
		place = codeOf(me.Region)
	}
	t := catalog.Talk{Members: h.Members, Named: h.Named, Said: h.Said, Told: h.Told, Amounts: h.Amounts, On: p.today()}
	for _, c := range p.Desk.Places.Path(place) {
		t.Region = append(t.Region, string(c))
	}
	return t
}

// add puts somebody into the household.
func (h *held) add(m catalog.Relative, told []fact.Statement) {
	n := 2
	for slices.ContainsFunc(h.Members, func(o catalog.Relative) bool { return o.Key == memberKey(n) }) {
		n++
	}
	m.Key = memberKey(n)
	for i := range told {
		told[i].About = m.Key
	}
	h.Members, h.Told = append(h.Members, m), append(h.Told, told...)
}

func memberKey(n int) string { return "m" + itoa(n) }

// drop takes somebody out, with all that was said about them.
func (h *held) drop(key string) {
	if key == catalog.First {
		return
	}
	h.Members = slices.DeleteFunc(h.Members, func(m catalog.Relative) bool { return m.Key == key })
	h.Said = slices.DeleteFunc(h.Said, func(s catalog.Said) bool { return s.About == key })
	h.Told = slices.DeleteFunc(h.Told, func(s fact.Statement) bool { return s.About == key })
	h.Inquired = slices.DeleteFunc(h.Inquired, func(k string) bool { return k == key })
}

// answer keeps an answer: in the place of the one before, if it is given anew.
func (h *held) answer(typed string) {
	said := catalog.Said{Fact: h.Asks.Fact, About: h.Asks.About, Typed: typed}
	i := slices.IndexFunc(h.Said, func(s catalog.Said) bool { return s.Fact == said.Fact && s.About == said.About })
	if i < 0 {
		h.Said = append(h.Said, said)
	} else {
		h.Said[i] = said
	}
	h.Asks, h.Again = nil, false
}

// back goes to the question before. It reports whether there is a page before.
func (h *held) back() bool {
	again := h.Again
	h.Asks, h.Again = nil, false
	switch {
	case again: // nothing is given anew after all
	case len(h.Said) > 0:
		last := h.Said[len(h.Said)-1]
		h.Said, h.Asks = h.Said[:len(h.Said)-1], &last
	case h.Named:
		h.Named = false
	default:
		return false
	}
	return true
}

// interviews keeps the interview of today's services until they change.
type interviews struct {
	mu       sync.Mutex
	services []*catalog.Service
	now      *catalog.Interview
}

func (i *interviews) of(shelf *casework.Shelf) *catalog.Interview {
	i.mu.Lock()
	defer i.mu.Unlock()
	if all := shelf.All(); i.now == nil || !slices.Equal(all, i.services) {
		i.services, i.now = all, catalog.NewInterview(all, shelf.Known().Dictionary)
	}
	return i.now
}

// ageOf is a member's age for readers; "" when it was not said.
func (p *Portal) ageOf(m catalog.Relative) string {
	d, err := calendar.Parse(m.Birth)
	if err != nil {
		return ""
	}
	return years(calendar.Age(d, p.today()))
}
