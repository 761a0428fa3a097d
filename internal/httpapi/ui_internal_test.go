package httpapi

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
)

// A file is answered compressed to whom that helps, and says so; addresses of the UI's own get its page.
func TestUIFiles(t *testing.T) {
	t.Parallel()
	script := strings.Repeat("let a = 1;\n", 100)
	u, err := newUI(fstest.MapFS{
		"index.html": {Data: []byte("<p>page")}, "assets/a.js": {Data: []byte(script)}, "assets/noise.woff2": {Data: []byte("\x00\x81\x17\xf3")},
	})
	if err != nil {
		t.Fatal(err)
	}
	get := func(path, accepts, knows string) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, http.NoBody)
		r.Header.Set("Accept-Encoding", accepts)
		r.Header.Set("If-None-Match", knows)
		w := httptest.NewRecorder()
		u.ServeHTTP(w, r)
		return w
	}
	var all sync.WaitGroup
	for range 4 { // the first ones at the same instant
		all.Go(func() {
			w := get("/assets/a.js", "br, gzip", "")
			z, err := gzip.NewReader(w.Body)
			if err != nil || w.Header().Get("Content-Encoding") != "gzip" || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
				t.Errorf("compressed: %v, %v", err, w.Header())
				return
			}
			if got, err := io.ReadAll(z); err != nil || string(got) != script {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
	all.Wait()
	plain := get("/assets/a.js", "", "")
	if plain.Body.String() != script || plain.Header().Get("Content-Encoding") != "" || plain.Header().Get("Vary") != "Accept-Encoding" {
		t.Errorf("plain: %v", plain.Header())
	}
	if w := get("/assets/a.js", "gzip", plain.Header().Get("ETag")); w.Code != http.StatusNotModified || w.Body.Len() != 0 {
		t.Errorf("known: %d", w.Code)
	}
	if w := get("/assets/noise.woff2", "gzip", ""); w.Header().Get("Content-Encoding") != "" || !bytes.Equal(w.Body.Bytes(), []byte("\x00\x81\x17\xf3")) {
		t.Errorf("what does not shrink: %v", w.Header())
	}
	if w := get("/cases/case_1", "", ""); w.Body.String() != "<p>page" || w.Header().Get("Cache-Control") != "no-cache" {
		t.Errorf("an address of the UI: %d %v", w.Code, w.Header())
	}
	if w := get("/assets/gone.js", "", ""); w.Code != http.StatusNotFound {
		t.Errorf("no such file: %d", w.Code)
	}
}
