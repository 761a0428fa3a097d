package abuse_test

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"cinnabar/internal/business/gascontract"
	"cinnabar/internal/cli"
	"cinnabar/internal/pdf"
)

// byteRanges are the places that say what is signed, the cross-references and the trailers.
var structure = regexp.MustCompile(`/ByteRange ?\[[^\]]*\]|startxref\s+[0-9]+|/Contents ?<[0-9A-Fa-f]{24}|trailer\s*<<`)

// value finds the first letter among the digits of a signature's value.
var value = regexp.MustCompile(`/Contents ?<[0-9]*([A-Fa-f])[0-9A-Fa-f]{1000}`)

// offsets are spread over the whole file, and lie in every place that a forger would want.
func offsets(data []byte) []int {
	var out []int
	for at := 0; at < len(data); at += len(data)/150 + 1 {
		out = append(out, at)
	}
	for _, m := range structure.FindAllIndex(data, -1) {
		for at := m[0] + 1; at < m[1]; at += 1 + (m[1]-m[0])/4 {
			out = append(out, at)
		}
	}
	return append(out, len(data)-2)
}

// command is what cinnabar verify says of a file, offline, and its exit code.
func (w *world) command(data []byte) (code int, said string) {
	w.t.Helper()
	file := filepath.Join(w.t.TempDir(), "file.pdf")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		w.t.Fatal(err)
	}
	var out bytes.Buffer
	code = cli.Main([]string{"verify", "--json", "--trust", w.app.TrustAnchorFile(), file}, &out, &out)
	return code, out.String()
}

// A finished contract of which one byte was flipped, or to which anything was added, is broken to everybody
// who verifies it, on the page and by the command.
// Proves GAS-11, GAS-14, PLT-12.
func TestAbuse02ChangedContract_GAS11_GAS14_PLT12(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.play(1, gascontract.InForce)
	_, data := w.as("agent1").document(id)
	report := verified(t, w, data) // control
	if report["verdict"] != "valid" || report["document"].(object)["state"] != "in-force" && report["document"].(object)["state"] != "not-yet" {
		t.Fatalf("the untouched contract: %v %v %v", report["verdict"], report["document"], report["faults"])
	}
	if code, said := w.command(data); code != 0 || !strings.Contains(said, `"valid"`) { // control
		t.Fatalf("the command, on the untouched contract, exits with %d: %s", code, said)
	}
	asked := 1
	broken := func(what string, changed []byte) {
		t.Helper()
		if asked++; asked%20 == 0 {
			w.clock.Advance(time.Minute) // verification is rationed by address
		}
		if code, said := w.command(changed); code != 1 || !strings.Contains(said, `"broken"`) {
			t.Errorf("%s: the command exits with %d: %.200s", what, code, said)
		}
		got := verified(t, w, changed)
		if got["verdict"] != "broken" || got["document"].(object)["state"] != "unknown" {
			t.Errorf("%s: %v, %v", what, got["verdict"], got["document"])
		}
	}
	at := offsets(data)
	if len(at) < 200 {
		t.Fatalf("only %d places to flip", len(at))
	}
	for _, n := range at {
		changed := bytes.Clone(data)
		changed[n] ^= 1
		broken("flipped at "+string(data[max(0, n-20):n]), changed)
	}
	values := value.FindAllSubmatchIndex(data, -1)
	if len(values) < 4 {
		t.Fatalf("only %d signature values found", len(values))
	}
	for _, m := range values { // the same number, written otherwise
		changed := bytes.Clone(data)
		changed[m[2]] ^= 0x20
		broken("a digit of a signature in the other case", changed)
	}
	broken("a page's worth cut off", data[:len(data)-2000])
	broken("bytes appended", append(bytes.Clone(data), "\n%more"...))
	broken("an annotation", annotated(t, data))
	older := data[:bytes.LastIndex(data[:len(data)-10], []byte("%%EOF"))+6]
	w.clock.Advance(time.Minute)
	if state := verified(t, w, older)["document"].(object)["state"]; state == "in-force" || state == "not-yet" {
		t.Errorf("a true but older revision passes as the contract: %v", state) // its signatures do hold
	}
}

// annotated is the file with a note laid over its first page by an incremental update.
func annotated(t *testing.T, data []byte) []byte {
	t.Helper()
	doc, err := pdf.Open(t.Context(), data, pdf.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	pages, err := doc.Pages()
	if err != nil {
		t.Fatal(err)
	}
	u, err := doc.Update(4096)
	if err != nil {
		t.Fatal(err)
	}
	note := u.Add(pdf.Dict{
		"Type": pdf.Name("Annot"), "Subtype": pdf.Name("FreeText"), "Rect": pdf.Array{int64(100), int64(100), int64(400), int64(200)},
		"Contents": pdf.String("price 0.01"), "DA": pdf.String("/Helv 12 Tf 0 g"), "F": int64(4),
	})
	page := pdf.Dict{}
	for k, v := range pages[0].Dict {
		page[k] = v
	}
	annots, err := doc.ArrayOf(page["Annots"])
	if err != nil {
		t.Fatal(err)
	}
	page["Annots"] = append(append(pdf.Array{}, annots...), note)
	u.Put(pages[0].Ref, page)
	return u.Finish()
}
