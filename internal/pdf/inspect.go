package pdf

import (
	"context"
	"errors"

	"cinnabar/internal/platform/errs"
)

// Findings is what an uploaded file turns out to be.
type Findings struct {
	Pages         int
	Revisions     int
	Signed        bool // it carries a signature
	Encrypted     bool // nothing else was looked at then
	HasJavaScript bool
	HasForm       bool // fields that can be filled
	EmbeddedFiles int
	Launches      bool // opens programs, other files or web addresses by itself
	ModernXref    bool // its cross-references are streams
}

// Inspect reads a whole file that nobody vouches for: every object, and the content of every page, within
// limits. Files that break their own rules, or unpack to more than is allowed, give errs.Invalid or
// errs.TooLarge; the time is bounded by ctx.
func Inspect(ctx context.Context, data []byte, limits Limits) (Findings, error) {
	d, err := Open(ctx, data, limits)
	if err != nil {
		return Findings{}, err
	}
	f := Findings{Revisions: len(d.sections), ModernXref: d.sections[0].Stream}
	if f.Encrypted = d.Encrypted(); f.Encrypted {
		return f, nil
	}
	pages, err := d.Pages()
	if err != nil {
		return Findings{}, err
	}
	f.Pages = len(pages)
	err = d.Each(func(_ Ref, o Object) error { return f.look(d, o) })
	if err != nil {
		return Findings{}, err
	}
	for _, p := range pages {
		if _, err := d.Content(p); err != nil {
			return Findings{}, err
		}
	}
	return f, nil
}

// look notes what one object holds, at any depth.
func (f *Findings) look(d *Document, o Object) error {
	switch v := o.(type) {
	case Array:
		for _, e := range v {
			if err := f.look(d, e); err != nil {
				return err
			}
		}
	case *Stream:
		if v.Dict["Subtype"] == Name("Image") {
			if err := d.checkImage(v); err != nil {
				return err
			}
		}
		return f.look(d, v.Dict)
	case Dict:
		f.note(v)
		for _, e := range v {
			if err := f.look(d, e); err != nil {
				return err
			}
		}
	}
	return nil
}

func (f *Findings) note(v Dict) {
	f.Signed = f.Signed || v["ByteRange"] != nil
	f.HasJavaScript = f.HasJavaScript || v["JS"] != nil || v["S"] == Name("JavaScript")
	f.HasForm = f.HasForm || v["FT"] != nil
	switch v["S"] {
	case Name("Launch"), Name("GoToR"), Name("GoToE"), Name("SubmitForm"), Name("ImportData"):
		f.Launches = true
	}
	if v["EF"] != nil {
		f.EmbeddedFiles++
	}
}

// checkImage bounds what a viewer would have to unpack.
func (d *Document) checkImage(s *Stream) error {
	w, err := d.Value(s.Dict["Width"])
	if err != nil {
		return err
	}
	h, err := d.Value(s.Dict["Height"])
	if err != nil {
		return err
	}
	wide, _ := w.(int64)
	high, _ := h.(int64)
	const side = 1 << 20
	if wide < 0 || high < 0 || wide > side || high > side || wide*high > d.limits.Pixels {
		return tooLarge("a picture")
	}
	return nil
}

// Content returns the decoded content of a page. A part in a filter that is not read here is left out.
func (d *Document) Content(p Page) ([]byte, error) {
	v, err := d.Value(p.Dict["Contents"])
	if err != nil {
		return nil, err
	}
	parts, many := v.(Array)
	if !many {
		parts = Array{v}
	}
	var out []byte
	for _, part := range parts {
		v, err := d.Value(part)
		if err != nil {
			return nil, err
		}
		s, ok := v.(*Stream)
		if !ok {
			continue
		}
		data, err := d.Decode(s)
		if errors.Is(err, errs.Unsupported) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if len(out)+len(data) > d.limits.Stream {
			return nil, tooLarge("the content of a page")
		}
		out = append(append(out, data...), '\n')
	}
	return out, nil
}
