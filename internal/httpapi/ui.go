package httpapi

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"sync"
)

// ui serves the built web UI from memory. A file is compressed when it is first asked for: all of them
// together would take a third of a second of every start.
type ui struct{ files map[string]*uiFile }

type uiFile struct {
	plain      []byte
	gzip       func() []byte // once; nil when there is little to gain
	mime, etag string
}

func newUI(files fs.FS) (*ui, error) {
	u := &ui{files: map[string]*uiFile{}}
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		u.files[name] = newUIFile(name, b)
		return nil
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read the web UI: %w", err)
	}
	return u, nil
}

func newUIFile(name string, b []byte) *uiFile {
	sum := sha256.Sum256(b)
	f := &uiFile{plain: b, mime: mime.TypeByExtension(path.Ext(name)), etag: `"` + hex.EncodeToString(sum[:8]) + `"`}
	f.gzip = sync.OnceValue(func() []byte { return smaller(b) })
	switch {
	case path.Ext(name) == ".mjs": // the PDF worker; unknown to some systems' tables
		f.mime = "text/javascript; charset=utf-8"
	case f.mime == "":
		f.mime = "application/octet-stream"
	}
	return f
}

// smaller compresses; nil when that saves less than a tenth.
func smaller(b []byte) []byte {
	var z bytes.Buffer
	w, err := gzip.NewWriterLevel(&z, gzip.BestCompression)
	if err != nil {
		return nil // not with a level that there is
	}
	// A buffer takes everything.
	_, _ = w.Write(b)
	_ = w.Close()
	if z.Len() >= len(b)*9/10 {
		return nil
	}
	return z.Bytes()
}

// ServeHTTP serves a file, or the page for the addresses that the UI knows itself.
func (u *ui) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	name := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
	f := u.files[name]
	if f == nil && path.Ext(name) == "" {
		name = "index.html"
		f = u.files[name]
		if f == nil {
			http.Error(w, "This build has no web UI. Run `make build`.", http.StatusServiceUnavailable)
			return
		}
	}
	if f == nil {
		http.NotFound(w, r)
		return
	}
	f.serve(w, r, strings.HasPrefix(name, "assets/"))
}

func (f *uiFile) serve(w http.ResponseWriter, r *http.Request, immutable bool) {
	h := w.Header()
	h.Set("Content-Type", f.mime)
	h.Set("ETag", f.etag)
	h.Set("Cache-Control", "no-cache")
	if immutable { // their names hold a digest of their content
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	if r.Header.Get("If-None-Match") == f.etag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	body := f.plain
	h.Set("Vary", "Accept-Encoding")
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		if z := f.gzip(); z != nil {
			h.Set("Content-Encoding", "gzip")
			body = z
		}
	}
	if r.Method == http.MethodGet {
		_, _ = w.Write(body)
	}
}
