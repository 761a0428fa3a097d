package tflite_test

import (
	"testing"

	"cinnabar/internal/asset"
	"cinnabar/internal/capability/biometric/face/tflite"
)

// No bytes may make the reader panic or hang; most are an error.
func FuzzLoad(f *testing.F) {
	f.Add([]byte("\x1c\x00\x00\x00TFL3"))
	f.Add([]byte{})
	if file, err := asset.Read(asset.FaceLandmarker); err == nil {
		f.Add(file[:2048])
		f.Add(file[len(file)-16384:])
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		if p, err := tflite.Load(file, points); err == nil && p == nil {
			t.Fatal("neither a program nor an error")
		}
	})
}

// A damaged copy of a real file is an error or still a program, never a panic.
func TestDamagedFilesAreNoPanic(t *testing.T) {
	t.Parallel()
	file, err := asset.Read(asset.FaceLandmarker)
	if err != nil {
		t.Fatal(err)
	}
	for at := 0; at < len(file); at += 1 + at/40 {
		damaged := append([]byte(nil), file...)
		damaged[at] ^= 0xff
		_, _ = tflite.Load(damaged, points) // must return
		if _, err := tflite.Load(file[:at], points); err == nil {
			t.Fatalf("a file cut after %d bytes was accepted", at)
		}
	}
	if _, err := tflite.Load(file, "no such tensor"); err == nil {
		t.Error("an unknown output was accepted")
	}
}
