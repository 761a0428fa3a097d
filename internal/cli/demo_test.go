package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"cinnabar/internal/demo"
	"cinnabar/internal/platform/testtool"
	"cinnabar/web"
)

// One command and an empty folder are all that a demo needs: no other server. What it prints and writes holds: the
// address serves the screens, everybody named can sign in, a case stands in every state that is named, and the sample
// contract verifies.
// Proves PLT-16, of the businesses that stand.
func TestOneCommandStartsTheDemo_PLT16(t *testing.T) {
	t.Parallel()
	if _, err := fs.Stat(web.Dist(), "index.html"); err != nil {
		testtool.Missing(t, fmt.Errorf("the screens are not in this build (make web/dist/index.html): %w", err))
	}
	dir := t.TempDir()
	ctx, stop := context.WithCancel(t.Context())
	printed, out := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		c := demoCmd{Data: dir, Listen: "127.0.0.1:0", HTTPS: "-", FTP: "127.0.0.1:0"}
		err := c.Run(&env{Context: ctx, out: out, log: slog.New(slog.DiscardHandler)})
		ended <- errors.Join(err, out.CloseWithError(err))
	}()
	var text strings.Builder
	for part := make([]byte, 4096); !strings.Contains(text.String(), "boss3"); { // the last of those who can sign in
		n, err := printed.Read(part)
		if text.Write(part[:n]); err != nil {
			t.Fatalf("it ended: %v\n%s", err, &text)
		}
	}
	go func() { _, _ = io.Copy(io.Discard, printed) }()

	s, err := demo.Load(dir)
	must(t, err)
	if !strings.Contains(text.String(), s.BaseURL) || !strings.Contains(text.String(), s.Contract) {
		t.Errorf("address and contract are not printed:\n%s", &text)
	}
	page, err := http.Get(s.BaseURL)
	must(t, err)
	if must(t, page.Body.Close()); page.StatusCode != http.StatusOK || !strings.HasPrefix(page.Header.Get("Content-Type"), "text/html") {
		t.Errorf("the first page: %s, %s", page.Status, page.Header.Get("Content-Type"))
	}
	for _, who := range s.Accounts {
		signsIn(t, s.BaseURL, who)
		if !strings.Contains(text.String(), who.Login) {
			t.Errorf("%s is not printed", who.Login)
		}
	}
	if len(s.Accounts) < 10 || len(s.Cases) < 8 || len(s.Documents) < 3 || s.FTP.User == "" {
		t.Errorf("there is little in it: %+v", s)
	}
	verify := verifyCmd{Files: []string{s.Contract}, Trust: s.TrustAnchor}
	must(t, verify.Run(&env{Context: ctx, out: io.Discard}))
	stop()
	must(t, <-ended)
}

func signsIn(t *testing.T, base string, who *demo.Account) {
	t.Helper()
	body, err := json.Marshal(map[string]string{"method": "password", "login": who.Login, "password": who.Password})
	must(t, err)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, base+"/api/v1/sessions", strings.NewReader(string(body)))
	must(t, err)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Origin", base)
	res, err := http.DefaultClient.Do(req)
	must(t, err)
	said, err := io.ReadAll(res.Body)
	if must(t, errors.Join(err, res.Body.Close())); res.StatusCode != http.StatusOK {
		t.Errorf("%s signs in: %s %s", who.Login, res.Status, said)
	}
}
