package template_test

import (
	"context"
	"os"
	"sync"
	"testing"
	"time"

	"cinnabar/internal/capability/document/template"
	"cinnabar/internal/pdf/typeset"
)

var loadOnce = sync.OnceValues(typeset.LoadFonts)

func options(t testing.TB) template.RenderOptions {
	t.Helper()
	f, err := loadOnce()
	if err != nil {
		t.Skip(err)
	}
	return template.RenderOptions{
		Fonts: f, Number: "RQ-2026-000001", VerifyURL: "https://gas.example.com/v/RQ-2026-000001",
		Now: time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC),
	}
}

func contract(t testing.TB) *template.Template {
	t.Helper()
	src, err := os.ReadFile("testdata/contract.tmpl")
	if err != nil {
		t.Fatal(err)
	}
	tm, err := template.Parse("contract.tmpl", src)
	if err != nil {
		t.Fatal(err)
	}
	return tm
}

func TestPreviewFillsEveryField(t *testing.T) {
	t.Parallel()
	d, err := contract(t).Preview(context.Background(), options(t))
	if err != nil {
		t.Fatal(err)
	}
	if d.Pages < 2 || len(d.Places) != 4 {
		t.Errorf("%d pages, places %v", d.Pages, d.Places)
	}
}
