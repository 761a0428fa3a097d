package typeset

import (
	"cinnabar/internal/asset"
	"cinnabar/internal/pdf/pdffont"
)

// Fonts are the typefaces of a document. They are parsed once per process and shared.
type Fonts struct {
	Serif     *pdffont.Family // 宋体: body text
	SerifBold *pdffont.Family // headings, emphasis
	Sans      *pdffont.Family // 黑体: small labels
}

// LoadFonts parses the embedded fonts. Call it once; it takes some milliseconds and the result may be used
// by any number of goroutines. It fails with fs.ErrNotExist when the binary was built without fonts.
func LoadFonts() (*Fonts, error) {
	names := []string{asset.SerifRegular, asset.SerifBold, asset.SansRegular, asset.SerifTraditional, asset.SerifJapanese}
	fonts := make([]*pdffont.Font, len(names))
	for i, name := range names {
		file, err := asset.Open(name)
		if err != nil {
			return nil, err
		}
		if fonts[i], err = pdffont.Open(file); err != nil {
			return nil, err
		}
	}
	regular, bold, sans, rare := fonts[0], fonts[1], fonts[2], fonts[3:]
	f := &Fonts{}
	var err error
	if f.Serif, err = pdffont.NewFamily(append([]*pdffont.Font{regular}, rare...)...); err != nil {
		return nil, err
	}
	if f.SerifBold, err = pdffont.NewFamily(append([]*pdffont.Font{bold, regular}, rare...)...); err != nil {
		return nil, err
	}
	f.Sans, err = pdffont.NewFamily(append([]*pdffont.Font{sans, regular}, rare...)...)
	return f, err
}
