// Package secret keeps personal data and keys unreadable at rest (PLT-3).
//
// Every data subject (a case, a person, an organisation) has a random key of its own, wrapped by the key
// encryption key in the key file, which lives outside the database. What is sealed for a subject is bound
// to that subject and to its place (table, column, row): a ciphertext copied to another row does not open.
//
// Guaranteed: after Forget is committed, nothing sealed for that subject can be opened again by this
// process, nor by another replica once its memory is a minute older, nor from a later backup.
//
// Not guaranteed: older backups of the database together with the key file still open.
package secret

import (
	"bytes"
	"context"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/tink-crypto/tink-go/v2/aead/subtle"
	"github.com/tink-crypto/tink-go/v2/tink"

	"cinnabar/internal/platform/clock"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
)

// Subject is whose data it is: destroying its key (Forget) erases all that was sealed under it.
// "case/<id>", "person/<id>", "org/<id>".
type Subject string

const (
	keySize       = 32 // AES-256
	formatVersion = 1  // first byte of everything sealed
)

// Vault seals and opens. It is safe for use by many goroutines.
type Vault struct {
	kek   tink.AEAD
	root  []byte
	cache *cache
}

// Option changes how Open works.
type Option func(*options)

type options struct {
	passphrase []byte
	clock      clock.Clock
}

// WithPassphrase encrypts the key file under a passphrase (Argon2id, AES-256-GCM), one that was made without
// as soon as it is opened with one. An empty one means none.
func WithPassphrase(p []byte) Option { return func(o *options) { o.passphrase = p } }

// WithClock sets the clock by which keys held in memory grow old.
func WithClock(c clock.Clock) Option { return func(o *options) { o.clock = c } }

// Open opens the vault of a database with its key file, which is made (mode 0600) when neither it nor
// anything sealed exists yet. A key file that others may read, or that belongs to another database, is
// refused.
func Open(ctx context.Context, d db.DB, keyFile string, opts ...Option) (*Vault, error) {
	o := options{clock: clock.System{}}
	for _, set := range opts {
		set(&o)
	}
	known, err := readFingerprint(ctx, d)
	if err != nil {
		return nil, fmt.Errorf("vault: %w", err)
	}
	keys, err := openKeyFile(keyFile, o.passphrase, known == "")
	if err != nil {
		return nil, fmt.Errorf("key file %s: %w", keyFile, err)
	}
	v := &Vault{kek: keys.kek, root: keys.root, cache: newCache(o.clock)}
	if err := v.bind(ctx, d); err != nil {
		return nil, fmt.Errorf("key file %s: %w", keyFile, err)
	}
	return v, nil
}

// bind writes the key file's fingerprint into a new database and checks it in an old one.
func (v *Vault) bind(ctx context.Context, d db.DB) error {
	mine := hex.EncodeToString(v.Key("fingerprint")[:16])
	return d.InTx(ctx, func(tx db.Tx) error {
		known, err := bindFingerprint(ctx, tx, mine)
		if err == nil && known != mine {
			err = errors.New("it does not belong to this database")
		}
		return err
	})
}

// Seal encrypts plain for a subject. place names where the result is kept ("table.column/rowkey") and
// must be given again to Open. After Forget it fails with errs.NotFound, code "erased".
func (v *Vault) Seal(ctx context.Context, tx db.Tx, s Subject, place string, plain []byte) ([]byte, error) {
	k, err := v.subjectKey(ctx, tx, s)
	if errors.Is(err, db.ErrNoRows) {
		k, err = v.newSubjectKey(ctx, tx, s)
	}
	if err != nil {
		return nil, err
	}
	c, err := k.Encrypt(plain, additional(s, place))
	if err != nil {
		return nil, fmt.Errorf("seal %s: %w", place, err)
	}
	return append([]byte{formatVersion}, c...), nil
}

// Open decrypts what Seal made for the same subject and place. It fails with errs.NotFound, code "erased",
// when the subject was forgotten or never known, and with errs.Internal, code "sealed-elsewhere", when the
// bytes were altered or come from another row.
func (v *Vault) Open(ctx context.Context, r db.Reader, s Subject, place string, sealed []byte) ([]byte, error) {
	k, err := v.knownKey(ctx, r, s)
	if errors.Is(err, db.ErrNoRows) {
		return nil, erased()
	}
	if err != nil {
		return nil, err
	}
	if len(sealed) == 0 || sealed[0] != formatVersion {
		return nil, sealedElsewhere(place)
	}
	plain, err := k.Decrypt(sealed[1:], additional(s, place))
	if err != nil {
		return nil, sealedElsewhere(place)
	}
	return plain, nil
}

// Forget destroys the subject's key, and with it all that was ever sealed for the subject.
func (v *Vault) Forget(ctx context.Context, tx db.Tx, s Subject) error {
	if err := destroyKey(ctx, tx, s); err != nil {
		return fmt.Errorf("forget %s: %w", s, err)
	}
	tx.AfterCommit(func() { v.cache.forget(s) })
	return nil
}

// Purposes of indexes that several parts of the program compare: accounts know people by them, cases their parties.
const (
	IndexMobile   = "mobile"
	IndexIDNumber = "id-number"
)

// Index is a keyed digest of a value for exact-match search, in hexadecimal. Equal values give equal
// digests within one purpose only; without the key file nothing can be guessed from it.
func (v *Vault) Index(purpose, value string) string {
	mac := hmac.New(sha256.New, v.Key("index/"+purpose))
	mac.Write([]byte(value))
	return hex.EncodeToString(mac.Sum(nil))
}

// Key derives 32 bytes for a purpose from the key file (HKDF-SHA256, RFC 5869): the same each time.
func (v *Vault) Key(purpose string) []byte {
	k, err := hkdf.Key(sha256.New, v.root, nil, "cinnabar/"+purpose, keySize)
	if err != nil {
		panic(err) // only for more than 8160 bytes
	}
	return k
}

// knownKey is a subject's key from memory or the database.
func (v *Vault) knownKey(ctx context.Context, r db.Reader, s Subject) (tink.AEAD, error) {
	k, generation := v.cache.get(s)
	if k != nil {
		return k, nil
	}
	k, err := v.subjectKey(ctx, r, s)
	if err != nil {
		return nil, err
	}
	// What a transaction reads may be its own and roll back yet.
	if _, uncommitted := r.(db.Tx); !uncommitted {
		v.cache.put(s, k, generation)
	}
	return k, nil
}

func (v *Vault) subjectKey(ctx context.Context, r db.Reader, s Subject) (tink.AEAD, error) {
	wrapped, err := readKey(ctx, r, s)
	if errors.Is(err, db.ErrNoRows) {
		return nil, err
	}
	if err != nil {
		return nil, fmt.Errorf("key of %s: %w", s, err)
	}
	if wrapped == nil {
		return nil, erased()
	}
	raw, err := v.kek.Decrypt(wrapped, wrapContext(s))
	if err != nil {
		return nil, sealedElsewhere("secret_key.wrapped/" + string(s))
	}
	return subtle.NewAESGCM(raw)
}

// newSubjectKey makes the subject's key, or takes the one that somebody else has just made.
func (v *Vault) newSubjectKey(ctx context.Context, tx db.Tx, s Subject) (tink.AEAD, error) {
	raw := make([]byte, keySize)
	_, _ = rand.Read(raw) // crypto/rand.Read never fails (Go 1.24 and later)
	wrapped, err := v.kek.Encrypt(raw, wrapContext(s))
	if err != nil {
		return nil, fmt.Errorf("wrap the key of %s: %w", s, err)
	}
	if err := insertKey(ctx, tx, s, wrapped); err != nil {
		return nil, fmt.Errorf("key of %s: %w", s, err)
	}
	return v.subjectKey(ctx, tx, s)
}

func wrapContext(s Subject) []byte { return []byte("key|" + string(s)) }

func additional(s Subject, place string) []byte {
	return bytes.Join([][]byte{[]byte(s), []byte(place)}, []byte{0})
}

func erased() error {
	return errs.New(errs.NotFound, "erased", "the data was erased")
}

func sealedElsewhere(place string) error {
	return errs.New(errs.Internal, "sealed-elsewhere", "the sealed value at %s was altered or belongs to another row", place)
}
