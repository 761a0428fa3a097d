// Package errs is the one error type that crosses layers: what kind of failure it is, a stable code
// that programs and translations hang on, and for input the fields that are wrong. Everything else
// that surfaces is an internal error and is shown as nothing more than that.
package errs

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Kind says what sort of failure an error is. A Kind is itself an error, so that
// errors.Is(err, errs.NotFound) works on anything that wraps an *Error.
type Kind string

const (
	Invalid      Kind = "invalid"      // the input is wrong; Fields says where (422)
	Unauthorized Kind = "unauthorized" // not signed in, or the credentials are wrong (401)
	Forbidden    Kind = "forbidden"    // known to exist, but not allowed (403)
	NotFound     Kind = "not-found"    // does not exist, or must not be known to exist (404)
	Conflict     Kind = "conflict"     // not possible in the present state (409)
	Stale        Kind = "stale"        // the precondition no longer holds (412)
	Locked       Kind = "locked"       // locked after too many tries (423)
	TooMany      Kind = "too-many"     // asked too often, or the machine is busy (429)
	TooLarge     Kind = "too-large"    // more than is accepted (413)
	Unsupported  Kind = "unsupported"  // a type of content that is not accepted (415)
	Unavailable  Kind = "unavailable"  // a part needed for this is down or not set up (503)
	Internal     Kind = "internal"     // a fault of the program or the machine (500)
)

func (k Kind) Error() string { return string(k) }

// statuses are those of HTTP (RFC 9110; 423 of RFC 4918, 429 of RFC 6585).
var statuses = map[Kind]int{
	Invalid: 422, Unauthorized: 401, Forbidden: 403, NotFound: 404, Conflict: 409, Stale: 412, Locked: 423,
	TooMany: 429, TooLarge: 413, Unsupported: 415, Unavailable: 503,
}

// Status is the HTTP status that answers an error of the kind: 500 where nothing better is known.
func (k Kind) Status() int {
	if s, ok := statuses[k]; ok {
		return s
	}
	return 500
}

// Field is one wrong entry of an input.
type Field struct {
	Pointer string         `json:"pointer"`          // JSON pointer into the request body, e.g. /identity/number
	Code    string         `json:"code"`             // stable, e.g. "missing", "malformed", "checksum"
	Params  map[string]any `json:"params,omitempty"` // values for the translated text; never personal data
}

// Error is a failure that may be shown. Detail is an English sentence that says what to do; clients
// translate by Code.
type Error struct {
	Kind   Kind
	Code   string
	Detail string
	Fields []Field
	Params map[string]any // values for the translated text and for programs, e.g. what is open instead
	Err    error          // the cause, never shown
}

// New makes an error of a kind with a stable code; detail is formatted as by fmt.Sprintf.
func New(kind Kind, code, detail string, args ...any) *Error {
	if len(args) > 0 {
		detail = fmt.Sprintf(detail, args...)
	}
	return &Error{Kind: kind, Code: code, Detail: detail}
}

// Wrong makes an Invalid error for the given fields.
func Wrong(fields ...Field) *Error {
	return &Error{Kind: Invalid, Code: "invalid-input", Detail: "some entries are missing or malformed", Fields: fields}
}

// Under puts fields of a part of an input below where that part stands.
func Under(prefix string, fields []Field) []Field {
	out := slices.Clone(fields)
	for i := range out {
		out[i].Pointer = prefix + out[i].Pointer
	}
	return out
}

// With adds a value for the translated text.
func (e *Error) With(key string, value any) *Error {
	c := *e
	c.Params = map[string]any{key: value}
	for k, v := range e.Params {
		c.Params[k] = v
	}
	return &c
}

// Because attaches the cause, which is logged but never shown.
func (e *Error) Because(err error) *Error {
	c := *e
	c.Err = err
	return &c
}

func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Code)
	if e.Detail != "" {
		b.WriteString(": " + e.Detail)
	}
	for _, f := range e.Fields {
		b.WriteString(" [" + f.Pointer + " " + f.Code + "]")
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

func (e *Error) Unwrap() []error {
	if e.Err == nil {
		return []error{e.Kind}
	}
	return []error{e.Kind, e.Err}
}

// As returns the *Error in err's chain, or an Internal one that hides err.
func As(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return &Error{Kind: Internal, Code: "internal", Detail: "something went wrong on our side; it was recorded", Err: err}
}
