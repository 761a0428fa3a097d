package contracts_test

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"sync"
	"testing"
	"time"

	"cinnabar/internal/business/gascontract/contracts"
	"cinnabar/internal/capability/document/template"
	"cinnabar/internal/pdf/typeset"
)

var loadOnce = sync.OnceValues(typeset.LoadFonts)

// GAS-6, GAS-7, GAS-8, GAS-11: every contract has its number, the law it rests on, and a place for the drawn
// signature and for each of the three seals, all on the last page below contract text.
func TestEveryContractCanBeSigned_GAS6(t *testing.T) {
	t.Parallel()
	fonts, err := loadOnce()
	if err != nil {
		t.Fatal(err)
	}
	for _, use := range contracts.Uses() {
		src, err := contracts.Source(use)
		if err != nil {
			t.Fatal(err)
		}
		tm, err := template.Parse(use+".tmpl", src)
		if err != nil {
			t.Fatal(err)
		}
		d, err := tm.Render(context.Background(), tm.Sample(), template.RenderOptions{
			Fonts: fonts, Number: "RQ-2026-000001", VerifyURL: "https://example.com/v/1", Now: time.Unix(1_795_000_000, 0),
		})
		if err != nil {
			t.Fatal(err)
		}
		if tm.ID() != "gas-"+use || d.Pages != 3 || len(d.Places) != 4 {
			t.Errorf("%s: %d pages, %d places", tm.ID(), d.Pages, len(d.Places))
		}
		var text strings.Builder
		lastPage := 0
		for _, l := range d.Lines {
			text.WriteString(l.Text)
			if l.Page == d.Pages {
				lastPage++
			}
		}
		for _, want := range []string{"电子签名法》第十三条", "内部证书", "户号", "预计月用气量", "违约责任", "第九条"} {
			if !strings.Contains(text.String(), want) {
				t.Errorf("%s lacks %q", use, want)
			}
		}
		if strings.ContainsAny(text.String(), "{}#*_") {
			t.Errorf("%s has marks left in its text", use)
		}
		if lastPage < 10 {
			t.Errorf("%s: the signatures stand on a page of their own", use)
		}
	}
}

// PLT-10: with certificates of a licensed authority the contract does not speak of internal ones.
func TestContractNamesItsCertificates_PLT10(t *testing.T) {
	t.Parallel()
	fonts, err := loadOnce()
	if err != nil {
		t.Fatal(err)
	}
	for _, use := range contracts.Uses() {
		src, err := contracts.Source(use)
		if err != nil {
			t.Fatal(err)
		}
		tm, err := template.Parse(use+".tmpl", src)
		if err != nil {
			t.Fatal(err)
		}
		for kind, internal := range map[any]bool{nil: true, "internal": true, "licensed": false} {
			data := tm.Sample()
			data["certificate"] = kind
			d, err := tm.Render(context.Background(), data, template.RenderOptions{Fonts: fonts, Now: time.Unix(1_795_000_000, 0)})
			if err != nil {
				t.Fatal(err)
			}
			var text strings.Builder
			for _, l := range d.Lines {
				text.WriteString(l.Text)
			}
			if got := strings.Contains(text.String(), "内部证书"); got != internal {
				t.Errorf("%s with %v certificates: speaks of internal ones: %v", use, kind, got)
			}
		}
	}
}

func TestUnknownUse(t *testing.T) {
	t.Parallel()
	if _, err := contracts.Source("../commercial"); !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrInvalid) {
		t.Errorf("got %v", err)
	}
}
