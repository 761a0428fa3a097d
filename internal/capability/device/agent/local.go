package agent

import (
	"crypto/subtle"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"slices"

	"cinnabar/internal/capability/device/protocol"
)

// Handler is the local page's API, for pages of the enrolled server in a browser on this machine:
//
//	GET  /v1/agent     who this is; needs no token, so that a page can ask its server for it
//	GET  /v1/readers   the readers
//	POST /v1/captures  a signed picture, for the page to hand in
//
// Foreign pages are kept out thrice: their Origin is not the server's, they have no token, and the Host must be
// a loopback name, so that a foreign name that was made to lead here (DNS rebinding) does not help.
func (a *Agent) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/agent", func(w http.ResponseWriter, _ *http.Request) {
		write(w, http.StatusOK, map[string]string{"device": a.Identity.Device, "name": a.Identity.Name, "server": a.Identity.Server})
	})
	mux.HandleFunc("GET /v1/readers", a.paired(func(w http.ResponseWriter, _ *http.Request) {
		write(w, http.StatusOK, map[string]any{"items": a.infos()})
	}))
	mux.HandleFunc("POST /v1/captures", a.paired(a.localCapture))
	return a.guarded(mux)
}

func (a *Agent) infos() []protocol.Reader {
	var out []protocol.Reader
	for _, r := range a.Readers {
		out = append(out, r.Info())
	}
	return out
}

// guarded lets only pages of the enrolled server in, and answers their browser's questions beforehand: CORS, and
// Private Network Access (a public page that asks a private address).
func (a *Agent) guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Vary", "Origin")
		h.Set("Cache-Control", "no-store")
		h.Set("X-Content-Type-Options", "nosniff")
		if !a.ownHost(r.Host) || r.Header.Get("Origin") != a.Identity.Server {
			problem(w, http.StatusForbidden, "foreign-origin", "this agent answers pages of "+a.Identity.Server+" only")
			return
		}
		h.Set("Access-Control-Allow-Origin", a.Identity.Server)
		if r.Method != http.MethodOptions {
			next.ServeHTTP(w, r)
			return
		}
		h.Set("Access-Control-Allow-Methods", "GET, POST")
		h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type")
		h.Set("Access-Control-Max-Age", "600")
		if r.Header.Get("Access-Control-Request-Private-Network") == "true" {
			h.Set("Access-Control-Allow-Private-Network", "true")
		}
		w.WriteHeader(http.StatusNoContent)
	})
}

// ownHost tells whether a request was meant for the loopback address, by the port that is listened on.
func (a *Agent) ownHost(host string) bool {
	_, port, err := net.SplitHostPort(a.Listen)
	return err == nil && slices.Contains([]string{"127.0.0.1:" + port, "localhost:" + port, "[::1]:" + port}, host)
}

// paired asks for the token.
func (a *Agent) paired(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if subtle.ConstantTimeCompare([]byte(r.Header.Get("Authorization")), []byte("Bearer "+a.Identity.Token)) != 1 {
			problem(w, http.StatusUnauthorized, "not-paired", "ask the server for this device's local token")
			return
		}
		next(w, r)
	}
}

func (a *Agent) localCapture(w http.ResponseWriter, r *http.Request) {
	var in struct {
		protocol.Request
		Reader string `json:"reader"` // "": the first
	}
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<16)).Decode(&in)
	if err != nil || in.ID == "" || in.Nonce == "" || in.Position < 0 || in.Position > 10 {
		problem(w, http.StatusUnprocessableEntity, "invalid-input", "id, nonce and position of a request of the server are needed")
		return
	}
	i := slices.IndexFunc(a.Readers, func(x Reader) bool { return in.Reader == "" || x.Info().ID == in.Reader })
	if i < 0 {
		problem(w, http.StatusNotFound, "reader-not-found", "there is no such reader")
		return
	}
	c, err := a.capture(r.Context(), a.Readers[i], in.Request)
	if err != nil {
		a.Log.WarnContext(r.Context(), "no picture", "request", in.ID, "error", err)
		status := http.StatusConflict
		if errors.Is(err, ErrUnplugged) {
			status = http.StatusServiceUnavailable
		}
		problem(w, status, reason(err), "there is no picture; try again")
		return
	}
	write(w, http.StatusOK, c)
}

func problem(w http.ResponseWriter, status int, code, detail string) {
	w.Header().Set("Content-Type", "application/problem+json")
	write(w, status, map[string]any{"status": status, "code": code, "detail": detail})
}

func write(w http.ResponseWriter, status int, body any) {
	if w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", "application/json")
	}
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // a page that went away has nobody to be told
}
