package file

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"minzheng/kernel/errs"
)

// MostBytes is the largest file that is taken.
const MostBytes = 10 << 20

// kind is what the content shows a file to be.
type kind int

const (
	unknown kind = iota
	jpegKind
	pngKind
	webpKind
	pdfKind
	heicKind
	zipKind
)

// Put reads a paper, checks it, and stores it. It is called before any
// transaction; putting the same content twice stores it once. What it refuses,
// it refuses with a sentence that says how to do it right.
func (s *Store) Put(ctx context.Context, name string, r io.Reader) (Blob, error) {
	data, err := read(r)
	if err != nil {
		return Blob{}, err
	}
	switch k := kindOf(data); k {
	case jpegKind, pngKind, webpKind:
		return s.putImage(ctx, name, data, k)
	case pdfKind:
		return s.putPDF(name, data)
	default:
		return Blob{}, refuse(k, len(data))
	}
}

// Keep stores what the house itself has made, as it is. It is never for what
// somebody uploads.
func (s *Store) Keep(name, kind string, data []byte) (Blob, error) {
	hash, err := s.write(data)
	if err != nil {
		return Blob{}, err
	}
	return Blob{Name: clean(name), Type: kind, Size: int64(len(data)), Hash: hash}, nil
}

func read(r io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, MostBytes+1))
	var most *http.MaxBytesError
	if errors.As(err, &most) || len(data) > MostBytes {
		return nil, errs.Newf(errs.TooLarge, "文件太大了，每份最多 %d MB。照片请选小一点的，或者重新拍一张。", MostBytes>>20)
	}
	if err != nil {
		return nil, fmt.Errorf("reading an upload: %w", err)
	}
	return data, nil
}

func kindOf(data []byte) kind {
	has := func(at int, mark string) bool {
		return len(data) >= at+len(mark) && string(data[at:at+len(mark)]) == mark
	}
	switch {
	case has(0, "\xff\xd8\xff"):
		return jpegKind
	case has(0, "\x89PNG\r\n\x1a\n"):
		return pngKind
	case has(0, "RIFF") && has(8, "WEBP"):
		return webpKind
	case has(0, "%PDF-"):
		return pdfKind
	case has(4, "ftyp") && len(data) >= 12 && strings.Contains("heic heix hevc heim heis mif1 msf1 avif", string(data[8:12])):
		return heicKind
	case has(0, "PK\x03\x04"), has(0, "\xd0\xcf\x11\xe0"):
		return zipKind
	}
	return unknown
}

func refuse(k kind, size int) error {
	switch {
	case size == 0:
		return errs.New(errs.Invalid, "这个文件是空的，请重新选择。")
	case k == heicKind:
		return errs.New(errs.Invalid, "这是 HEIC 格式的照片，我们打不开。请在手机“设置—相机—格式”里选“兼容性最佳”再拍一张，或者把照片截图后上传。")
	case k == zipKind:
		return errs.New(errs.Invalid, "压缩包和 Word、Excel 文件不能上传。请先存成 PDF，或者拍照上传。")
	}
	return errs.New(errs.Invalid, "只能上传照片（JPG、PNG、WebP）或 PDF。请拍一张照片上传。")
}

func (s *Store) putImage(ctx context.Context, name string, data []byte, k kind) (Blob, error) {
	places, err := checkSize(data, k)
	if err != nil {
		return Blob{}, err
	}
	// Decoding takes much memory for its moment: two at a time, large ones alone.
	if err := s.decoding.Acquire(ctx, places); err != nil {
		return Blob{}, errs.New(errs.Busy, "现在上传的人很多，请过一会儿再试。")
	}
	full, thumb, err := redraw(data, k)
	s.decoding.Release(places)
	if err != nil {
		return Blob{}, err
	}
	b := Blob{Name: as(name, ".jpg"), Type: "image/jpeg", Size: int64(len(full))}
	if b.Hash, err = s.write(full); err != nil {
		return Blob{}, err
	}
	if b.Thumb, err = s.write(thumb); err != nil {
		return Blob{}, err
	}
	return b, nil
}

func (s *Store) putPDF(name string, data []byte) (Blob, error) {
	data = bytes.TrimRight(data, "\x00")
	if err := checkPDF(data); err != nil {
		return Blob{}, err
	}
	hash, err := s.write(data)
	if err != nil {
		return Blob{}, err
	}
	return Blob{Name: as(name, ".pdf"), Type: "application/pdf", Size: int64(len(data)), Hash: hash}, nil
}
