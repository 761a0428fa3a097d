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
)

// ui serves the built web UI from memory, compressed once at the start.
type ui struct{ files map[string]*uiFile }

type uiFile struct {
	plain, gzip []byte
	mime, etag  string
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
		u.files[name], err = newUIFile(name, b)
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read the web UI: %w", err)
	}
	return u, nil
}

func newUIFile(name string, b []byte) (*uiFile, error) {
	sum := sha256.Sum256(b)
	f := &uiFile{plain: b, mime: mime.TypeByExtension(path.Ext(name)), etag: `"` + hex.EncodeToString(sum[:8]) + `"`}
	switch {
	case path.Ext(name) == ".mjs": // the PDF worker; unknown to some systems' tables
		f.mime = "text/javascript; charset=utf-8"
	case f.mime == "":
		f.mime = "application/octet-stream"
	}
	var z bytes.Buffer
	w, err := gzip.NewWriterLevel(&z, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(b); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	if z.Len() < len(b)*9/10 {
		f.gzip = z.Bytes()
	}
	return f, nil
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
	if f.gzip != nil {
		h.Set("Vary", "Accept-Encoding")
		if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			h.Set("Content-Encoding", "gzip")
			body = f.gzip
		}
	}
	if r.Method == http.MethodGet {
		_, _ = w.Write(body)
	}
}
