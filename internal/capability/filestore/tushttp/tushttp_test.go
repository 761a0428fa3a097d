package tushttp_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"cinnabar/internal/capability/filestore"
	"cinnabar/internal/capability/filestore/diskstore"
	"cinnabar/internal/capability/filestore/tushttp"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/clock/clocktest"
	"cinnabar/internal/platform/db/dbtest"
	"cinnabar/internal/platform/jobs"
	"cinnabar/internal/platform/secret"
	"cinnabar/internal/platform/testtool"
)

const path = "/api/v1/files"

type anyPDF struct{}

func (anyPDF) InspectPDF(context.Context, []byte) error { return nil }

type server struct {
	*httptest.Server
	files *filestore.Service
	cuts  atomic.Int32 // how many of the next pieces are cut off in the middle
}

func newServer(t testing.TB) (*server, *clocktest.Ahead) {
	t.Helper()
	d, log, c := dbtest.SQLite(t), slog.New(slog.DiscardHandler), &clocktest.Ahead{}
	vault, err := secret.Open(t.Context(), d, filepath.Join(t.TempDir(), "key"))
	must(t, err)
	disk, err := diskstore.New(t.TempDir(), vault.Key("files"), c)
	must(t, err)
	t.Cleanup(func() { _ = disk.Close() })
	q, err := jobs.New(jobs.Deps{DB: d, Clock: c, Log: log})
	must(t, err)
	s := &server{}
	s.files, err = filestore.New(filestore.Deps{DB: d, Clock: c, Log: log, Store: disk, Parts: disk, Vault: vault, Jobs: q, PDF: anyPDF{}})
	must(t, err)
	h, err := tushttp.New(tushttp.Deps{
		Files: s.files, Log: log, Path: path,
		Who: func(r *http.Request) (cinnabar.Actor, error) {
			return cinnabar.Actor{Kind: cinnabar.Member, Person: "person_wang"}, nil
		},
		MayUpload: func(*http.Request, cinnabar.Actor, cinnabar.CaseID) error { return nil },
	})
	must(t, err)
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPatch && s.cuts.Add(-1) >= 0 {
			h.ServeHTTP(httptest.NewRecorder(), cutInTheMiddle(r))
			panic(http.ErrAbortHandler)
		}
		h.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return s, c
}

// cutInTheMiddle is the request as a bad network leaves it.
func cutInTheMiddle(r *http.Request) *http.Request {
	r = r.Clone(r.Context())
	r.Body = io.NopCloser(io.MultiReader(io.LimitReader(r.Body, r.ContentLength/2), cut{}))
	return r
}

type cut struct{}

func (cut) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// do sends a request with headers given as name, value pairs.
func (s *server) do(t *testing.T, method, url, body string, headers ...string) *http.Response {
	t.Helper()
	if !strings.HasPrefix(url, "http") {
		url = s.URL + url
	}
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	must(t, err)
	r.Header.Set("Tus-Resumable", "1.0.0")
	if body != "" {
		r.Header.Set("Content-Type", "application/offset+octet-stream")
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	res, err := s.Client().Do(r)
	must(t, err)
	_ = res.Body.Close()
	return res
}

func (s *server) create(t *testing.T, size int, headers ...string) string {
	t.Helper()
	res := s.do(t, "POST", path, "", append([]string{"Upload-Length", fmt.Sprint(size)}, headers...)...)
	if res.StatusCode != http.StatusCreated || res.Header.Get("Upload-Expires") == "" {
		t.Fatalf("creation: %s %v", res.Status, res.Header)
	}
	return res.Header.Get("Location")
}

const table = "name,amount\nsample,12\n"

func TestProtocol(t *testing.T) {
	t.Parallel()
	s, clock := newServer(t)
	expect := func(res *http.Response, code int) {
		t.Helper()
		if res.StatusCode != code || res.Header.Get("Tus-Resumable") != "1.0.0" {
			t.Errorf("%s %s: %s, want %d", res.Request.Method, res.Request.URL.Path, res.Status, code)
		}
	}
	at := s.create(t, len(table), "Upload-Metadata", "filename "+base64.StdEncoding.EncodeToString([]byte("表.csv")))
	expect(s.do(t, "PATCH", at, table[:5], "Upload-Offset", "0"), 204)
	expect(s.do(t, "PATCH", at, table[3:], "Upload-Offset", "3"), 409)
	head := s.do(t, "HEAD", at, "")
	expect(head, 200)
	if head.Header.Get("Upload-Offset") != "5" || head.Header.Get("Upload-Length") != fmt.Sprint(len(table)) || head.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("head: %v", head.Header)
	}
	wrong, right := sha256.Sum256([]byte("else")), sha256.Sum256([]byte(table[5:]))
	b64 := base64.StdEncoding.EncodeToString
	expect(s.do(t, "PATCH", at, table[5:], "Upload-Offset", "5", "Upload-Checksum", "sha256 "+b64(wrong[:])), 460)
	expect(s.do(t, "PATCH", at, table[5:], "Upload-Offset", "5", "Upload-Checksum", "md5 AAAA"), 400)
	expect(s.do(t, "PATCH", at, table[5:], "Upload-Offset", "5", "Content-Type", "text/plain"), 415)
	expect(s.do(t, "PATCH", at, table[5:], "Upload-Offset", "5", "Tus-Resumable", "0.2.0"), 412)
	expect(s.do(t, "PATCH", at, table[5:], "Upload-Offset", "5", "Upload-Checksum", "sha256 "+b64(right[:])), 204)
	f, err := s.files.Get(t.Context(), cinnabar.FileID(at[len(path)+1:]))
	if err != nil || f.State != filestore.Ready || f.Name.Reveal() != "表.csv" || f.MIME != "text/csv" {
		t.Errorf("%+v, %v", f, err)
	}
	expect(s.do(t, "DELETE", at, ""), 409)

	expect(s.do(t, "POST", path, ""), 400)
	expect(s.do(t, "POST", path, "", "Upload-Length", "10", "Upload-Metadata", "filename !!"), 400)
	expect(s.do(t, "POST", path, "", "Upload-Length", "99999999999"), 413)
	expect(s.do(t, "HEAD", path+"/file_none", ""), 404)
	expect(s.do(t, "OPTIONS", path, ""), 204)

	gone := s.create(t, 10)
	expect(s.do(t, "DELETE", gone, ""), 204)
	expect(s.do(t, "HEAD", gone, ""), 404)
	late := s.create(t, 10)
	clock.Advance(25 * time.Hour)
	expect(s.do(t, "PATCH", late, "x", "Upload-Offset", "0"), 410)
}

func TestCreationWithUpload(t *testing.T) {
	t.Parallel()
	s, _ := newServer(t)
	res := s.do(t, "POST", path, table, "Upload-Length", fmt.Sprint(len(table)))
	if res.StatusCode != 201 || res.Header.Get("Upload-Offset") != fmt.Sprint(len(table)) {
		t.Fatalf("%s %v", res.Status, res.Header)
	}
}

// A client whose line breaks in the middle of a piece goes on where the disk has it.
func TestResumesAfterBrokenLine(t *testing.T) {
	t.Parallel()
	s, _ := newServer(t)
	at := s.create(t, len(table))
	c, err := net.Dial("tcp", s.Listener.Addr().String())
	must(t, err)
	_, err = fmt.Fprintf(c, "PATCH %s HTTP/1.1\r\nHost: x\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\nContent-Type: application/offset+octet-stream\r\nContent-Length: %d\r\n\r\n%s", at, len(table), table[:9])
	must(t, err)
	must(t, c.(*net.TCPConn).CloseWrite())
	_, _ = io.ReadAll(c)
	_ = c.Close()
	if off := s.do(t, "HEAD", at, "").Header.Get("Upload-Offset"); off != "9" {
		t.Fatalf("offset %s", off)
	}
	if res := s.do(t, "PATCH", at, table[9:], "Upload-Offset", "9"); res.StatusCode != 204 {
		t.Fatal(res.Status)
	}
}

// The stock tus-js-client uploads over a line that breaks three times. Needs `npm install` in
// testdata/tusjs.
// Proves PLT-19.
func TestStockClient_PLT19(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("testdata/tusjs/node_modules/tus-js-client"); err != nil {
		testtool.Missing(t, err)
	}
	s, _ := newServer(t)
	content := noise(t)
	file := filepath.Join(t.TempDir(), "a.png")
	must(t, os.WriteFile(file, content, 0o600))
	s.cuts.Store(3)
	var problems bytes.Buffer
	node := exec.CommandContext(t.Context(), "node", "upload.mjs", s.URL+path, file, "200000")
	node.Dir, node.Stderr = "testdata/tusjs", &problems
	url, err := node.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, problems.String())
	}
	id := cinnabar.FileID(string(url[bytes.LastIndexByte(url, '/')+1:]))
	f, r, err := s.files.Open(t.Context(), id)
	must(t, err)
	defer r.Close()
	got, err := io.ReadAll(r)
	if err != nil || !bytes.Equal(got, content) || f.Name.Reveal() != "现场照片.png" {
		t.Fatalf("%d of %d bytes, %v", len(got), len(content), err)
	}
	if s.cuts.Load() >= 0 {
		t.Fatal("the line was not broken")
	}
}

// noise is a picture of more than half a megabyte.
func noise(t *testing.T) []byte {
	t.Helper()
	m, x := image.NewNRGBA(image.Rect(0, 0, 500, 500)), uint32(1)
	for i := range 500 * 500 {
		x = x*1664525 + 1013904223
		m.Set(i%500, i/500, color.NRGBA{uint8(x >> 24), uint8(x >> 16), uint8(x >> 8), 255})
	}
	var b bytes.Buffer
	must(t, png.Encode(&b, m))
	return b.Bytes()
}

func FuzzHeaders(f *testing.F) {
	f.Add("filename 5ZCI5ZCMLnBkZg==,case", "sha256 AAAA", "10")
	s, _ := newServer(f)
	f.Fuzz(func(t *testing.T, meta, sum, length string) {
		r := httptest.NewRequest("POST", path, strings.NewReader("x"))
		r.Header = http.Header{"Tus-Resumable": {"1.0.0"}, "Upload-Metadata": {meta}, "Upload-Checksum": {sum}, "Upload-Length": {length}, "Content-Type": {"application/offset+octet-stream"}}
		w := httptest.NewRecorder()
		s.Config.Handler.ServeHTTP(w, r)
		if w.Code >= 500 {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
	})
}
