package httpapi

import (
	"encoding/json"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"sync"
	"time"

	"cinnabar/internal/platform/errs"
)

// gate bounds what strangers can cost.
type gate struct {
	uploads chan struct{}
	running chan struct{}

	lock  sync.Mutex
	since time.Time      // when the present minute began
	asked map[string]int // by address or account, within it
}

func newGate() *gate {
	return &gate{uploads: make(chan struct{}, uploadsAtOnce), running: make(chan struct{}, verifyAtOnce), asked: map[string]int{}}
}

// maxAsking bounds the memory that a minute can take.
const maxAsking = 10_000

// admit counts a request and tells whether the caller has some left in this minute.
func (g *gate) admit(caller string, now time.Time) bool {
	g.lock.Lock()
	defer g.lock.Unlock()
	if now.Sub(g.since) >= time.Minute || len(g.asked) >= maxAsking {
		g.since = now
		clear(g.asked)
	}
	g.asked[caller]++
	return g.asked[caller] <= verifyEach
}

// formFile is the first file of a form.
func formFile(body io.Reader, boundary string) (io.Reader, error) {
	form := multipart.NewReader(body, boundary)
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			return nil, errs.Wrong(errs.Field{Pointer: "/file", Code: "missing"})
		}
		if err != nil {
			return nil, err
		}
		if part.FileName() != "" {
			return part, nil
		}
	}
}

// languageOf is the language of sentences in an answer: as asked, else as the browser prefers.
func languageOf(r *http.Request) string {
	for _, asked := range append([]string{r.URL.Query().Get("lang")}, strings.Split(r.Header.Get("Accept-Language"), ",")...) {
		switch tag := strings.ToLower(strings.TrimSpace(asked)); {
		case strings.HasPrefix(tag, "en"):
			return "en"
		case strings.HasPrefix(tag, "zh"):
			return "zh"
		}
	}
	return "zh"
}

func (s *Server) writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusOK)
	_ = json.NewEncoder(w).Encode(v)
}
