// Package cinnabar holds the words that all parts of the program share: identifiers, digests, money,
// the actor of a request, and texts in both languages. It has no behaviour of its own beyond
// formatting, and imports nothing of the project.
package cinnabar

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
)

// Identifiers. All are opaque to whoever holds them; NewID makes new ones.
type (
	CaseID   string
	PersonID string
	OrgID    string
	FileID   string
	SealID   string
	DocID    string

	DepartmentID string
)

// Text is a wording in both languages of the product.
type Text struct {
	Zh string `json:"zh"`
	En string `json:"en"`
}

// In returns the wording for a language tag: English for "en", Chinese for everything else.
func (t Text) In(lang string) string {
	if len(lang) >= 2 && lang[:2] == "en" && t.En != "" {
		return t.En
	}
	return t.Zh
}

// Digest is a SHA-256 digest. Its text form is 64 lower-case hexadecimal digits.
type Digest [sha256.Size]byte

// DigestOf digests b.
func DigestOf(b []byte) Digest { return sha256.Sum256(b) }

// ParseDigest reads the text form.
func ParseDigest(s string) (Digest, error) {
	var d Digest
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != len(d) {
		return d, fmt.Errorf("%q is not a SHA-256 digest in hexadecimal", s)
	}
	copy(d[:], b)
	return d, nil
}

func (d Digest) String() string { return hex.EncodeToString(d[:]) }

// IsZero tells whether no digest was set.
func (d Digest) IsZero() bool { return d == Digest{} }

func (d Digest) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

func (d *Digest) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		return errors.New("empty digest")
	}
	v, err := ParseDigest(string(b))
	*d = v
	return err
}
