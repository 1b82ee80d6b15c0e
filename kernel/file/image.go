package file

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"

	"golang.org/x/image/webp"

	"minzheng/kernel/errs"
)

const (
	mostPixels = 60_000_000
	mostMemory = 300 << 20 // while one picture is decoded
	longSide   = 2600      // small print on a sheet of A4 stays readable
	thumbSide  = 360
)

func broken() error { return errs.New(errs.Invalid, "这张照片打不开，请重拍一张。") }

// checkSize looks at the size that the picture claims, before a byte of it is
// unpacked: a small file may claim to be enormous. It returns how many of the
// two places for decoding the picture takes.
func checkSize(data []byte, k kind) (int64, error) {
	c, err := decodeConfig(data, k)
	if err != nil || c.Width <= 0 || c.Height <= 0 {
		return 0, broken()
	}
	pixels := int64(c.Width) * int64(c.Height)
	memory := pixels * perPixel(data, k, c.ColorModel)
	if pixels > mostPixels || memory > mostMemory {
		return 0, errs.Newf(errs.TooLarge, "这张照片的尺寸太大了，最多 %d 万像素。请用普通模式重拍一张。", mostPixels/10_000)
	}
	if memory > mostMemory/4 {
		return 2, nil
	}
	return 1, nil
}

// perPixel is how many bytes the decoder takes for each pixel.
func perPixel(data []byte, k kind, m color.Model) int64 {
	switch {
	case k == jpegKind && progressive(data):
		return 15 // it keeps the coefficients of all three colours as well
	case m == color.RGBA64Model, m == color.NRGBA64Model:
		return 8
	}
	return 4
}

func decodeConfig(data []byte, k kind) (image.Config, error) {
	r := bytes.NewReader(data)
	switch k {
	case jpegKind:
		return jpeg.DecodeConfig(r)
	case pngKind:
		return png.DecodeConfig(r)
	default:
		return webp.DecodeConfig(r)
	}
}

// decode never panics: a decoder that does has met a broken picture.
func decode(data []byte, k kind) (m image.Image, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("decoder: %v", p)
		}
	}()
	r := bytes.NewReader(data)
	switch k {
	case jpegKind:
		return jpeg.Decode(r)
	case pngKind:
		return png.Decode(r)
	default:
		return webp.Decode(r)
	}
}

// redraw returns the picture and its small picture as new JPEGs, upright.
func redraw(data []byte, k kind) (full, thumb []byte, err error) {
	m, err := decode(data, k)
	if err != nil {
		return nil, nil, broken()
	}
	upright := turn(shrink(m, longSide), orientation(data, k))
	if full, err = encode(upright, 85); err != nil {
		return nil, nil, err
	}
	thumb, err = encode(shrink(upright, thumbSide), 80)
	return full, thumb, err
}

func encode(m image.Image, quality int) ([]byte, error) {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: quality}); err != nil {
		return nil, fmt.Errorf("writing a picture: %w", err)
	}
	return b.Bytes(), nil
}

// shrink draws m on white so that its longer side is at most side. Each new
// pixel is the mean of the area it covers; one row is unpacked at a time.
func shrink(m image.Image, side int) *image.RGBA {
	b := m.Bounds()
	w, h := fit(b.Dx(), b.Dy(), side)
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	row := image.NewRGBA(image.Rect(0, 0, b.Dx(), 1))
	columns, rows := shares(b.Dx(), w), shares(b.Dy(), h)
	line, sum, next := make([]float32, 3*w), make([]float32, 3*w), make([]float32, 3*w)
	for y, part := range rows {
		draw.Draw(row, row.Rect, image.White, image.Point{}, draw.Src)
		draw.Draw(row, row.Rect, m, image.Pt(b.Min.X, b.Min.Y+y), draw.Over)
		squeeze(line, row.Pix, columns)
		for i, v := range line {
			sum[i] += v * part.here
			next[i] += v * part.after
		}
		if y == len(rows)-1 || rows[y+1].to != part.to {
			put(out.Pix[part.to*out.Stride:], sum)
			sum, next = next, sum
			clear(next)
		}
	}
	return out
}

// A share says to which new pixel an old one goes, and how much of the new
// one, and of the one after that, it makes up.
type share struct {
	to          int
	here, after float32
}

func shares(from, to int) []share {
	all := make([]share, from)
	scale := float64(to) / float64(from)
	for i := range all {
		begin, end := float64(i)*scale, float64(i+1)*scale
		n := min(i*to/from, to-1)
		border := float64(n + 1)
		if end <= border || n == to-1 {
			all[i] = share{n, float32(scale), 0}
			continue
		}
		all[i] = share{n, float32(border - begin), float32(end - border)}
	}
	return all
}

func squeeze(line []float32, pix []uint8, columns []share) {
	clear(line)
	for x, part := range columns {
		p, to := pix[4*x:4*x+3:4*x+3], line[3*part.to:]
		r, g, b := float32(p[0]), float32(p[1]), float32(p[2])
		to[0] += r * part.here
		to[1] += g * part.here
		to[2] += b * part.here
		if part.after > 0 {
			to[3] += r * part.after
			to[4] += g * part.after
			to[5] += b * part.after
		}
	}
}

func put(pix []uint8, sum []float32) {
	for i := 0; i < len(sum); i += 3 {
		for c := range 3 {
			pix[i/3*4+c] = uint8(min(sum[i+c]+0.5, 255))
		}
		pix[i/3*4+3] = 255
	}
}

func fit(w, h, side int) (int, int) {
	if long := max(w, h); long > side {
		return max(1, w*side/long), max(1, h*side/long)
	}
	return w, h
}

// turn sets a picture upright, by the eight orientations of EXIF.
func turn(m *image.RGBA, orientation int) *image.RGBA {
	if orientation < 2 || orientation > 8 {
		return m
	}
	w, h := m.Rect.Dx(), m.Rect.Dy()
	wide, high := w, h
	if orientation >= 5 {
		wide, high = h, w
	}
	out := image.NewRGBA(image.Rect(0, 0, wide, high))
	for y := range h {
		for x := range w {
			to := place(x, y, w, h, orientation)
			copy(out.Pix[out.PixOffset(to.X, to.Y):][:4], m.Pix[m.PixOffset(x, y):])
		}
	}
	return out
}

func place(x, y, w, h, orientation int) image.Point {
	switch orientation {
	case 2:
		return image.Pt(w-1-x, y)
	case 3:
		return image.Pt(w-1-x, h-1-y)
	case 4:
		return image.Pt(x, h-1-y)
	case 5:
		return image.Pt(y, x)
	case 6:
		return image.Pt(h-1-y, x)
	case 7:
		return image.Pt(h-1-y, w-1-x)
	default:
		return image.Pt(y, w-1-x)
	}
}
