package inbox_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"cinnabar/internal/business/edocument/inbox"
	"cinnabar/internal/platform/errs"
)

// wrong are the fields and codes of a refusal, or its code.
func wrong(err error) string {
	e := errs.As(err)
	if len(e.Fields) == 0 {
		return e.Code
	}
	var out []string
	for _, f := range e.Fields {
		out = append(out, f.Pointer+" "+f.Code)
	}
	return strings.Join(out, ", ")
}

var digest = strings.Repeat("0", 64)

// Proves DOC-11.
func TestManifestsThatDoNotFit_DOC11(t *testing.T) {
	t.Parallel()
	file := func(name string) string {
		return `{"type":"JS","file":{"name":` + name + `,"sha256":"` + digest + `","size":1}}`
	}
	for raw, want := range map[string]string{
		`{"type":"PO","values":{}}`:                       "",
		"\xef\xbb\xbf" + `{"type":"PO","values":{}}`:      "",
		file(`"结算单 1.PDF"`):                               "",
		``:                                                "not-json",
		`[]`:                                              "not-json",
		`{"type":"PO","values":{}} x`:                     "not-json",
		`{"type":"PO","values":{},}`:                      "not-json",
		`{"type":"PO","type":"JS","values":{}}`:           "not-json",
		`{"type":"PO","values":{"a":1,"a":2}}`:            "not-json",
		"{\"type\":\"P\xff\",\"values\":{}}":              "not-utf8",
		`{"type":"PO","values":{},"Type":"JS"}`:           "/Type unknown",
		`{"type":"PO","values":{},"upload":"file_1"}`:     "/upload unknown",
		`{"type":"po","values":{}}`:                       "/type malformed",
		`{"type":"PO"}`:                                   "/values missing",
		`{"type":"PO","values":null}`:                     "/values malformed",
		`{"type":"PO","values":[1]}`:                      "/values malformed",
		`{"type":"PO","values":{},"amount":12}`:           "/amount malformed",
		`{"type":"PO","values":{},"id":"a b"}`:            "/id malformed",
		file(`"../x.pdf"`):                                "/file/name bad-name",
		file(`"x/y.pdf"`):                                 "/file/name bad-name",
		file(`"x\\y.pdf"`):                                "/file/name bad-name",
		file(`"x\u202efdp.pdf"`):                          "/file/name bad-name",
		file(`"x\u0000.pdf"`):                             "/file/name bad-name",
		file(`".pdf"`):                                    "/file/name bad-name",
		file(`"NUL.pdf"`):                                 "/file/name bad-name",
		file(`"x.exe"`):                                   "/file/name bad-name",
		`{"type":"JS","file":{"name":"x.pdf","size":-1}}`: "/file/size malformed, /file/sha256 malformed",
		`{"type":"PO","values":{` + strings.Repeat(`"a":{`, 20) + strings.Repeat(`}`, 20) + `}}`: "not-json",
		`{"type":"PO","values":{"a":"` + strings.Repeat("x", 300<<10) + `"}}`:                    "manifest-too-large",
	} {
		_, err := inbox.Read([]byte(raw))
		got := ""
		if err != nil {
			got = wrong(err)
		}
		if got != want {
			t.Errorf("%.80q: %q, want %q", raw, got, want)
		}
	}
}

// What is accepted says the same when it is written again.
func TestManifestsAreReadAsWritten(t *testing.T) {
	t.Parallel()
	text := rapid.StringMatching(`[一-龥A-Za-z0-9"\\/ ]{1,20}`)
	maybe := func(rt *rapid.T, name string) string {
		if rapid.Bool().Draw(rt, "has "+name) {
			return text.Draw(rt, name)
		}
		return ""
	}
	rapid.Check(t, func(rt *rapid.T) {
		m := inbox.Manifest{
			Type: rapid.StringMatching(`[A-Z][A-Z0-9-]{0,19}`).Draw(rt, "type"), ID: rapid.StringMatching(`[A-Za-z0-9._:/-]{0,100}`).Draw(rt, "id"),
			Key: maybe(rt, "key"), Title: maybe(rt, "title"), Party: maybe(rt, "party"), Amount: maybe(rt, "amount"), Date: maybe(rt, "date"),
		}
		if rapid.Bool().Draw(rt, "values") {
			m.Values = map[string]any{"f": rapid.Float64Range(-1e9, 1e9).Draw(rt, "f"), "l": []any{text.Draw(rt, "l"), map[string]any{"x": true}}}
		} else {
			m.File = &inbox.File{Name: rapid.StringMatching(`[一-龥A-Za-z0-9]{1,20}\.pdf`).Draw(rt, "file"), SHA256: digest, Size: rapid.Int64Min(1).Draw(rt, "size")}
		}
		raw, err := json.Marshal(m)
		if err != nil {
			rt.Fatal(err)
		}
		got, err := inbox.Read(raw)
		if err != nil || !reflect.DeepEqual(*got, m) {
			rt.Fatalf("%s: read as %+v, %v", raw, got, err)
		}
		unknown := rapid.StringMatching(`[a-z]{12}`).Draw(rt, "unknown")
		if _, err := inbox.Read(bytes.Replace(raw, []byte("{"), []byte(`{"`+unknown+`":1,`), 1)); wrong(err) != "/"+unknown+" unknown" {
			rt.Fatalf("an unknown field: %v", err)
		}
	})
}

// Whatever is sent, a manifest is refused for a reason, or is what it says.
func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"type":"PO","values":{"orderNumber":"1","total":"1.00","list":[{"a":1e9}]},"id":"a/1"}`))
	f.Add([]byte(`{"type":"JS","file":{"name":"a.pdf","sha256":"` + digest + `","size":10},"title":"x"}`))
	f.Add([]byte("{\"type\":\"\u202e\"}"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, err := inbox.Read(raw)
		if err != nil {
			if k := errs.As(err).Kind; k != errs.Invalid && k != errs.TooLarge {
				t.Fatalf("refused as a fault of ours: %v", err)
			}
			return
		}
		again, err := json.Marshal(m)
		if err != nil {
			t.Fatalf("accepted, but cannot be written: %v", err)
		}
		if n, err := inbox.Read(again); len(again) <= 256<<10 && (err != nil || !reflect.DeepEqual(n, m)) {
			t.Fatalf("%s was read as %+v, and that as %+v, %v", raw, m, n, err)
		}
		if m.File != nil && (filepath.Base(m.File.Name) != m.File.Name || strings.ContainsAny(m.File.Name, "/\\\x00\u202e")) {
			t.Fatalf("a file called %q", m.File.Name)
		}
	})
}

func TestPublishedSchemasAreOurs(t *testing.T) {
	t.Parallel()
	for name, one := range map[string]struct {
		schema []byte
		of     reflect.Type
	}{"edoc-manifest.json": {inbox.Schema, reflect.TypeFor[inbox.Manifest]()}, "edoc-waiting.json": {inbox.WaitingSchema, reflect.TypeFor[inbox.Waiting]()}} {
		published, err := os.ReadFile("../../../../docs/schemas/" + name)
		if err != nil || !bytes.Equal(published, one.schema) {
			t.Errorf("docs/schemas/%s is not internal/business/edocument/inbox/%s: %v", name, name, err)
		}
		var s struct {
			Properties map[string]json.RawMessage
		}
		if err := json.Unmarshal(one.schema, &s); err != nil {
			t.Fatal(err)
		}
		if one.of.NumField() != len(s.Properties) {
			t.Errorf("%s has %d properties, %s %d", name, len(s.Properties), one.of, one.of.NumField())
		}
		for i := range one.of.NumField() {
			field, _, _ := strings.Cut(one.of.Field(i).Tag.Get("json"), ",")
			if s.Properties[field] == nil {
				t.Errorf("%s does not know %s", name, field)
			}
		}
	}
}
