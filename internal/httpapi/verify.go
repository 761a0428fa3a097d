package httpapi

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"cinnabar/internal/capability/document"
	"cinnabar/internal/capability/pki"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/pdf"
	"cinnabar/internal/pdf/pades"
	"cinnabar/internal/platform/errs"
)

// Trust is whom verification trusts.
type Trust interface {
	Roots() *x509.CertPool          // of signers
	TimeStampRoots() *x509.CertPool // of time-stamp authorities
	TrustAnchorPEM() []byte
}

// Bounds of a verification that anybody may ask for.
const (
	maxVerified   = 20 << 20         // bytes of the file
	verifyTime    = 2 * time.Second  // of work
	uploadTime    = 30 * time.Second // for the file to arrive
	uploadsAtOnce = 8                // files in memory
	verifyAtOnce  = 2
	verifyEach    = 20 // per minute, and address or account
)

// verifyRoutes need no account (PLT-12).
func (s *Server) verifyRoutes() {
	s.mux.HandleFunc("POST "+base+"/verify", s.verifyFile)
	s.api.OpenAPI().AddOperation(s.verifyOperation())
	get(s, "/verify/{token}", "verify", "What a document's QR code says", s.verifyToken)
	get(s, "/verify/{token}/statement", "verify", "The signed status of a document's present file, for verification offline", s.tokenStatement)
	get(s, "/verify/statement", "verify", "The signed status of a file, by its SHA-256", s.digestStatement)
	get(s, "/verify/proof", "verify", "Proof that the entry which made a file stands in the evidence log, by the file's SHA-256", s.documentProof)
	get(s, "/verify/trust-anchor", "verify", "The root certificates, for verification offline", s.trustAnchor)
}

func (s *Server) verifyOperation() *huma.Operation {
	file := &huma.Schema{Type: huma.TypeString, Format: "binary"}
	form := &huma.Schema{Type: huma.TypeObject, Properties: map[string]*huma.Schema{"file": file}}
	return &huma.Operation{
		OperationID: "post-verify", Method: http.MethodPost, Path: base + "/verify", Tags: []string{"verify"},
		Summary:     "Who signed a PDF, whether it was changed since, and whether it is in force",
		Parameters:  []*huma.Param{{Name: "lang", In: "query", Schema: &huma.Schema{Type: huma.TypeString, Enum: []any{"zh", "en"}}, Description: "Of the sentences in the report; by Accept-Language when left out."}},
		RequestBody: &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"application/pdf": {Schema: file}, "multipart/form-data": {Schema: form}}},
		Responses: map[string]*huma.Response{"200": {Description: "The report", Content: map[string]*huma.MediaType{
			"application/json": {Schema: s.api.OpenAPI().Components.Schemas.Schema(reportType(), true, "Report")},
		}}},
	}
}

func (s *Server) verifyFile(w http.ResponseWriter, r *http.Request) {
	data, release, err := s.uploaded(w, r)
	if err != nil {
		s.writeProblem(w, r, err)
		return
	}
	defer release()
	report, err := s.verify(r.Context(), data)
	if err != nil {
		s.writeProblem(w, r, err)
		return
	}
	out, err := s.reportJSON(r.Context(), data, report, languageOf(r))
	if err != nil {
		s.writeProblem(w, r, err)
		return
	}
	s.writeJSON(w, out)
}

// uploaded reads the file to be verified. Only a few are in memory at a time; release lets the next one in.
func (s *Server) uploaded(w http.ResponseWriter, r *http.Request) (data []byte, release func(), err error) {
	if !s.gate.admit(counted(r.Context()), s.Clock.Now()) {
		return nil, nil, errTooMany
	}
	if r.ContentLength > maxVerified+4096 {
		return nil, nil, errTooBig
	}
	select {
	case s.gate.uploads <- struct{}{}:
	default:
		return nil, nil, errBusy
	}
	release = func() { <-s.gate.uploads }
	// A connection that cannot set a deadline has the server's own.
	_ = http.NewResponseController(w).SetReadDeadline(s.Clock.Now().Add(uploadTime))
	body, err := pdfBody(http.MaxBytesReader(w, r.Body, maxVerified+4096), r.Header.Get("Content-Type"))
	if err == nil {
		data, err = io.ReadAll(io.LimitReader(body, maxVerified+1))
	}
	if len(data) > maxVerified {
		err = errTooBig
	}
	if err != nil {
		release()
		return nil, nil, uploadFault(err)
	}
	return data, release, nil
}

var (
	errTooBig = errs.New(errs.TooLarge, "file-too-large", "a file of up to 20 MB can be verified here; use the command line for larger ones")
	errBusy   = errs.New(errs.Unavailable, "busy", "many files are being verified at present; try again in a moment")
)

func uploadFault(err error) error {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return errTooBig
	}
	var e *errs.Error
	if errors.As(err, &e) {
		return err
	}
	return errs.New(errs.Invalid, "upload-broken", "the file did not arrive whole").Because(err)
}

// pdfBody finds the file in a body that is the file itself, or a form that holds it.
func pdfBody(body io.Reader, contentType string) (io.Reader, error) {
	kind, params, err := mime.ParseMediaType(contentType)
	switch {
	case err == nil && kind == "application/pdf", err == nil && kind == "application/octet-stream":
		return body, nil
	case err == nil && kind == "multipart/form-data" && params["boundary"] != "":
		return formFile(body, params["boundary"])
	}
	return nil, errs.New(errs.Unsupported, "pdf-only", "send the PDF as application/pdf, or as the file of a form")
}

// verify works within bounds of time, with few others at the same time.
func (s *Server) verify(ctx context.Context, data []byte) (*pades.Report, error) {
	select {
	case s.gate.running <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-s.gate.running }()
	ctx, cancel := context.WithTimeout(ctx, verifyTime)
	defer cancel()
	report, err := pades.Verify(ctx, data, pades.VerifyOptions{
		Roots: s.Trust.Roots(), TSARoots: s.Trust.TimeStampRoots(), Now: s.Clock.Now(), Limits: pdf.Limits{FileSize: maxVerified}, Kind: pki.Kind,
	})
	if errors.Is(err, context.DeadlineExceeded) {
		err = errs.New(errs.TooLarge, "pdf-too-large", "the PDF is too complicated to be verified here; use the command line")
	}
	return report, err
}

type tokenInput struct {
	Token string `path:"token" maxLength:"100"`
}

// TokenView is what anybody who scans the code may know.
type TokenView struct {
	Number      string            `json:"number"`
	State       document.Standing `json:"state" enum:"in-force,not-yet,superseded,voided,expired,taken-out,unknown"`
	Since       *time.Time        `json:"since,omitempty" doc:"When it came out of force."`
	Reason      string            `json:"reason,omitempty" doc:"Why it was voided."`
	Parties     []string          `json:"parties" doc:"Masked."`
	EffectiveAt *time.Time        `json:"effectiveAt,omitempty"`
}

func (s *Server) verifyToken(ctx context.Context, in *tokenInput) (*struct{ Body TokenView }, error) {
	st, err := s.Documents.ByToken(ctx, in.Token)
	if err != nil {
		return nil, err
	}
	parties, err := s.maskedParties(ctx, st.Document.Case)
	return &struct{ Body TokenView }{TokenView{
		Number: st.Document.Number, State: st.Standing, Since: optional(st.Since), Reason: st.Reason,
		Parties: parties, EffectiveAt: optional(st.Document.EffectiveAt),
	}}, err
}

type textAnswer struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        []byte
}

func plain(text, name string) *textAnswer {
	return &textAnswer{"text/plain; charset=utf-8", `attachment; filename="` + name + `"`, []byte(text)}
}

func (s *Server) tokenStatement(ctx context.Context, in *tokenInput) (*textAnswer, error) {
	st, err := s.Documents.ByToken(ctx, in.Token)
	if err != nil {
		return nil, err
	}
	text, err := s.Documents.Statement(ctx, st.Version.Digest)
	return plain(text, "status.txt"), err
}

func (s *Server) digestStatement(ctx context.Context, in *struct {
	SHA256 string `query:"sha256" required:"true"`
},
) (*textAnswer, error) {
	d, err := cinnabar.ParseDigest(strings.ToLower(in.SHA256))
	if err != nil {
		return nil, errs.Wrong(errs.Field{Pointer: "/sha256", Code: "malformed"})
	}
	text, err := s.Documents.Statement(ctx, d)
	return plain(text, "status.txt"), err
}

func (s *Server) trustAnchor(context.Context, *struct{}) (*textAnswer, error) {
	return &textAnswer{"application/x-pem-file", `attachment; filename="trust-anchor.pem"`, bytes.Clone(s.Trust.TrustAnchorPEM())}, nil
}
