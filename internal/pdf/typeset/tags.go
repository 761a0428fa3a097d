package typeset

import (
	"cinnabar/internal/pdf"
)

// elem is one structure element (ISO 32000-1 14.7.2).
type elem struct {
	kind  pdf.Name
	alt   string
	title string
	attrs pdf.Dict
	kids  []kid
	ref   pdf.Ref
}

// kid is a child element or a stretch of marked content on a page.
type kid struct {
	elem *elem
	page *page
	mcid int
}

// artifact marks content that belongs to no element.
var artifact = &elem{kind: "Artifact"}

// tags is the structure tree of one document.
type tags struct{ root *elem }

func newTags() *tags { return &tags{root: &elem{kind: "Document"}} }

// add makes a child of parent.
func (e *elem) add(kind pdf.Name) *elem {
	c := &elem{kind: kind}
	e.kids = append(e.kids, kid{elem: c})
	return c
}

// write writes the tree and returns the reference of its root. pageRefs are by page number less one.
func (t *tags) write(w *pdf.Writer, pages []*page, pageRefs []pdf.Ref) pdf.Ref {
	tree := w.Alloc()
	t.root.alloc(w)
	t.root.write(w, tree, pageRefs)
	index := pdf.Array{}
	for i, p := range pages {
		owners := make(pdf.Array, len(p.marks))
		for k, e := range p.marks {
			owners[k] = e.ref
		}
		index = append(index, i, w.Add(owners))
	}
	w.Set(tree, pdf.Dict{
		"Type": pdf.Name("StructTreeRoot"), "K": pdf.Array{t.root.ref},
		"ParentTree": w.Add(pdf.Dict{"Nums": index}), "ParentTreeNextKey": len(pages),
	})
	return tree
}

// alloc numbers the elements in reading order.
func (e *elem) alloc(w *pdf.Writer) {
	e.ref = w.Alloc()
	for _, k := range e.kids {
		if k.elem != nil {
			k.elem.alloc(w)
		}
	}
}

func (e *elem) write(w *pdf.Writer, parent pdf.Ref, pageRefs []pdf.Ref) {
	d := pdf.Dict{"Type": pdf.Name("StructElem"), "S": e.kind, "P": parent}
	if e.alt != "" {
		d["Alt"] = pdf.Text(e.alt)
	}
	if e.title != "" {
		d["T"] = pdf.Text(e.title)
	}
	if e.attrs != nil {
		d["A"] = e.attrs
	}
	home := e.home()
	if home != nil {
		d["Pg"] = pageRefs[home.number-1]
	}
	kids := make(pdf.Array, 0, len(e.kids))
	for _, k := range e.kids {
		switch {
		case k.elem != nil:
			k.elem.write(w, e.ref, pageRefs)
			kids = append(kids, k.elem.ref)
		case k.page == home:
			kids = append(kids, k.mcid)
		default:
			kids = append(kids, pdf.Dict{"Type": pdf.Name("MCR"), "Pg": pageRefs[k.page.number-1], "MCID": k.mcid})
		}
	}
	switch len(kids) {
	case 0:
	case 1:
		d["K"] = kids[0]
	default:
		d["K"] = kids
	}
	w.Set(e.ref, d)
}

// home is the page of the first content of its own.
func (e *elem) home() *page {
	for _, k := range e.kids {
		if k.page != nil {
			return k.page
		}
	}
	return nil
}
