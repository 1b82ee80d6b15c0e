package departments

import (
	"encoding/json"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"minzheng/app/demo/county"
)

func today() time.Time { return time.Date(2026, 3, 10, 9, 0, 0, 0, time.UTC) }

const whole = `{"request":"r","case":"case/1","actor":"system","purpose":"核对收入","law":"社会救助法 第41条","number":"` +
	county.LiXiufen + `","name":"李秀芬","county":"390121","fields":["wage"]}`

func TestAQuestionIsReadStrictly(t *testing.T) {
	t.Parallel()
	if q, no := readQuestion([]byte(whole), today()); no != nil || q.Number != county.LiXiufen || len(q.Fields) != 1 {
		t.Fatalf("the whole question: got %+v, %+v", q, no)
	}
	number := `"number":"` + county.LiXiufen + `"`
	for what, c := range map[string]struct {
		old, new string
		want     int
	}{
		"no purpose":               {`"purpose":"核对收入",`, ``, http.StatusForbidden},
		"a blank purpose":          {`核对收入`, ` `, http.StatusForbidden},
		"no law":                   {`"law":"社会救助法 第41条",`, ``, http.StatusForbidden},
		"no request":               {`"request":"r",`, ``, http.StatusBadRequest},
		"no case":                  {`"case":"case/1"`, `"case":""`, http.StatusBadRequest},
		"no number":                {number + `,`, ``, http.StatusBadRequest},
		"a wrong check digit":      {number, `"number":"390122198001150026"`, http.StatusBadRequest},
		"a small x":                {number, `"number":"39012119800101019x"`, http.StatusBadRequest},
		"blanks in the number":     {number, `"number":"390122 198001150025"`, http.StatusBadRequest},
		"an impossible birth":      {number, `"number":"39012219801301002X"`, http.StatusBadRequest},
		"no fields":                {`,"fields":["wage"]`, ``, http.StatusBadRequest},
		"an empty field":           {`["wage"]`, `[""]`, http.StatusBadRequest},
		"a field twice":            {`["wage"]`, `["wage","wage"]`, http.StatusBadRequest},
		"null for fields":          {`["wage"]`, `null`, http.StatusBadRequest},
		"too many fields":          {`["wage"]`, `["` + strings.Join(strings.Split(strings.Repeat("ab", 20)+"cdefghijklmnopqrstuvwxyz", ""), `","`) + `"]`, http.StatusBadRequest},
		"a member that is unknown": {`{"request"`, `{"debug":true,"request"`, http.StatusBadRequest},
		"a member twice":           {`{"request"`, `{"law":"x","request"`, http.StatusBadRequest},
		"a member in capitals":     {`"purpose"`, `"Purpose"`, http.StatusBadRequest},
		"another type":             {`"case/1"`, `1`, http.StatusBadRequest},
		"something after it":       {`["wage"]}`, `["wage"]}{}`, http.StatusBadRequest},
		"a brace after it":         {`["wage"]}`, `["wage"]}}`, http.StatusBadRequest},
		"no end":                   {`["wage"]}`, `["wage"]`, http.StatusBadRequest},
		"a list":                   {whole, `[` + whole + `]`, http.StatusBadRequest},
		"null":                     {whole, `null`, http.StatusBadRequest},
		"nothing":                  {whole, ``, http.StatusBadRequest},
		"no UTF-8":                 {`李秀芬`, "\xff", http.StatusBadRequest},
	} {
		if !strings.Contains(whole, c.old) {
			t.Fatalf("%s: changes nothing", what)
		}
		_, no := readQuestion([]byte(strings.Replace(whole, c.old, c.new, 1)), today())
		if no == nil || no.status != c.want || no.reason == "" {
			t.Errorf("%s: got %+v, want %d with a reason", what, no, c.want)
		}
	}
}

func FuzzQuestion(f *testing.F) {
	for _, s := range []string{whole, `{}`, `null`, `{"fields":[null]}`, strings.Replace(whole, "390122", "390121", 1), whole + " ", `{"request":{"a":[[[[]]]]}}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		q, no := readQuestion(body, today())
		if no != nil {
			if no.status < 400 || no.status > 499 || no.reason == "" {
				t.Fatalf("refused with %+v", no)
			}
			return
		}
		for _, s := range []string{q.Request, q.Case, q.Purpose, q.Law} {
			if strings.TrimSpace(s) == "" {
				t.Fatalf("let in %q", body)
			}
		}
		if len(q.Number) != 18 || len(q.Fields) == 0 || len(q.Fields) > mostFields {
			t.Fatalf("let in %q", body)
		}
		again, err := json.Marshal(q)
		if err != nil {
			t.Fatal(err)
		}
		if q2, no := readQuestion(again, today()); no != nil || !reflect.DeepEqual(q, q2) {
			t.Fatalf("written again it reads as %+v (%+v), was %+v", q2, no, q)
		}
	})
}
