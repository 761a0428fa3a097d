package outside

import (
	"cmp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"cinnabar/internal/platform/errs"
)

// Row is a document in an index database.
type Row struct {
	Number  string    // the document's number; with Org the key
	Org     string    // id of the organisation whose document it is: others may give the same numbers
	Client  string    // number of the client that made it (第一客户端)
	Path    string    // where its file lies in the outside file store
	Digest  string    // SHA-256 of the file in hexadecimal
	Size    int64     // of the file, in bytes
	Type    string    // of the document
	State   string    // of the document
	Version int64     // from 1; an older one never overwrites a newer one
	Updated time.Time // when this version came about, to the millisecond
}

// Key is what a row is known by. Rows are ordered by the bytes of the number, then of the organisation.
type Key struct{ Number, Org string }

// Key of the row.
func (r Row) Key() Key { return Key{r.Number, r.Org} }

// Compare tells which key comes first.
func (k Key) Compare(o Key) int {
	return cmp.Or(strings.Compare(k.Number, o.Number), strings.Compare(k.Org, o.Org))
}

// Lengths of the text columns in characters.
const (
	maxNumber = 64
	maxOrg    = 64
	maxClient = 100
	maxPath   = 500
	maxDigest = 64
	maxType   = 64
	maxState  = 32
)

// keys is how many of the columns are the key: the first ones.
const keys = 2

// columns of the table, in the order of Row. None is a reserved word of any engine.
func columns() []string {
	return []string{"doc_number", "org_id", "client_number", "storage_path", "sha256", "byte_size", "doc_type", "doc_state", "doc_version", "updated_at"}
}

// timeFormat makes texts that sort like the times, the same on every engine and in every time zone.
const timeFormat = "2006-01-02T15:04:05.000Z"

func (r Row) values() []any {
	return []any{r.Number, r.Org, r.Client, r.Path, r.Digest, r.Size, r.Type, r.State, r.Version, r.Updated.UTC().Format(timeFormat)}
}

// Valid fails with errs.Invalid when no engine could hold the row as it is: a text is too long, is not
// UTF-8, holds control characters or begins or ends in white space (which some engines pad or cut).
func (r Row) Valid() error {
	var wrong []errs.Field
	for _, t := range []struct {
		pointer, text string
		max           int
	}{
		{"/number", r.Number, maxNumber},
		{"/org", r.Org, maxOrg},
		{"/client", r.Client, maxClient},
		{"/path", r.Path, maxPath},
		{"/digest", r.Digest, maxDigest},
		{"/type", r.Type, maxType},
		{"/state", r.State, maxState},
	} {
		if utf8.RuneCountInString(t.text) > t.max {
			wrong = append(wrong, errs.Field{Pointer: t.pointer, Code: "too-long", Params: map[string]any{"max": t.max}})
		} else if !plain(t.text) {
			wrong = append(wrong, errs.Field{Pointer: t.pointer, Code: "malformed"})
		}
	}
	if r.Number == "" {
		wrong = append(wrong, errs.Field{Pointer: "/number", Code: "missing"})
	}
	if r.Org == "" {
		wrong = append(wrong, errs.Field{Pointer: "/org", Code: "missing"})
	}
	if r.Version < 1 {
		wrong = append(wrong, errs.Field{Pointer: "/version", Code: "malformed"})
	}
	if r.Size < 0 {
		wrong = append(wrong, errs.Field{Pointer: "/size", Code: "malformed"})
	}
	if len(wrong) > 0 {
		return errs.Wrong(wrong...)
	}
	return nil
}

func plain(s string) bool {
	return utf8.ValidString(s) && strings.TrimSpace(s) == s && !strings.ContainsFunc(s, unicode.IsControl)
}

// Same tells whether two rows say the same; times count to the millisecond.
func (r Row) Same(o Row) bool {
	at, other := r.Updated.UTC().Format(timeFormat), o.Updated.UTC().Format(timeFormat)
	r.Updated, o.Updated = time.Time{}, time.Time{}
	return r == o && at == other
}
