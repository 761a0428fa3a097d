package ftpstore

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"

	"cinnabar/internal/cinnabar"
)

// Meter digests what it lets through, and fails behind the size that is expected.
type Meter struct {
	r    io.Reader
	h    hash.Hash
	size int64
	n    int64
	err  error
}

// NewMeter makes a meter of a document of size bytes.
func NewMeter(r io.Reader, size int64) *Meter { return &Meter{r: r, h: sha256.New(), size: size} }

func (m *Meter) Read(p []byte) (int, error) {
	n, err := m.r.Read(p)
	m.h.Write(p[:n])
	m.n += int64(n)
	if err != nil && !errors.Is(err, io.EOF) {
		m.err = err
	}
	if m.n > m.size {
		return 0, errors.New("there is more than expected")
	}
	return n, err
}

// N is how many bytes came.
func (m *Meter) N() int64 { return m.n }

// Err is the error of the reader, but for its end.
func (m *Meter) Err() error { return m.err }

// Check compares what came with what a document should be.
func (m *Meter) Check(doc Document) error {
	if m.err != nil {
		return m.err
	}
	if m.n != doc.Size {
		return fmt.Errorf("%d bytes instead of %d", m.n, doc.Size)
	}
	if got := cinnabar.Digest(m.h.Sum(nil)); got != doc.Digest {
		return fmt.Errorf("the digest is %s instead of %s", got, doc.Digest)
	}
	return nil
}
