package appeal_test

import (
	"archive/zip"
	"bytes"
	"testing"

	"minzheng/kernel/appeal"
)

func packed(t testing.TB, files map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, body := range files {
		f, err := z.Create(name)
		if err == nil {
			_, err = f.Write([]byte(body))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestWhatIsNoSignedFileIsRefused(t *testing.T) {
	manifest := `{"format":"minzheng-appeal-file/1","decision":"1","files":[]}`
	for name, b := range map[string][]byte{
		"nothing":      nil,
		"no zip":       []byte("PK"),
		"empty":        packed(t, nil),
		"no signature": packed(t, map[string]string{"manifest.json": manifest}),
		"broken key":   packed(t, map[string]string{"manifest.json": manifest, "signature.json": `{"algorithm":"SM2-SM3","public_key":"x","value":"AA=="}`}),
		"another form": packed(t, map[string]string{"manifest.json": `{"format":"other/1"}`, "signature.json": "{}"}),
	} {
		if v := appeal.Verify(b, nil); len(v.Wrong) == 0 {
			t.Errorf("%s is taken for a signed file", name)
		}
	}
}

// FuzzVerify has foreign files read without falling over, and none of them
// taken for a signed one.
func FuzzVerify(f *testing.F) {
	f.Add([]byte("PK"))
	f.Add(packed(f, map[string]string{"manifest.json": `{"format":"minzheng-appeal-file/1","files":[{"path":"a","size":1,"sm3":"x"}]}`, "signature.json": "{}", "decision.json": "{"}))
	f.Fuzz(func(t *testing.T, b []byte) {
		if v := appeal.Verify(b, nil); len(v.Wrong) == 0 {
			t.Error("a foreign file is taken for a signed one")
		}
	})
}
