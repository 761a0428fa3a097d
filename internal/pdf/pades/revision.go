package pades

import (
	"bytes"
	"fmt"
	"maps"
	"slices"

	"cinnabar/internal/pdf"
)

// checkRevisions looks at everything that was appended after the first signature, revision by revision.
func (v *verifier) checkRevisions() error {
	first := -1
	for _, f := range v.found {
		if f.end > 0 {
			first = max(first, f.section)
		}
	}
	if first < 0 {
		return nil
	}
	dangling, err := danglingReferences(v.doc.At(first))
	if err != nil {
		return err
	}
	var p permission
	if err := v.permissions(&p, first, true); err != nil {
		return err
	}
	older := v.doc.At(first)
	for i := first - 1; i >= 0; i-- {
		newer := v.doc.At(i)
		if err := v.checkRevision(i, older, newer, p, dangling); err != nil {
			return err
		}
		older = newer
		if err := v.permissions(&p, i, false); err != nil {
			return err
		}
	}
	v.report.Locked = p.level == 1 || slices.ContainsFunc(p.locks, func(l locks) bool { return l.action == "All" || l.action == "Exclude" })
	return v.checkPerms()
}

// permissions adds what the signatures of section i demand of what comes after.
func (v *verifier) permissions(p *permission, i int, first bool) error {
	for _, f := range v.found {
		if f.section != i || f.end == 0 || f.out.Kind == KindTimeStamp {
			continue
		}
		var mine permission
		for _, field := range f.fields {
			if err := mine.add(v.doc, f.dict, field); err != nil {
				return err
			}
		}
		f.out.Certifies, f.out.Locks = certifies(v.doc, f.dict), len(mine.locks) > 0
		if f.out.Certifies > 0 && !first {
			f.out.fault(FaultCertifying, "it certifies the document, which only the first signature may")
		}
		p.signed = true
		p.restrict(mine.level)
		p.locks = append(p.locks, mine.locks...)
	}
	return nil
}

func certifies(doc *pdf.Document, sig pdf.Dict) int {
	refs, _ := doc.ArrayOf(sig["Reference"])
	for _, o := range refs {
		ref, _ := doc.DictOf(o)
		if ref["TransformMethod"] == pdf.Name("DocMDP") {
			params, _ := doc.DictOf(ref["TransformParams"])
			return levelOf(params, 2)
		}
	}
	return 0
}

// checkPerms demands that the catalog's /Perms and the certifying signature name each other.
func (v *verifier) checkPerms() error {
	catalog, _, err := v.doc.Catalog()
	if err != nil {
		return err
	}
	perms, err := v.doc.DictOf(catalog["Perms"])
	if err != nil {
		return err
	}
	named, _ := perms["DocMDP"].(pdf.Ref)
	for _, f := range v.found {
		if (f.out.Certifies > 0) != (perms["DocMDP"] != nil && f.ref == named) {
			f.out.fault(FaultCertifying, "the catalog and the certifying signature do not name each other")
		}
	}
	return nil
}

// danglingReferences are the numbers that the signed document uses but does not have: whoever adds such an
// object later changes what is shown without replacing anything.
func danglingReferences(doc *pdf.Document) (map[int]bool, error) {
	out := map[int]bool{}
	err := doc.Each(func(_ pdf.Ref, o pdf.Object) error {
		pdf.References(o, func(r pdf.Ref) {
			if !doc.Has(r.Num) {
				out[r.Num] = true
			}
		})
		return nil
	})
	return out, err
}

// checkRevision judges the revision of section i by what the signatures before it allow.
func (v *verifier) checkRevision(i int, older, newer *pdf.Document, p permission, dangling map[int]bool) error {
	if err := v.ctx.Err(); err != nil {
		return err
	}
	sections := v.doc.Sections()
	s, before := sections[i], sections[i+1]
	rev := Revision{Number: len(sections) - i, Start: before.End, End: s.End, Changes: []Change{}, Faults: []Fault{}}
	signed := map[pdf.Ref]bool{}
	for _, f := range v.found {
		if f.end > 0 && f.section == i {
			rev.Signed, signed[f.ref] = true, true
		}
	}
	checkFrame(&rev, s, before)
	c := &comparison{
		ctx: v.ctx, older: older, newer: newer, permission: p, rev: &rev,
		section: s, numbers: s.Numbers(), allowed: map[int]string{}, signed: signed,
	}
	if err := c.run(); err != nil {
		return err
	}
	for _, change := range rev.Changes {
		if dangling[change.Object] {
			rev.fault(FaultLaterChange, fmt.Sprintf("object %d was added where the signed document had left a gap", change.Object))
		}
	}
	v.checkGaps(&rev, c, s)
	if err := c.addDangling(dangling); err != nil {
		return err
	}
	v.report.Revisions = append(v.report.Revisions, rev)
	return nil
}

// checkFrame demands that the revision is appended and leads back to the one before it.
func checkFrame(rev *Revision, s, before pdf.Section) {
	prev, _ := s.Trailer["Prev"].(int64)
	if s.End == 0 || before.End == 0 || s.Names != s.Offset || s.Offset < before.End || prev != int64(before.Offset) {
		rev.fault(FaultTrailer, "it is not appended to the revision before it")
	}
	for _, k := range []pdf.Name{"Root", "Info", "Encrypt"} {
		if s.Trailer[k] != before.Trailer[k] {
			rev.fault(FaultTrailer, fmt.Sprintf("its trailer exchanges /%s", k))
		}
	}
	if s.Stream != before.Stream {
		rev.fault(FaultTrailer, "it changes the kind of cross-reference")
	}
}

// checkGaps demands that between the objects of the revision stands nothing but white space and comments.
func (v *verifier) checkGaps(rev *Revision, c *comparison, s pdf.Section) {
	type span struct{ start, end int }
	var spans []span
	for n, used := range c.numbers {
		if start, end, ok := c.newer.Extent(n); used && ok {
			spans = append(spans, span{start, end})
		}
	}
	slices.SortFunc(spans, func(a, b span) int { return a.start - b.start })
	at := rev.Start
	for _, sp := range append(spans, span{s.Offset, s.Offset}) {
		if sp.start < at {
			if sp.start != s.Offset {
				rev.fault(FaultRevision, "its objects overlap or lie in an earlier revision")
			}
			break
		}
		if !blank(v.data[at:sp.start]) {
			rev.fault(FaultRevision, "between its objects stand bytes that no reader looks at")
			break
		}
		at = sp.end
	}
}

// addDangling notes the gaps that this revision leaves for later ones.
func (c *comparison) addDangling(dangling map[int]bool) error {
	for n, used := range c.numbers {
		if !used {
			continue
		}
		o, err := c.newer.Object(n)
		if err != nil {
			return err
		}
		pdf.References(o, func(r pdf.Ref) {
			if !c.newer.Has(r.Num) {
				dangling[r.Num] = true
			}
		})
	}
	return nil
}

// blank reports whether b is white space and comments.
func blank(b []byte) bool {
	for line := range bytes.FieldsFuncSeq(b, func(r rune) bool { return r == '\r' || r == '\n' }) {
		if line = bytes.TrimLeft(line, "\x00\t\f "); len(line) > 0 && line[0] != '%' {
			return false
		}
	}
	return true
}

// sortedNumbers lists what the section touches.
func (c *comparison) sortedNumbers() []int {
	return slices.Sorted(maps.Keys(c.numbers))
}
