package typeset

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math"

	"cinnabar/internal/pdf"

	qrcode "github.com/skip2/go-qrcode"
)

// placedImage is a picture of the document; equal data is embedded once.
type placedImage struct {
	data          []byte
	width, height int // as stored
	jpeg          bool
	turn          orientation
	components    int // of a JPEG
	name          pdf.Name
}

// loadImage checks the picture and finds its size, without decoding it.
func (b *builder) loadImage(data []byte) (*placedImage, error) {
	for _, im := range b.images {
		if bytes.Equal(im.data, data) {
			return im, nil
		}
	}
	cfg, format, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil || format != "jpeg" && format != "png" {
		return nil, wrong(CodeBadPicture, "a picture is neither JPEG nor PNG, or is damaged")
	}
	if cfg.Width <= 0 || cfg.Height <= 0 || cfg.Width > b.doc.Limits.Pixels/cfg.Height {
		return nil, wrong(CodeBadPicture, "a picture has more pixels than are allowed; scale it down")
	}
	im := &placedImage{data: data, width: cfg.Width, height: cfg.Height, jpeg: format == "jpeg", turn: upright, components: 3}
	if im.jpeg {
		im.turn = readOrientation(data)
	}
	switch cfg.ColorModel {
	case color.GrayModel:
		im.components = 1
	case color.CMYKModel:
		im.components = 4
	}
	im.name = pdf.Name("I" + string(rune('a'+len(b.images)%26)) + string(rune('a'+len(b.images)/26%26)))
	b.images = append(b.images, im)
	if len(b.images) > 26*26 {
		return nil, wrong(CodeTooLong, "the document has too many pictures")
	}
	return im, nil
}

func (b *builder) picture(v Picture, width float64, parent *elem) ([]*piece, error) {
	im, err := b.loadImage(v.Data)
	if err != nil {
		return nil, err
	}
	w, h := v.Width, v.Height
	ratio := float64(im.height) / float64(im.width)
	if im.turn.swaps() {
		ratio = 1 / ratio
	}
	switch {
	case w == 0 && h == 0:
		w = min(math.Sqrt(float64(im.width)*float64(im.height)/ratio)*72/96, width)
		h = w * ratio
	case w == 0:
		w = h / ratio
	case h == 0:
		h = w * ratio
	}
	if w > width+0.01 || h > textBottom-marginTop || w <= 0 || h <= 0 {
		return nil, wrong(CodeBadPicture, "a picture is larger than the space it has")
	}
	e := parent.add("Figure")
	e.alt = v.Alt
	x := alignX(v.Align, w, width)
	return []*piece{{height: h, draw: func(pg *page, x0, y0 float64) error {
		pg.figure(e, x0+x, y0, w, h)
		m := im.turn.matrix(x0+x, pageHeight-y0-h, w, h)
		pg.text = append(nums(append(pg.text, "q "...), m[:]...), "cm /"...)
		pg.text = append(append(pg.text, im.name...), " Do Q\n"...)
		return nil
	}}}, nil
}

// figure opens the marked content of a figure and notes its bounds (ISO 32000-1 14.8.5.4.3).
func (p *page) figure(e *elem, x, y, w, h float64) {
	if !p.repeat {
		e.attrs = pdf.Dict{"O": pdf.Name("Layout"), "Placement": pdf.Name("Block"), "BBox": rectPDF(x, y, w, h).array()}
	}
	p.mark(e)
}

// qr draws each run of dark modules as one rectangle.
func (b *builder) qr(v QR, width float64, parent *elem) ([]*piece, error) {
	if len(v.Content) > 1000 || v.Size <= 0 || v.Size > width {
		return nil, wrong(CodeBadStructure, "a QR code holds at most 1000 bytes and must fit its space")
	}
	code, err := qrcode.New(v.Content, qrcode.Medium)
	if err != nil {
		return nil, wrong(CodeBadStructure, "the QR code cannot be made: %v", err)
	}
	code.DisableBorder = true
	modules := code.Bitmap()
	e := parent.add("Figure")
	e.alt = v.Alt
	x := alignX(v.Align, v.Size, width)
	return []*piece{{height: v.Size, draw: func(pg *page, x0, y0 float64) error {
		pg.figure(e, x0+x, y0, v.Size, v.Size)
		unit := v.Size / float64(len(modules))
		// One unit is one module: the numbers stay short.
		pg.text = append(nums(append(pg.text, "q "...), unit, 0, 0, -unit, x0+x, pageHeight-y0), "cm\n"...)
		for row, line := range modules {
			pg.text = darkRuns(pg.text, line, row)
		}
		pg.text = append(pg.text, "f Q\n"...)
		return nil
	}}}, nil
}

func darkRuns(b []byte, line []bool, row int) []byte {
	for from := 0; from < len(line); from++ {
		if !line[from] {
			continue
		}
		to := from
		for to < len(line) && line[to] {
			to++
		}
		b = append(nums(b, float64(from), float64(row), float64(to-from), 1), "re\n"...)
		from = to
	}
	return b
}

// embedImages writes the pictures and returns the resource dictionary that names them.
func (b *builder) embedImages(w *pdf.Writer) (pdf.Dict, error) {
	d := pdf.Dict{}
	for _, im := range b.images {
		var err error
		if im.jpeg {
			d[im.name], err = im.embedJPEG(w)
		} else {
			d[im.name], err = im.embedPNG(w)
		}
		if err != nil {
			return nil, err
		}
	}
	return d, nil
}

func (im *placedImage) dict(space string) pdf.Dict {
	return pdf.Dict{
		"Type": pdf.Name("XObject"), "Subtype": pdf.Name("Image"), "Width": im.width, "Height": im.height,
		"ColorSpace": pdf.Name(space), "BitsPerComponent": 8,
	}
}

// embedJPEG passes the compressed picture through: PDF readers decode JPEG themselves.
func (im *placedImage) embedJPEG(w *pdf.Writer) (pdf.Ref, error) {
	if _, err := jpeg.Decode(bytes.NewReader(im.data)); err != nil {
		return pdf.Ref{}, wrong(CodeBadPicture, "a JPEG picture is damaged")
	}
	d := im.dict(map[int]string{1: "DeviceGray", 3: "DeviceRGB", 4: "DeviceCMYK"}[im.components])
	d["Filter"] = pdf.Name("DCTDecode")
	if im.components == 4 { // such files come from Adobe programs, which store them inverted
		d["Decode"] = pdf.Array{1, 0, 1, 0, 1, 0, 1, 0}
	}
	return w.Add(&pdf.Stream{Dict: d, Data: withoutMetadata(im.data)}), nil
}

// embedPNG writes the colours and, where there is transparency, a soft mask.
func (im *placedImage) embedPNG(w *pdf.Writer) (pdf.Ref, error) {
	src, err := png.Decode(bytes.NewReader(im.data))
	if err != nil {
		return pdf.Ref{}, wrong(CodeBadPicture, "a PNG picture is damaged")
	}
	n := im.width * im.height
	rgb, alpha := make([]byte, 0, 3*n), make([]byte, 0, n)
	opaque := true
	bounds := src.Bounds()
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			c := color.NRGBAModel.Convert(src.At(x, y)).(color.NRGBA)
			rgb, alpha = append(rgb, c.R, c.G, c.B), append(alpha, c.A)
			opaque = opaque && c.A == 255
		}
	}
	d := im.dict("DeviceRGB")
	if !opaque {
		d["SMask"] = w.AddStream(im.dict("DeviceGray"), alpha)
	}
	return w.AddStream(d, rgb), nil
}
