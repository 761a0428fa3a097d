package evidence

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// Key signs checkpoints and statements. It stands in a file outside the database.
type Key struct {
	signer note.Signer
	public string
}

// OpenKey reads the key of the log named origin (a host name with a path, as in C2SP signed-note) from
// a file, and makes one when there is none. A file that others may read is refused.
func OpenKey(file, origin string) (*Key, error) {
	raw, err := readPrivate(file)
	if errors.Is(err, fs.ErrNotExist) {
		return makeKey(file, origin)
	}
	if err != nil {
		return nil, fmt.Errorf("log key: %w", err)
	}
	secret, public, ok := strings.Cut(strings.TrimSpace(string(raw)), "\n")
	if !ok {
		return nil, fmt.Errorf("log key: %s does not hold a private and a public key", file)
	}
	return newKey(secret, public, origin)
}

func makeKey(file, origin string) (*Key, error) {
	secret, public, err := note.GenerateKey(rand.Reader, origin)
	if err != nil {
		return nil, fmt.Errorf("log key: %w", err)
	}
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, fmt.Errorf("log key: %w", err)
	}
	_, werr := f.WriteString(secret + "\n" + public + "\n")
	if err := errors.Join(werr, f.Sync(), f.Close(), syncFolder(file)); err != nil {
		return nil, fmt.Errorf("log key: %w", err)
	}
	return newKey(secret, public, origin)
}

func newKey(secret, public, origin string) (*Key, error) {
	signer, err := note.NewSigner(secret)
	if err != nil {
		return nil, fmt.Errorf("log key: %w", err)
	}
	verifier, err := note.NewVerifier(public)
	if err != nil {
		return nil, fmt.Errorf("log key: %w", err)
	}
	if signer.Name() != origin || verifier.Name() != origin || signer.KeyHash() != verifier.KeyHash() {
		return nil, fmt.Errorf("log key: the key is of the log %q, this log is %q", signer.Name(), origin)
	}
	return &Key{signer: signer, public: public}, nil
}

// readPrivate reads a file that nobody but its owner may read.
func readPrivate(file string) ([]byte, error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("%s may be read by others (%v); allow its owner only: chmod 600", file, info.Mode().Perm())
	}
	return os.ReadFile(file)
}

// Public is the verifying key in text form.
func (k *Key) Public() string { return k.public }

// Origin is the log's name.
func (k *Key) Origin() string { return k.signer.Name() }

// SignNote signs a text that ends with a line feed. The first line must say what kind of text it is,
// so that no text can be taken for another kind; a checkpoint's is the origin.
func (k *Key) SignNote(text string) (string, error) {
	signed, err := note.Sign(&note.Note{Text: text}, k.signer)
	if err != nil {
		return "", fmt.Errorf("sign note: %w", err)
	}
	return string(signed), nil
}

// OpenNote returns the text of a note that the holder of the public key signed.
func OpenNote(signed, public string) (string, error) {
	v, err := note.NewVerifier(public)
	if err != nil {
		return "", fmt.Errorf("public key: %w", err)
	}
	n, err := note.Open([]byte(signed), note.VerifierList(v))
	if err != nil {
		return "", fmt.Errorf("signed note: %w", err)
	}
	return n.Text, nil
}
