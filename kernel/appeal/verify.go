package appeal

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"minzheng/kernel/casework/decision"
	"minzheng/kernel/secret"
)

// MostBytes is how large a file may be, packed and unpacked.
const MostBytes = 512 << 20

// Verified is what was found in a file.
type Verified struct {
	Manifest Manifest
	KeyID    string // of the key that signed
	Wrong    []string
}

func (v *Verified) say(format string, args ...any) {
	v.Wrong = append(v.Wrong, fmt.Sprintf(format, args...))
}

// Verify checks that a file is signed, that nothing in it was changed, added or
// taken away, and that the decision in it holds by itself. It needs no database
// and no network. A nil key takes the key from the file.
func Verify(b, key []byte) (v Verified) {
	parts, ok := v.unpack(b)
	if !ok {
		return v
	}
	manifest := parts[manifestName]
	if err := json.Unmarshal(manifest, &v.Manifest); err != nil || v.Manifest.Format != fileFormat {
		v.say("清单：manifest.json 没有，或者读不懂")
		return v
	}
	v.signed(manifest, parts[signatureName], key)
	v.contents(parts)
	v.decision(parts["decision.json"], key)
	return v
}

func (v *Verified) unpack(b []byte) (map[string][]byte, bool) {
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		v.say("格式：不是 ZIP 文件，或者文件不完整")
		return nil, false
	}
	parts, left := map[string][]byte{}, int64(MostBytes)
	for _, f := range z.File {
		if _, twice := parts[f.Name]; twice {
			v.say("格式：%q 有两份", f.Name)
		}
		body, err := content(f, left)
		if err != nil {
			v.say("格式：%q 读不出来", f.Name)
			continue
		}
		if left -= int64(len(body)); left <= 0 {
			v.say("格式：内容太大，不是案卷")
			return nil, false
		}
		parts[f.Name] = body
	}
	return parts, true
}

func content(f *zip.File, most int64) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(io.LimitReader(r, most))
}

func (v *Verified) signed(manifest, signature, key []byte) {
	var s decision.Signature
	if err := json.Unmarshal(signature, &s); err != nil || s.Algorithm != secret.Algorithm {
		v.say("签名：signature.json 没有，或者读不懂")
		return
	}
	id, _, err := secret.KeyID([]byte(s.PublicKey))
	if err != nil {
		v.say("签名：文件里的公钥读不懂")
		return
	}
	if key == nil {
		key = []byte(s.PublicKey)
	} else if pinned, _, err := secret.KeyID(key); err != nil || pinned != id {
		v.say("签名：公钥不是您给的那一把。文件里的指纹 %s", id)
	}
	if v.KeyID = id; !secret.VerifyWith(key, manifest, s.Value) {
		v.say("签名：不对。清单或者签名被改过，或者不是这把公钥签的")
	}
}

// contents compares what is there with what the manifest names.
func (v *Verified) contents(parts map[string][]byte) {
	named := map[string]bool{manifestName: true, signatureName: true}
	for _, p := range v.Manifest.Files {
		if named[p.Path] {
			v.say("清单：%q 写了两次", p.Path)
		}
		named[p.Path] = true
		body, there := parts[p.Path]
		switch {
		case !there:
			v.say("内容：少了 %q", p.Path)
		case len(body) != p.Size || sum(body) != p.SM3:
			v.say("内容：%q 被改过", p.Path)
		}
	}
	for name := range parts {
		if !named[name] {
			v.say("内容：多了 %q，清单里没有", name)
		}
	}
}

func (v *Verified) decision(b, key []byte) {
	if b == nil {
		return // decided before records were signed
	}
	d, err := decision.Verify(b, decision.How{Key: key})
	if err != nil {
		v.say("决定记录：%v", err)
	}
	for _, one := range d.Wrong {
		v.say("决定记录：%s", one)
	}
	if got := d.File.Record.Number; got != v.Manifest.Decision {
		v.say("决定记录：是 %s 的，清单里是 %s", got, v.Manifest.Decision)
	}
}
