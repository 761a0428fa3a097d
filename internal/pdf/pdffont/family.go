package pdffont

import (
	"errors"
	"fmt"
)

// Family is a chain of fonts: a rune is taken from the first that has it.
type Family struct{ fonts []*Font }

// NewFamily makes a chain of at least one font.
func NewFamily(fonts ...*Font) (*Family, error) {
	if len(fonts) == 0 {
		return nil, errors.New("pdffont: a family needs a font")
	}
	for _, f := range fonts {
		if f == nil {
			return nil, errors.New("pdffont: a family holds a nil font")
		}
	}
	return &Family{fonts: fonts}, nil
}

// Find returns the first font that has the rune, and the rune's glyph in it. It fails with a
// *MissingRune when no font has it: a document with a blank in a name must not come into being.
func (f *Family) Find(r rune) (*Font, GlyphID, error) {
	for _, font := range f.fonts {
		if g, ok := font.Glyph(r); ok {
			return font, g, nil
		}
	}
	return nil, 0, &MissingRune{Rune: r, Font: f.fonts[0].name}
}

// MissingRune says that no font of a family has a glyph for a rune.
type MissingRune struct {
	Rune rune
	Font string // the family's first font
}

func (e *MissingRune) Error() string {
	return fmt.Sprintf("no font has the character %q (U+%04X); asked %s and its fallbacks", e.Rune, e.Rune, e.Font)
}
