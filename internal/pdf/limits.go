package pdf

import (
	"cinnabar/internal/platform/errs"
)

// Limits bounds the work that a file can cause. A zero field means the default of DefaultLimits.
type Limits struct {
	FileSize int   // bytes of the file
	Objects  int   // entries of all cross-reference sections together
	Depth    int   // nesting of arrays and dictionaries, of the page tree, of indirect lengths
	Pages    int   // pages of the page tree
	Sections int   // cross-reference sections, i.e. revisions
	Stream   int   // bytes of one stream after decoding
	Decoded  int   // bytes of all streams decoded together
	Ratio    int   // decoded size of a stream above 1 MiB, as a multiple of its encoded size
	Pixels   int64 // width times height of one image
	Text     int   // bytes of text that are extracted
}

// DefaultLimits suits what persons hand in: contracts, scans, brochures.
func DefaultLimits() Limits {
	return Limits{
		FileSize: 64 << 20,
		Objects:  100_000,
		Depth:    64,
		Pages:    2_000,
		Sections: 128,
		Stream:   32 << 20,
		Decoded:  64 << 20,
		Ratio:    200,
		Pixels:   120_000_000,
		Text:     8 << 20,
	}
}

func (l Limits) orDefault() Limits {
	d := DefaultLimits()
	for _, f := range []struct{ have, want *int }{
		{&l.FileSize, &d.FileSize},
		{&l.Objects, &d.Objects},
		{&l.Depth, &d.Depth},
		{&l.Pages, &d.Pages},
		{&l.Sections, &d.Sections},
		{&l.Stream, &d.Stream},
		{&l.Decoded, &d.Decoded},
		{&l.Ratio, &d.Ratio},
		{&l.Text, &d.Text},
	} {
		if *f.have <= 0 {
			*f.have = *f.want
		}
	}
	if l.Pixels <= 0 {
		l.Pixels = d.Pixels
	}
	return l
}

// Codes of the errors that foreign files cause. All of them are errs.Error.
const (
	CodeMalformed = "pdf-malformed" // errs.Invalid: not a PDF, or one that breaks its own rules
	CodeTooLarge  = "pdf-too-large" // errs.TooLarge: past one of the Limits
	CodeEncrypted = "pdf-encrypted" // errs.Invalid: encrypted; it can be neither read nor signed
	CodeFilter    = "pdf-filter"    // errs.Unsupported: a stream filter that is not read here
)

func malformed(at int, what string) error {
	return errs.New(errs.Invalid, CodeMalformed, "the PDF is damaged: %s (at byte %d)", what, at)
}

func tooLarge(what string) error {
	return errs.New(errs.TooLarge, CodeTooLarge, "the PDF is larger or more complicated than is accepted: %s", what)
}
