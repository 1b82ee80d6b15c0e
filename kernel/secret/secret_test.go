package secret

import (
	"bytes"
	"encoding/hex"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/emmansun/gmsm/sm4"
	"pgregory.net/rapid"
)

func open(t testing.TB) *Box {
	t.Helper()
	b, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestSM3GivesTheAnswersOfTheStandard(t *testing.T) {
	for text, want := range map[string]string{
		"abc": "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0",
		"abcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcd": "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732",
	} {
		if got := Hash([]byte(text)); hex.EncodeToString(got[:]) != want {
			t.Errorf("SM3 of %q is %x, want %s", text, got, want)
		}
	}
}

func TestSM4GivesTheAnswerOfTheStandard(t *testing.T) {
	key, _ := hex.DecodeString("0123456789abcdeffedcba9876543210")
	block, err := sm4.NewCipher(key)
	if err != nil {
		t.Fatal(err)
	}
	got := make([]byte, 16)
	block.Encrypt(got, key)
	if hex.EncodeToString(got) != "681edf34d206965e86b3e94f536e4246" {
		t.Fatalf("SM4 gives %x", got)
	}
}

func TestWhatIsSealedOpensOnlyInItsContextAndUnchanged(t *testing.T) {
	b := open(t)
	rapid.Check(t, func(t *rapid.T) {
		plain := rapid.SliceOf(rapid.Byte()).Draw(t, "plain")
		context := rapid.String().Draw(t, "context")
		sealed := b.Seal(plain, context)
		if got, err := b.Unseal(sealed, context); err != nil || !bytes.Equal(got, plain) {
			t.Fatalf("got %x, %v; want %x", got, err, plain)
		}
		if _, err := b.Unseal(sealed, context+"x"); !errors.Is(err, ErrSealed) {
			t.Fatalf("another context gives %v", err)
		}
		at := rapid.IntRange(0, len(sealed)-1).Draw(t, "at")
		sealed[at] ^= byte(rapid.IntRange(1, 255).Draw(t, "flip"))
		if _, err := b.Unseal(sealed, context); !errors.Is(err, ErrSealed) {
			t.Fatalf("a flipped byte gives %v", err)
		}
	})
}

func TestSealedTextHidesEqualTexts(t *testing.T) {
	b := open(t)
	one, two := b.SealText("390102195001011234", "people/number"), b.SealText("390102195001011234", "people/number")
	if one == two {
		t.Fatal("the same text sealed twice looks the same")
	}
	if got, err := b.UnsealText(one, "people/number"); err != nil || got != "390102195001011234" {
		t.Fatalf("got %q, %v", got, err)
	}
}

func TestTheIndexIsSteadyAndTellsKindsAndBoxesApart(t *testing.T) {
	b := open(t)
	one := b.Index("number", "390102195001011234")
	if len(one) != 22 || one != b.Index("number", "390102195001011234") {
		t.Fatalf("index %q is not steady or not 22 long", one)
	}
	if one == b.Index("phone", "390102195001011234") || one == b.Index("number", "390102195001011235") || one == open(t).Index("number", "390102195001011234") {
		t.Fatal("another kind, value or box has the same index")
	}
}

func TestSumTellsWhereOneChunkEnds(t *testing.T) {
	if Sum([]byte("ab"), []byte("c")) == Sum([]byte("a"), []byte("bc")) || Sum() == Sum(nil) {
		t.Fatal("two lists of chunks have one sum")
	}
}

func TestAnybodyCanCheckASignature(t *testing.T) {
	b := open(t)
	data := []byte("最低生活保障审核确认决定")
	sig, err := b.Sign(data)
	if err != nil {
		t.Fatal(err)
	}
	public, err := b.PublicKeyPEM()
	if err != nil {
		t.Fatal(err)
	}
	if !b.Verify(data, sig) || !VerifyWith(public, data, sig) {
		t.Fatal("a true signature is refused")
	}
	other, _ := open(t).PublicKeyPEM()
	if b.Verify(data[1:], sig) || VerifyWith(other, data, sig) || VerifyWith([]byte("no key"), data, sig) {
		t.Fatal("a false signature is taken")
	}
}

func TestAKeyHasOneNameHoweverItIsWritten(t *testing.T) {
	public, err := open(t).PublicKeyPEM()
	if err != nil {
		t.Fatal(err)
	}
	id, ours, err := KeyID(public)
	if err != nil || len(id) != 64 || !bytes.Equal(ours, public) {
		t.Fatalf("got %s, %v and another text: %t", id, err, !bytes.Equal(ours, public))
	}
	for name, written := range map[string][]byte{"line ends": bytes.ReplaceAll(public, []byte("\n"), []byte("\r\n")), "text around": append([]byte("民政局公钥\n"), append(public, "完"...)...)} {
		if got, again, err := KeyID(written); err != nil || got != id || !bytes.Equal(again, public) {
			t.Errorf("%s: got %s, %v", name, got, err)
		}
	}
	other, _ := open(t).PublicKeyPEM()
	if got, _, _ := KeyID(other); got == id {
		t.Error("two keys have one name")
	}
	if _, _, err := KeyID(bytes.Replace(public, []byte("PUBLIC"), []byte("PRIVATE"), 1)); err == nil {
		t.Error("broken armour is taken for a key")
	}
}

func TestOpenSSLTakesOurSignature(t *testing.T) {
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("openssl is not installed")
	}
	b, dir := open(t), t.TempDir()
	data := []byte("decision")
	sig, err := b.Sign(data)
	if err != nil {
		t.Fatal(err)
	}
	public, err := b.PublicKeyPEM()
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{"data": data, "sig": sig, "pub.pem": public} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c := exec.Command(openssl, "pkeyutl", "-verify", "-pubin", "-inkey", "pub.pem", "-rawin", "-digest", "sm3",
		"-in", "data", "-sigfile", "sig", "-pkeyopt", "distid:1234567812345678")
	c.Dir = dir
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("openssl: %v\n%s", err, out)
	}
}

func TestOneBoxServesManyAtOnce(t *testing.T) {
	b := open(t)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 200 {
				if got, err := b.UnsealText(b.SealText("值", "c"), "c"); err != nil || got != "值" {
					t.Errorf("got %q, %v", got, err)
				}
			}
		})
	}
	all.Wait()
}

func TestMasks(t *testing.T) {
	for _, one := range []struct{ got, want string }{
		{MaskName("李秀芬"), "李**"}, {MaskName("𠮷田"), "𠮷*"}, {MaskName("李"), "*"}, {MaskName(""), ""},
		{MaskNumber("390102195001011234"), "390***********1234"}, {MaskNumber("1234567890"), "**********"},
		{MaskPhone("13800006217"), "138****6217"}, {MaskPhone("6217"), "****"},
	} {
		if one.got != one.want {
			t.Errorf("got %q, want %q", one.got, one.want)
		}
	}
}

func FuzzUnseal(f *testing.F) {
	b := open(f)
	f.Add(b.SealText("a", "c")[:20])
	f.Add("")
	f.Fuzz(func(t *testing.T, s string) {
		if got, err := b.UnsealText(s, "another"); err == nil {
			t.Fatalf("%q opens as %q", s, got)
		}
	})
}
