package typeset_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"cinnabar/internal/pdf/typeset"
)

// photo is a JPEG of 80 x 40 whose stored upper left quarter is dark, with an Exif orientation.
func photo(t *testing.T, orientation byte) []byte {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, 80, 40))
	for i := range img.Pix {
		if x, y := i%80, i/80; x >= 40 || y >= 20 {
			img.Pix[i] = 255
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	exif := "Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00" + string(rune(orientation)) + "\x00\x00\x00\x00\x00\x00"
	out := append([]byte{0xFF, 0xD8, 0xFF, 0xE1, 0, byte(len(exif) + 2)}, exif...)
	return append(out, b.Bytes()[2:]...)
}

// Photos of a telephone that was held sideways are set upright.
func TestPhotosAreSetUpright(t *testing.T) {
	t.Parallel()
	// Where the dark quarter must be seen (Exif: which side the stored row 0 and column 0 are).
	for o, want := range map[byte]string{
		1: "top left", 2: "top right", 3: "bottom right", 4: "bottom left",
		5: "top left", 6: "top right", 7: "bottom right", 8: "bottom left",
	} {
		r := render(t, typeset.Document{NoPageNumbers: true, Body: []typeset.Block{typeset.Picture{Data: photo(t, o), Width: 80}}})
		if bytes.Contains(r.PDF, []byte("Exif")) {
			t.Error("the photo's metadata went into the document")
		}
		out := tool(t, r.PDF, "pdftoppm", "-r", "72", "-gray", "-png", "FILE")
		img, err := png.Decode(strings.NewReader(out))
		if err != nil {
			t.Fatal(err)
		}
		height := 40
		if o >= 5 {
			height = 160
		}
		// The upper left corner of the picture in pixels: the page's margins.
		const left, top = 74, 71
		var got []string
		for _, q := range []struct {
			name string
			x, y int
		}{
			{"top left", 20, height / 4},
			{"top right", 60, height / 4},
			{"bottom left", 20, height * 3 / 4},
			{"bottom right", 60, height * 3 / 4},
		} {
			if color.GrayModel.Convert(img.At(left+q.x, top+q.y)).(color.Gray).Y < 128 {
				got = append(got, q.name)
			}
		}
		if fmt.Sprint(got) != fmt.Sprint([]string{want}) {
			t.Errorf("orientation %d: dark is %v, want %s", o, got, want)
		}
	}
}

func FuzzPicture(f *testing.F) {
	f.Add([]byte("\xFF\xD8\xFF\xE1\x00\x20Exif\x00\x00II*\x00\x08\x00\x00\x00\x01\x00\x12\x01\x03\x00\x01\x00\x00\x00\x06\x00\x00\x00\x00\x00\x00\x00\xFF\xDA"))
	fs, err := typeset.LoadFonts()
	if err != nil {
		f.Skip(err)
	}
	f.Fuzz(func(_ *testing.T, data []byte) {
		// Neither panics nor hangs; small limits keep the decoding cheap.
		_, _ = typeset.Make(fs, typeset.Document{
			Limits: typeset.Limits{Pixels: 10_000}, Body: []typeset.Block{typeset.Picture{Data: data, Width: 50}},
		})
	})
}
