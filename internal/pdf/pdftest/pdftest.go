// Package pdftest writes the small PDF files of tests by hand, so that a test says byte for byte what it hands in. It is
// imported by tests only.
package pdftest

import (
	"bytes"
	"fmt"
	"strings"
)

// Objects of a file of one page: Catalog and Pages as most have them, Page with nothing on it.
const (
	Catalog = "<</Type/Catalog/Pages 2 0 R>>"
	Pages   = "<</Type/Pages/Kids[3 0 R]/Count 1>>"
	Page    = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<<>>>>"
)

// Blank is an A4 page with nothing on it.
func Blank() []byte { return File("", Catalog, Pages, Page) }

// File is a file of these objects, numbered from 1, the first one its catalog, with more entries for its trailer. %XREF%
// in an entry stands for where the cross-references begin.
func File(trailer string, objects ...string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n")
	var at []int
	for i, body := range objects {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, body)
	}
	xref := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, n := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", n)
	}
	trailer = strings.ReplaceAll(trailer, "%XREF%", fmt.Sprint(xref))
	fmt.Fprintf(&b, "trailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, trailer, xref)
	return b.Bytes()
}
