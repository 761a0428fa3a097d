package filestore

import (
	"crypto/sha256"
	"io"

	"cinnabar/internal/cinnabar"
)

func digestOf(r io.Reader) (size int64, d cinnabar.Digest, err error) {
	h := sha256.New()
	size, err = io.Copy(h, r)
	h.Sum(d[:0])
	return size, d, err
}
