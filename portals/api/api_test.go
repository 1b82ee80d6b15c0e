package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"minzheng/kernel/auth"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/db/dbtest"
	"minzheng/kernel/fact"
)

type answered struct {
	ID, Number, Step, State string
	Revision                int64
}

func clerk() auth.Grant   { return auth.Grant{Role: "township-clerk", Region: willow} }
func head() auth.Grant    { return auth.Grant{Role: "township-head", Region: willow} }
func officer() auth.Grant { return auth.Grant{Role: "county-officer", Region: qingxi} }

func TestAFamilyAppliesAndStaffDecide(t *testing.T) {
	t.Parallel()
	h := open(t)
	clerk, head, officer := h.staff("clerk", clerk()), h.staff("head", head()), h.staff("officer", officer())
	li := h.resident("李秀芬", "19790610", "100")
	me := h.signIn(li)
	var file struct{ ID string }
	h.wants(http.StatusCreated, h.upload(me, photo()), &file)
	body := application(func(m map[string]any) {
		m["members"] = []any{map[string]any{"name": "李小雨", "number": number("20140301", "200"), "relation": "女儿", "together": true}}
		m["answers"].(map[string]any)["m2"] = child()
		m["answers"].(map[string]any)["m1"].(map[string]any)["wage"] = 80050
		m["papers"] = []any{map[string]any{"file": file.ID, "material": "income"}}
	})
	var c, again answered
	h.wants(http.StatusCreated, h.apply(me, "the-key-1", body), &c)
	h.wants(http.StatusOK, h.apply(me, "the-key-1", body), &again)
	if again.ID != c.ID || again.Number != c.Number {
		t.Fatalf("sent again it is case %s, want %s", again.Number, c.Number)
	}
	h.inboxHas(clerk, "mine", c.ID)
	h.inboxHas(clerk, "office", c.ID)
	h.inboxHas(officer, "county", c.ID)

	c = h.acts(clerk, c, "accept", nil)
	c = h.settles(clerk, c)
	c = h.acts(clerk, c, "checked", nil)
	c = h.acts(clerk, c, "visited", map[string]any{"answers": map[string]any{"visited_on": "2026-03-02", "visit_way": "入户",
		"investigator_1": "张三", "investigator_2": "李四", "visit_found": "家里很困难", "visit_signed": true}})
	c = h.acts(head, c, "propose", map[string]any{"reason": "符合"})
	var notices struct {
		Notices []struct{ Name, Place string }
		Total   int
	}
	h.wants(http.StatusOK, h.get("", "/api/notices"), &notices)
	if notices.Total != 1 || notices.Notices[0].Name != "李**" {
		t.Fatalf("the notices are %+v", notices)
	}
	h.do(func(tx *db.Tx) error {
		_, err := h.desk.Act(t.Context(), tx, casework.Doing{Case: casework.ID(c.ID), Act: "unopposed", Who: casework.System})
		c.Revision++
		return err
	})
	c = h.acts(officer, c, "agree", map[string]any{"reason": "同意"})
	var decision casework.Decision
	h.wants(http.StatusOK, h.get(me, "/api/cases/"+c.ID+"/decision"), &decision)
	// 800.50 for two people: 2 × 1210 − 800.50, and 121 for the child, up to the next yuan.
	if decision.Outcome != "approved" || decision.Amount != 174100 {
		t.Errorf("it is %s with %d, want approved with 174100", decision.Outcome, decision.Amount)
	}
}

// acts does an act and returns the case after it.
func (h *house) acts(token string, c answered, act string, body map[string]any) answered {
	h.t.Helper()
	if body == nil {
		body = map[string]any{}
	}
	body["revision"] = c.Revision
	h.wants(http.StatusOK, h.post(token, "/api/cases/"+c.ID+"/acts/"+act, body), &c)
	return c
}

// settles says for every member what no department has answered.
func (h *house) settles(token string, c answered) answered {
	h.t.Helper()
	var seen struct{ Household []struct{ Key string } }
	h.wants(http.StatusOK, h.get(token, "/api/cases/"+c.ID), &seen)
	for _, m := range seen.Household {
		for code, v := range map[string]any{"local_hukou": true, "in_prison": false, "dead": false, "disability_grade": "无", "basic_pension": 0} {
			h.wants(http.StatusOK, h.post(token, "/api/cases/"+c.ID+"/settle",
				map[string]any{"revision": c.Revision, "fact": code, "about": m.Key, "value": v, "reason": "查过了"}), &c)
		}
	}
	return c
}

func (h *house) inboxHas(token, scope, id string) {
	h.t.Helper()
	var in struct{ Cases []answered }
	h.wants(http.StatusOK, h.get(token, "/api/inbox?scope="+scope), &in)
	if !slices.ContainsFunc(in.Cases, func(c answered) bool { return c.ID == id }) {
		h.t.Errorf("the inbox %s does not show the case", scope)
	}
}

func TestManyAtOnceWithOneKeyMakeOneCase(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, openDB func(...db.Schema) *db.DB) {
		h := openOn(t, openDB(schemas()...))
		me := h.signIn(h.resident("李秀芬", "19790610", "100"))
		body := application(nil)
		var mu sync.Mutex
		ids := map[string]int{}
		var all sync.WaitGroup
		for range 12 {
			all.Go(func() {
				w := h.apply(me, "the-same-key", body)
				var c answered
				json.Unmarshal(w.Body.Bytes(), &c)
				mu.Lock()
				defer mu.Unlock()
				ids[fmt.Sprint(c.ID)]++
				if w.Code != http.StatusCreated && w.Code != http.StatusOK {
					t.Errorf("got %d: %s", w.Code, w.Body)
				}
			})
		}
		all.Wait()
		n, err := db.One(t.Context(), h.desk.DB, db.Value[int], `SELECT COUNT(*) FROM casework_case`)
		if err != nil || n != 1 || len(ids) != 1 {
			t.Errorf("there are %d cases (%v) and the answers name %v, want one", n, err, ids)
		}
	})
}

func TestTheSameKeyOfTwoPeopleIsTwoCases(t *testing.T) {
	t.Parallel()
	h := open(t)
	var one, two answered
	h.wants(http.StatusCreated, h.apply(h.signIn(h.resident("李秀芬", "19790610", "100")), "the-key-1", application(nil)), &one)
	h.wants(http.StatusCreated, h.apply(h.signIn(h.resident("王小明", "19800610", "110")), "the-key-1", application(nil)), &two)
	if one.ID == two.ID {
		t.Error("one person's key opened another's case")
	}
}

// told is an error as a program reads it.
type told struct {
	Kind, Sentence string
	Problems       []struct{ Field, Sentence string }
}

func (h *house) fails(status int, w *httptest.ResponseRecorder) told {
	h.t.Helper()
	var e told
	h.wants(status, w, &e)
	if e.Kind == "" || e.Sentence == "" || strings.ContainsAny(e.Sentence, "{}") {
		h.t.Errorf("the error has no kind or no sentence: %s", w.Body)
	}
	for _, p := range e.Problems {
		if p.Field == "" || !strings.ContainsAny(p.Sentence, "。") {
			h.t.Errorf("a problem names no field or says nothing: %s", w.Body)
		}
	}
	return e
}

func (e told) about(field string) bool {
	return slices.ContainsFunc(e.Problems, func(p struct{ Field, Sentence string }) bool { return p.Field == field })
}

func TestProblemsNameMemberAndField(t *testing.T) {
	t.Parallel()
	h := open(t)
	me := h.signIn(h.resident("李秀芬", "19790610", "100"))
	answer := func(m map[string]any, who, code string, v any) {
		m["answers"].(map[string]any)[who].(map[string]any)[code] = v
	}
	for field, change := range map[string]func(m map[string]any){
		"declared":        func(m map[string]any) { m["declared"] = false },
		"service":         func(m map[string]any) { m["service"] = "none" },
		"place":           func(m map[string]any) { m["place"] = "390122001" },
		"phone":           func(m map[string]any) { answer(m, "", "phone", "123") },
		"m1.wage":         func(m map[string]any) { answer(m, "m1", "wage", "800") },
		"m1.deposits":     func(m map[string]any) { answer(m, "m1", "deposits", 1.5) },
		"m1.houses":       func(m map[string]any) { answer(m, "m1", "houses", -1) },
		"m1.schooling":    func(m map[string]any) { delete(m["answers"].(map[string]any)["m1"].(map[string]any), "schooling") },
		"answers.m1.nope": func(m map[string]any) { answer(m, "m1", "nope", 1) },
		"answers.m7.wage": func(m map[string]any) { m["answers"].(map[string]any)["m7"] = map[string]any{"wage": 1} },
		"papers":          func(m map[string]any) { answer(m, "m1", "serious_illness", true) },
		"papers.0.file":   func(m map[string]any) { m["papers"] = []any{map[string]any{"file": "none", "material": "income"}} },
		"m2.number":       func(m map[string]any) { m["members"] = []any{kin("女儿", "390121201403012001")} },
		"m2.relation":     func(m map[string]any) { m["members"] = []any{kin("邻居", number("20140301", "200"))} },
		"m2.wage": func(m map[string]any) {
			m["members"] = []any{kin("配偶", number("19800101", "200"))}
			m["answers"].(map[string]any)["m2"] = adult()
			answer(m, "m2", "wage", "很多")
		},
		"m3.relation": func(m map[string]any) {
			m["members"] = []any{kin("配偶", number("19800101", "200")), kin("配偶", number("19800101", "220"))}
		},
		"nope": func(m map[string]any) { m["nope"] = 1 },
	} {
		e := h.fails(http.StatusUnprocessableEntity, h.apply(me, "the-key-1", application(change)))
		if !e.about(field) {
			t.Errorf("no problem names %s: %+v", field, e.Problems)
		}
	}
	if n, err := db.One(t.Context(), h.desk.DB, db.Value[int], `SELECT COUNT(*) FROM casework_case`); err != nil || n != 0 {
		t.Errorf("refused applications left %d cases (%v)", n, err)
	}
}

func kin(relation, number string) map[string]any {
	return map[string]any{"name": "李小雨", "number": number, "relation": relation}
}

func TestTheApplicantMayBeNamedAmongTheMembers(t *testing.T) {
	t.Parallel()
	h := open(t)
	li := h.resident("李秀芬", "19790610", "100")
	me := h.signIn(li)
	var c struct{ Members int }
	h.wants(http.StatusCreated, h.apply(me, "the-key-1", application(func(m map[string]any) { m["members"] = []any{kin("本人", li.Number)} })), &c)
	if c.Members != 1 {
		t.Errorf("the case has %d members, want 1", c.Members)
	}
	e := h.fails(http.StatusUnprocessableEntity, h.apply(me, "the-key-2", application(func(m map[string]any) { m["members"] = []any{kin("本人", number("19800101", "200"))} })))
	if !e.about("m1.number") {
		t.Errorf("somebody else as the applicant: %+v", e.Problems)
	}
}

func TestErrorsNeverEchoWhatWasSent(t *testing.T) {
	t.Parallel()
	h := open(t)
	me := h.signIn(h.resident("李秀芬", "19790610", "100"))
	const secret = "390121197906101009" // no good check digit
	for name, w := range map[string]*httptest.ResponseRecorder{
		"a wrong number":       h.post("", "/api/sign-in/code", map[string]any{"number": secret}),
		"a number as a number": h.post("", "/api/sign-in/code", `{"number": `+secret+`}`),
		"a name of a field":    h.post("", "/api/sign-in/code", `{"`+secret+`": 1, "number": "x"}`),
		"no JSON":              h.post("", "/api/sign-in/code", `{"number": "`+secret),
		"a member":             h.apply(me, "the-key-1", application(func(m map[string]any) { m["members"] = []any{kin("女儿", secret)} })),
		"a member's key":       h.apply(me, "the-key-1", application(func(m map[string]any) { m["answers"].(map[string]any)[secret] = adult() })),
		"an answer's key":      h.apply(me, "the-key-1", application(func(m map[string]any) { m["answers"].(map[string]any)["m1"] = map[string]any{secret: 1} })),
		"an answer":            h.apply(me, "the-key-1", application(func(m map[string]any) { m["answers"].(map[string]any)["m1"] = map[string]any{"wage": secret} })),
		"a wrong type":         h.apply(me, "the-key-1", application(func(m map[string]any) { m["declared"] = secret })),
		"the key":              h.apply(me, strings.Repeat(secret, 9), application(nil)),
		"a path":               h.get(me, "/api/cases/"+secret),
		"a query":              h.get("", "/api/notices?limit="+secret),
		"a paper":              h.upload(me, []byte(secret)),
	} {
		if w.Code < 400 || w.Code >= 500 {
			t.Errorf("%s gives %d", name, w.Code)
		}
		if strings.Contains(w.Body.String(), secret) {
			t.Errorf("%s is echoed: %s", name, w.Body)
		}
		h.fails(w.Code, w)
	}
}

func TestWhatCannotBeReadIsSaidPlainly(t *testing.T) {
	t.Parallel()
	h := open(t)
	me := h.signIn(h.resident("李秀芬", "19790610", "100"))
	h.fails(http.StatusBadRequest, h.post(me, "/api/cases", `{"service":`, "Idempotency-Key", "the-key-1"))
	if e := h.fails(http.StatusUnprocessableEntity, h.post(me, "/api/cases", application(nil))); !e.about("header.Idempotency-Key") {
		t.Errorf("without a key: %+v", e)
	}
	h.fails(http.StatusUnsupportedMediaType, h.post(me, "/api/cases", `a=1`, "Idempotency-Key", "the-key-1", "Content-Type", "application/x-www-form-urlencoded"))
	h.fails(http.StatusRequestEntityTooLarge, h.post(me, "/api/cases", `{"service":"`+strings.Repeat("a", 2<<20)+`"}`, "Idempotency-Key", "the-key-1"))
	h.fails(http.StatusNotFound, h.get(me, "/api/nothing"))
	h.fails(http.StatusMethodNotAllowed, h.ask(me, httptest.NewRequest(http.MethodDelete, "/api/cases", nil)))
	h.fails(http.StatusUnauthorized, h.get("", "/api/cases"))
	h.fails(http.StatusUnauthorized, h.get("mz_wrong", "/api/cases"))
	h.fails(http.StatusUnprocessableEntity, h.get(h.staff("clerk", clerk()), "/api/inbox?scope=all"))
}

func TestSomebodyUnknownIsSentToTheCounter(t *testing.T) {
	t.Parallel()
	h := open(t)
	var code struct{ Challenge, Shown string }
	h.wants(http.StatusOK, h.post("", "/api/sign-in/code", map[string]any{"number": number("19900101", "300")}), &code)
	e := h.fails(http.StatusNotFound, h.post("", "/api/sign-in", map[string]any{"challenge": code.Challenge, "code": code.Shown}))
	if e.Kind != "not-found" || !strings.Contains(e.Sentence, "柜台") {
		t.Errorf("got %+v", e)
	}
	h.fails(http.StatusUnauthorized, h.post("", "/api/staff/sign-in", map[string]any{"login": "nobody", "password": "wrong-password"}))
}

func TestAnothersCaseDoesNotExist(t *testing.T) {
	t.Parallel()
	h := open(t)
	me, other := h.signIn(h.resident("李秀芬", "19790610", "100")), h.signIn(h.resident("王小明", "19800610", "110"))
	elsewhere := h.staff("elsewhere", auth.Grant{Role: "township-clerk", Region: bridge})
	admin := h.staff("admin", auth.Grant{Role: "admin", Region: qingxi})
	var c answered
	h.wants(http.StatusCreated, h.apply(me, "the-key-1", application(nil)), &c)
	for name, token := range map[string]string{"another resident": other, "another township": elsewhere, "the administrator": admin} {
		for _, w := range []*httptest.ResponseRecorder{h.get(token, "/api/cases/"+c.ID), h.get(token, "/api/cases/"+c.ID+"/decision"),
			h.post(token, "/api/cases/"+c.ID+"/acts/withdraw", map[string]any{"revision": c.Revision})} {
			h.fails(http.StatusNotFound, w)
		}
		h.t.Log(name)
	}
	h.fails(http.StatusNotFound, h.post(other, "/api/cases/"+c.ID+"/consent", nil))
	h.wants(http.StatusOK, h.get(me, "/api/cases/"+c.ID), nil)
}

func TestOnlyWhoseTurnItIsMayAct(t *testing.T) {
	t.Parallel()
	h := open(t)
	me := h.signIn(h.resident("李秀芬", "19790610", "100"))
	clerk, officer := h.staff("clerk", clerk()), h.staff("officer", officer())
	var c answered
	h.wants(http.StatusCreated, h.apply(me, "the-key-1", application(nil)), &c)
	at := "/api/cases/" + c.ID + "/acts/"
	now := map[string]any{"revision": c.Revision}
	if e := h.fails(http.StatusForbidden, h.post(officer, at+"accept", now)); !strings.Contains(e.Sentence, "乡镇（街道）经办人") {
		t.Errorf("the wrong role is told %q", e.Sentence)
	}
	h.fails(http.StatusForbidden, h.post(me, at+"accept", now))
	h.fails(http.StatusForbidden, h.post(clerk, at+"withdraw", now))
	h.fails(http.StatusConflict, h.post(clerk, at+"agree", now))
	h.fails(http.StatusForbidden, h.post(officer, "/api/cases/"+c.ID+"/settle", map[string]any{"revision": c.Revision, "fact": "wage", "about": "m1", "value": 1, "reason": "x"}))
	h.fails(http.StatusForbidden, h.get(clerk, "/api/inbox?scope=county"))
	h.fails(http.StatusForbidden, h.get(me, "/api/inbox"))
	h.fails(http.StatusForbidden, h.apply(clerk, "the-key-9", application(nil)))
	e := h.fails(http.StatusUnprocessableEntity, h.post(clerk, at+"supplement", now))
	if !e.about("lacks") {
		t.Errorf("a notice that asks for nothing: %+v", e)
	}
	h.acts(clerk, c, "supplement", map[string]any{"lacks": []string{"工资流水"}})
	h.fails(http.StatusConflict, h.post(clerk, at+"accept", now))
}

func TestTheApplicantSuppliesWhatIsAskedFor(t *testing.T) {
	t.Parallel()
	h := open(t)
	me, clerk := h.signIn(h.resident("李秀芬", "19790610", "100")), h.staff("clerk", clerk())
	var c answered
	h.wants(http.StatusCreated, h.apply(me, "the-key-1", application(nil)), &c)
	c = h.acts(clerk, c, "supplement", map[string]any{"lacks": []string{"工资流水"}})
	var file struct{ ID string }
	h.wants(http.StatusCreated, h.multipart(me, photo()), &file)
	c = h.acts(me, c, "resubmit", map[string]any{"papers": []any{map[string]any{"file": file.ID, "material": "income"}}})
	var seen struct {
		Papers []struct{ File string }
		Wanted []string
		Acts   []struct{ Code string }
	}
	h.wants(http.StatusOK, h.get(clerk, "/api/cases/"+c.ID), &seen)
	if len(seen.Papers) != 1 || seen.Papers[0].File != file.ID || len(seen.Wanted) != 1 {
		t.Errorf("the clerk sees %+v", seen)
	}
	if !slices.ContainsFunc(seen.Acts, func(a struct{ Code string }) bool { return a.Code == "accept" }) {
		t.Errorf("the clerk cannot accept: %+v", seen.Acts)
	}
}

func (h *house) multipart(token string, content []byte) *httptest.ResponseRecorder {
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	part, err := m.CreateFormFile("file", "工资.jpg")
	h.must(err)
	part.Write(content)
	h.must(m.Close())
	r := httptest.NewRequest(http.MethodPost, "/api/files", &b)
	r.Header.Set("Content-Type", m.FormDataContentType())
	return h.ask(token, r)
}

func TestAnothersPaperIsRefused(t *testing.T) {
	t.Parallel()
	h := open(t)
	me, other := h.signIn(h.resident("李秀芬", "19790610", "100")), h.signIn(h.resident("王小明", "19800610", "110"))
	var file struct{ ID string }
	h.wants(http.StatusCreated, h.upload(other, photo()), &file)
	with := application(func(m map[string]any) { m["papers"] = []any{map[string]any{"file": file.ID, "material": "income"}} })
	if e := h.fails(http.StatusUnprocessableEntity, h.apply(me, "the-key-1", with)); !e.about("papers.0.file") {
		t.Errorf("got %+v", e)
	}
	h.wants(http.StatusCreated, h.apply(other, "the-key-1", with), nil)
	h.fails(http.StatusForbidden, h.apply(me, "the-key-1", with))
	h.fails(http.StatusBadRequest, h.upload(me, []byte("<html>")))
	h.fails(http.StatusRequestEntityTooLarge, h.upload(me, bytes.Repeat([]byte{0xff}, 11<<20)))
	h.fails(http.StatusUnauthorized, h.upload("", photo()))
}

func TestTheApplicantSeesNeitherVerdictNorFactsOfDepartments(t *testing.T) {
	t.Parallel()
	h := open(t)
	li := h.resident("李秀芬", "19790610", "100")
	me, clerk := h.signIn(li), h.staff("clerk", clerk())
	var c answered
	h.wants(http.StatusCreated, h.apply(me, "the-key-1", application(nil)), &c)
	mine, theirs := h.get(me, "/api/cases/"+c.ID).Body.String(), h.get(clerk, "/api/cases/"+c.ID).Body.String()
	for _, w := range []string{`"verdict"`, `"facts"`, `"assignee"`} {
		if strings.Contains(mine, w) || !strings.Contains(theirs, w) {
			t.Errorf("%s: the applicant sees it: %v, the clerk: %v; want no and yes", w, strings.Contains(mine, w), strings.Contains(theirs, w))
		}
	}
	for _, body := range []string{mine, theirs} {
		if strings.Contains(body, li.Number) {
			t.Error("the whole citizen number is shown")
		}
	}
	seen, err := h.desk.Audit.Of(t.Context(), h.desk.DB, "case/"+c.ID, 20)
	h.must(err)
	views := 0
	for _, e := range seen {
		if e.Verb == "view" {
			views++
		}
	}
	if views != 2 {
		t.Errorf("%d looks at the case were recorded, want 2", views)
	}
}

func TestAMemberConsentsThemselves(t *testing.T) {
	t.Parallel()
	h := open(t)
	me, husband := h.signIn(h.resident("李秀芬", "19790610", "100")), h.resident("王大山", "19780101", "130")
	var c answered
	h.wants(http.StatusCreated, h.apply(me, "the-key-1", application(func(m map[string]any) {
		m["members"] = []any{map[string]any{"name": husband.Name, "number": husband.Number, "relation": "配偶"}}
		m["answers"].(map[string]any)["m2"] = adult()
	})), &c)
	consented := func() bool {
		var seen struct {
			Household []struct {
				Key       string
				Consented bool
			}
		}
		h.wants(http.StatusOK, h.get(me, "/api/cases/"+c.ID), &seen)
		return seen.Household[1].Consented
	}
	if consented() {
		t.Fatal("the husband has consented before he was asked")
	}
	h.wants(http.StatusNoContent, h.post(h.signIn(husband), "/api/cases/"+c.ID+"/consent", nil), nil)
	if !consented() {
		t.Error("his consent was not kept")
	}
}

func TestTheDocumentIsOpenAPI31AndListsEveryOperation(t *testing.T) {
	t.Parallel()
	h := open(t)
	var doc struct {
		OpenAPI string
		Paths   map[string]map[string]struct{ Summary string }
	}
	w := h.get("", "/api/openapi.json")
	h.wants(http.StatusOK, w, &doc)
	if !strings.HasPrefix(doc.OpenAPI, "3.1") {
		t.Errorf("it is OpenAPI %s", doc.OpenAPI)
	}
	if strings.Contains(w.Body.String(), "ErrorModel") {
		t.Error("it describes errors that are not ours")
	}
	index := h.get("", "/api").Body.String()
	want := []string{"post /sign-in/code", "post /sign-in", "post /staff/sign-in", "get /services", "get /services/{code}", "post /files", "post /cases",
		"get /cases", "get /cases/{id}", "post /cases/{id}/acts/{act}", "post /cases/{id}/settle", "post /cases/{id}/consent", "get /inbox",
		"get /cases/{id}/decision", "get /notices"}
	for _, one := range want {
		method, path, _ := strings.Cut(one, " ")
		if doc.Paths[path][method].Summary == "" {
			t.Errorf("%s is not described", one)
		}
		if !strings.Contains(index, "/api"+path) {
			t.Errorf("the index does not list %s", path)
		}
	}
	n := 0
	for _, methods := range doc.Paths {
		n += len(methods)
	}
	if n != len(want) {
		t.Errorf("%d operations are described, want %d", n, len(want))
	}
}

func TestAServiceTellsWhatItAsks(t *testing.T) {
	t.Parallel()
	h := open(t)
	var s serviceView
	h.wants(http.StatusOK, h.get("", "/api/services/dibao"), &s)
	var fields []string
	for _, p := range s.Pages {
		for _, f := range p.Fields {
			fields = append(fields, f.Code+" "+f.Type)
		}
	}
	for _, want := range []string{"phone text", "wage money", "houses int", "schooling enum", "serious_illness bool"} {
		if !slices.Contains(fields, want) {
			t.Errorf("it does not ask %s", want)
		}
	}
	h.fails(http.StatusNotFound, h.get("", "/api/services/nope"))
}

func TestAmountsComeBackAsTheyWereSent(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		fen := rapid.Int64Range(0, 1<<50).Draw(t, "fen")
		text, wrong := typed(&fact.Def{Name: "钱", Type: "money"}, float64(fen))
		back, ok := fact.ParseYuan(text)
		if wrong == "" && ok && back != fen || wrong == "" && !ok {
			t.Fatalf("%d is typed as %q and read as %d", fen, text, back)
		}
	})
}

func FuzzFieldNamesRepeatNothingLong(f *testing.F) {
	for _, s := range []string{"body.members[0].name", "body.390121197906101009", "header.Idempotency-Key", "body.<b>", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if got := field(s); len(got) > 80 || digits.MatchString(got) || strings.ContainsAny(got, "<>&\"' \n") {
			t.Errorf("%q is repeated as %q", s, got)
		}
	})
}
