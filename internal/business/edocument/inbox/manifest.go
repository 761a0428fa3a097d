package inbox

import (
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"regexp"
	"strings"

	"cinnabar/internal/business/edocument"
	"cinnabar/internal/capability/filestore"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/errs"
)

// Schema is the JSON Schema of manifests (draft 2020-12), as published.
//
//go:embed edoc-manifest.json
var Schema []byte

// maxManifest bounds a manifest, in bytes.
const maxManifest = 256 << 10

// Manifest says what document to make. See Schema.
type Manifest struct {
	Type   string         `json:"type"`
	ID     string         `json:"id,omitempty"` // idempotency: the same manifest again makes nothing
	Key    string         `json:"key,omitempty"`
	Values map[string]any `json:"values,omitempty"`
	File   *File          `json:"file,omitempty"`
	Title  string         `json:"title,omitempty"`
	Party  string         `json:"party,omitempty"`
	Amount string         `json:"amount,omitempty"`
	Date   string         `json:"date,omitempty"`
}

// File is a finished PDF that lies beside the manifest.
type File struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"`
	Size   int64  `json:"size"`
}

// draft is what the API would be sent.
func (m *Manifest) draft() edocument.Draft {
	return edocument.Draft{Type: m.Type, Key: m.Key, Values: m.Values, Title: m.Title, Party: m.Party, Amount: m.Amount, Date: m.Date}
}

// digest is of what the manifest says, however it is laid out.
func (m *Manifest) digest() (string, error) {
	raw, err := json.Marshal(m)
	return cinnabar.DigestOf(raw).String(), err
}

var (
	typeForm   = regexp.MustCompile(`^[A-Z][A-Z0-9-]{0,19}$`)
	idForm     = regexp.MustCompile(`^[A-Za-z0-9._:/-]{1,100}$`)
	sha256Form = regexp.MustCompile(`^[0-9a-f]{64}$`)
)

// Read reads a manifest. What is not exactly as Schema wants it is refused with everything that is wrong:
// errs.Invalid with fields; errs.TooLarge, code "manifest-too-large"; errs.Invalid, codes "not-utf8" and
// "not-json".
func Read(raw []byte) (*Manifest, error) {
	if len(raw) > maxManifest {
		return nil, errs.New(errs.TooLarge, "manifest-too-large", "a manifest has at most %d bytes", maxManifest)
	}
	top, err := object(raw)
	if err != nil {
		return nil, err
	}
	r := &reader{}
	m := &Manifest{
		Type: r.text(top, "", "type"), ID: r.text(top, "", "id"), Key: r.text(top, "", "key"), Title: r.text(top, "", "title"),
		Party: r.text(top, "", "party"), Amount: r.text(top, "", "amount"), Date: r.text(top, "", "date"),
	}
	v, hasValues := r.take(top, "values")
	m.Values, _ = v.(map[string]any)
	if hasValues && m.Values == nil {
		r.fault("/values", "malformed")
	}
	v, hasFile := r.take(top, "file")
	if hasFile {
		m.File = r.file(v)
	}
	switch {
	case !hasValues && !hasFile:
		r.fault("/values", "missing")
	case hasValues && hasFile:
		r.fault("/file", "not-allowed")
	}
	for name := range top {
		r.fault("/"+pointer(name), "unknown")
	}
	r.judge(m)
	if len(r.wrong) > 0 {
		return nil, errs.Wrong(r.wrong...)
	}
	return m, nil
}

// reader takes fields out of objects and notes what is wrong.
type reader struct{ wrong []errs.Field }

func (r *reader) fault(pointer, code string) {
	r.wrong = append(r.wrong, errs.Field{Pointer: pointer, Code: code})
}

func (r *reader) take(from map[string]any, name string) (any, bool) {
	v, ok := from[name]
	delete(from, name)
	return v, ok
}

func (r *reader) text(from map[string]any, at, name string) string {
	v, ok := r.take(from, name)
	s, isText := v.(string)
	if ok && (!isText || s == "" || len(s) > 2000) {
		r.fault(at+"/"+name, "malformed")
	}
	return s
}

func (r *reader) file(v any) *File {
	o, ok := v.(map[string]any)
	if !ok {
		r.fault("/file", "malformed")
		return nil
	}
	f := &File{Name: r.text(o, "/file", "name"), SHA256: r.text(o, "/file", "sha256")}
	size, _ := r.take(o, "size")
	number, _ := size.(json.Number)
	n, err := number.Int64()
	if f.Size = n; err != nil || n <= 0 {
		r.fault("/file/size", "malformed")
	}
	if !plain(f.Name) || !strings.HasSuffix(strings.ToLower(f.Name), ".pdf") {
		r.fault("/file/name", "bad-name")
	}
	if !sha256Form.MatchString(f.SHA256) {
		r.fault("/file/sha256", "malformed")
	}
	for name := range o {
		r.fault("/file/"+pointer(name), "unknown")
	}
	return f
}

// judge looks at what the types of the entries do not say.
func (r *reader) judge(m *Manifest) {
	if !typeForm.MatchString(m.Type) {
		r.fault("/type", "malformed")
	}
	if m.ID != "" && !idForm.MatchString(m.ID) {
		r.fault("/id", "malformed")
	}
	m.Values = numbers(m.Values)
}

// numbers gives values the form in which the API hands them on.
func numbers(values map[string]any) map[string]any {
	if values == nil {
		return nil
	}
	return plainNumbers(values).(map[string]any)
}

func plainNumbers(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k := range v {
			v[k] = plainNumbers(v[k])
		}
	case []any:
		for i := range v {
			v[i] = plainNumbers(v[i])
		}
	case json.Number:
		f, _ := v.Float64() // what is out of range is so for the form too
		return f
	}
	return v
}

// pointer escapes a name for a JSON pointer (RFC 6901) and keeps it short.
func pointer(name string) string {
	if len(name) > 60 || !plain(name) && strings.ToValidUTF8(name, "") != name {
		return hex.EncodeToString([]byte(name[:min(20, len(name))]))
	}
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
}

// plain tells whether a name is a file's and looks like what it is: no path, no control, direction or
// zero-width characters, no device.
func plain(name string) bool {
	return name != "" && !strings.HasPrefix(name, ".") && filestore.CleanName(name) == name
}
