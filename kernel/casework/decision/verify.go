package decision

import (
	"fmt"
	"strings"

	"minzheng/kernel/catalog"
	"minzheng/kernel/secret"
)

// How says how a file of a decision is checked. The zero value takes key
// and rules from the file itself.
type How struct {
	Key       []byte                            // PEM of the key that must have signed
	Catalogue func(Record) (*Definition, error) // rules that count instead of the file's
	Builtin   func(Record) (*Definition, error) // rules for a file that brings none; a nil Definition: not known
}

// Verified is what was found.
type Verified struct {
	File  File
	Size  int
	Hash  string   // SM3 of the record
	KeyID string   // of the key that the signature was checked with
	Own   bool     // the rules are the file's own
	Wrong []string // one sentence for each difference; none: all holds
}

// Verify checks that a file has its one form, that its record is
// signed, and that working it out again by the rules of its day gives the same
// bytes. It needs no database. An error is one of reading the catalogue.
func Verify(b []byte, o How) (v Verified, err error) {
	v.Size = len(b)
	f, wrong, ok := Read(b)
	v.File = f
	if wrong != "" {
		v.say("%s", wrong)
	}
	if !ok {
		return v, nil
	}
	if f.Record.Format != recordFormat {
		v.say("格式：不认识“%s”这一版的决定记录", f.Record.Format)
		return v, nil
	}
	if err := v.signature(o); err != nil {
		return v, err
	}
	return v, v.replay(o)
}

func (v *Verified) say(format string, args ...any) {
	v.Wrong = append(v.Wrong, fmt.Sprintf(format, args...))
}

func (v *Verified) signature(o How) error {
	rec, s := v.File.Record, v.File.Signature
	b, err := rec.Bytes()
	if err != nil {
		return err
	}
	v.Hash = Hash(b)
	if s.Algorithm != secret.Algorithm || rec.Algorithm != secret.Algorithm {
		v.say("签名：算法是“%s”，只认 %s", s.Algorithm, secret.Algorithm)
	}
	id, ours, err := secret.KeyID([]byte(s.PublicKey))
	switch {
	case err != nil:
		v.say("签名：文件里的公钥读不懂")
	case string(ours) != s.PublicKey:
		v.say("签名：文件里的公钥不是规范的写法")
	case id != s.KeyID:
		v.say("签名：公钥指纹写的是 %s，算出来是 %s", s.KeyID, id)
	}
	key := []byte(s.PublicKey)
	if o.Key != nil {
		pinned, _, err := secret.KeyID(o.Key)
		if err != nil {
			return fmt.Errorf("--key：%w", err)
		}
		if pinned != id {
			v.say("签名：公钥不是您给的那一把。文件里的指纹 %s，您给的指纹 %s", id, pinned)
		}
		key, id = o.Key, pinned
	}
	v.KeyID = id
	if !secret.VerifyWith(key, b, s.Value) {
		v.say("签名：不对。决定记录或者签名被改过，或者不是这把公钥签的")
	}
	return nil
}

func (v *Verified) replay(o How) error {
	rec, own := v.File.Record, v.File.Definition
	if own != nil {
		v.belongs("文件自带的规则", *own)
	}
	def := own
	if o.Catalogue != nil {
		given, err := o.Catalogue(rec)
		if err != nil {
			return err
		}
		v.belongs("给的目录", *given)
		def = given
	}
	if def == nil && o.Builtin != nil {
		ours, err := o.Builtin(rec)
		if err != nil {
			return err
		}
		if ours != nil {
			v.belongs("本程序的目录", *ours)
		}
		def = ours
	}
	if def == nil {
		v.say("规则：文件里没有带规则，这里也没有事项 %s 的版本 %s，请用 --catalogue 给出作决定那天的目录", rec.Service, rec.Version)
		return nil
	}
	v.Own = def == own
	by, err := def.Read()
	if err != nil {
		first, _, _ := strings.Cut(err.Error(), "\n")
		v.say("规则：读不懂。%s", first)
		return nil
	}
	again, err := rec.again(by)
	if err != nil {
		v.say("重算：%v", err)
	}
	for _, one := range rec.differs(again) {
		v.say("%s", one)
	}
	return nil
}

// belongs says what of a definition is not that of the record.
func (v *Verified) belongs(whose string, def Definition) {
	rec := v.File.Record
	if got := catalog.RulesSum(def.Files); got != rec.Rules {
		v.say("规则：%s里 rules.yaml 和作决定时的不一样（SM3 %s，记录里是 %s）", whose, short(got), short(rec.Rules))
	} else if got := catalog.ChangesSum(def.Files); got != rec.Changes {
		v.say("规则：%s里 changes.yaml（启用的标准变更）和作决定时的不一样（SM3 %s，记录里是 %s）", whose, short(got), short(rec.Changes))
	} else if got := catalog.Version(def.Files); got != rec.Version {
		v.say("规则：%s的版本是 %s，记录里是 %s；规则和标准没有变，变的是文件夹里别的文件", whose, short(got), short(rec.Version))
	}
	if got := def.Hash(); got != rec.Dictionary {
		v.say("规则：%s里的事实表和作决定时的不一样（SM3 %s，记录里是 %s）", whose, short(got), short(rec.Dictionary))
	}
}

func short(hash string) string {
	if len(hash) > 12 {
		return hash[:12] + "…"
	}
	return orNone(hash)
}
