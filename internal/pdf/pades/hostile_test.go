package pades_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"cinnabar/internal/pdf"
	"cinnabar/internal/pdf/pades"
	"cinnabar/internal/platform/errs"
)

// A signed file with as many objects and later revisions as the limits let through: the deadline ends it.
func TestHostileRevisionsEndWithTheDeadline_A23(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := context.Background()
	key, chain := w.seal("Sample", false)
	base := appended(t, paper(1, false), func(_ *pdf.Document, u *pdf.Update) {
		for range 30_000 {
			u.Add(int64(1))
		}
	})
	data, err := pades.Prepare(ctx, base, []pades.Field{{Name: "A"}})
	must(t, err)
	data, err = pades.Sign(ctx, data, pades.SignRequest{Field: "A", Signer: key, Chain: chain})
	must(t, err)
	for range 60 {
		data = appended(t, data, func(_ *pdf.Document, u *pdf.Update) { u.Add(int64(2)) })
	}
	limited, stop := context.WithTimeout(ctx, 20*time.Millisecond)
	defer stop()
	_, err = pades.Verify(limited, data, w.options())
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("past the deadline: %v", err)
	}
	few := w.options()
	few.Limits = pdf.Limits{Sections: 50}
	if _, err := pades.Verify(ctx, data, few); !errors.Is(err, errs.TooLarge) {
		t.Errorf("too many revisions: %v", err)
	}
}
