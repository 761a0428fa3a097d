package secret

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	_ "embed"
	"encoding/base64"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"cinnabar/internal/platform/errs"
)

// Length of a password in characters. NIST SP 800-63B-4 asks for 15 where a password stands alone and 8
// beside a second factor; here a password never signs or seals by itself, sign-in locks after a few wrong
// tries, and the list of common passwords is refused: 10.
const (
	MinPassword = 10
	MaxPassword = 256
)

// common lists passwords that are tried first by attackers, one a line, in lower case.
//
//go:embed common-passwords.txt
var common string

// Passwords hashes and checks passwords of sign-in.
type Passwords struct {
	kdf    *KDF
	pepper []byte
	cost   Cost
	common map[string]bool
}

// NewPasswords uses the process's KDF and a pepper from outside the database (Vault.Key), so that a stolen
// database allows no guessing. cost is that of new hashes: SignInCost, or less in tests.
func NewPasswords(kdf *KDF, pepper []byte, cost Cost) *Passwords {
	p := &Passwords{kdf: kdf, pepper: pepper, cost: cost, common: map[string]bool{}}
	for line := range strings.Lines(common) {
		p.common[strings.TrimSpace(line)] = true
	}
	return p
}

// Check tells whether a password may be chosen. own are words the password must not be or contain: name,
// mobile number, login. The error is errs.Invalid with a field at pointer: too-short, too-long, not-allowed.
func (p *Passwords) Check(pointer, password string, own ...string) error {
	n := utf8.RuneCountInString(norm.NFKC.String(password))
	switch {
	case n == 0:
		return errs.Wrong(errs.Field{Pointer: pointer, Code: "missing"})
	case n < MinPassword:
		return errs.Wrong(errs.Field{Pointer: pointer, Code: "too-short", Params: map[string]any{"min": MinPassword}})
	case n > MaxPassword || len(password) > 4*MaxPassword:
		return errs.Wrong(errs.Field{Pointer: pointer, Code: "too-long", Params: map[string]any{"max": MaxPassword}})
	case p.guessable(password, own):
		return errs.Wrong(errs.Field{Pointer: pointer, Code: "not-allowed", Params: map[string]any{"why": "common"}})
	}
	return nil
}

func (p *Passwords) guessable(password string, own []string) bool {
	low := strings.ToLower(norm.NFKC.String(password))
	if p.common[low] || distinct(low) < 4 || isRun(low) {
		return true
	}
	for _, word := range own {
		word = strings.ToLower(norm.NFKC.String(word))
		if utf8.RuneCountInString(word) >= 4 && strings.Contains(low, word) {
			return true
		}
	}
	return false
}

func distinct(s string) int {
	seen := map[rune]bool{}
	for _, r := range s {
		seen[r] = true
	}
	return len(seen)
}

// isRun finds 1234567890…, abcdefgh…, and the same downwards.
func isRun(s string) bool {
	r := []rune(s)
	up, down := true, true
	for i := 1; i < len(r); i++ {
		up = up && (r[i] == r[i-1]+1 || (r[i-1] == '9' && r[i] == '0'))
		down = down && (r[i] == r[i-1]-1 || (r[i-1] == '0' && r[i] == '9'))
	}
	return up || down
}

// Hash makes the text to keep (PHC string format: $argon2id$v=19$m=…,t=…,p=…$salt$hash). Never call it inside a transaction.
func (p *Passwords) Hash(ctx context.Context, password string) (string, error) {
	salt := NewSalt()
	sum, err := p.kdf.Derive(ctx, p.peppered(password), salt, p.cost)
	if err != nil {
		return "", err
	}
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s", p.cost.MemoryKiB, p.cost.Time, p.cost.Threads, b64(salt), b64(sum)), nil
}

// Verify tells whether password is the one that was hashed. An empty hash is never right, but takes as long
// as a real one, so that the time does not tell whether an account exists.
func (p *Passwords) Verify(ctx context.Context, hash, password string) (bool, error) {
	cost, salt, want, err := p.parseHash(hash)
	if err != nil {
		return false, err
	}
	if len(password) > 4*MaxPassword {
		password = ""
	}
	sum, err := p.kdf.Derive(ctx, p.peppered(password), salt, cost)
	if err != nil {
		return false, err
	}
	return hash != "" && subtle.ConstantTimeCompare(sum, want) == 1, nil
}

// Outdated tells whether a hash was made at another cost than today's.
func (p *Passwords) Outdated(hash string) bool {
	cost, _, _, err := p.parseHash(hash)
	return err != nil || cost != p.cost
}

func (p *Passwords) peppered(password string) []byte {
	mac := hmac.New(sha256.New, p.pepper)
	mac.Write([]byte(norm.NFKC.String(password)))
	return mac.Sum(nil)
}

func (p *Passwords) parseHash(hash string) (c Cost, salt, sum []byte, err error) {
	if hash == "" {
		return p.cost, make([]byte, saltSize), make([]byte, keySize), nil
	}
	bad := fmt.Errorf("a stored password hash is malformed")
	part := strings.Split(hash, "$")
	if len(part) != 6 || part[1] != "argon2id" || part[2] != "v=19" {
		return c, nil, nil, bad
	}
	if _, err := fmt.Sscanf(part[3], "m=%d,t=%d,p=%d", &c.MemoryKiB, &c.Time, &c.Threads); err != nil {
		return c, nil, nil, bad
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(part[4])
	sum, err2 := base64.RawStdEncoding.DecodeString(part[5])
	if err1 != nil || err2 != nil || len(sum) != keySize {
		return c, nil, nil, bad
	}
	return c, salt, sum, nil
}
