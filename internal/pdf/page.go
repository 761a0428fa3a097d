package pdf

// Page is one page with the attributes it inherits (ISO 32000-2 7.7.3.4).
type Page struct {
	Ref       Ref
	Dict      Dict // as it stands in the file
	Resources Object
	MediaBox  [4]float64 // left, bottom, right, top in points
	Rotate    int
}

// Pages lists the pages in order.
func (d *Document) Pages() ([]Page, error) {
	c, _, err := d.Catalog()
	if err != nil {
		return nil, err
	}
	root, ok := c["Pages"].(Ref)
	if !ok {
		return nil, malformed(0, "the catalog names no page tree")
	}
	w := pageWalk{d: d, seen: map[Ref]bool{}}
	if err := w.visit(root, Dict{}, 0); err != nil {
		return nil, err
	}
	if len(w.pages) == 0 {
		return nil, malformed(0, "it has no page")
	}
	return w.pages, nil
}

type pageWalk struct {
	d     *Document
	seen  map[Ref]bool
	pages []Page
}

func (w *pageWalk) visit(r Ref, inherited Dict, depth int) error {
	if depth > w.d.limits.Depth || len(w.seen) > 2*w.d.limits.Pages+w.d.limits.Depth {
		return tooLarge("the page tree")
	}
	if w.seen[r] {
		return malformed(0, "a page tree that bites its tail")
	}
	w.seen[r] = true
	node, err := w.d.DictOf(r)
	if err != nil {
		return err
	}
	if node == nil {
		return malformed(0, "a page that is missing")
	}
	down := Dict{}
	for _, k := range []Name{"Resources", "MediaBox", "Rotate"} {
		if v, ok := node[k]; ok {
			down[k] = v
		} else if v, ok := inherited[k]; ok {
			down[k] = v
		}
	}
	if node["Type"] == Name("Page") || node["Kids"] == nil {
		return w.page(r, node, down)
	}
	kids, err := w.d.ArrayOf(node["Kids"])
	if err != nil {
		return err
	}
	for _, k := range kids {
		kid, ok := k.(Ref)
		if !ok {
			return malformed(0, "a page tree with a page that is no reference")
		}
		if err := w.visit(kid, down, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (w *pageWalk) page(r Ref, node, attributes Dict) error {
	if len(w.pages) >= w.d.limits.Pages {
		return tooLarge("pages")
	}
	box, err := w.d.ArrayOf(attributes["MediaBox"])
	if err != nil {
		return err
	}
	p := Page{Ref: r, Dict: node, Resources: attributes["Resources"], Rotate: intOr(attributes["Rotate"], 0)}
	if len(box) != 4 {
		return malformed(0, "a page without size")
	}
	for i := range p.MediaBox {
		v, err := w.d.Value(box[i])
		if err != nil {
			return err
		}
		if p.MediaBox[i], err = number(v); err != nil {
			return err
		}
	}
	w.pages = append(w.pages, p)
	return nil
}

func number(o Object) (float64, error) {
	switch v := o.(type) {
	case int64:
		return float64(v), nil
	case float64:
		return v, nil
	}
	return 0, malformed(0, "no number where one is due")
}
