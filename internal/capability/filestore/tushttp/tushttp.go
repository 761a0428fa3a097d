// Package tushttp takes resumable uploads by the tus protocol 1.0.0 (https://tus.io/protocols/resumable-upload)
// with the extensions creation, creation-with-upload, checksum, expiration and termination, so that the
// stock tus clients work against it.
package tushttp

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"cinnabar/internal/capability/filestore"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/errs"
)

const (
	version    = "1.0.0"
	extensions = "creation,creation-with-upload,checksum,expiration,termination"
	algorithms = "sha256,sha1"
	bodyType   = "application/offset+octet-stream"
	// statusChecksumMismatch is tus's own status (checksum extension).
	statusChecksumMismatch = 460
)

// Deps is what the handler needs.
type Deps struct {
	Files *filestore.Service
	Log   *slog.Logger
	Path  string // where the handler stands, e.g. "/api/v1/files"; locations are made from it
	// Who tells who asks.
	Who func(*http.Request) (cinnabar.Actor, error)
	// MayUpload refuses uploads to cases in which the actor has no part; a case of "" is no case.
	MayUpload func(*http.Request, cinnabar.Actor, cinnabar.CaseID) error
	// Problem writes an error for the client; nil writes the bare problem+json.
	Problem func(http.ResponseWriter, *http.Request, int, *errs.Error)
}

type handler struct{ Deps }

// New makes the handler. It serves Path for creation and Path/{id} for the uploads.
func New(d Deps) (http.Handler, error) {
	if d.Files == nil || d.Log == nil || d.Who == nil || d.MayUpload == nil || !strings.HasPrefix(d.Path, "/") {
		return nil, errors.New("tushttp: all of Files, Log, Who, MayUpload and Path are needed")
	}
	d.Path = strings.TrimRight(d.Path, "/")
	if d.Problem == nil {
		d.Problem = bareProblem
	}
	return &handler{d}, nil
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Tus-Resumable", version)
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if r.Method == http.MethodOptions {
		h.options(w)
		return
	}
	if err := h.serve(w, r); err != nil {
		h.fail(w, r, err)
	}
}

func (h *handler) options(w http.ResponseWriter) {
	w.Header().Set("Tus-Version", version)
	w.Header().Set("Tus-Extension", extensions)
	w.Header().Set("Tus-Checksum-Algorithm", algorithms)
	w.Header().Set("Tus-Max-Size", strconv.FormatInt(h.Files.Limits.MaxUpload(), 10))
	w.WriteHeader(http.StatusNoContent)
}

func (h *handler) serve(w http.ResponseWriter, r *http.Request) error {
	if r.Header.Get("Tus-Resumable") != version {
		w.Header().Set("Tus-Version", version)
		return status{http.StatusPreconditionFailed, "tus-version", "only version 1.0.0 of tus is spoken here"}
	}
	by, err := h.Who(r)
	if err != nil {
		return err
	}
	id := cinnabar.FileID(strings.Trim(strings.TrimPrefix(r.URL.Path, h.Path), "/"))
	switch {
	case r.Method == http.MethodPost && id == "":
		return h.create(w, r, by)
	case r.Method == http.MethodHead && id != "":
		return h.head(w, r, by, id)
	case r.Method == http.MethodPatch && id != "":
		return h.patch(w, r, by, id)
	case r.Method == http.MethodDelete && id != "":
		if err := h.Files.Cancel(r.Context(), by, id); err != nil {
			return err
		}
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	return status{http.StatusMethodNotAllowed, "method-not-allowed", "tus knows no such request here"}
}

func (h *handler) create(w http.ResponseWriter, r *http.Request, by cinnabar.Actor) error {
	size, err := strconv.ParseInt(r.Header.Get("Upload-Length"), 10, 64)
	if err != nil || size < 0 {
		return status{http.StatusBadRequest, "upload-length", "Upload-Length must be given when an upload is made"}
	}
	meta, err := parseMetadata(r.Header.Get("Upload-Metadata"))
	if err != nil {
		return err
	}
	caseID := cinnabar.CaseID(meta["case"])
	if err := h.MayUpload(r, by, caseID); err != nil {
		return err
	}
	f, err := h.Files.Begin(r.Context(), filestore.NewUpload{By: by, Case: caseID, Name: meta["filename"], Declared: meta["filetype"], Size: size})
	if err != nil {
		return err
	}
	w.Header().Set("Location", h.Path+"/"+url.PathEscape(string(f.ID)))
	if isBody(r) {
		if f, err = h.receive(r, by, f.ID, 0); err != nil {
			// The upload exists; the client goes on from the offset that HEAD tells.
			h.Log.Info("an upload was cut off at its creation", "error", errs.As(err).Code)
			f, err = h.Files.Upload(r.Context(), by, cinnabar.FileID(lastElement(w.Header().Get("Location"))))
			if err != nil {
				return err
			}
		}
	}
	tellOffset(w, f)
	w.WriteHeader(http.StatusCreated)
	return nil
}

func lastElement(location string) string { return location[strings.LastIndexByte(location, '/')+1:] }

func (h *handler) head(w http.ResponseWriter, r *http.Request, by cinnabar.Actor, id cinnabar.FileID) error {
	f, err := h.Files.Upload(r.Context(), by, id)
	if err != nil {
		return err
	}
	w.Header().Set("Upload-Length", strconv.FormatInt(f.Size, 10))
	tellOffset(w, f)
	w.WriteHeader(http.StatusOK)
	return nil
}

func (h *handler) patch(w http.ResponseWriter, r *http.Request, by cinnabar.Actor, id cinnabar.FileID) error {
	if !isBody(r) {
		return status{http.StatusUnsupportedMediaType, "content-type", "the content type of a piece is " + bodyType}
	}
	offset, err := strconv.ParseInt(r.Header.Get("Upload-Offset"), 10, 64)
	if err != nil || offset < 0 {
		return status{http.StatusBadRequest, "upload-offset", "Upload-Offset must be given with a piece"}
	}
	f, err := h.receive(r, by, id, offset)
	if err != nil {
		return err
	}
	tellOffset(w, f)
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (h *handler) receive(r *http.Request, by cinnabar.Actor, id cinnabar.FileID, offset int64) (*filestore.File, error) {
	sum, err := parseChecksum(r.Header.Get("Upload-Checksum"))
	if err != nil {
		return nil, err
	}
	return h.Files.Append(r.Context(), by, id, offset, r.Body, sum)
}

func isBody(r *http.Request) bool {
	t, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && t == bodyType
}

func tellOffset(w http.ResponseWriter, f *filestore.File) {
	w.Header().Set("Upload-Offset", strconv.FormatInt(f.Received, 10))
	if f.State == filestore.Partial {
		w.Header().Set("Upload-Expires", f.ExpiresAt.Format(http.TimeFormat))
	}
}

// Limits of Upload-Metadata.
const (
	maxMetadata = 4096 // bytes
	maxPairs    = 16
)

// parseMetadata reads "key base64,key base64,key" strictly: no key twice, valid UTF-8 only.
func parseMetadata(header string) (map[string]string, error) {
	bad := status{http.StatusBadRequest, "upload-metadata", "Upload-Metadata is malformed"}
	out := map[string]string{}
	if header == "" {
		return out, nil
	}
	pairs := strings.Split(header, ",")
	if len(header) > maxMetadata || len(pairs) > maxPairs {
		return nil, bad
	}
	for _, pair := range pairs {
		key, value, _ := strings.Cut(strings.Trim(pair, " "), " ")
		text, err := base64.StdEncoding.DecodeString(value)
		if _, twice := out[key]; key == "" || twice || err != nil || !utf8.Valid(text) {
			return nil, bad
		}
		out[key] = string(text)
	}
	return out, nil
}

func parseChecksum(header string) (*filestore.Checksum, error) {
	if header == "" {
		return nil, nil //nolint:nilnil // a piece without a checksum
	}
	algorithm, value, _ := strings.Cut(header, " ")
	size := map[string]int{"sha256": 32, "sha1": 20}[algorithm]
	sum, err := base64.StdEncoding.DecodeString(value)
	if size == 0 || err != nil || len(sum) != size {
		return nil, status{http.StatusBadRequest, "upload-checksum", "Upload-Checksum must be sha256 or sha1 and its value in base64"}
	}
	return &filestore.Checksum{Algorithm: algorithm, Sum: sum}, nil
}

// status is an error of the protocol rather than of the store.
type status struct {
	code         int
	name, detail string
}

func (s status) Error() string { return s.name + ": " + s.detail }

// fail answers with tus's own statuses where it has some.
func (h *handler) fail(w http.ResponseWriter, r *http.Request, err error) {
	var own status
	if errors.As(err, &own) {
		h.Problem(w, r, own.code, errs.New(errs.Invalid, own.name, "%s", own.detail))
		return
	}
	e := errs.As(err)
	if cutOff := r.Context().Err() != nil || errors.Is(err, io.ErrUnexpectedEOF); e.Kind == errs.Internal && !cutOff {
		h.Log.Error("an upload failed", "error", err)
	}
	h.Problem(w, r, statusOf(e), e)
}

func statusOf(e *errs.Error) int {
	switch e.Code {
	case "checksum-mismatch":
		return statusChecksumMismatch
	case "upload-expired":
		return http.StatusGone
	}
	return e.Kind.Status()
}

// bareProblem writes an RFC 9457 problem.
func bareProblem(w http.ResponseWriter, _ *http.Request, code int, e *errs.Error) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(map[string]any{
		"type": "about:blank", "title": e.Code, "status": code, "code": e.Code, "detail": e.Detail, "params": e.Params,
	})
}
