package typeset

// Block is one of the types below.
type Block interface{ isBlock() }

// Align places lines or things between the left and the right edge.
type Align int

const (
	Justify Align = iota // both edges; the last line left
	Left
	Center
	Right
)

// Span is a run of text in one style. A line feed in Text ends the line.
type Span struct {
	Text      string
	Bold      bool
	Underline bool
}

// Text makes the spans of a plain text.
func Text(s string) []Span { return []Span{{Text: s}} }

// Bold makes the spans of a bold text.
func Bold(s string) []Span { return []Span{{Text: s, Bold: true}} }

// Heading is a heading; level 1 is the document's title, centred.
type Heading struct {
	Level int // 1 to 4
	Spans []Span
}

// Paragraph is running text.
type Paragraph struct {
	Spans   []Span
	Align   Align
	Indent  float64 // of the first line, in em; 2 is what Chinese text has
	Hang    float64 // of the other lines, in em
	Size    float64 // 0: the document's
	Leading float64 // line height as a multiple of Size; 0: 1.62
	Before  float64 // space above, lost at the top of a page
	Sans    bool
	Gray    bool
}

// Clause is a numbered clause: the number in a margin of its own, the text beside it.
type Clause struct {
	Number string
	Spans  []Span
	Width  float64 // of the margin, in em; 0: 3
}

// Table has ruled cells. Head rows are repeated on every page that the table reaches.
type Table struct {
	Columns []Column
	Head    []Row
	Rows    []Row
	Size    float64 // of its text; 0: a little less than the document's
	Title   string  // read out before the table, not printed
}

// Column is as wide as its share of the sum of all Widths.
type Column struct {
	Width float64
	Align Align
}

// Row is the cells of a row from left to right; places taken by spans of former cells are left out.
type Row []Cell

// Cell holds text, or Blocks when there are any.
type Cell struct {
	Spans            []Span
	Blocks           []Block
	ColSpan, RowSpan int  // 0: 1
	Label            bool // heads its row: shaded, centred
}

// Columns stand side by side and are never split over pages.
type Columns struct {
	Parts [][]Block
	Gap   float64
}

// Keep holds blocks on one page.
type Keep struct{ Blocks []Block }

// PlaceBox reserves a named rectangle, for a signature or seal. Lift moves it up over what stands above.
type PlaceBox struct {
	Name          string
	Width, Height float64
	Lift          float64
	Align         Align
	Shift         float64 // to the right
}

// Picture is a JPEG or PNG.
type Picture struct {
	Data          []byte
	Width, Height float64 // 0: from the other by the picture's proportions; both 0: 96 pixels an inch
	Align         Align
	Alt           string // what it shows, for who cannot see it
}

// QR is a QR code, drawn as paths.
type QR struct {
	Content string
	Size    float64 // edge, without quiet zone
	Align   Align
	Alt     string
}

// Space is a gap, lost at the top of a page.
type Space struct{ Height float64 }

// Rule is a thin line across the text.
type Rule struct{}

// PageBreak starts a new page.
type PageBreak struct{}

func (Heading) isBlock()   {}
func (Paragraph) isBlock() {}
func (Clause) isBlock()    {}
func (Table) isBlock()     {}
func (Columns) isBlock()   {}
func (Keep) isBlock()      {}
func (PlaceBox) isBlock()  {}
func (Picture) isBlock()   {}
func (QR) isBlock()        {}
func (Space) isBlock()     {}
func (Rule) isBlock()      {}
func (PageBreak) isBlock() {}
