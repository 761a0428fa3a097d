package abuse_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/jpeg"
	"image/png"
	"io/fs"
	"net/http"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"cinnabar/internal/business/gascontract"
	"cinnabar/internal/capability/biometric/face/facetest"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/pdf/pdftest"
)

// photo is an honest picture.
func photo(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 80, 60)), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// onePortrait is painted once: that takes a while.
var onePortrait = sync.OnceValues(func() ([]byte, error) {
	var b bytes.Buffer
	err := jpeg.Encode(&b, facetest.Portrait(1), nil)
	return b.Bytes(), err
})

// portrait is the side of an identity document with the face.
func portrait(t *testing.T) []byte {
	t.Helper()
	b, err := onePortrait()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// paper is a PDF of one page, with more entries for its catalog and more objects.
func paper(catalog, objects string) []byte {
	return pdftest.File("", "<</Type/Catalog/Pages 2 0 R"+catalog+">>", pdftest.Pages, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]"+objects+">>")
}

// checked waits until an upload was looked at; its state and what was wrong with it.
func (b *browser) checked(id string) (state, problem string) {
	b.w.t.Helper()
	b.w.eventually("the upload is checked", func() bool {
		f := b.do("GET", "/files/"+id, nil).want(b.w.t, 200)
		state, _ = f["state"].(string)
		problem, _ = f["problem"].(string)
		return state == "ready" || state == "refused"
	})
	return state, problem
}

// comesIn tells whether a file was accepted.
func (b *browser) comesIn(to cinnabar.CaseID, name, mime string, content []byte) (id string, ok bool) {
	b.w.t.Helper()
	id, a := b.upload(to, name, mime, content)
	if a.status >= 400 {
		if a.status != 413 && a.status != 415 && a.status != 422 && a.status != 400 {
			b.w.t.Errorf("%s was refused by %d: %s", name, a.status, a.body)
		}
		return id, false
	}
	state, _ := b.checked(id)
	return id, state == "ready"
}

// What a browser would run does not come in, whatever it is called; what comes in is handed out as an
// attachment of its true type that nothing runs.
// Proves GAS-5, PLT-2.
func TestAbuse06HostileUploads_GAS5_PLT2(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.play(1, gascontract.Basic)
	agent := w.as("agent1")
	before := agent.version(id)
	page := "<html><script>alert(1)</script></html>"
	for name, f := range map[string]struct {
		mime    string
		content []byte
	}{
		"page.html":    {"text/html", []byte(page)},
		"page.jpg":     {"image/jpeg", []byte(page)},
		"drawing.svg":  {"image/svg+xml", []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`)},
		"drawing.png":  {"image/png", []byte(`<?xml version="1.0"?><svg onload="alert(1)"/>`)},
		"script.pdf":   {"application/pdf", paper("/OpenAction<</S/JavaScript/JS(app.alert(1))>>", "")},
		"named.pdf":    {"application/pdf", paper("/Names<</JavaScript<</Names[(a)<</S/JavaScript/JS(app.alert(1))>>]>>>>", "")},
		"launch.pdf":   {"application/pdf", paper("", "/AA<</O<</S/Launch/F(cmd.exe)>>>>")},
		"polyglot.jpg": {"image/jpeg", append(photo(t), page...)},
		"archive.jpg":  {"image/jpeg", append(photo(t), "PK\x05\x06\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"...)},
		"program.pdf":  {"application/pdf", []byte("MZ\x90\x00\x03\x00\x00\x00\x04")},
		"sheet.csv":    {"text/csv", []byte(" \n<script>alert(1)</script>")},
	} {
		file, ok := agent.comesIn(id, name, f.mime, f.content)
		if ok {
			t.Errorf("%s came in", name)
		}
		if file == "" {
			continue
		}
		if got := agent.do("GET", "/files/"+file+"/content", nil); got.status < 400 {
			t.Errorf("%s was refused and is handed out all the same", name)
		}
		if got := agent.do("PUT", caseAt(id)+"/materials/licence", object{"files": []string{file}}); got.status < 400 {
			t.Errorf("%s was refused and stands as a material", name)
		}
	}
	if now := agent.version(id); now != before {
		t.Errorf("refused uploads moved the case from %s to %s", before, now)
	}
	for name, content := range map[string][]byte{"合同.pdf": paper("", ""), "执照.jpg": photo(t)} { // control
		file, ok := agent.comesIn(id, name, "text/html", content) // the sender's word on the type is not believed
		if !ok {
			t.Fatalf("%s did not come in", name)
		}
		for _, how := range []string{"", "?inline=1"} {
			h := agent.do("GET", "/files/"+file+"/content"+how, nil).header
			if kind := h.Get("Content-Type"); kind != "application/pdf" && kind != "image/jpeg" {
				t.Errorf("%s is handed out as %s", name, kind)
			}
			if h.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(h.Get("Content-Security-Policy"), "default-src 'none'") {
				t.Errorf("%s is handed out under %v", name, h)
			}
		}
		if d := agent.do("GET", "/files/"+file+"/content", nil).header.Get("Content-Disposition"); !strings.HasPrefix(d, "attachment") {
			t.Errorf("%s: %s", name, d)
		}
	}
}

// A sender's file name leads nowhere, splits no header, and hides nothing.
// Proves DOC-4, PLT-18.
func TestAbuse21FileNames_DOC4_PLT18(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	agent := w.as("agent1")
	content := photo(t)
	for _, name := range []string{
		"../../etc/passwd", `..\..\boot.ini`, "CON", "aux.jpg", "a\x00b.jpg", "a\r\nSet-Cookie: x=1\r\n.jpg", "\u202egpj.exe", strings.Repeat("长", 100) + ".jpg",
		"/abs/olute.jpg", ".", "..", "", "e\u0301.jpg", `x" onload="alert(1).jpg`,
	} {
		file, a := agent.upload("", name, "image/jpeg", content)
		if a.status >= 400 {
			if file != "" || a.status >= 500 {
				t.Errorf("%q: %d", name, a.status)
			}
			continue
		}
		if state, _ := agent.checked(file); state != "ready" {
			t.Errorf("%q: %s", name, state)
		}
		kept := agent.do("GET", "/files/"+file, nil).want(t, 200)["name"].(string)
		if kept == "" || len(kept) > 220 || strings.ContainsAny(kept, "/\\\x00\r\n\"\u202e") || strings.EqualFold(kept, "con") || strings.HasPrefix(kept, ".") {
			t.Errorf("%q is kept as %q", name, kept)
		}
		h := agent.do("GET", "/files/"+file+"/content", nil).header
		if h.Get("Set-Cookie") != "" || strings.Count(h.Get("Content-Disposition"), `"`) != 2 {
			t.Errorf("%q is handed out under %v", name, h)
		}
	}
	file, ok := agent.comesIn("", "合同.jpg", "image/jpeg", content) // control
	if kept := agent.do("GET", "/files/"+file, nil).want(t, 200)["name"]; !ok || kept != "合同.jpg" {
		t.Errorf("合同.jpg is kept as %v", kept)
	}
	w.onlyOwnNames()
}

// onlyOwnNames looks that nothing in the data folder bears a sender's name, and that nothing fell out of it.
func (w *world) onlyOwnNames() {
	w.t.Helper()
	err := filepath.WalkDir(filepath.Dir(w.config.Data), func(path string, d fs.DirEntry, err error) error {
		for _, word := range []string{"passwd", "boot", "CON", "aux", "exe", "olute", "合同"} {
			if strings.Contains(d.Name(), word) {
				w.t.Errorf("a sender named %s", path)
			}
		}
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// chunk is a PNG chunk.
func chunk(kind string, data []byte) []byte {
	out := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	out = append(append(out, kind...), data...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[4:]))
}

// hugePicture is a PNG that says it has side × side pixels.
func hugePicture(side uint32) []byte {
	head := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, side), side)
	out := append([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", append(head, 8, 2, 0, 0, 0))...)
	return append(append(out, chunk("IDAT", []byte{0x78, 0x9c, 1, 0, 0, 0xff, 0xff})...), chunk("IEND", nil)...)
}

// manyObjects is a PDF whose cross-references name so many objects.
func manyObjects(n int) []byte {
	whole := paper("", "")
	var b bytes.Buffer
	b.Write(whole[:bytes.Index(whole, []byte("xref\n"))])
	xref := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", n)
	for range n - 1 {
		b.WriteString("0000000009 00000 n \n")
	}
	fmt.Fprintf(&b, "trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", n, xref)
	return b.Bytes()
}

// Small inputs that would become large are refused within seconds and without much memory.
// Proves PLT-18.
func TestAbuse23Bombs_PLT18(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	agent := w.as("agent1")
	id := w.play(1, gascontract.Identity)
	deep := strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000)
	for name, attack := range map[string]func() bool{
		"a picture of 50,000 by 50,000": func() bool { _, ok := agent.comesIn("", "x.png", "image/png", hugePicture(50_000)); return ok },
		"a PDF nested 100,000 deep":     func() bool { _, ok := agent.comesIn("", "x.pdf", "application/pdf", paper("", "/X "+deep)); return ok },
		"a PDF that verifies deep": func() bool {
			a := agent.send("POST", "/api/v1/verify", paper("", "/X "+deep), "Content-Type", "application/pdf")
			return a.status == 200 && a.object()["verdict"] != "broken"
		},
		"JSON nested 100,000 deep": func() bool {
			return agent.send("PUT", "/api/v1"+caseAt(id)+"/drafts/identity", []byte(`{"data":{"name":`+deep+`}}`), "Content-Type", "application/json", "If-Match", `"0"`).status < 400
		},
		"JSON nested deep to nobody": func() bool {
			return w.nobody().send("POST", "/api/v1/sessions", []byte(deep), "Content-Type", "application/json").status < 400
		},
		"a PDF of a million objects": func() bool { _, ok := agent.comesIn("", "x.pdf", "application/pdf", manyObjects(1_000_000)); return ok },
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		start := w.clock.Now()
		came := attack()
		took := w.clock.Now().Sub(start)
		runtime.ReadMemStats(&after)
		if came {
			t.Errorf("%s came in", name)
		}
		if took > 10*time.Second {
			t.Errorf("%s took %v", name, took)
		}
		if grew := after.TotalAlloc - before.TotalAlloc; grew > 1<<30 {
			t.Errorf("%s took %d MiB of memory in all", name, grew>>20)
		}
		t.Logf("%s: %v, %d MiB allocated in all", name, took, (after.TotalAlloc-before.TotalAlloc)>>20)
	}
	var large bytes.Buffer
	if err := png.Encode(&large, image.NewGray(image.Rect(0, 0, 4000, 4000))); err != nil {
		t.Fatal(err)
	}
	if _, ok := agent.comesIn("", "x.png", "image/png", large.Bytes()); !ok { // control
		t.Error("a large honest picture is refused")
	}
	if got := agent.send("GET", "/api/v1/people/me", nil); got.status != http.StatusOK {
		t.Errorf("afterwards: %d", got.status)
	}
}
