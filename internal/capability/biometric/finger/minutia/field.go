package minutia

import "math"

// CellSize is the width and height in pixels of the square that one value of a Field stands for.
const CellSize = 16

// NoFlow marks a cell of a Field that shows no readable ridges.
const NoFlow = 255

// flowSteps is the number of steps a half turn is cut into; below NoFlow.
const flowSteps = 180

// Field is the direction of the ridges over the print, one byte for each cell, row by row:
// the ridge angle in whole degrees, 0..179, or NoFlow.
type Field struct {
	Cols, Rows int
	Flow       []uint8
}

// NewField returns a field without flow that covers width x height pixels.
func NewField(width, height int) *Field {
	f := &Field{Cols: (width + CellSize - 1) / CellSize, Rows: (height + CellSize - 1) / CellSize}
	f.Flow = make([]uint8, f.Cols*f.Rows)
	for i := range f.Flow {
		f.Flow[i] = NoFlow
	}
	return f
}

// Set writes the ridge angle, in radians, of the cell at col, row.
func (f *Field) Set(col, row int, angle float64) {
	steps := int(math.Round(angle * flowSteps / math.Pi))
	f.Flow[row*f.Cols+col] = uint8(((steps % flowSteps) + flowSteps) % flowSteps)
}

// At returns the ridge angle in degrees of the cell that holds the pixel x, y, and NoFlow outside the print.
func (f *Field) At(x, y float32) uint8 {
	inside := x >= 0 && y >= 0 && x < float32(f.Cols*CellSize) && y < float32(f.Rows*CellSize) // not for NaN
	if !inside {
		return NoFlow
	}
	return f.Flow[int(y)/CellSize*f.Cols+int(x)/CellSize]
}

// Area is the number of cells that show ridges.
func (f *Field) Area() int {
	n := 0
	for _, v := range f.Flow {
		if v != NoFlow {
			n++
		}
	}
	return n
}
