package face

import (
	"bytes"
	"errors"
	"image"
	"image/draw"
	"image/jpeg"
	"image/png"

	"golang.org/x/image/webp"
)

// Limits on what is read. A decoder never needs more than maxDecoded bytes for its pixels, whatever the
// file claims; the working copy has at most workSide pixels a side.
const (
	maxFile    = 24 << 20
	maxDecoded = 96 << 20
	maxSide    = 1 << 14
	minSide    = 32
	workSide   = 1280
)

// decode reads a picture upright as RGB. Whatever is not a single sensible picture is a *Refusal.
func decode(file []byte) (*raster, error) {
	if len(file) == 0 {
		return nil, refuse(Empty, nil)
	}
	if len(file) > maxFile {
		return nil, &Refusal{Reason: TooLarge, Measured: float64(len(file)), Limit: maxFile}
	}
	h, err := inspect(file)
	if err != nil {
		return nil, err
	}
	if err := h.check(); err != nil {
		return nil, err
	}
	img, err := h.decode(file)
	if err != nil {
		return nil, refuse(BadFormat, err)
	}
	if b := img.Bounds(); b.Dx() != h.width || b.Dy() != h.height {
		return nil, refuse(BadFormat, errors.New("the size in the header is not that of the picture"))
	}
	return fromImage(img).upright(h.orientation), nil
}

// header is what is known of a file before its pixels are decoded.
type header struct {
	width, height int
	bytesPerPixel float64 // that the decoder will allocate at most
	orientation   int     // EXIF 2.3, 4.6.4 A: 1 upright … 8
	decode        func([]byte) (image.Image, error)
}

// inspect tells the format by its first bytes and reads the header only.
func inspect(file []byte) (header, error) {
	switch {
	case bytes.HasPrefix(file, []byte("\xff\xd8\xff")):
		return inspectJPEG(file)
	case bytes.HasPrefix(file, []byte("\x89PNG\r\n\x1a\n")):
		return inspectPNG(file)
	case len(file) > 12 && string(file[:4]) == "RIFF" && string(file[8:12]) == "WEBP":
		return inspectWebP(file)
	case bytes.HasPrefix(file, []byte("P5")):
		return inspectPGM(file)
	case bytes.HasPrefix(file, []byte("GIF8")):
		return header{}, refuseGIF(file)
	}
	return header{}, refuse(BadFormat, errors.New("not JPEG, PNG, WebP or PGM"))
}

// refuseGIF refuses every GIF, and says so where it is one that repeats.
func refuseGIF(file []byte) error {
	if bytes.Contains(file, []byte("NETSCAPE2.0")) {
		return refuse(Animated, nil)
	}
	return refuse(BadFormat, errors.New("GIF is not accepted"))
}

func (h header) check() error {
	pixels := float64(h.width) * float64(h.height)
	if h.width > maxSide || h.height > maxSide || pixels*h.bytesPerPixel > maxDecoded {
		return &Refusal{Reason: TooLarge, Measured: pixels, Limit: maxDecoded / h.bytesPerPixel}
	}
	if side := min(h.width, h.height); side < minSide {
		return &Refusal{Reason: TooSmall, Measured: float64(side), Limit: minSide}
	}
	return nil
}

func decodeJPEG(file []byte) (image.Image, error) { return jpeg.Decode(bytes.NewReader(file)) }
func decodePNG(file []byte) (image.Image, error)  { return png.Decode(bytes.NewReader(file)) }
func decodeWebP(file []byte) (image.Image, error) { return webp.Decode(bytes.NewReader(file)) }

// fromImage copies img, shrunk by a whole factor so that it has at most workSide pixels a side. It goes
// strip by strip, so that a large picture is never held a second time.
func fromImage(img image.Image) *raster {
	b := img.Bounds()
	factor := (max(b.Dx(), b.Dy()) + workSide - 1) / workSide
	r := newRaster(b.Dx()/factor, b.Dy()/factor)
	strip := image.NewRGBA(image.Rect(0, 0, r.w*factor, factor))
	for y := range r.h {
		draw.Draw(strip, strip.Rect, image.White, image.Point{}, draw.Src)
		draw.Draw(strip, strip.Rect, img, b.Min.Add(image.Pt(0, y*factor)), draw.Over)
		average(r.pix[y*r.w*3:(y+1)*r.w*3], strip, factor)
	}
	return r
}

// average writes one row of pixels, each the mean of a square of the strip.
func average(row []uint8, strip *image.RGBA, factor int) {
	area := factor * factor
	for x := range len(row) / 3 {
		var sum [3]int
		for sy := range factor {
			p := strip.Pix[sy*strip.Stride+x*factor*4:]
			for sx := range factor {
				sum[0] += int(p[4*sx])
				sum[1] += int(p[4*sx+1])
				sum[2] += int(p[4*sx+2])
			}
		}
		for c, s := range sum {
			row[3*x+c] = uint8((s + area/2) / area)
		}
	}
}
