// Package typeset lays out documents in Chinese and Latin script and writes them as tagged PDF.
//
// A Document is a list of blocks: headings, paragraphs, tables, pictures, QR codes, places for
// signatures. Make breaks lines by measured width under the Chinese rules (避头尾: no line begins with
// closing punctuation or ends with opening punctuation; words and numbers stay whole), fills pages, and
// returns the file with the place of every named rectangle.
//
// Guaranteed: text is real text, selectable and searchable in reading order; fonts are embedded as
// subsets; a character without a glyph is an error that names it, never a blank; the same Document gives
// the same bytes; input beyond the Limits is an error, not a long wait. Not done: right-to-left and
// vertical text, hyphenation, kerning, footnotes.
//
// All lengths are in points (1/72 inch) unless a name says otherwise; MM converts.
package typeset

import (
	"time"

	"cinnabar/internal/pdf"
	"cinnabar/internal/platform/errs"
)

// MM is one millimetre in points.
const MM = 72 / 25.4

// Document is what Make turns into a file.
type Document struct {
	Title, Author, Subject string
	Creator                string    // the program, for the file's metadata
	Language               string    // a BCP 47 tag; empty: zh-CN
	Created                time.Time // stands in the metadata
	Seed                   []byte    // see pdf.Info

	HeaderLeft, HeaderRight string // on top of every page, over a rule; both empty: none
	NoPageNumbers           bool   // leaves out 第 n 页 / 共 N 页
	ShowPlaces              bool   // outlines and names the places of signatures, for previews

	Size   float64 // of body text; 0: 10.5 (五号)
	Body   []Block
	Limits Limits
}

// Limits bound what a document may cost. Zero fields take the defaults.
type Limits struct {
	Pages  int // 200
	Runes  int // 400,000
	Pixels int // of one picture; 40,000,000
}

// Result is a finished document.
type Result struct {
	PDF    []byte
	Pages  int
	Places []Place
	Lines  []Line // body text as it was set, in reading order; for search indexes and tests
}

// Place is where a named rectangle came to lie, e.g. for a signature field.
type Place struct {
	Name string
	Page int // from 1
	Rect Rect
}

// Rect is in the page's own coordinates: origin at the lower left corner, as PDF annotations want it.
type Rect struct{ X0, Y0, X1, Y1 float64 }

// Line is one line of body text.
type Line struct {
	Page        int     // from 1
	X, Baseline float64 // page coordinates
	Width       float64
	Text        string
}

// Codes of the errors of Make.
const (
	CodeTooLong      = "document-too-long"      // beyond Limits
	CodeNoGlyph      = "document-no-glyph"      // a character that no font has
	CodeTooTall      = "document-block-tall"    // something unbreakable is taller than a page
	CodeBadPicture   = "document-bad-picture"   // not a JPEG or PNG that can be set
	CodeBadStructure = "document-bad-structure" // a mistake in the blocks, e.g. a table without columns
)

func wrong(code, detail string, args ...any) error {
	return errs.New(errs.Invalid, code, detail, args...)
}

// A4 and the margins of a Chinese contract page.
const (
	pageWidth    = 210 * MM
	pageHeight   = 297 * MM
	marginSide   = 26 * MM
	marginTop    = 25 * MM
	marginBottom = 22 * MM
	textWidth    = pageWidth - 2*marginSide
	textBottom   = pageHeight - marginBottom
)

// Make lays out the document and writes it. Errors are *errs.Error of kind Invalid.
func Make(fonts *Fonts, d Document) (*Result, error) {
	d.setDefaults()
	b := &builder{doc: d, pen: newPen(fonts, d.Limits), tags: newTags()}
	pieces, err := b.blocks(d.Body, textWidth, b.tags.root, 0)
	if err != nil {
		return nil, err
	}
	if err := b.fill(pieces); err != nil {
		return nil, err
	}
	if err := b.furniture(); err != nil {
		return nil, err
	}
	file, err := b.write()
	if err != nil {
		return nil, err
	}
	return &Result{PDF: file, Pages: len(b.pages), Places: b.places, Lines: b.lines}, nil
}

func (d *Document) setDefaults() {
	if d.Language == "" {
		d.Language = "zh-CN"
	}
	if d.Size == 0 {
		d.Size = 10.5
	}
	l := &d.Limits
	for _, f := range []struct {
		v       *int
		initial int
	}{{&l.Pages, 200}, {&l.Runes, 400_000}, {&l.Pixels, 40_000_000}} {
		if *f.v <= 0 {
			*f.v = f.initial
		}
	}
}

// builder is the state of one Make.
type builder struct {
	doc    Document
	pen    *pen
	tags   *tags
	pages  []*page
	places []Place
	lines  []Line
	images []*placedImage
	marks  []bookmark
}

func (d *Document) info() pdf.Info {
	return pdf.Info{
		Title: d.Title, Author: d.Author, Subject: d.Subject, Creator: d.Creator,
		Language: d.Language, Created: d.Created, Seed: d.Seed,
	}
}
