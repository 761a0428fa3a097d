package httpapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"cinnabar/internal/capability/filestore"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/platform/idempotency"
	"cinnabar/internal/platform/secret"
)

// once makes a changing request happen once (PLT-5, PLT-19): it needs an Idempotency-Key, and a repeat gets
// the first answer. A request that was refused changed nothing, and its key can be used again. Callers who
// are not signed in cannot be told apart; their requests pass, to be refused by what they ask for.
func (s *Server) once(ctx huma.Context, next func(huma.Context)) {
	r, w := humago.Unwrap(ctx)
	a := actorOf(r.Context())
	if sent := r.Header.Get("Idempotency-Key"); sent != "" && changes(ctx.Operation()) {
		if err := idempotency.Check(sent); err != nil {
			s.writeProblem(w, r, err)
			return
		}
	}
	if !needsKey(ctx.Operation()) || a.Kind == cinnabar.Nobody {
		next(ctx)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		s.writeProblem(w, r, bodyFault(err))
		return
	}
	key := idempotency.Request{
		Scope: idempotency.Scope(a), Key: r.Header.Get("Idempotency-Key"),
		Digest: s.Vault.Index("idempotency-http", r.Method+" "+r.URL.RequestURI()+"\n"+r.Header.Get("If-Match")+"\n"+string(body)),
	}
	first, err := s.claim(r.Context(), a, key)
	switch {
	case err != nil:
		s.writeProblem(w, r, err)
		return
	case first != nil:
		first.replay(w)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	rec := &answerRecorder{ResponseWriter: w, kept: kept{Status: http.StatusOK}}
	settled := false
	defer func() {
		if !settled { // a panic
			s.settle(r.Context(), a, key, nil)
		}
	}()
	next(humago.NewContext(ctx.Operation(), r, rec))
	settled = true
	s.settle(r.Context(), a, key, rec.answer())
}

// ownKeys are the operations that take keys themselves, change nothing, or are safe to repeat for another
// reason: sign-ins use their code or link up, uploads know their offset, drafts their revision.
var ownKeys = []string{
	"/cases", "/cases/{id}/actions/{action}", "/cases/{id}/drafts/{section}", "/cases/{id}/materials/{name}",
	"/cases/{id}/face-checks", "/people", "/links/{token}", "/verify", "/files", "/files/{id}", "/seals/preview", "/settings/templates/preview", "/document-types/preview",
	"/documents/zip", "/e-documents", "/e-documents/sheets/proposal", "/e-documents/sheets/check", "/captures/{id}/picture", "/captures/{id}/failure", "/people/me/face-devices/challenges",
}

func changes(op *huma.Operation) bool {
	return op.Method != http.MethodGet && op.Method != http.MethodHead && op.Method != http.MethodOptions
}

func needsKey(op *huma.Operation) bool {
	path := strings.TrimPrefix(op.Path, base)
	return changes(op) && path != "/sessions" && !strings.HasPrefix(path, "/sessions/") && !slices.Contains(ownKeys, path)
}

// describeKeys tells in the description which operations take the header.
func (s *Server) describeKeys() {
	shortest, longest := idempotency.MinKey, idempotency.MaxKey
	for _, item := range s.api.OpenAPI().Paths {
		for _, op := range []*huma.Operation{item.Post, item.Put, item.Patch, item.Delete} {
			if op != nil && needsKey(op) {
				op.Parameters = slices.DeleteFunc(op.Parameters, func(p *huma.Param) bool { return p.Name == "Idempotency-Key" })
				op.Parameters = append(op.Parameters, &huma.Param{
					Name: "Idempotency-Key", In: "header", Required: true, Description: "Names the intent; a repeat gets the first answer.",
					Schema: &huma.Schema{Type: huma.TypeString, MinLength: &shortest, MaxLength: &longest},
				})
			}
		}
	}
}

func bodyFault(err error) error {
	var long *http.MaxBytesError
	if errors.As(err, &long) {
		return errs.New(errs.TooLarge, "too-large", "the request is larger than %d bytes", long.Limit).With("limit", long.Limit)
	}
	return errs.New(errs.Invalid, "cut-off", "the request ended early; send it again").Because(err)
}

// kept is an answer as it is kept, sealed: it may hold personal data, or a secret that is shown once.
type kept struct {
	Status  int
	Headers map[string]string
	Body    []byte
}

func (k *kept) replay(w http.ResponseWriter) {
	for name, value := range k.Headers {
		w.Header().Set(name, value)
	}
	w.Header().Set("Idempotent-Replayed", "true")
	w.WriteHeader(k.Status)
	_, _ = w.Write(k.Body)
}

// keptHeaders are those that belong to an answer; cookies never do.
var keptHeaders = []string{"Content-Type", "ETag", "Location", "Content-Disposition"}

type answerRecorder struct {
	http.ResponseWriter
	kept
}

func (r *answerRecorder) WriteHeader(status int) {
	r.Status = status
	r.ResponseWriter.WriteHeader(status)
}

func (r *answerRecorder) Write(b []byte) (int, error) {
	r.Body = append(r.Body, b...)
	return r.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (r *answerRecorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// answer is what was answered; nil when the request was refused.
func (r *answerRecorder) answer() *kept {
	if r.Status < 200 || r.Status > 299 {
		return nil
	}
	r.Headers = map[string]string{}
	for _, name := range keptHeaders {
		if v := r.Header().Get(name); v != "" {
			r.Headers[name] = v
		}
	}
	return &r.kept
}

func (s *Server) claim(ctx context.Context, a cinnabar.Actor, key idempotency.Request) (*kept, error) {
	var first *idempotency.Answer
	err := s.DB.InTx(ctx, func(tx db.Tx) (err error) {
		first, err = idempotency.Claim(ctx, tx, key, s.Clock.Now())
		return err
	})
	if err != nil || first == nil {
		return nil, err
	}
	plain, err := s.Vault.Open(ctx, s.DB, callerSubject(a), keyPlace(key), first.Body)
	if err != nil {
		return nil, err
	}
	out := new(kept)
	return out, json.Unmarshal(plain, out)
}

// settle keeps the answer, or frees the key. The caller has the answer already, so that a fault is only
// logged: a repeat is told that the first request is under way, and can try again after two minutes.
func (s *Server) settle(ctx context.Context, a cinnabar.Actor, key idempotency.Request, answer *kept) {
	ctx = context.WithoutCancel(ctx)
	err := s.DB.InTx(ctx, func(tx db.Tx) error {
		if answer == nil {
			return idempotency.Free(ctx, tx, key)
		}
		plain, err := json.Marshal(answer)
		if err != nil {
			return err
		}
		sealed, err := s.Vault.Seal(ctx, tx, callerSubject(a), keyPlace(key), plain)
		if err != nil {
			return err
		}
		return idempotency.Keep(ctx, tx, key, idempotency.Answer{Status: answer.Status, Body: sealed})
	})
	if err != nil {
		s.log.ErrorContext(ctx, "an idempotency key was not settled", "error", err, "request", requestID(ctx))
	}
}

// callerSubject is under whose key answers are sealed: they go with the person's data.
func callerSubject(a cinnabar.Actor) secret.Subject {
	return secret.Subject("person/" + filestore.Uploader(a))
}

func keyPlace(key idempotency.Request) string {
	return "idempotency.answer/" + key.Scope + "/" + key.Key
}
