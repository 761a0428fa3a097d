package finger

import (
	"errors"
	"fmt"

	"cinnabar/internal/capability/biometric/finger/iso19794"
	"cinnabar/internal/capability/biometric/finger/minutia"
	"cinnabar/internal/capability/biometric/finger/pairing"
)

// The models a template can be of. Model changes whenever the extractor changes what it finds.
const (
	Model         = "cinnabar-finger-1"
	Interoperable = "iso-19794-2" // minutiae only, of any maker
)

// ErrModel says that templates of different models were to be compared.
var ErrModel = errors.New("finger: templates of different models are not compared")

// ErrEmpty says that a template holds no print.
var ErrEmpty = errors.New("finger: empty template")

// Template is what is kept of a print, made ready for comparison. It is immutable. A picture of the print can
// be rebuilt from it (Cappelli et al. 2007): protect it like the print itself.
type Template struct {
	model   string
	quality uint8
	set     minutia.Set
	print   *pairing.Print
}

func newTemplate(model string, set minutia.Set, quality uint8) Template {
	return Template{model: model, quality: quality, set: set, print: pairing.Prepare(set)}
}

// FromMinutiae makes a template of minutiae that another program found; its model is Interoperable.
func FromMinutiae(set minutia.Set) (Template, error) {
	record, err := iso19794.Marshal(iso19794.View{Set: minutia.Set{Width: set.Width, Height: set.Height, Minutiae: set.Minutiae}})
	if err != nil {
		return Template{}, err
	}
	var t Template
	return t, t.UnmarshalBinary(record)
}

// Model names the extractor the template is of.
func (t Template) Model() string { return t.model }

// IsZero tells whether t holds no print.
func (t Template) IsZero() bool { return t.print == nil }

// Set returns the minutiae and ridge flow of t, which the caller must not change.
func (t Template) Set() minutia.Set { return t.set }

// Minutiae is the number of minutiae t holds.
func (t Template) Minutiae() int { return len(t.set.Minutiae) }

// Interoperable reduces t to what every maker's template has, so that it can be compared with theirs. Such
// comparisons tell fingers apart less well.
func (t Template) Interoperable() Template {
	set := t.set
	set.Field = nil
	return newTemplate(Interoperable, set, t.quality)
}

// String names the model only: minutiae are personal data.
func (t Template) String() string { return fmt.Sprintf("finger template of model %q", t.model) }

// MarshalBinary writes t as a record of ISO/IEC 19794-2:2011 with one finger of unknown position.
func (t Template) MarshalBinary() ([]byte, error) {
	if t.IsZero() {
		return nil, ErrEmpty
	}
	return iso19794.Marshal(iso19794.View{Quality: t.quality, Set: t.set})
}

// UnmarshalBinary reads a record of ISO/IEC 19794-2, edition 2011 or 2005, with one print. Its model is Model
// if it carries our ridge flow, else Interoperable.
func (t *Template) UnmarshalBinary(record []byte) error {
	views, err := iso19794.Unmarshal(record)
	if err != nil {
		return err
	}
	if len(views) != 1 {
		return fmt.Errorf("finger: a record of %d prints, want one", len(views))
	}
	set, model := views[0].Set, Interoperable
	if len(set.Minutiae) == 0 {
		return ErrEmpty
	}
	if set.Field != nil {
		model = Model
	}
	*t = newTemplate(model, set, views[0].Quality)
	return nil
}
