package secret

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/aead/subtle"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// keyFile is the file's outer form. Body is a keyBody in JSON, encrypted when KDF is set.
type keyFile struct {
	Format string    `json:"format"`
	KDF    *kdfParam `json:"kdf,omitempty"`
	Body   []byte    `json:"body"`
}

type kdfParam struct {
	Salt []byte `json:"salt"`
	Cost Cost   `json:"cost"`
}

// keyBody holds the keys: a Tink keyset that wraps subject keys, and the root of derived keys.
type keyBody struct {
	KEK  json.RawMessage `json:"kek"`
	Root []byte          `json:"root"`
}

type keys struct {
	kek  tink.AEAD
	root []byte
}

const keyFormat = "cinnabar-keys/1"

var (
	errKeyFileGone = errors.New("it is missing, but the database holds data sealed with it; restore it from its backup")
	errPassphrase  = errors.New("the passphrase is wrong or missing")
)

// openKeyFile reads the key file, making it first where it is absent and may be made.
func openKeyFile(path string, passphrase []byte, mayMake bool) (keys, error) {
	_, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		if !mayMake {
			return keys{}, errKeyFileGone
		}
		if err := makeKeyFile(path, passphrase); err != nil {
			return keys{}, err
		}
	}
	return readKeyFile(path, passphrase)
}

func readKeyFile(path string, passphrase []byte) (keys, error) {
	info, err := os.Stat(path)
	if err != nil {
		return keys{}, err
	}
	if m := info.Mode().Perm(); m&0o077 != 0 {
		return keys{}, fmt.Errorf("others may read it (mode %04o); run chmod 600", m)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return keys{}, err
	}
	var f keyFile
	if err := json.Unmarshal(text, &f); err != nil || f.Format != keyFormat {
		return keys{}, fmt.Errorf("it is not a %s file", keyFormat)
	}
	body, err := f.open(passphrase)
	if err != nil {
		return keys{}, err
	}
	k, err := parseKeys(body)
	if err == nil && f.KDF == nil && len(passphrase) > 0 {
		err = writeKeyFile(path, body, passphrase, os.Rename)
	}
	return k, err
}

func parseKeys(body []byte) (keys, error) {
	var b keyBody
	if err := json.Unmarshal(body, &b); err != nil {
		return keys{}, errors.New("its body is damaged")
	}
	if len(b.Root) != keySize {
		return keys{}, errors.New("its root key is damaged")
	}
	handle, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(b.KEK)))
	if err != nil {
		return keys{}, fmt.Errorf("its keyset: %w", err)
	}
	kek, err := aead.New(handle)
	if err != nil {
		return keys{}, fmt.Errorf("its keyset: %w", err)
	}
	return keys{kek: kek, root: b.Root}, nil
}

func newKeyBody() ([]byte, error) {
	handle, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return nil, err
	}
	var kek bytes.Buffer
	if err := insecurecleartextkeyset.Write(handle, keyset.NewJSONWriter(&kek)); err != nil {
		return nil, err
	}
	root := make([]byte, keySize)
	_, _ = rand.Read(root)
	return json.Marshal(keyBody{KEK: kek.Bytes(), Root: root})
}

// makeKeyFile writes new keys durably. Where another process made the file first, that one stands.
func makeKeyFile(path string, passphrase []byte) error {
	body, err := newKeyBody()
	if err != nil {
		return err
	}
	err = writeKeyFile(path, body, passphrase, os.Link)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	return err
}

// writeKeyFile writes the file beside its place, durably, and then puts it there.
func writeKeyFile(path string, body, passphrase []byte, put func(from, to string) error) error {
	f, err := newKeyFile(body, passphrase)
	if err != nil {
		return err
	}
	text, err := json.Marshal(f)
	if err != nil {
		return err
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(dir, ".keys-*") // CreateTemp makes files of mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	if err := writeSynced(tmp, append(text, '\n')); err != nil {
		return err
	}
	if err := put(tmp.Name(), path); err != nil {
		return err
	}
	return syncDir(dir)
}

func newKeyFile(body, passphrase []byte) (keyFile, error) {
	f := keyFile{Format: keyFormat, Body: body}
	if len(passphrase) == 0 {
		return f, nil
	}
	f.KDF = &kdfParam{Salt: make([]byte, saltSize), Cost: SealCost()}
	_, _ = rand.Read(f.KDF.Salt)
	a, err := f.passphraseKey(passphrase)
	if err != nil {
		return f, err
	}
	f.Body, err = a.Encrypt(body, []byte(keyFormat))
	return f, err
}

// open returns the body in clear.
func (f keyFile) open(passphrase []byte) ([]byte, error) {
	if f.KDF == nil {
		return f.Body, nil
	}
	if len(passphrase) == 0 || !f.KDF.Cost.sane() {
		return nil, errPassphrase
	}
	a, err := f.passphraseKey(passphrase)
	if err != nil {
		return nil, err
	}
	body, err := a.Decrypt(f.Body, []byte(keyFormat))
	if err != nil {
		return nil, errPassphrase
	}
	return body, nil
}

func (f keyFile) passphraseKey(passphrase []byte) (*subtle.AESGCM, error) {
	return subtle.NewAESGCM(f.KDF.Cost.derive(passphrase, f.KDF.Salt))
}

func writeSynced(f *os.File, b []byte) error {
	_, err := f.Write(b)
	return errors.Join(err, f.Sync(), f.Close())
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
