package diskstore

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"cinnabar/internal/capability/filestore"
)

// A sealed file is a head (4 bytes "CNB1", 32 random bytes) and segments of 64 KiB, the last one shorter,
// each by AES-256-GCM under a key of the file's own. A segment's nonce is its index and whether it is the
// last, so that segments cannot be exchanged, left out, or cut off (the STREAM construction of Hoang,
// Reyhanitabar, Rogaway and Vizár, 2015).
const (
	magic       = "CNB1"
	saltSize    = 32
	headSize    = len(magic) + saltSize
	segmentSize = 64 << 10
	tagSize     = 16
)

var errSealed = fmt.Errorf("%w, or sealed under another key", filestore.ErrAltered)

// plainSize is the size of what a sealed file of a size holds.
func plainSize(sealed int64) (int64, error) {
	body := sealed - int64(headSize)
	if body < tagSize {
		return 0, fmt.Errorf("%w: it is too short", errSealed)
	}
	segments := (body + segmentSize + tagSize - 1) / (segmentSize + tagSize)
	return body - segments*tagSize, nil
}

func (s *Store) fileKey(salt []byte) (cipher.AEAD, error) {
	key, err := hkdf.Key(sha256.New, s.key, salt, "cinnabar/file", 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

func nonce(index int64, last bool) []byte {
	n := make([]byte, 12)
	binary.BigEndian.PutUint64(n, uint64(index))
	if last {
		n[11] = 1
	}
	return n
}

// seal writes what r gives to w, and returns how much that was. When r fails, what came before it is
// sealed all the same.
func (s *Store) seal(w io.Writer, r io.Reader) (n int64, err error) {
	head := append([]byte(magic), make([]byte, saltSize)...)
	_, _ = rand.Read(head[len(magic):]) // never fails (Go 1.24 and later)
	aead, err := s.fileKey(head[len(magic):])
	if err != nil {
		return 0, err
	}
	if _, err := w.Write(head); err != nil {
		return 0, err
	}
	// One byte more than a segment is read, to know which is the last.
	buf, have, out := make([]byte, segmentSize+1), 0, make([]byte, 0, segmentSize+tagSize)
	var ended error
	for index := int64(0); ; index++ {
		for have < len(buf) && ended == nil {
			var more int
			more, ended = r.Read(buf[have:])
			have += more
		}
		size, last := min(have, segmentSize), have <= segmentSize
		if _, err := w.Write(aead.Seal(out, nonce(index, last), buf[:size], nil)); err != nil {
			return n, err
		}
		n += int64(size)
		if last {
			if errors.Is(ended, io.EOF) {
				ended = nil
			}
			return n, ended
		}
		buf[0], have = buf[segmentSize], 1
	}
}

// unsealed reads a sealed file at any place.
type unsealed struct {
	f     file
	aead  cipher.AEAD
	size  int64 // of the plain content
	held  int64 // index of the segment in plain; -1 for none
	plain []byte
	at    int64
}

// unseal takes over f.
func (s *Store) unseal(f file) (*unsealed, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	size, err := plainSize(info.Size())
	if err != nil {
		return nil, err
	}
	head := make([]byte, headSize)
	if _, err := io.ReadFull(f, head); err != nil {
		return nil, err
	}
	if string(head[:len(magic)]) != magic {
		return nil, errSealed
	}
	aead, err := s.fileKey(head[len(magic):])
	if err != nil {
		return nil, err
	}
	u := &unsealed{f: f, aead: aead, size: size, held: -1}
	return u, u.hold(max(0, size-1) / segmentSize) // shows at once whether the end is there
}

// hold makes u.plain a segment.
func (u *unsealed) hold(index int64) error {
	if u.held == index {
		return nil
	}
	from := index * segmentSize
	size := min(segmentSize, u.size-from)
	if _, err := u.f.Seek(int64(headSize)+index*(segmentSize+tagSize), io.SeekStart); err != nil {
		return err
	}
	sealed := make([]byte, size+tagSize)
	if _, err := io.ReadFull(u.f, sealed); err != nil {
		return err
	}
	plain, err := u.aead.Open(sealed[:0], nonce(index, from+size == u.size), sealed, nil)
	if err != nil {
		return errSealed
	}
	u.held, u.plain = index, plain
	return nil
}

func (u *unsealed) Read(p []byte) (int, error) {
	if u.at >= u.size {
		return 0, io.EOF
	}
	if err := u.hold(u.at / segmentSize); err != nil {
		return 0, err
	}
	n := copy(p, u.plain[u.at%segmentSize:])
	u.at += int64(n)
	return n, nil
}

func (u *unsealed) Seek(offset int64, whence int) (int64, error) {
	return seek(&u.at, u.size, offset, whence)
}

func (u *unsealed) Close() error { return u.f.Close() }

// seek moves at as io.Seeker wants it. A place behind the end is none to complain of: reading there is the end.
func seek(at *int64, size, offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += *at
	case io.SeekEnd:
		offset += size
	}
	if offset < 0 {
		return 0, errors.New("seek before the beginning")
	}
	*at = offset
	return offset, nil
}
