package api

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"regexp"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"minzheng/kernel/errs"
)

// failure is an error as a program gets it.
type failure struct {
	Kind      string        `json:"kind" doc:"哪一类错"`
	Sentence  string        `json:"sentence" doc:"可以直接给人看的一句话"`
	Problems  errs.Problems `json:"problems,omitempty" doc:"哪一项要改"`
	Reference string        `json:"reference,omitempty" doc:"系统出错时的编号"`

	status int
}

func (f *failure) Error() string  { return f.Sentence }
func (f *failure) GetStatus() int { return f.status }

// Huma makes its own errors by one function for the whole process.
var replace sync.Once

// speakChinese has Huma's own errors told as ours are. Whatever it knows of
// the value that was refused is left out.
func speakChinese() {
	replace.Do(func() {
		huma.NewError = func(status int, _ string, all ...error) huma.StatusError { return refused(status, all) }
	})
}

func refused(status int, all []error) *failure {
	f := &failure{status: status}
	switch status {
	case http.StatusRequestEntityTooLarge:
		f.Kind, f.Sentence = errs.TooLarge.String(), "一次交的内容太多了，请分几次交。"
	case http.StatusUnsupportedMediaType:
		f.Kind, f.Sentence = errs.Invalid.String(), "内容要用 JSON 写，Content-Type 写 application/json。"
	case http.StatusRequestTimeout:
		f.Kind, f.Sentence = errs.Busy.String(), "没有收全您发的内容，请再发一次。"
	case http.StatusInternalServerError:
		f.Kind, f.Sentence = errs.Fault.String(), errs.Sentence(errors.New(""))
	default:
		f.Kind, f.Sentence = errs.Invalid.String(), "发来的内容有地方不对，请看 problems。"
	}
	for _, err := range all {
		var d huma.ErrorDetailer
		if status != http.StatusUnsupportedMediaType && errors.As(err, &d) {
			detail := d.ErrorDetail()
			f.Problems.Add(field(detail.Location), sentence(detail.Message))
		}
	}
	if len(f.Problems) == 0 && status == http.StatusBadRequest {
		f.Sentence = "发来的内容读不出来，请按接口说明写。"
	}
	return f
}

var element = regexp.MustCompile(`\[(\d+)\]`)

// field is a place in the document as our problems name it: body.papers[0].file
// is papers.0.file. Only names that can be ours are repeated.
func field(location string) string {
	at := strings.TrimPrefix(element.ReplaceAllString(location, ".$1"), "body.")
	for _, r := range at {
		if !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '.' || r == '_' || r == '-') {
			return "body"
		}
	}
	if len(at) > 80 || digits.MatchString(at) {
		return "body"
	}
	return at
}

// digits are a name that is rather somebody's number, sent in a wrong place.
var digits = regexp.MustCompile(`\d{6}`)

// sentence says in Chinese what Huma found.
func sentence(message string) string {
	for _, s := range [][2]string{
		{"unexpected property", "没有这一项，请去掉。"}, {"expected required property", "这里缺了一项必填的内容。"},
		{"required", "这一项要写。"}, {"expected string", "这里要写成文字。"}, {"expected integer", "这里要写成整数。"},
		{"expected number to be a multiple", "这里的数不对。"}, {"expected number", "这里的数不对，请看接口说明里的范围。"},
		{"expected boolean", "这里要写 true 或 false。"}, {"expected array length", "这里的个数不对。"}, {"expected array", "这里要写成一个列表。"},
		{"expected object", "这里要写成一个对象。"}, {"expected length", "这里的字数不对。"}, {"expected value to be one of", "这里只能写接口说明里列出的那几个词。"},
		{"invalid integer", "这里要写成整数。"},
	} {
		if strings.HasPrefix(message, s[0]) {
			if name, ok := strings.CutPrefix(message, "expected required property "); ok {
				if name, _, _ = strings.Cut(name, " "); len(name) < 40 {
					return "缺了 " + name + "，这一项要写。"
				}
			}
			return s[1]
		}
	}
	return "读不出来，请按接口说明写。"
}

// told turns an error of the house into what a program gets. A fault is logged
// under a reference, and only that is told.
func (p *Portal) told(ctx context.Context, deed string, err error) error {
	kind := errs.KindOf(err)
	f := &failure{Kind: kind.String(), Sentence: errs.Sentence(err), status: statusOf(kind)}
	var big *http.MaxBytesError
	switch {
	case errors.As(err, &f.Problems):
		f.status = http.StatusUnprocessableEntity
	case errors.As(err, &big):
		return refused(http.StatusRequestEntityTooLarge, nil)
	case kind == errs.Fault && errors.Is(err, context.DeadlineExceeded):
		f.Kind, f.Sentence, f.status = errs.Busy.String(), "现在办事的人多，没来得及办完。请过一会儿再试。", http.StatusServiceUnavailable
	case kind == errs.Fault:
		f.Reference = rand.Text()[:8]
		p.Desk.Log.ErrorContext(ctx, "fault", "reference", f.Reference, "operation", deed, "error", err)
	}
	if f.status == http.StatusTooManyRequests || f.status == http.StatusServiceUnavailable {
		return huma.ErrorWithHeaders(f, http.Header{"Retry-After": {"30"}})
	}
	return f
}

func statusOf(k errs.Kind) int {
	switch k {
	case errs.Invalid:
		return http.StatusBadRequest
	case errs.NotFound:
		return http.StatusNotFound
	case errs.Forbidden:
		return http.StatusForbidden
	case errs.Conflict:
		return http.StatusConflict
	case errs.SignIn:
		return http.StatusUnauthorized
	case errs.TooMany:
		return http.StatusTooManyRequests
	case errs.TooLarge:
		return http.StatusRequestEntityTooLarge
	case errs.Busy:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}
