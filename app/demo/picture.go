package demo

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"minzheng/assets"
)

// picture draws a sheet with a title and a few lines, as a photo of a paper.
func picture(title string, lines ...string) (io.Reader, error) {
	ttf, err := assets.Font("Regular")
	if err != nil {
		return nil, err
	}
	f, err := opentype.Parse(ttf)
	if err != nil {
		return nil, fmt.Errorf("reading the font: %w", err)
	}
	sheet := image.NewRGBA(image.Rect(0, 0, 840, 600))
	draw.Draw(sheet, sheet.Bounds(), image.NewUniform(color.RGBA{0xdf, 0xd8, 0xca, 0xff}), image.Point{}, draw.Src)
	draw.Draw(sheet, image.Rect(60, 30, 780, 600), image.White, image.Point{}, draw.Src)
	if err := write(sheet, f, 44, 110, title); err != nil {
		return nil, err
	}
	for i, line := range lines {
		if err := write(sheet, f, 28, 200+i*64, line); err != nil {
			return nil, err
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, sheet); err != nil {
		return nil, fmt.Errorf("drawing a paper: %w", err)
	}
	return &out, nil
}

func write(sheet draw.Image, f *opentype.Font, size float64, y int, text string) error {
	face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: size, DPI: 72})
	if err != nil {
		return fmt.Errorf("reading the font: %w", err)
	}
	defer face.Close()
	d := font.Drawer{Dst: sheet, Src: image.NewUniform(color.RGBA{0x1c, 0x29, 0x26, 0xff}), Face: face, Dot: fixed.P(110, y)}
	d.DrawString(text)
	return nil
}
