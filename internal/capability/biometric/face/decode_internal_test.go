package face

import (
	"bytes"
	"errors"
	"image"
	"image/jpeg"
	"image/png"
	"testing"
)

// Whatever the bytes: a picture within the limits, or a refusal.
func FuzzDecode(f *testing.F) {
	img := image.NewYCbCr(image.Rect(0, 0, 40, 48), image.YCbCrSubsampleRatio420)
	var j, p bytes.Buffer
	if err := errors.Join(jpeg.Encode(&j, img, nil), png.Encode(&p, img)); err != nil {
		f.Fatal(err)
	}
	f.Add(j.Bytes())
	f.Add(p.Bytes())
	f.Add([]byte("P5 # a comment\n33 33\n255\n" + string(make([]byte, 33*33))))
	f.Add([]byte("RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00\x2f\x00\x00\x00"))
	f.Add([]byte("GIF89a"))
	f.Fuzz(func(t *testing.T, file []byte) {
		r, err := decode(file)
		var refusal *Refusal
		switch {
		case errors.As(err, &refusal):
			return
		case err != nil:
			t.Fatalf("neither a picture nor a refusal: %v", err)
		case r.w < 1 || r.h < 1 || r.w > workSide || r.h > workSide || len(r.pix) != 3*r.w*r.h:
			t.Fatalf("a picture of %d x %d with %d bytes", r.w, r.h, len(r.pix))
		}
	})
}
