package facetest_test

import (
	"bytes"
	"image"
	"reflect"
	"strings"
	"testing"

	"cinnabar/internal/capability/biometric/face/challenge"
	"cinnabar/internal/capability/biometric/face/facetest"
)

func TestTheSameSeedIsTheSamePicture(t *testing.T) {
	t.Parallel()
	a, b := facetest.Draw(3, facetest.Pose{Yaw: 5}), facetest.Draw(3, facetest.Pose{Yaw: 5})
	if !reflect.DeepEqual(a.Pix, b.Pix) {
		t.Error("two pictures of one seed and pose differ")
	}
	if reflect.DeepEqual(a.Pix, facetest.Draw(4, facetest.Pose{Yaw: 5}).Pix) {
		t.Error("two seeds, one picture")
	}
}

func TestAFilmIsAsLongAsItsSteps(t *testing.T) {
	t.Parallel()
	film := facetest.PerformWithPhoto(3, []challenge.Step{challenge.Nod}, 2, 0)
	if len(film) != 7 { // 2 s of rest and 1.8 s for the step
		t.Errorf("%d frames", len(film))
	}
	var b bytes.Buffer
	if err := facetest.WriteY4M(&b, film, 2); err != nil {
		t.Fatal(err)
	}
	head := "YUV4MPEG2 W640 H480 F2:1 Ip A1:1 C420\n"
	if !strings.HasPrefix(b.String(), head) || b.Len() != len(head)+7*(len("FRAME\n")+640*480*3/2) {
		t.Errorf("%d bytes, beginning %q", b.Len(), b.String()[:40])
	}
	if facetest.WriteY4M(&b, nil, 2) == nil {
		t.Error("a film without frames was written")
	}
	if facetest.WriteY4M(&b, []image.Image{film[0], image.NewGray(image.Rect(0, 0, 2, 2))}, 2) == nil {
		t.Error("a film of two sizes was written")
	}
}
