package face_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io/fs"
	"math"
	"testing"

	"cinnabar/internal/capability/biometric"
	"cinnabar/internal/capability/biometric/face"
	"cinnabar/internal/capability/biometric/face/facetest"
)

func models(tb testing.TB) face.Models {
	tb.Helper()
	m, err := biometric.EmbeddedFaces()
	if err != nil {
		tb.Fatal(err)
	}
	return m
}

func engine(tb testing.TB) *face.Engine {
	tb.Helper()
	e, err := face.New(models(tb))
	if err != nil {
		tb.Fatal(err)
	}
	return e
}

func asJPEG(tb testing.TB, img image.Image) []byte {
	tb.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 90}); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

func asPNG(tb testing.TB, img image.Image) []byte {
	tb.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

// changed applies f to every pixel.
func changed(img image.Image, f func(x, y int, c color.RGBA) color.RGBA) image.Image {
	out := image.NewRGBA(img.Bounds())
	draw.Draw(out, out.Rect, img, image.Point{}, draw.Src)
	for y := range out.Rect.Dy() {
		for x := range out.Rect.Dx() {
			out.SetRGBA(x, y, f(x, y, out.RGBAAt(x, y)))
		}
	}
	return out
}

func scaled(c color.RGBA, by float64) color.RGBA {
	s := func(v uint8) uint8 { return uint8(float64(v) * by) }
	return color.RGBA{s(c.R), s(c.G), s(c.B), 255}
}

// blurred averages squares of n pixels.
func blurred(img image.Image, n int) image.Image {
	small := image.NewRGBA(img.Bounds())
	draw.Draw(small, small.Rect, img, image.Point{}, draw.Src)
	return changed(img, func(x, y int, _ color.RGBA) color.RGBA {
		var r, g, b, count int
		for dy := -n; dy <= n; dy += 2 {
			for dx := -n; dx <= n; dx += 2 {
				c := small.RGBAAt(min(max(x+dx, 0), facetest.Width-1), min(max(y+dy, 0), facetest.Height-1))
				r, g, b, count = r+int(c.R), g+int(c.G), b+int(c.B), count+1
			}
		}
		return color.RGBA{uint8(r / count), uint8(g / count), uint8(b / count), 255}
	})
}

// group shows two people side by side.
func group(a, b image.Image) image.Image {
	out := image.NewRGBA(image.Rect(0, 0, facetest.Width, facetest.Height))
	draw.Draw(out, image.Rect(0, 0, 320, 480), a, image.Pt(160, 0), draw.Src)
	draw.Draw(out, image.Rect(320, 0, 640, 480), b, image.Pt(160, 0), draw.Src)
	return out
}

func animatedGIF(tb testing.TB) []byte {
	tb.Helper()
	frame := image.NewPaletted(image.Rect(0, 0, 64, 64), color.Palette{color.Black, color.White})
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, &gif.GIF{Image: []*image.Paletted{frame, frame}, Delay: []int{1, 1}}); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

// apng puts an animation control chunk before the image data.
func apng(tb testing.TB) []byte {
	tb.Helper()
	b := asPNG(tb, image.NewGray(image.Rect(0, 0, 64, 64)))
	at := bytes.Index(b, []byte("IDAT")) - 4
	chunk := append([]byte{0, 0, 0, 8}, "acTL\x00\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00\x00"...)
	return append(append(append([]byte(nil), b[:at]...), chunk...), b[at:]...)
}

// claiming is a PNG whose header promises another size than it has.
func claiming(tb testing.TB, width, height uint32) []byte {
	tb.Helper()
	b := asPNG(tb, image.NewGray(image.Rect(0, 0, 64, 64)))
	binary.BigEndian.PutUint32(b[16:], width)
	binary.BigEndian.PutUint32(b[20:], height)
	return fixCRC(b)
}

// Proves GAS-3.
func TestPicturesThatCannotBeUsedAreRefusedWithAReason_GAS3(t *testing.T) {
	t.Parallel()
	e := engine(t)
	portrait := facetest.Portrait(facetest.Resident)
	whole := asJPEG(t, portrait)
	for name, c := range map[string]struct {
		file []byte
		want face.Reason
	}{
		"nothing":            {nil, face.Empty},
		"text":               {[]byte("this is not a picture, but a long enough line of text"), face.BadFormat},
		"PDF":                {[]byte("%PDF-1.7 .................................."), face.BadFormat},
		"cut off JPEG":       {whole[:len(whole)/2], face.BadFormat},
		"JPEG header only":   {whole[:20], face.BadFormat},
		"cut off PNG":        {asPNG(t, portrait)[:5000], face.BadFormat},
		"huge file":          {append(append([]byte(nil), whole...), make([]byte, 25<<20)...), face.TooLarge},
		"huge promise":       {claiming(t, 60000, 60000), face.TooLarge},
		"many pixels":        {claiming(t, 12000, 12000), face.TooLarge},
		"false promise":      {claiming(t, 64, 128), face.BadFormat},
		"grey map too short": {[]byte("P5 100 100 255\n123"), face.BadFormat},
		"animated GIF":       {animatedGIF(t), face.Animated},
		"animated PNG":       {apng(t), face.Animated},
		"animated WebP":      {[]byte("RIFF\x1a\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x02\x00\x00\x00\x3f\x00\x00\x3f\x00\x00"), face.Animated},
		"icon":               {asPNG(t, image.NewGray(image.Rect(0, 0, 16, 16))), face.TooSmall},
		"nobody": {asJPEG(t, changed(portrait, func(x, y int, _ color.RGBA) color.RGBA {
			return color.RGBA{uint8(x / 3), uint8(y / 2), uint8(x ^ y), 255}
		})), face.NoFace},
		"two people":   {asJPEG(t, group(portrait, facetest.Portrait(facetest.Stranger))), face.ManyFaces},
		"in the dark":  {asPNG(t, changed(portrait, func(_, _ int, c color.RGBA) color.RGBA { return scaled(c, 0.2) })), face.TooDark},
		"out of focus": {asJPEG(t, blurred(portrait, 14)), face.Blurred},
		"looking away": {asJPEG(t, facetest.Draw(facetest.Resident, facetest.Pose{Yaw: 55})), face.Pose},
		"far away":     {asJPEG(t, facetest.Draw(facetest.Resident, facetest.Pose{Near: 0.16})), face.TooSmall},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			template, quality, err := e.Extract(t.Context(), c.file)
			var refusal *face.Refusal
			if !errors.As(err, &refusal) {
				t.Fatalf("not refused: %v, %+v", err, quality)
			}
			if refusal.Reason != c.want {
				t.Errorf("refused for %v, want %v; %+v", refusal, c.want, quality)
			}
			if !template.IsZero() {
				t.Error("refused, and yet a template")
			}
		})
	}
}

// How well people are told apart, made people cannot show: see package facebench. Proves GAS-3.
func TestOnePersonMatchesAndAnotherDoesNot_GAS3(t *testing.T) {
	t.Parallel()
	e := engine(t)
	extract := func(img image.Image) face.Template {
		template, q, err := e.Extract(t.Context(), asJPEG(t, img))
		if err != nil {
			t.Fatalf("%v %+v", err, q)
		}
		return template
	}
	band := func(a, b face.Template) face.Band {
		score, err := face.Compare(a, b)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("score %.3f", score)
		return e.Info().Thresholds.Decide(score)
	}
	portrait := extract(facetest.Portrait(facetest.Resident))
	turned := facetest.Pose{Yaw: 12, Pitch: 4, Roll: -8, Near: 0.7}
	if b := band(portrait, extract(facetest.Draw(facetest.Resident, turned))); b != face.Match {
		t.Errorf("the same person: %v", b)
	}
	for name, img := range map[string]image.Image{
		"portrait": facetest.Portrait(facetest.Stranger), "turned": facetest.Draw(facetest.Stranger, turned),
	} {
		if b := band(portrait, extract(img)); b != face.NoMatch {
			t.Errorf("another person, %s: %v", name, b)
		}
	}
}

// A phone stores a picture lying on its side and says so in EXIF.
func TestPicturesAreTurnedUprightAsEXIFSays(t *testing.T) {
	t.Parallel()
	e := engine(t)
	portrait := facetest.Portrait(facetest.Resident)
	upright, _, err := e.Extract(t.Context(), asJPEG(t, portrait))
	if err != nil {
		t.Fatal(err)
	}
	w, h := facetest.Width, facetest.Height
	stored := map[int]func(x, y int) (int, int){ // where the upright pixel x, y is stored
		3: func(x, y int) (int, int) { return w - 1 - x, h - 1 - y },
		6: func(x, y int) (int, int) { return y, w - 1 - x },
		8: func(x, y int) (int, int) { return h - 1 - y, x },
	}
	for orientation, place := range stored {
		lying := image.NewRGBA(image.Rect(0, 0, w, h))
		if orientation > 4 {
			lying = image.NewRGBA(image.Rect(0, 0, h, w))
		}
		for y := range h {
			for x := range w {
				sx, sy := place(x, y)
				lying.Set(sx, sy, portrait.At(x, y))
			}
		}
		template, q, err := e.Extract(t.Context(), withOrientation(asJPEG(t, lying), orientation))
		if err != nil {
			t.Fatalf("orientation %d: %v %+v", orientation, err, q)
		}
		if score, err := face.Compare(upright, template); err != nil || score < 0.95 {
			t.Errorf("orientation %d: score %v, %v", orientation, score, err)
		}
	}
}

// withOrientation puts an EXIF segment with that tag only behind the start of a JPEG.
func withOrientation(file []byte, orientation int) []byte {
	exif := []byte("Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01")
	exif = append(exif, 0, byte(orientation), 0, 0, 0, 0, 0, 0)
	segment := append([]byte{0xff, 0xe1, 0, byte(len(exif) + 2)}, exif...)
	return append(append([]byte{0xff, 0xd8}, segment...), file[2:]...)
}

func TestACancelledExtractionStops(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, err := engine(t).Extract(ctx, asJPEG(t, facetest.Portrait(facetest.Resident)))
	if !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled extraction: %v", err)
	}
}

func TestAnEngineNeedsItsOwnModels(t *testing.T) {
	t.Parallel()
	m := models(t)
	if _, err := face.New(face.Models{}); err == nil {
		t.Error("an engine without models")
	}
	swapped := m
	swapped.Embedder = m.Landmarker
	if _, err := face.New(swapped); err == nil {
		t.Error("an engine whose embedder is no ONNX file")
	}
	bent := m
	bent.Embedder = append([]byte(nil), m.Embedder...)
	for i := len(bent.Embedder) / 2; i < len(bent.Embedder)/2+4096; i++ {
		bent.Embedder[i] = 0xff // weights that are no numbers
	}
	if _, err := face.New(bent); err == nil {
		t.Error("an engine whose embedder does not compute")
	}
}

// An engine that rested gives the same template, and one that cannot prove itself never gives any.
func TestNetworksComeAndGo(t *testing.T) {
	t.Parallel()
	m, asked := models(t), 0
	e, err := face.Open(func() (face.Models, error) { asked++; return m, nil })
	if err != nil {
		t.Fatal(err)
	}
	picture := asJPEG(t, facetest.Portrait(facetest.Resident))
	before, _, err := e.Extract(t.Context(), picture)
	if err != nil {
		t.Fatal(err)
	}
	e.Rest() // was used since it was opened: stays
	if _, err := e.Observe(t.Context(), picture, face.Look{}); err != nil || asked != 2 {
		t.Errorf("files read %d times (%v), want for the digest and for the networks", asked, err)
	}
	e.Rest()
	e.Rest()
	after, _, err := e.Extract(t.Context(), picture)
	if err != nil || asked != 3 {
		t.Fatalf("files read %d times (%v), want once more after the rest", asked, err)
	}
	if score, err := face.Compare(before, after); err != nil || score < 0.999999 {
		t.Errorf("after the rest the same picture scores %v (%v)", score, err)
	}

	m.Embedder = m.Landmarker
	if e, err = face.Open(func() (face.Models, error) { return m, nil }); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, _, err := e.Extract(t.Context(), picture); err == nil {
			t.Error("a template of networks that are not the engine's")
		}
	}
	if _, err := face.Open(func() (face.Models, error) { return face.Models{}, fs.ErrNotExist }); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("opened without files: %v", err)
	}
}

// The mesh sees lids close.
func TestLidsAreSeen(t *testing.T) {
	t.Parallel()
	e := engine(t)
	lids := func(closed float64) face.Lids {
		t.Helper()
		q, err := e.Observe(t.Context(), asJPEG(t, facetest.Draw(facetest.Resident, facetest.Pose{Lid: closed})), face.Look{Lids: true})
		if err != nil {
			t.Fatal(err)
		}
		return q.Lids
	}
	open, closed := lids(0), lids(1)
	if open.Left < 0.1 || open.Right < 0.1 || closed.Left > 0.6*open.Left || closed.Right > 0.6*open.Right {
		t.Errorf("open %+v, closed %+v", open, closed)
	}
}

func TestBandsAndThresholds(t *testing.T) {
	t.Parallel()
	th := face.Thresholds{Match: 0.6, Review: 0.4}
	for score, want := range map[float64]face.Band{1: face.Match, 0.6: face.Match, 0.59: face.Review, 0.4: face.Review, 0.39: face.NoMatch, -1: face.NoMatch} {
		if got := th.Decide(score); got != want {
			t.Errorf("%v is %v, want %v", score, got, want)
		}
	}
	if th.Decide(math.NaN()) != face.NoMatch {
		t.Error("a score that is no number must not match")
	}
}

func BenchmarkExtract(b *testing.B) {
	e := engine(b)
	picture := asJPEG(b, facetest.Portrait(facetest.Resident))
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := e.Extract(b.Context(), picture); err != nil {
			b.Fatal(err)
		}
	}
}
