package finger

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/png"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
)

// Limits on what is read; they bound the memory a decoder can need, whatever a file claims.
const (
	maxFile   = 24 << 20
	maxPixels = 12 << 20
	maxAcross = 6000
)

// Image is a grey picture of one finger, dark ridges on light ground, row by row from the top.
type Image struct {
	Width, Height int
	DPI           float64 // pixels per inch; 0 is taken as 500
	Grey          []uint8
}

var errTruncated = errors.New("the file ends too early")

// Decode reads a PNG, TIFF or BMP file; colours become grey. The resolution is dpi if that is not zero, else
// what the file says, else 0: unknown. A statement of 72 or 96 per inch counts as none, because programs
// write it when they know nothing. Whatever is not a single sensible picture is a *Refusal.
func Decode(file []byte, dpi float64) (Image, error) {
	if len(file) == 0 {
		return Image{}, refuse(Empty, nil)
	}
	if len(file) > maxFile {
		return Image{}, &Refusal{Reason: TooLarge, Measured: float64(len(file)), Limit: maxFile}
	}
	h, err := inspect(file)
	if err != nil {
		return Image{}, err
	}
	if h.width < 1 || h.height < 1 {
		return Image{}, refuse(BadFormat, errors.New("no pixels"))
	}
	if h.width > maxAcross || h.height > maxAcross || h.width*h.height > maxPixels {
		return Image{}, &Refusal{Reason: TooLarge, Measured: float64(h.width) * float64(h.height), Limit: maxPixels}
	}
	img, err := h.decode(bytes.NewReader(file))
	if err != nil {
		return Image{}, refuse(BadFormat, err)
	}
	if b := img.Bounds(); b.Dx() != h.width || b.Dy() != h.height {
		return Image{}, refuse(BadFormat, errors.New("the size in the header is not that of the picture"))
	}
	out := toGrey(img)
	out.DPI = dpi
	if dpi == 0 && !screenDefault(h.dpi) {
		out.DPI = h.dpi
	}
	return out, nil
}

func screenDefault(dpi float64) bool {
	near := func(d float64) bool { return dpi > d-0.6 && dpi < d+0.6 }
	return near(72) || near(96)
}

// inspect tells the format by its first bytes and reads the header only.
func inspect(file []byte) (header, error) {
	switch {
	case bytes.HasPrefix(file, []byte("\x89PNG\r\n\x1a\n")):
		return inspectPNG(file)
	case bytes.HasPrefix(file, []byte("II*\x00")):
		return inspectTIFF(file, binary.LittleEndian)
	case bytes.HasPrefix(file, []byte("MM\x00*")):
		return inspectTIFF(file, binary.BigEndian)
	case bytes.HasPrefix(file, []byte("BM")):
		return inspectBMP(file)
	}
	return header{}, refuse(BadFormat, errors.New("not a PNG, TIFF or BMP file"))
}

func decodePNG(r *bytes.Reader) (image.Image, error)  { return png.Decode(r) }
func decodeTIFF(r *bytes.Reader) (image.Image, error) { return tiff.Decode(r) }
func decodeBMP(r *bytes.Reader) (image.Image, error)  { return bmp.Decode(r) }

func toGrey(img image.Image) Image {
	b := img.Bounds()
	out := Image{Width: b.Dx(), Height: b.Dy(), Grey: make([]uint8, b.Dx()*b.Dy())}
	grey, plain := img.(*image.Gray)
	for y := range out.Height {
		row := out.Grey[y*out.Width : (y+1)*out.Width]
		if plain {
			copy(row, grey.Pix[y*grey.Stride:])
			continue
		}
		for x := range row {
			row[x] = color.GrayModel.Convert(img.At(b.Min.X+x, b.Min.Y+y)).(color.Gray).Y
		}
	}
	return out
}
