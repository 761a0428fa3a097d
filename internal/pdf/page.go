package pdf

// Page is one page with the attributes it inherits (ISO 32000-2 7.7.3.4).
type Page struct {
	Ref       Ref
	Dict      Dict // as it stands in the file
	Resources Object
	MediaBox  [4]float64 // left, bottom, right, top in points
	CropBox   [4]float64 // the part of the media box that shows (14.11.2)
	Rotate    int        // clockwise, as it is shown: 0, 90, 180 or 270
}

// Shown is the size of the page as it is shown.
func (p Page) Shown() (width, height float64) {
	width, height = p.CropBox[2]-p.CropBox[0], p.CropBox[3]-p.CropBox[1]
	if p.Rotate%180 != 0 {
		return height, width
	}
	return width, height
}

// FromShown is where a rectangle lies in the page's own coordinates that is given as the page is shown: in points from
// the lower left corner of what shows.
func (p Page) FromShown(r [4]float64) [4]float64 {
	x0, y0 := p.point(r[0], r[1])
	x1, y1 := p.point(r[2], r[3])
	return upright([4]float64{x0, y0, x1, y1})
}

func (p Page) point(x, y float64) (float64, float64) {
	box := p.CropBox
	switch p.Rotate {
	case 90:
		return box[2] - y, box[1] + x
	case 180:
		return box[2] - x, box[3] - y
	case 270:
		return box[0] + y, box[3] - x
	}
	return box[0] + x, box[1] + y
}

// upright has a rectangle, of which any two opposite corners may be given (7.9.5), begin at its lower left one.
func upright(r [4]float64) [4]float64 {
	return [4]float64{min(r[0], r[2]), min(r[1], r[3]), max(r[0], r[2]), max(r[1], r[3])}
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
	for _, k := range []Name{"Resources", "MediaBox", "CropBox", "Rotate"} {
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
	p := Page{Ref: r, Dict: node, Resources: attributes["Resources"], Rotate: ((intOr(attributes["Rotate"], 0)/90*90)%360 + 360) % 360}
	media, err := w.box(attributes["MediaBox"])
	if err != nil {
		return err
	}
	if media == nil {
		return malformed(0, "a page without size")
	}
	p.MediaBox, p.CropBox = *media, *media
	crop, err := w.box(attributes["CropBox"])
	if err != nil {
		return err
	}
	if crop != nil { // what is beyond the media box does not show; a crop box that leaves nothing counts for nothing
		c := [4]float64{max(crop[0], media[0]), max(crop[1], media[1]), min(crop[2], media[2]), min(crop[3], media[3])}
		if c[0] < c[2] && c[1] < c[3] {
			p.CropBox = c
		}
	}
	w.pages = append(w.pages, p)
	return nil
}

// box reads a rectangle; nil when there is none.
func (w *pageWalk) box(o Object) (*[4]float64, error) {
	list, err := w.d.ArrayOf(o)
	if err != nil || len(list) != 4 {
		return nil, err
	}
	var out [4]float64
	for i := range out {
		v, err := w.d.Value(list[i])
		if err != nil {
			return nil, err
		}
		if out[i], err = number(v); err != nil {
			return nil, err
		}
	}
	out = upright(out)
	return &out, nil
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
