package file

import (
	"bytes"
	"compress/zlib"
	"io"

	"minzheng/kernel/errs"
)

// mostUnpacked bounds what is unpacked of one PDF to look into it.
const mostUnpacked = 32 << 20

// active are the names with which a PDF does something by itself or carries
// another file. They are long enough not to occur in packed data by chance.
var active = [...]string{"/JavaScript", "/Launch", "/EmbeddedFile", "/RichMedia", "/ImportData", "/SubmitForm"}

// checkPDF accepts a whole PDF that only shows pages. It looks at names as a
// reader would: with their escapes undone, and inside packed object streams.
func checkPDF(data []byte) error {
	if !bytes.HasPrefix(data, []byte("%PDF-")) || !bytes.Contains(data[max(0, len(data)-1024):], []byte("%%EOF")) {
		return errs.New(errs.Invalid, "这份 PDF 不完整，打不开。请重新保存一份，或者拍照上传。")
	}
	plain := unescape(data)
	if bytes.Contains(plain, []byte("/Encrypt")) {
		return errs.New(errs.Invalid, "这份 PDF 有密码或者限制。请去掉密码后再上传，或者拍照上传。")
	}
	if hasActive(plain) {
		return errs.New(errs.Invalid, "这份 PDF 里带有程序或附件，不能上传。请“打印成 PDF”再上传，或者拍照上传。")
	}
	return checkPacked(data)
}

func hasActive(plain []byte) bool {
	for _, name := range active {
		if bytes.Contains(plain, []byte(name)) {
			return true
		}
	}
	return false
}

// checkPacked looks into the streams that hold objects.
func checkPacked(data []byte) error {
	left := int64(mostUnpacked)
	for rest := data; ; {
		at := bytes.Index(rest, []byte("stream"))
		if at < 0 {
			return nil
		}
		before, body := rest[:at], bytes.TrimLeft(rest[at+len("stream"):], "\r\n")
		rest = rest[at+len("stream"):]
		if bytes.HasSuffix(before, []byte("end")) {
			continue
		}
		if i := bytes.LastIndex(before, []byte("obj")); i >= 0 {
			before = before[i:]
		}
		dict := unescape(before)
		if !bytes.Contains(dict, []byte("/ObjStm")) && !bytes.Contains(dict, []byte("/First")) {
			continue
		}
		text, ok := unpack(dict, body, left)
		if left -= int64(len(text)); !ok || left <= 0 || hasActive(unescape(text)) {
			return errs.New(errs.Invalid, "这份 PDF 我们检查不了。请“打印成 PDF”再上传，或者拍照上传。")
		}
	}
}

// unpack returns the text of an object stream, and whether it could be read.
func unpack(dict, body []byte, most int64) ([]byte, bool) {
	if !bytes.Contains(dict, []byte("/Filter")) {
		return nil, true // plain, so it was seen already
	}
	if !bytes.Contains(dict, []byte("/FlateDecode")) || bytes.Contains(dict, []byte("/Predictor")) {
		return nil, false
	}
	z, err := zlib.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil, false
	}
	text, err := io.ReadAll(io.LimitReader(z, most))
	return text, err == nil
}

// unescape undoes the #61 of names.
func unescape(data []byte) []byte {
	if bytes.IndexByte(data, '#') < 0 {
		return data
	}
	out := make([]byte, 0, len(data))
	for i := 0; i < len(data); i++ {
		if data[i] == '#' && i+2 < len(data) && isHex(data[i+1]) && isHex(data[i+2]) {
			out = append(out, fromHex(data[i+1])<<4|fromHex(data[i+2]))
			i += 2
			continue
		}
		out = append(out, data[i])
	}
	return out
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f'
}

func fromHex(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c | 0x20 - 'a' + 10
}
