package agent

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Identity is who an agent is. It is kept in a file that only its owner can read.
type Identity struct {
	Server string `json:"server"` // URL, as its pages name their origin
	Device string `json:"device"`
	Name   string `json:"name"`
	Seed   []byte `json:"seed"`  // of the Ed25519 key
	Token  string `json:"token"` // that pages show to the local page
}

// key is the agent's own.
func (i Identity) key() ed25519.PrivateKey { return ed25519.NewKeyFromSeed(i.Seed) }

func (i Identity) publicKey() string {
	return base64.RawURLEncoding.EncodeToString(i.key().Public().(ed25519.PublicKey))
}

// Load reads an identity. A file that others can read is refused: the key may be known to them.
func Load(file string) (Identity, error) {
	var i Identity
	info, err := os.Stat(file)
	if err != nil {
		return i, err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return i, fmt.Errorf("%s can be read by others (%v); revoke this device and enrol again", file, info.Mode().Perm())
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return i, err
	}
	if err := json.Unmarshal(b, &i); err != nil || len(i.Seed) != ed25519.SeedSize || i.Device == "" || i.Server == "" {
		return i, fmt.Errorf("%s is not an agent's identity", file)
	}
	return i, nil
}

// reserve makes the file before a code is used up for it. One that exists is never overwritten.
func reserve(file string) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("keep the agent's key: %w", err)
	}
	return f.Close()
}

// save writes the identity whole or not at all.
func (i Identity) save(file string) error {
	b, err := json.Marshal(i)
	if err != nil {
		return err
	}
	fresh := file + ".new"
	if err := os.WriteFile(fresh, b, fs.FileMode(0o600)); err != nil {
		return err
	}
	return os.Rename(fresh, file)
}
