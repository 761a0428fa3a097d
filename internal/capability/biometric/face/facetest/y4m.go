package facetest

import (
	"bufio"
	"fmt"
	"image"
	"image/color"
	"io"
)

// WriteY4M writes a film as YUV4MPEG2 (4:2:0, BT.601 studio range), which Chromium takes as a camera
// with --use-fake-device-for-media-stream --use-file-for-fake-video-capture=FILE. It plays in a loop.
// Frames have even sides, all the same.
func WriteY4M(w io.Writer, frames []image.Image, fps int) error {
	if len(frames) == 0 {
		return fmt.Errorf("facetest: a film without frames")
	}
	b := bufio.NewWriter(w)
	size := frames[0].Bounds().Size()
	fmt.Fprintf(b, "YUV4MPEG2 W%d H%d F%d:1 Ip A1:1 C420\n", size.X, size.Y, fps)
	for _, f := range frames {
		if f.Bounds().Size() != size {
			return fmt.Errorf("facetest: a frame of %v in a film of %v", f.Bounds().Size(), size)
		}
		b.WriteString("FRAME\n")
		writePlanes(b, f)
	}
	return b.Flush()
}

// writePlanes writes brightness for every pixel, then the two colour planes for every second one.
func writePlanes(b *bufio.Writer, f image.Image) {
	r := f.Bounds()
	var blue, red []byte
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			c := color.RGBAModel.Convert(f.At(x, y)).(color.RGBA)
			luma, cb, cr := color.RGBToYCbCr(c.R, c.G, c.B)
			b.WriteByte(uint8(16 + int(luma)*219/255))
			if (x-r.Min.X)%2 == 0 && (y-r.Min.Y)%2 == 0 {
				blue = append(blue, studio(cb))
				red = append(red, studio(cr))
			}
		}
	}
	b.Write(blue)
	b.Write(red)
}

func studio(chroma uint8) uint8 { return uint8(128 + (int(chroma)-128)*224/255) }
