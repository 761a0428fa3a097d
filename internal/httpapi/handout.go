package httpapi

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"cinnabar/internal/capability/filestore"
	"cinnabar/internal/cinnabar"
)

// handOut answers with a file of the store. made is when it came to be what it is.
func (s *Server) handOut(w http.ResponseWriter, r *http.Request, id cinnabar.FileID, made time.Time) error {
	f, content, err := s.Files.Open(r.Context(), id)
	if err != nil {
		return err
	}
	defer content.Close()
	serveFile(w, r, f, made, content)
	return nil
}

// serveFile answers with content, under the headers of a file that came from somebody; ranges and conditional
// requests are answered, for which the digest is the ETag.
func serveFile(w http.ResponseWriter, r *http.Request, f *filestore.File, made time.Time, content io.ReadSeeker) {
	for name, value := range filestore.Headers(f, r.URL.Query().Get("inline") == "1") {
		w.Header().Set(name, value)
	}
	w.Header().Set("ETag", fmt.Sprintf("%q", f.Digest))
	http.ServeContent(w, r, "", made, content)
}

// download names the file of an answer, for old clients and new ones (RFC 6266, RFC 8187).
func download(w http.ResponseWriter, contentType, plain, name string) {
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="%s"; filename*=UTF-8''%s`, plain, url.PathEscape(name)))
	w.Header().Set("Cache-Control", "private, no-store")
}

// cutShort ends a download that went wrong after it began, so that the client sees a broken download and not
// a short list.
func (s *Server) cutShort(r *http.Request, err error) {
	s.log.WarnContext(r.Context(), "a download was cut short", "error", err, "request", requestID(r.Context()))
	panic(http.ErrAbortHandler)
}
