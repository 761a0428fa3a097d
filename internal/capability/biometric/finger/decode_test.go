package finger_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"math"
	"math/rand/v2"
	"testing"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"

	"cinnabar/internal/capability/biometric/finger"
	"cinnabar/internal/capability/biometric/finger/synth"
)

func grey(p finger.Image) *image.Gray {
	return &image.Gray{Pix: p.Grey, Stride: p.Width, Rect: image.Rect(0, 0, p.Width, p.Height)}
}

func encoded(tb testing.TB, encode func(*bytes.Buffer) error) []byte {
	tb.Helper()
	var b bytes.Buffer
	if err := encode(&b); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

// files are the same print in every format that is read.
func files(tb testing.TB) map[string][]byte {
	img := grey(draw(1, synth.Press{}))
	return map[string][]byte{
		"png": encoded(tb, func(b *bytes.Buffer) error { return png.Encode(b, img) }),
		"bmp": encoded(tb, func(b *bytes.Buffer) error { return bmp.Encode(b, img) }),
		"tif": encoded(tb, func(b *bytes.Buffer) error { return tiff.Encode(b, img, &tiff.Options{Compression: tiff.Deflate}) }),
	}
}

func TestReadsEveryFormatAlike(t *testing.T) {
	t.Parallel()
	want := draw(1, synth.Press{})
	for name, file := range files(t) {
		got, err := finger.Decode(file, 0)
		if err != nil || !bytes.Equal(got.Grey, want.Grey) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// withChunk puts a chunk after the header of a PNG file.
func withChunk(file []byte, kind string, data []byte) []byte {
	chunk := append([]byte(kind), data...)
	out := append([]byte(nil), file[:33]...)
	out = binary.BigEndian.AppendUint32(out, uint32(len(data)))
	out = append(out, chunk...)
	out = binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(chunk))
	return append(out, file[33:]...)
}

func TestResolutionComesFromTheFileUnlessGiven(t *testing.T) {
	t.Parallel()
	perMetre := func(n uint32) []byte {
		data := binary.BigEndian.AppendUint32(nil, n)
		return append(binary.BigEndian.AppendUint32(data, n), 1)
	}
	plain := files(t)["png"]
	for _, c := range []struct {
		file        []byte
		given, want float64
	}{
		{plain, 0, 0},
		{withChunk(plain, "pHYs", perMetre(39370)), 0, 1000},
		{withChunk(plain, "pHYs", perMetre(2835)), 0, 0}, // 72 per inch: the program did not know
		{withChunk(plain, "pHYs", perMetre(39370)), 500, 500},
	} {
		got, err := finger.Decode(c.file, c.given)
		if err != nil || math.Abs(got.DPI-c.want) > 1 {
			t.Errorf("resolution %.0f, want %.0f, %v", got.DPI, c.want, err)
		}
	}
}

func TestRefusesFilesThatAreNoSinglePicture(t *testing.T) {
	t.Parallel()
	good := files(t)
	img := grey(draw(1, synth.Press{}))
	huge := append([]byte(nil), good["png"]...)
	binary.BigEndian.PutUint32(huge[16:], 100000)
	binary.BigEndian.PutUint32(huge[29:], crc32.ChecksumIEEE(huge[12:29]))
	pages := append([]byte(nil), good["tif"]...)
	at := binary.LittleEndian.Uint32(pages[4:])
	next := at + 2 + 12*uint32(binary.LittleEndian.Uint16(pages[at:]))
	binary.LittleEndian.PutUint32(pages[next:], 8)
	for name, c := range map[string]struct {
		file []byte
		want finger.Reason
	}{
		"nothing":       {nil, finger.Empty},
		"text":          {[]byte("this is no picture"), finger.BadFormat},
		"jpeg":          {encoded(t, func(b *bytes.Buffer) error { return jpeg.Encode(b, img, nil) }), finger.BadFormat},
		"gif":           {encoded(t, func(b *bytes.Buffer) error { return gif.Encode(b, img, nil) }), finger.BadFormat},
		"half a png":    {good["png"][:len(good["png"])/2], finger.BadFormat},
		"half a bmp":    {good["bmp"][:len(good["bmp"])/2], finger.BadFormat},
		"half a tif":    {good["tif"][:len(good["tif"])/2], finger.BadFormat},
		"animated png":  {withChunk(good["png"], "acTL", make([]byte, 8)), finger.Animated},
		"tif of pages":  {pages, finger.Animated},
		"huge picture":  {huge, finger.TooLarge},
		"huge file":     {make([]byte, 25<<20), finger.TooLarge},
		"only a header": {[]byte("\x89PNG\r\n\x1a\n"), finger.BadFormat},
	} {
		_, err := finger.Decode(c.file, 0)
		wantRefusal(t, name, err, c.want)
	}
}

func wantRefusal(t *testing.T, name string, err error, want finger.Reason) {
	t.Helper()
	var refusal *finger.Refusal
	if !errors.As(err, &refusal) || refusal.Reason != want {
		t.Errorf("%s: %v, want %s", name, err, want)
	}
}

// picture draws a picture that is no print.
func picture(w, h int, value func(x, y float64) float64) finger.Image {
	p := finger.Image{Width: w, Height: h, Grey: make([]uint8, w*h)}
	for i := range p.Grey {
		p.Grey[i] = uint8(min(max(value(float64(i%w), float64(i/w)), 0), 255))
	}
	return p
}

func TestRefusesPicturesThatShowNoUsablePrint(t *testing.T) {
	t.Parallel()
	e := finger.New()
	rnd := rand.New(rand.NewPCG(1, 1))
	coarse, fine := draw(1, synth.Press{}), draw(1, synth.Press{})
	coarse.DPI, fine.DPI = 100, 5000
	short := draw(1, synth.Press{})
	short.Grey = short.Grey[:1000]
	for name, c := range map[string]struct {
		picture finger.Image
		want    finger.Reason
	}{
		"white":      {picture(388, 374, func(x, y float64) float64 { return 255 }), finger.NoPrint},
		"noise":      {picture(388, 374, func(x, y float64) float64 { return 256 * rnd.Float64() }), finger.NoPrint},
		"slope":      {picture(388, 374, func(x, y float64) float64 { return x / 2 }), finger.NoPrint},
		"disc":       {picture(388, 374, func(x, y float64) float64 { return math.Hypot(x-190, y-190) }), finger.NoPrint},
		"stripes":    {picture(388, 374, func(x, y float64) float64 { return 128 + 100*math.Sin(0.7*x) }), finger.LowQuality},
		"rings":      {picture(388, 374, func(x, y float64) float64 { return 128 + 100*math.Sin(0.7*math.Hypot(x-194, y-187)) }), finger.LowQuality},
		"touch":      {draw(1, synth.Press{Reach: 0.22}), finger.LowQuality},
		"small":      {picture(60, 60, func(x, y float64) float64 { return 128 + 100*math.Sin(0.7*x) }), finger.TooSmall},
		"too wide":   {picture(1600, 200, func(x, y float64) float64 { return 0 }), finger.TooLarge},
		"coarse":     {coarse, finger.Resolution},
		"too fine":   {fine, finger.Resolution},
		"too short":  {short, finger.BadFormat},
		"no picture": {finger.Image{}, finger.BadFormat},
	} {
		_, _, err := e.Extract(t.Context(), c.picture)
		wantRefusal(t, name, err, c.want)
	}
}

// FuzzDecode feeds hostile files to the decoders and what they yield to the extractor.
func FuzzDecode(f *testing.F) {
	part := grey(draw(1, synth.Press{})).SubImage(image.Rect(140, 140, 240, 240)) // small files mutate faster
	f.Add(encoded(f, func(b *bytes.Buffer) error { return png.Encode(b, part) }))
	f.Add(encoded(f, func(b *bytes.Buffer) error { return bmp.Encode(b, part) }))
	f.Add(encoded(f, func(b *bytes.Buffer) error { return tiff.Encode(b, part, nil) }))
	f.Add(encoded(f, func(b *bytes.Buffer) error {
		return tiff.Encode(b, part, &tiff.Options{Compression: tiff.Deflate, Predictor: true})
	}))
	e := finger.New()
	f.Fuzz(func(t *testing.T, file []byte) {
		p, err := finger.Decode(file, 0)
		var refusal *finger.Refusal
		if err == nil {
			_, _, err = e.Extract(t.Context(), p)
		}
		if err != nil && !errors.As(err, &refusal) {
			t.Errorf("not a refusal: %v", err)
		}
	})
}
