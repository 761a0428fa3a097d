package secret

import (
	"fmt"
	"io"
	"log/slog"
)

const redacted = "[redacted]"

// Secret is a password, key or token in memory. However it is printed, logged or encoded, it says
// "[redacted]"; Reveal returns it. Do not keep one in an unexported field of a struct that is printed:
// fmt does not ask such fields how they want to be shown.
type Secret string

func (s Secret) Reveal() string             { return string(s) }
func (Secret) String() string               { return redacted }
func (Secret) GoString() string             { return redacted }
func (Secret) Format(f fmt.State, _ rune)   { _, _ = io.WriteString(f, redacted) }
func (Secret) LogValue() slog.Value         { return slog.StringValue(redacted) }
func (Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + redacted + `"`), nil }
func (Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// PII is personal data in memory (a number, phone, address), treated like a Secret.
type PII string

func (p PII) Reveal() string             { return string(p) }
func (PII) String() string               { return redacted }
func (PII) GoString() string             { return redacted }
func (PII) Format(f fmt.State, _ rune)   { _, _ = io.WriteString(f, redacted) }
func (PII) LogValue() slog.Value         { return slog.StringValue(redacted) }
func (PII) MarshalJSON() ([]byte, error) { return []byte(`"` + redacted + `"`), nil }
func (PII) MarshalText() ([]byte, error) { return []byte(redacted), nil }
