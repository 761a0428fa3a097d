package seal

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdsa"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/text/unicode/norm"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/platform/secret"
)

const (
	keySize = 32
	alg     = "P-256/AES-256-GCM"
)

// errWrongPassword is what unwrap returns when the password is not the right one.
var errWrongPassword = errors.New("wrong password")

// custody is the cryptography: a seal's private key under its data key, that under each holder's password.
type custody struct {
	kdf    *secret.KDF
	pepper []byte
	macKey []byte
}

func newCustody(kdf *secret.KDF, pepper []byte) (custody, error) {
	mac, err := hkdf.Key(sha256.New, pepper, nil, "cinnabar/seal-rows", keySize)
	return custody{kdf: kdf, pepper: pepper, macKey: mac}, err
}

// keyRow and holderRow are what the database keeps.
type keyRow struct {
	seal    cinnabar.SealID
	version int64
	chain   []*x509.Certificate
	sealed  []byte
	mac     []byte
}

type holderRow struct {
	seal    cinnabar.SealID
	version int64
	person  cinnabar.PersonID
	salt    []byte
	cost    secret.Cost
	wrapped []byte
	mac     []byte
	grant   string // "" for a full holder
}

func (k keyRow) place() []byte { return framed("seal_key", string(k.seal), k.version, alg) }

func (h holderRow) place() []byte {
	return framed("seal_holder", string(h.seal), h.version, string(h.person))
}

// framed joins texts so that no two different lists give the same bytes.
func framed(table, id string, version int64, last string) []byte {
	var b []byte
	for _, s := range []string{table, id, fmt.Sprint(version), last} {
		b = binary.BigEndian.AppendUint32(b, uint32(len(s)))
		b = append(b, s...)
	}
	return b
}

func (c custody) macOf(parts ...[]byte) []byte {
	m := hmac.New(sha256.New, c.macKey)
	for _, p := range parts {
		_ = binary.Write(m, binary.BigEndian, uint32(len(p)))
		m.Write(p)
	}
	return m.Sum(nil)
}

func (c custody) keyMAC(k keyRow) []byte {
	var chain []byte
	for _, cert := range k.chain {
		chain = append(chain, cert.Raw...)
	}
	return c.macOf(k.place(), chain, k.sealed)
}

func (c custody) holderMAC(h holderRow) []byte {
	cost, _ := json.Marshal(h.cost) // a struct of numbers
	return c.macOf(h.place(), h.salt, cost, h.wrapped, []byte(h.grant))
}

// intact names the row when it was altered or comes from elsewhere, before a password is tried on it.
func (c custody) intact(k keyRow, h holderRow) error {
	if !hmac.Equal(k.mac, c.keyMAC(k)) {
		return damaged("seal_key", fmt.Sprintf("%s/%d", k.seal, k.version))
	}
	if !hmac.Equal(h.mac, c.holderMAC(h)) {
		return damaged("seal_holder", fmt.Sprintf("%s/%d/%s", h.seal, h.version, h.person))
	}
	return nil
}

func damaged(table, row string) error {
	return errs.New(errs.Internal, "seal-row-altered", "the seal's stored key was altered or belongs to another seal").
		With("table", table).With("row", row)
}

// sealKey encrypts a private key under a data key.
func (c custody) sealKey(k keyRow, key *ecdsa.PrivateKey, dek []byte) (keyRow, error) {
	plain, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return k, err
	}
	defer clear(plain)
	k.sealed = encrypt(dek, plain, k.place())
	k.mac = c.keyMAC(k)
	return k, nil
}

// openKey decrypts the private key.
func (c custody) openKey(k keyRow, dek []byte) (*ecdsa.PrivateKey, error) {
	plain, err := decrypt(dek, k.sealed, k.place())
	if err != nil {
		return nil, damaged("seal_key", fmt.Sprintf("%s/%d", k.seal, k.version))
	}
	defer clear(plain)
	key, err := x509.ParsePKCS8PrivateKey(plain)
	if err != nil {
		return nil, fmt.Errorf("seal key %s/%d: %w", k.seal, k.version, err)
	}
	ec, ok := key.(*ecdsa.PrivateKey)
	if !ok || !ec.PublicKey.Equal(k.chain[0].PublicKey) {
		return nil, damaged("seal_key", fmt.Sprintf("%s/%d", k.seal, k.version))
	}
	return ec, nil
}

// wrap encrypts the data key under a holder's password, with a new salt.
func (c custody) wrap(ctx context.Context, h holderRow, password string, dek []byte) (holderRow, error) {
	h.salt = secret.NewSalt()
	kek, err := c.kek(ctx, h, password)
	if err != nil {
		return h, err
	}
	defer clear(kek)
	h.wrapped = encrypt(kek, dek, h.place())
	h.mac = c.holderMAC(h)
	return h, nil
}

// unwrap returns the data key, errWrongPassword, or an error that means that nothing was tried.
func (c custody) unwrap(ctx context.Context, h holderRow, password string) ([]byte, error) {
	kek, err := c.kek(ctx, h, password)
	if err != nil {
		return nil, err
	}
	defer clear(kek)
	dek, err := decrypt(kek, h.wrapped, h.place())
	if err != nil {
		return nil, errWrongPassword
	}
	return dek, nil
}

// kek is HKDF-SHA256(Argon2id(password, salt) ‖ pepper): without the pepper nothing can be guessed offline.
func (c custody) kek(ctx context.Context, h holderRow, password string) ([]byte, error) {
	pw := []byte(norm.NFKC.String(password))
	defer clear(pw)
	stretched, err := c.kdf.Derive(ctx, pw, h.salt, h.cost)
	if err != nil {
		return nil, err
	}
	defer clear(stretched)
	joined := slices.Concat(stretched, c.pepper)
	defer clear(joined)
	return hkdf.Key(sha256.New, joined, nil, "cinnabar/seal-kek", keySize)
}

// encrypt puts a random nonce before the ciphertext. Each key encrypts one message only.
func encrypt(key, plain, place []byte) []byte {
	return gcm(key).Seal(nil, nil, plain, place)
}

func decrypt(key, sealed, place []byte) ([]byte, error) {
	return gcm(key).Open(nil, nil, sealed, place)
}

func gcm(key []byte) cipher.AEAD {
	b, err := aes.NewCipher(key)
	if err != nil {
		panic(err) // only for a wrong key size
	}
	a, err := cipher.NewGCMWithRandomNonce(b)
	if err != nil {
		panic(err)
	}
	return a
}

func newDataKey() []byte {
	k := make([]byte, keySize)
	_, _ = rand.Read(k)
	return k
}
