package sealart

import (
	"bytes"
	"image"
	_ "image/jpeg" // decoder of uploads
	_ "image/png"  // decoder of uploads

	"golang.org/x/image/draw"

	"cinnabar/internal/pdf"
	"cinnabar/internal/platform/errs"
)

// CodePicture is the code of errors about an uploaded seal picture.
const CodePicture = "seal-picture"

// Bounds on uploaded pictures, and the size that is kept.
const (
	maxPictureBytes = 8 << 20
	maxPictureSide  = 6000
	keptSide        = 900
)

// Picture takes a seal from a scan or photo (PNG or JPEG): white becomes transparent, the empty margin is
// cut off, and large pictures are made smaller. millimetres is its width on paper.
func Picture(data []byte, millimetres float64) (*Art, error) {
	if len(data) > maxPictureBytes {
		return nil, errs.New(errs.TooLarge, CodePicture, "the seal picture is larger than 8 MB")
	}
	c, kind, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil || kind != "png" && kind != "jpeg" {
		return nil, errs.New(errs.Unsupported, CodePicture, "the seal picture must be a PNG or JPEG")
	}
	if c.Width < 40 || c.Height < 40 || c.Width > maxPictureSide || c.Height > maxPictureSide {
		return nil, errs.New(errs.Invalid, CodePicture, "the seal picture must have 40 to %d pixels each way", maxPictureSide)
	}
	if !(millimetres >= 5 && millimetres <= 100) {
		return nil, errs.New(errs.Invalid, CodePicture, "a seal is 5 to 100 mm wide")
	}
	src, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, errs.New(errs.Invalid, CodePicture, "the seal picture is damaged").Because(err)
	}
	pic := clearWhite(src)
	box := inked(pic)
	if box.Dx() < 20 || box.Dy() < 20 {
		return nil, errs.New(errs.Invalid, CodePicture, "the seal picture shows no seal")
	}
	pic = shrink(pic.SubImage(box).(*image.NRGBA))
	b := pic.Bounds()
	return &Art{picture: pic, wide: 100, high: 100 * float64(b.Dy()) / float64(b.Dx()), millimetres: millimetres}, nil
}

// clearWhite makes paper transparent: fully from bright on, by degrees below, so that edges stay smooth.
func clearWhite(src image.Image) *image.NRGBA {
	const paper, ink = 232, 190
	out := image.NewNRGBA(image.Rect(0, 0, src.Bounds().Dx(), src.Bounds().Dy()))
	draw.Draw(out, out.Bounds(), src, src.Bounds().Min, draw.Src)
	for i := 0; i < len(out.Pix); i += 4 {
		darkest := min(out.Pix[i], out.Pix[i+1], out.Pix[i+2])
		switch {
		case darkest >= paper:
			out.Pix[i+3] = 0
		case darkest > ink:
			out.Pix[i+3] = byte(int(out.Pix[i+3]) * (paper - int(darkest)) / (paper - ink))
		}
	}
	return out
}

// inked is the smallest rectangle around what is not transparent.
func inked(m *image.NRGBA) image.Rectangle {
	box := image.Rectangle{}
	for y := range m.Bounds().Dy() {
		first, last := -1, -1
		row := m.Pix[y*m.Stride : y*m.Stride+4*m.Bounds().Dx()]
		for x := 0; x < len(row)/4; x++ {
			if row[4*x+3] > 40 {
				if first < 0 {
					first = x
				}
				last = x
			}
		}
		if first >= 0 {
			box = box.Union(image.Rect(first, y, last+1, y+1))
		}
	}
	return box
}

func shrink(m *image.NRGBA) *image.NRGBA {
	w, h := m.Bounds().Dx(), m.Bounds().Dy()
	if longest := max(w, h); longest > keptSide {
		w, h = max(1, w*keptSide/longest), max(1, h*keptSide/longest)
	}
	return scale(m, w, h)
}

func scale(m *image.NRGBA, w, h int) *image.NRGBA {
	out := image.NewNRGBA(image.Rect(0, 0, w, h))
	draw.CatmullRom.Scale(out, out.Bounds(), m, m.Bounds(), draw.Src, nil)
	return out
}

// imageObject writes RGB with the transparency as soft mask.
func imageObject(m *image.NRGBA) *pdf.Stream {
	w, h := m.Bounds().Dx(), m.Bounds().Dy()
	rgb, alpha := make([]byte, 0, 3*w*h), make([]byte, 0, w*h)
	for i := 0; i < len(m.Pix); i += 4 {
		rgb = append(rgb, m.Pix[i:i+3]...)
		alpha = append(alpha, m.Pix[i+3])
	}
	object := func(space pdf.Name, data []byte) *pdf.Stream {
		return &pdf.Stream{
			Dict: pdf.Dict{
				"Type": pdf.Name("XObject"), "Subtype": pdf.Name("Image"), "Filter": pdf.Name("FlateDecode"),
				"Width": int64(w), "Height": int64(h), "ColorSpace": space, "BitsPerComponent": int64(8),
			},
			Data: pdf.Deflate(data),
		}
	}
	img := object("DeviceRGB", rgb)
	img.Dict["SMask"] = object("DeviceGray", alpha)
	return img
}
