package staff_test

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"

	"github.com/PuerkitoBio/goquery"

	"minzheng/kernel/casework"
)

// visitor is somebody with a browser.
type visitor struct {
	h    *house
	http *http.Client
}

func (h *house) visitor() *visitor {
	jar, err := cookiejar.New(nil)
	h.must(err)
	return &visitor{h, &http.Client{Jar: jar}}
}

// as is a visitor who is signed in.
func (h *house) as(login string) *visitor {
	h.t.Helper()
	v := h.visitor()
	status, page := v.post("/staff/sign-in", url.Values{"login": {login}, "password": {password}})
	if status != http.StatusOK || page.Find(".z-app").Length() == 0 {
		h.t.Fatalf("%s cannot sign in: %d %s", login, status, words(page.Selection))
	}
	return v
}

func (v *visitor) get(path string) (int, *goquery.Document) {
	v.h.t.Helper()
	r, err := http.NewRequest(http.MethodGet, v.h.url+path, nil)
	v.h.must(err)
	return v.ask(r)
}

func (v *visitor) post(path string, values url.Values) (int, *goquery.Document) {
	v.h.t.Helper()
	r, err := http.NewRequest(http.MethodPost, v.h.url+path, strings.NewReader(values.Encode()))
	v.h.must(err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return v.ask(r)
}

// upload posts values and pictures.
func (v *visitor) upload(path string, values url.Values, field string, papers map[string][]byte) (int, *goquery.Document) {
	v.h.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for name, all := range values {
		for _, one := range all {
			v.h.must(form.WriteField(name, one))
		}
	}
	for name, content := range papers {
		part, err := form.CreateFormFile(field, name)
		v.h.must(err)
		_, err = part.Write(content)
		v.h.must(err)
	}
	v.h.must(form.Close())
	r, err := http.NewRequest(http.MethodPost, v.h.url+path, &body)
	v.h.must(err)
	r.Header.Set("Content-Type", form.FormDataContentType())
	return v.ask(r)
}

func (v *visitor) ask(r *http.Request) (int, *goquery.Document) {
	v.h.t.Helper()
	resp, err := v.http.Do(r)
	v.h.must(err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	v.h.must(err)
	page, err := goquery.NewDocumentFromReader(bytes.NewReader(body))
	v.h.must(err)
	return resp.StatusCode, page
}

func at(c casework.Case) string { return "/staff/cases/" + string(c.ID) }

// words is what can be read, each piece apart from the next.
func words(s *goquery.Selection) string {
	var all []string
	var walk func(*goquery.Selection)
	walk = func(s *goquery.Selection) {
		s.Contents().Each(func(_ int, e *goquery.Selection) {
			if goquery.NodeName(e) == "#text" {
				all = append(all, strings.Fields(e.Text())...)
				return
			}
			walk(e)
		})
	}
	walk(s)
	return strings.Join(all, " ")
}

func picture(shade uint8) []byte {
	img := image.NewRGBA(image.Rect(0, 0, 320, 240))
	for x := range 320 {
		for y := range 240 {
			img.Set(x, y, color.RGBA{shade, uint8(x), uint8(y), 255})
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		panic(err)
	}
	return b.Bytes()
}
