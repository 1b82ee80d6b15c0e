package file

import (
	"bytes"
	"encoding/binary"
)

// orientation returns how the camera was held: 1 to 8 as EXIF says, 1 when
// the picture does not say.
func orientation(data []byte, k kind) int {
	switch k {
	case jpegKind:
		for mark, body := range segments(data) {
			if mark == 0xe1 && bytes.HasPrefix(body, []byte("Exif\x00\x00")) {
				return orientationIn(body[6:])
			}
		}
	case pngKind:
		for name, body := range chunks(data[8:], binary.BigEndian, 4, 1) {
			if name == "eXIf" {
				return orientationIn(body)
			}
		}
	case webpKind:
		for name, body := range chunks(data[12:], binary.LittleEndian, 0, 2) {
			if name == "EXIF" {
				return orientationIn(bytes.TrimPrefix(body, []byte("Exif\x00\x00")))
			}
		}
	}
	return 1
}

// progressive reports whether a JPEG comes in several passes.
func progressive(data []byte) bool {
	for mark := range segments(data) {
		if mark == 0xc2 {
			return true
		}
	}
	return false
}

// segments yields the parts of a JPEG before its pixels.
func segments(data []byte) func(func(byte, []byte) bool) {
	return func(yield func(byte, []byte) bool) {
		for at := 2; at+4 <= len(data) && data[at] == 0xff; {
			mark := data[at+1]
			if mark == 0xff { // filling
				at++
				continue
			}
			size := int(binary.BigEndian.Uint16(data[at+2:]))
			if mark == 0xda || size < 2 || at+2+size > len(data) || !yield(mark, data[at+4:at+2+size]) {
				return
			}
			at += 2 + size
		}
	}
}

// chunks yields the parts of a PNG (length, name, body, checksum) or a WebP
// (name, length, body, even).
func chunks(data []byte, order binary.ByteOrder, tail, even int) func(func(string, []byte) bool) {
	return func(yield func(string, []byte) bool) {
		for len(data) >= 8 {
			length, name := data[0:4], string(data[4:8])
			if even == 2 {
				name, length = string(data[0:4]), data[4:8]
			}
			size := int64(order.Uint32(length))
			if size > int64(len(data)-8) || !yield(name, data[8:8+size]) {
				return
			}
			data = data[min(int64(len(data)), 8+(size+int64(even)-1)/int64(even)*int64(even)+int64(tail)):]
		}
	}
}

// orientationIn reads tag 0x0112 from the first directory of a TIFF.
func orientationIn(tiff []byte) int {
	if len(tiff) < 8 {
		return 1
	}
	var order binary.ByteOrder = binary.BigEndian
	if tiff[0] == 'I' {
		order = binary.LittleEndian
	}
	at := int64(order.Uint32(tiff[4:]))
	if at+2 > int64(len(tiff)) {
		return 1
	}
	entries := tiff[at+2:]
	for range order.Uint16(tiff[at:]) {
		if len(entries) < 12 {
			return 1
		}
		if order.Uint16(entries) == 0x0112 {
			if o := int(order.Uint16(entries[8:])); o >= 1 && o <= 8 {
				return o
			}
			return 1
		}
		entries = entries[12:]
	}
	return 1
}
