package typeset

import (
	"fmt"

	"cinnabar/internal/pdf"
)

const furnitureSize = 8.5

// furniture draws the header and the footer of every page, as artifacts, once their number is known.
func (b *builder) furniture() error {
	for _, pg := range b.pages {
		pg.unmark()
		if err := b.header(pg); err != nil {
			return err
		}
		if b.doc.NoPageNumbers {
			continue
		}
		number := fmt.Sprintf("第 %d 页 / 共 %d 页", pg.number, len(b.pages))
		if err := b.aside(pg, number, pageHeight-marginBottom+28, Center); err != nil {
			return err
		}
	}
	return nil
}

func (b *builder) header(pg *page) error {
	if b.doc.HeaderLeft == "" && b.doc.HeaderRight == "" {
		return nil
	}
	const baseline = marginTop - 20
	if err := b.aside(pg, b.doc.HeaderLeft, baseline, Left); err != nil {
		return err
	}
	pg.rule(marginSide, baseline+6, pageWidth-marginSide, baseline+6, 0.5)
	return b.aside(pg, b.doc.HeaderRight, baseline, Right)
}

// aside draws one line outside of the text.
func (b *builder) aside(pg *page, text string, baseline float64, align Align) error {
	gs, err := b.pen.glyphs(Text(text), serif)
	if err != nil {
		return err
	}
	l := textLine{glyphs: gs, size: furnitureSize, gray: true}
	if l.width() > textWidth {
		return wrong(CodeTooLong, "the page header is wider than the page; shorten it")
	}
	pg.mark(nil)
	pg.draw(l, marginSide+alignX(align, l.width(), textWidth), baseline)
	return nil
}

// write turns pages, fonts, pictures and tags into a file.
func (b *builder) write() ([]byte, error) {
	w := pdf.NewWriter()
	fonts, err := b.pen.embed(w)
	if err != nil {
		return nil, err
	}
	images, err := b.embedImages(w)
	if err != nil {
		return nil, err
	}
	resources := w.Add(pdf.Dict{"Font": fonts, "XObject": images})
	tree := w.Alloc()
	refs := make([]pdf.Ref, len(b.pages))
	kids := make(pdf.Array, len(b.pages))
	for i, pg := range b.pages {
		refs[i] = w.Alloc()
		kids[i] = refs[i]
		w.Set(refs[i], pdf.Dict{
			"Type": pdf.Name("Page"), "Parent": tree, "MediaBox": pdf.Array{0, 0, pageWidth, pageHeight},
			"Resources": resources, "Contents": w.AddStream(nil, pg.content()),
			"StructParents": i, "Tabs": pdf.Name("S"),
		})
	}
	w.Set(tree, pdf.Dict{"Type": pdf.Name("Pages"), "Kids": kids, "Count": len(kids)})
	catalog := pdf.Dict{
		"Pages": tree, "MarkInfo": pdf.Dict{"Marked": true},
		"StructTreeRoot": b.tags.write(w, b.pages, refs),
	}
	if len(b.marks) > 1 {
		catalog["Outlines"] = b.outline(w, refs)
	}
	return w.Finish(catalog, b.doc.info())
}
