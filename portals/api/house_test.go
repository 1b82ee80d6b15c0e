package api

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"minzheng/kernel/audit"
	"minzheng/kernel/auth"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/casework/caseworktest"
	"minzheng/kernel/catalog"
	"minzheng/kernel/db"
	"minzheng/kernel/db/dbtest"
	"minzheng/kernel/exchange"
	"minzheng/kernel/file"
	"minzheng/kernel/job"
	"minzheng/kernel/notify"
	"minzheng/kernel/people"
	"minzheng/kernel/region"
	"minzheng/kernel/secret"
	"minzheng/kernel/web"
)

const (
	qingxi   = "390121"
	willow   = "390121001"
	bridge   = "390121100"
	village  = "390121001001"
	password = "long-password-8"
)

// house is a bureau with the 低保 folder, its staff and one family.
type house struct {
	t    *testing.T
	desk *casework.Desk
	auth *auth.Auth
	web  *web.Server
	hash auth.PasswordHash
}

func schemas() []db.Schema {
	return []db.Schema{job.Schema(), auth.Schema(), audit.Schema(), file.Schema(), people.Schema(), exchange.Schema(), notify.Schema(), casework.Schema()}
}

func open(t *testing.T) *house {
	t.Helper()
	return openOn(t, dbtest.Open(t, schemas()...))
}

func openOn(t *testing.T, d *db.DB) *house {
	t.Helper()
	h := &house{t: t}
	box, err := secret.Open(t.TempDir())
	h.must(err)
	h.auth, err = auth.New(d, box, auth.Config{Codes: auth.OnScreen{}})
	h.must(err)
	days, err := calendar.National()
	h.must(err)
	places, err := region.New(places()...)
	h.must(err)
	store, err := file.NewStore(t.TempDir(), box)
	h.must(err)
	sources, known := caseworktest.Folder(t, "../..", "assistance", "start-benefit", "weigh-appraisal")
	service, err := catalog.Read(os.DirFS("../../areas/assistance/services/dibao"), "assistance", known)
	h.must(err)
	log := slog.New(slog.DiscardHandler)
	h.desk = casework.New(casework.Rooms{DB: d, Box: box, People: people.New(box), Audit: audit.New(d, box), Calendar: days, Places: places,
		Exchange: exchange.New(exchange.Config{Gateway: "http://127.0.0.1:1", Sources: sources, Now: d.Now}), Queue: job.NewQueue(d, log, 1),
		Files: store, Notify: notify.New(d, box, map[string]notify.Channel{}), Log: log, Staff: workers,
		Office: casework.Office{Bureau: "清溪县民政局", Phone: "0390-0000-2301", Review: "清溪县人民政府", Court: "清溪县人民法院", BaseURL: "http://example.test"},
	}, casework.NewShelf(known, []*catalog.Service{service}),
		map[string]casework.Effect{"start-benefit": func(context.Context, *db.Tx, casework.Effecting) error { return nil }})
	h.web = web.New(web.Config{Session: h.auth.Middleware})
	New(Rooms{Desk: h.desk, Auth: h.auth, Files: store, County: qingxi}).Routes(h.web.Mux)
	return h
}

func workers(ctx context.Context, r db.Reader, role, place string) ([]casework.Worker, error) {
	accounts, err := auth.StaffIn(ctx, r, role, place)
	var all []casework.Worker
	for _, a := range accounts {
		all = append(all, casework.Worker{ID: a.ID, Name: a.Name})
	}
	return all, err
}

func places() []region.Place {
	return []region.Place{
		{Code: "390000", Name: "示例省", Parent: region.Nation}, {Code: "390100", Name: "云岭市", Parent: "390000"},
		{Code: qingxi, Name: "清溪县", Parent: "390100"}, {Code: "390122", Name: "望川县", Parent: "390100"}, {Code: "390122001", Name: "江口街道", Parent: "390122"},
		{Code: willow, Name: "柳溪街道", Parent: qingxi}, {Code: village, Name: "东门社区", Parent: willow}, {Code: bridge, Name: "石桥镇", Parent: qingxi},
	}
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) do(fn func(tx *db.Tx) error) {
	h.t.Helper()
	h.must(h.desk.DB.Do(h.t.Context(), fn))
}

// number is a citizen number of the unassigned province, with its check digit.
func number(born, seq string) string {
	body := "390121" + born + seq
	sum := 0
	for i, w := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += int(body[i]-'0') * w
	}
	return body + string("10X98765432"[sum%11])
}

func (h *house) resident(name, born, seq string) people.Person {
	h.t.Helper()
	p := people.Person{Name: name, Number: number(born, seq), Region: village}
	h.do(func(tx *db.Tx) (err error) { p.ID, err = h.desk.People.Add(h.t.Context(), tx, p); return err })
	return p
}

// signIn signs a resident in as a program does, and returns the token.
func (h *house) signIn(p people.Person) string {
	h.t.Helper()
	var code struct{ Challenge, Shown string }
	h.wants(http.StatusOK, h.post("", "/api/sign-in/code", map[string]any{"number": p.Number}), &code)
	var token struct{ Token string }
	h.wants(http.StatusOK, h.post("", "/api/sign-in", map[string]any{"challenge": code.Challenge, "code": code.Shown}), &token)
	return token.Token
}

// staff adds a member of staff, signs in and returns the token.
func (h *house) staff(login string, grants ...auth.Grant) string {
	h.t.Helper()
	if h.hash == "" {
		var err error
		h.hash, err = h.auth.HashPassword(h.t.Context(), password)
		h.must(err)
	}
	h.do(func(tx *db.Tx) error {
		_, err := auth.Add(h.t.Context(), tx, auth.NewAccount{Login: login, Name: login, Password: h.hash, Grants: grants})
		return err
	})
	var token struct{ Token string }
	h.wants(http.StatusOK, h.post("", "/api/staff/sign-in", map[string]any{"login": login, "password": password}), &token)
	return token.Token
}

func (h *house) get(token, path string) *httptest.ResponseRecorder {
	return h.ask(token, httptest.NewRequest(http.MethodGet, path, nil))
}

func (h *house) post(token, path string, body any, headers ...string) *httptest.ResponseRecorder {
	h.t.Helper()
	b, ok := body.(string)
	if !ok {
		enc, err := json.Marshal(body)
		h.must(err)
		b = string(enc)
	}
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(b))
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return h.ask(token, r)
}

func (h *house) ask(token string, r *http.Request) *httptest.ResponseRecorder {
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	w := httptest.NewRecorder()
	h.web.ServeHTTP(w, r)
	return w
}

// wants checks the status and reads the answer.
func (h *house) wants(status int, w *httptest.ResponseRecorder, into any) {
	h.t.Helper()
	if w.Code != status {
		h.t.Fatalf("got %d, want %d: %s", w.Code, status, w.Body)
	}
	if into != nil {
		h.must(json.Unmarshal(w.Body.Bytes(), into))
	}
}

// application is a whole application of one person; change alters it.
func application(change func(m map[string]any)) map[string]any {
	m := map[string]any{"service": "dibao", "declared": true, "answers": map[string]any{"": family(), "m1": adult()}}
	if change != nil {
		change(m)
	}
	return m
}

func family() map[string]any {
	return map[string]any{"phone": "13800000000", "address": "文昌路 18 号", "dwelling": "租房", "reason": "没活干"}
}

func adult() map[string]any {
	return map[string]any{"work": "固定工作", "wage": 80000, "work_cost": 0, "pension": 0, "support": 0, "deposits": 120000, "houses": 0,
		"vehicle_value": 0, "serious_illness": false, "schooling": "不在校"}
}

func child() map[string]any {
	return map[string]any{"serious_illness": false, "schooling": "义务教育"}
}

func (h *house) apply(token, key string, body any) *httptest.ResponseRecorder {
	h.t.Helper()
	return h.post(token, "/api/cases", body, "Idempotency-Key", key)
}

func photo() []byte {
	img := image.NewRGBA(image.Rect(0, 0, 320, 240))
	for x := range 320 {
		img.Set(x, x%240, color.RGBA{uint8(x), 90, 30, 255})
	}
	var b bytes.Buffer
	jpeg.Encode(&b, img, nil)
	return b.Bytes()
}

func (h *house) upload(token string, content []byte) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "/api/files", io.Reader(bytes.NewReader(content)))
	r.Header.Set("Content-Type", "image/jpeg")
	return h.ask(token, r)
}
