// Package asset holds the fonts and models that are embedded into the binary. They are not part of
// the repository: scripts/assets brings them from their packages, by pinned digest (sources.txt).
// A build without them works and says what is missing.
package asset

import (
	"embed"
	"fmt"
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
	FaceEmbedder        = "MobileFaceNet.tflite"
)

// Read returns the named file. It fails with fs.ErrNotExist when the binary was built without it.
func Read(name string) ([]byte, error) {
	b, err := files.ReadFile("files/" + name)
	if err != nil {
		return nil, fmt.Errorf("asset %s is not in this build (run scripts/assets and build again): %w", name, fs.ErrNotExist)
	}
	return b, nil
}
