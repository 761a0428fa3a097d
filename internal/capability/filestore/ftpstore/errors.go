package ftpstore

import (
	"errors"
	"net/textproto"
)

// Kind says what to do about an error. It is itself an error, so that errors.Is(err, Temporary) works.
type Kind string

const (
	Temporary Kind = "temporary" // nothing happened, or nothing that matters: try again later
	Permanent Kind = "permanent" // it will not work until someone changes something: login, rights, certificate, path
	Unknown   Kind = "unknown"   // the line broke before the answer: it may have happened; repeat the call to learn it
	Absent    Kind = "absent"    // proven not to be there
	Altered   Kind = "altered"   // there, with other bytes than it should have
	Source    Kind = "source"    // what was to be stored is not what its digest says
)

func (k Kind) Error() string { return string(k) }

// Error is a failure of the store.
type Error struct {
	Kind Kind
	Op   string // put, get, stat, delete, list
	Path string
	Code int // reply of the server; 0 when there was none
	Err  error
}

func (e *Error) Error() string {
	return "ftp: " + e.Op + " " + e.Path + ": " + string(e.Kind) + ": " + e.Err.Error()
}

func (e *Error) Unwrap() []error { return []error{e.Kind, e.Err} }

// KindOf classifies any error: one that is not of this package is Unknown; nil is "".
func KindOf(err error) Kind {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Unknown
}

// reply is the code that a server refused with, or 0.
func reply(err error) int {
	var r *textproto.Error
	if errors.As(err, &r) {
		return r.Code
	}
	return 0
}

// kindOfReply classifies a refusal (RFC 959 4.2.1): 4yz may go away by itself, and so may a full disk (552).
func kindOfReply(code int) Kind {
	if code >= 400 && code < 500 || code == 552 {
		return Temporary
	}
	return Permanent
}
