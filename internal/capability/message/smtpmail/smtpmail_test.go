package smtpmail

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/wneessen/go-mail"

	"cinnabar/internal/capability/message"
	"cinnabar/internal/platform/clock"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/platform/jobs"
)

// Errors tell temporary from permanent, and repeat nothing that the server said.
// Proves PLT-18.
func TestErrorsHoldNoAddress_PLT18(t *testing.T) {
	t.Parallel()
	m, err := New(Config{Host: "127.0.0.1", Port: 1, TLS: "none", From: "a@sample.invalid", Timeout: time.Second, Clock: clock.System{}})
	if err != nil {
		t.Fatal(err)
	}
	out := message.Outgoing{ID: "1", To: "wang@sample.invalid", Subject: "s", Body: "b"}
	if err := m.Deliver(t.Context(), out); !errors.Is(err, errs.Unavailable) || jobs.IsPermanent(err) || strings.Contains(err.Error(), "wang") {
		t.Errorf("no server: %v", err)
	}
	out.To = "not an address"
	if err := m.Deliver(t.Context(), out); !jobs.IsPermanent(err) || strings.Contains(err.Error(), "not an") {
		t.Errorf("malformed address: %v", err)
	}
	if err := classify(&mail.SendError{Reason: mail.ErrSMTPData}); jobs.IsPermanent(err) {
		t.Errorf("broken line: %v", err)
	}
}
