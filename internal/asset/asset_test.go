package asset_test

import (
	"bytes"
	"errors"
	"io/fs"
	"testing"

	"cinnabar/internal/asset"
)

// What is read in parts is what is read whole; what is not in the build says so.
func TestFilesAreReadInParts(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"none.ttf", "", "../asset.go"} {
		if _, err := asset.Open(name); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%q: %v", name, err)
		}
	}
	whole, err := asset.Read(asset.FaceDetectorGraph)
	if err != nil {
		t.Fatal(err)
	}
	f, err := asset.Open(asset.FaceDetectorGraph)
	if err != nil || f.Size() != int64(len(whole)) {
		t.Fatalf("%d bytes of %d (%v)", f.Size(), len(whole), err)
	}
	part := make([]byte, 100)
	if _, err := f.ReadAt(part, 1000); err != nil || !bytes.Equal(part, whole[1000:1100]) {
		t.Errorf("a part differs (%v)", err)
	}
}
