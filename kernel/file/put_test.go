package file

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"minzheng/kernel/errs"
)

// bomb is a PNG of few bytes that unpacks to w×h pixels.
func bomb(t testing.TB, w, h int) []byte {
	t.Helper()
	var packed bytes.Buffer
	z, err := zlib.NewWriterLevel(&packed, zlib.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	row := make([]byte, 1+w)
	for range min(h, 2000) {
		z.Write(row)
	}
	z.Close()
	head := make([]byte, 13)
	binary.BigEndian.PutUint32(head, uint32(w))
	binary.BigEndian.PutUint32(head[4:], uint32(h))
	head[8], head[9] = 8, 0
	out := []byte("\x89PNG\r\n\x1a\n")
	for _, c := range []struct {
		name string
		body []byte
	}{{"IHDR", head}, {"IDAT", packed.Bytes()}, {"IEND", nil}} {
		out = binary.BigEndian.AppendUint32(out, uint32(len(c.body)))
		named := append([]byte(c.name), c.body...)
		out = binary.BigEndian.AppendUint32(append(out, named...), crc32.ChecksumIEEE(named))
	}
	return out
}

func packedPDF(t testing.TB, inside string) []byte {
	t.Helper()
	var packed bytes.Buffer
	z := zlib.NewWriter(&packed)
	z.Write([]byte(inside))
	z.Close()
	return fmt.Appendf(nil, "%%PDF-1.5\n3 0 obj\n<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d >>\nstream\r\n%s\nendstream\nendobj\n%%%%EOF\n",
		packed.Len(), packed.Bytes())
}

func TestWhatIsNotAPaperIsRefusedWithAHint(t *testing.T) {
	t.Parallel()
	s := store(t)
	photo := asJPEG(t, picture(200, 100))
	for _, c := range []struct {
		name string
		data []byte
		kind errs.Kind
		hint string
	}{
		{"页面.jpg", []byte("<!DOCTYPE html><script>alert(1)</script>"), errs.Invalid, "只能上传照片"},
		{"矢量.png", []byte(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`), errs.Invalid, "只能上传照片"},
		{"程序.pdf", []byte("MZ\x90\x00\x03\x00\x00\x00"), errs.Invalid, "只能上传照片"},
		{"压缩.jpg", []byte("PK\x03\x04\x14\x00"), errs.Invalid, "PDF"},
		{"老文档.doc", unhex(t, "d0cf11e0a1b11ae1"), errs.Invalid, "PDF"},
		{"苹果.jpg", []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"), errs.Invalid, "兼容性最佳"},
		{"动图.gif", []byte("GIF89a\x01\x00\x01\x00"), errs.Invalid, "只能上传照片"},
		{"空.jpg", nil, errs.Invalid, "空的"},
		{"断.jpg", photo[:len(photo)/2], errs.Invalid, "请重拍一张"},
		{"只有头.jpg", photo[:4], errs.Invalid, "请重拍一张"},
		{"炸弹.png", bomb(t, 40000, 40000), errs.TooLarge, "尺寸太大"},
		{"短.png", bomb(t, 3000, 3000), errs.Invalid, "请重拍一张"},
		{"大.jpg", make([]byte, MostBytes+1), errs.TooLarge, "10 MB"},
		{"前面有字.pdf", append([]byte("<script>"), pdf("")...), errs.Invalid, "只能上传照片"},
		{"断.pdf", pdf("")[:40], errs.Invalid, "不完整"},
		{"脚本.pdf", pdf("/OpenAction << /S /JavaScript /JS (app.alert(1)) >>"), errs.Invalid, "程序或附件"},
		{"改写的脚本.pdf", pdf("/OpenAction << /S /J#61va#53cript /JS (app.alert(1)) >>"), errs.Invalid, "程序或附件"},
		{"启动.pdf", pdf("/OpenAction << /S /Launch /F (cmd.exe) >>"), errs.Invalid, "程序或附件"},
		{"附件.pdf", pdf("/Names << /EmbeddedFiles 2 0 R >> /EF << /F 3 0 R >> /Type /EmbeddedFile"), errs.Invalid, "程序或附件"},
		{"加密.pdf", pdf("/Encrypt 5 0 R"), errs.Invalid, "密码"},
		{"藏起来的脚本.pdf", packedPDF(t, "1 0 << /S /Java#53cript /JS (x) >>"), errs.Invalid, "检查不了"},
		{"压缩炸弹.pdf", packedPDF(t, strings.Repeat(" ", mostUnpacked+1)), errs.Invalid, "检查不了"},
	} {
		_, err := s.Put(t.Context(), c.name, bytes.NewReader(c.data))
		if errs.KindOf(err) != c.kind || !strings.Contains(errs.Sentence(err), c.hint) {
			t.Errorf("%s: %v (%v), want %v with %q", c.name, err, errs.KindOf(err), c.kind, c.hint)
		}
	}
}

func TestPapersAreTakenByTheirContent(t *testing.T) {
	t.Parallel()
	s := store(t)
	for _, c := range []struct {
		name, kind, called string
		data               []byte
	}{
		{"证件.exe", "image/jpeg", "证件.exe.jpg", asJPEG(t, picture(64, 48))},
		{"证件.png", "image/jpeg", "证件.jpg", asPNG(t, picture(64, 48))},
		{"一点.WEBP", "image/jpeg", "一点.jpg", onePixelWebP(t)},
		{"判决书.jpg", "application/pdf", "判决书.pdf", pdf("/Lang (zh-CN)")},
		{"压缩对象.pdf", "application/pdf", "压缩对象.pdf", packedPDF(t, "1 0 << /Type /Page >>")},
	} {
		b, err := s.Put(t.Context(), c.name, bytes.NewReader(c.data))
		if err != nil || b.Type != c.kind || b.Name != c.called || (b.Thumb == "") != (c.kind == "application/pdf") {
			t.Errorf("%s: %+v, %v; want %s called %s", c.name, b, err, c.kind, c.called)
		}
	}
}

func TestAnUploadThatBreaksOffIsAFaultAndNotAPaper(t *testing.T) {
	t.Parallel()
	_, err := store(t).Put(t.Context(), "a.jpg", errReader{})
	if err == nil || errs.KindOf(err) != errs.Fault {
		t.Fatalf("got %v, want a fault", err)
	}
}

type errReader struct{}

func (errReader) Read([]byte) (int, error) { return 0, errors.New("broken line") }

// withEXIF puts an orientation and a place into a JPEG.
func withEXIF(photo []byte, orientation byte) []byte {
	tiff := []byte("MM\x00\x2a\x00\x00\x00\x08\x00\x02" +
		"\x01\x12\x00\x03\x00\x00\x00\x01\x00" + string(orientation) + "\x00\x00" +
		"\x88\x25\x00\x04\x00\x00\x00\x01\x00\x00\x00\x26" + "\x00\x00\x00\x00" + "GPS 30.2741N 120.1551E")
	body := append([]byte("Exif\x00\x00"), tiff...)
	out := append([]byte{0xff, 0xd8, 0xff, 0xe1}, byte((len(body)+2)>>8), byte(len(body)+2))
	return append(append(out, body...), photo[2:]...)
}

func stored(t testing.TB, s *Store, hash string) (image.Image, []byte) {
	t.Helper()
	body, err := s.Open(t.Context(), File{Blob: hash})
	if err != nil {
		t.Fatal(err)
	}
	m, err := jpeg.Decode(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return m, body
}

func TestPicturesStandUprightAndTellNoPlace(t *testing.T) {
	t.Parallel()
	s := store(t)
	photo := asJPEG(t, picture(160, 80))
	for o := byte(1); o <= 8; o++ {
		given := withEXIF(photo, o)
		if !bytes.Contains(given, []byte("GPS 30")) {
			t.Fatal("the photo has no place to lose")
		}
		m, body := stored(t, s, mustPut(t, s, "a.jpg", given).Hash)
		if bytes.Contains(body, []byte("GPS")) || bytes.Contains(body, []byte("Exif")) {
			t.Errorf("orientation %d: the stored picture tells its place", o)
		}
		w, h := m.Bounds().Dx(), m.Bounds().Dy()
		if turned := o >= 5; turned != (h > w) {
			t.Errorf("orientation %d: stored %d×%d", o, w, h)
		}
		// Where the red corner must be: left or right, top or bottom.
		x, y := 5, 5
		if o == 2 || o == 3 || o == 6 || o == 7 {
			x = w - 6
		}
		if o == 3 || o == 4 || o == 7 || o == 8 {
			y = h - 6
		}
		if r, g, _, _ := m.At(x, y).RGBA(); r>>8 < 180 || g>>8 > 80 {
			t.Errorf("orientation %d: no red at %d,%d", o, x, y)
		}
	}
}

func TestTheOrientationIsFoundInEveryFormat(t *testing.T) {
	t.Parallel()
	little := "II\x2a\x00\x08\x00\x00\x00\x01\x00\x12\x01\x03\x00\x01\x00\x00\x00\x06\x00\x00\x00"
	inPNG := "\x89PNG\r\n\x1a\n" + "\x00\x00\x00\x03IHDRabcCRC4" + "\x00\x00\x00" + string(rune(len(little))) + "eXIf" + little + "CRC4"
	inWebP := "RIFF\x00\x00\x00\x00WEBP" + "VP8X\x03\x00\x00\x00abc\x00" + "EXIF" + string(rune(len(little)+6)) + "\x00\x00\x00" + "Exif\x00\x00" + little
	for _, c := range []struct {
		name, data string
		kind       kind
		want       int
	}{
		{"PNG", inPNG, pngKind, 6}, {"WebP", inWebP, webpKind, 6}, {"WebP cut off", inWebP[:len(inWebP)-4], webpKind, 1},
		{"JPEG without", string(asJPEG(t, picture(8, 8))), jpegKind, 1},
	} {
		if got := orientation([]byte(c.data), c.kind); got != c.want {
			t.Errorf("%s: orientation %d, want %d", c.name, got, c.want)
		}
	}
}

func TestLargePicturesShrinkAndKeepTheirLook(t *testing.T) {
	t.Parallel()
	s := store(t)
	b := mustPut(t, s, "大.jpg", asJPEG(t, picture(4000, 1000)))
	for hash, want := range map[string]image.Point{b.Hash: {longSide, 650}, b.Thumb: {thumbSide, 90}} {
		m, _ := stored(t, s, hash)
		if m.Bounds().Size() != want {
			t.Errorf("stored %v, want %v", m.Bounds().Size(), want)
		}
		if r, _, _, _ := m.At(8, 8).RGBA(); r>>8 < 180 {
			t.Errorf("%v: the corner is not red", want)
		}
		if r, _, b, _ := m.At(want.X-8, want.Y-8).RGBA(); r>>8 > 60 || b>>8 < 30 {
			t.Errorf("%v: the ground is not dark blue", want)
		}
	}
}

func TestTransparentPicturesLieOnWhite(t *testing.T) {
	t.Parallel()
	s := store(t)
	m, _ := stored(t, s, mustPut(t, s, "透明.png", asPNG(t, image.NewNRGBA(image.Rect(0, 0, 20, 20)))).Hash)
	if r, g, b, _ := m.At(10, 10).RGBA(); r>>8 < 250 || g>>8 < 250 || b>>8 < 250 {
		t.Fatalf("colour %d,%d,%d, want white", r>>8, g>>8, b>>8)
	}
}

func TestShrinkingAPlainPictureChangesNoColour(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w, h := rapid.IntRange(1, 90).Draw(t, "w"), rapid.IntRange(1, 90).Draw(t, "h")
		side := rapid.IntRange(1, 100).Draw(t, "side")
		v := rapid.Byte().Draw(t, "v")
		m := image.NewGray(image.Rect(3, 5, 3+w, 5+h))
		for i := range m.Pix {
			m.Pix[i] = v
		}
		out := shrink(m, side)
		if max(out.Rect.Dx(), out.Rect.Dy()) > max(side, 1) || out.Rect.Empty() {
			t.Fatalf("%d×%d became %v for a side of %d", w, h, out.Rect, side)
		}
		for y := range out.Rect.Dy() {
			for x := range out.Rect.Dx() {
				if got := out.RGBAAt(x, y); got != (color.RGBA{v, v, v, 255}) {
					t.Fatalf("%d×%d to %v: %v at %d,%d, want %d", w, h, out.Rect, got, x, y, v)
				}
			}
		}
	})
}

func FuzzPutNeverPanicsAndServesOnlyTwoTypes(f *testing.F) {
	s := store(f)
	photo := asJPEG(f, picture(16, 16))
	for _, seed := range [][]byte{photo, withEXIF(photo, 6), asPNG(f, picture(8, 8)), onePixelWebP(f), pdf(""),
		packedPDF(f, "1 0 <<>>"), bomb(f, 64, 64), []byte("<html>"), []byte("PK\x03\x04"), []byte("RIFF....WEBPEXIF\xff\xff\xff\xff")} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := s.Put(t.Context(), "x", bytes.NewReader(data))
		if err != nil {
			if errs.KindOf(err) == errs.Fault {
				t.Fatalf("a fault of ours: %v", err)
			}
			return
		}
		body, err := s.Open(t.Context(), File{Blob: b.Hash})
		if err != nil {
			t.Fatal(err)
		}
		if k := kindOf(body); b.Type == "image/jpeg" && k != jpegKind || b.Type == "application/pdf" && k != pdfKind {
			t.Fatalf("stored kind %d as %s", k, b.Type)
		}
	})
}

func FuzzThePDFCheckSeesThroughEscapes(f *testing.F) {
	f.Add("/Title (x)", uint16(0))
	f.Add("stream\n", uint16(3))
	f.Fuzz(func(t *testing.T, around string, where uint16) {
		escaped := strings.NewReplacer("a", "#61", "S", "#53").Replace("/JavaScript")
		at := int(where) % (len(around) + 1)
		if err := checkPDF(pdf(around[:at] + escaped + around[at:])); err == nil {
			t.Fatalf("taken with a script in it: %q", around)
		}
	})
}

func BenchmarkPutAPhotoOfTwelveMegapixels(b *testing.B) {
	s, photo := store(b), asJPEG(b, picture(4000, 3000))
	b.ReportAllocs()
	for b.Loop() {
		mustPut(b, s, "a.jpg", photo)
	}
}
