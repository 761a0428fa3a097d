package iso19794

import (
	"encoding/binary"
	"fmt"

	"cinnabar/internal/capability/biometric/finger/minutia"
)

// Marshal writes a record of the 2011 edition with the views given, at least one. Capture time, device and
// certification are written as unknown.
func Marshal(views ...View) ([]byte, error) {
	if len(views) == 0 || len(views) > maxViews {
		return nil, fmt.Errorf("iso19794: %d views, want 1 to %d", len(views), maxViews)
	}
	out := []byte("FMR\x00030\x00\x00\x00\x00\x00")
	out = binary.BigEndian.AppendUint16(out, uint16(len(views)))
	out = append(out, 0) // no certification blocks
	for _, v := range views {
		body, err := v.body()
		if err != nil {
			return nil, err
		}
		out = binary.BigEndian.AppendUint32(out, uint32(4+len(body)))
		out = append(out, body...)
	}
	binary.BigEndian.PutUint32(out[8:], uint32(len(out)))
	return out, nil
}

// body is a finger representation without its length.
func (v View) body() ([]byte, error) {
	s := v.Set
	if len(s.Minutiae) > minutia.MaxCount || s.Width < 1 || s.Height < 1 ||
		s.Width > minutia.MaxSide || s.Height > minutia.MaxSide {
		return nil, fmt.Errorf("iso19794: %d minutiae on %dx%d pixels cannot be written", len(s.Minutiae), s.Width, s.Height)
	}
	unknownTime := []byte{255, 255, 255, 255, 255, 255, 255, 255, 255}
	out := append(unknownTime, 0, 0, 0, 0, 0)     // device technology, vendor, type
	out = append(out, 1, v.Quality, 0, 0, 0, 0)   // one quality block, algorithm unregistered
	out = append(out, byte(v.Position), v.Number) // then resolution, live plain impression
	out = append(out, 0, pixelsPerCM, 0, pixelsPerCM, 0)
	out = binary.BigEndian.AppendUint16(out, uint16(s.Width))
	out = binary.BigEndian.AppendUint16(out, uint16(s.Height))
	out = append(out, 6<<4|1, byte(len(s.Minutiae))) // six bytes each, endings by the ridge skeleton
	for _, m := range s.Minutiae {
		x, y := clip(m.X, s.Width), clip(m.Y, s.Height)
		out = binary.BigEndian.AppendUint16(out, uint16(m.Kind)<<14|x)
		out = binary.BigEndian.AppendUint16(out, y)
		out = append(out, toSteps(m.Angle), min(m.Quality, 100))
	}
	extended := flowBlock(s.Field)
	out = binary.BigEndian.AppendUint16(out, uint16(len(extended)))
	return append(out, extended...), nil
}

func clip(v float32, side int) uint16 { return uint16(min(max(int(v+0.5), 0), side-1)) }

// flowBlock is the extended data block of a field: type, length, "CN", format 1, columns, rows, then the cells,
// a run of cells without flow as 255 and its length.
func flowBlock(f *minutia.Field) []byte {
	if f == nil {
		return nil
	}
	out := []byte{extendedFlow >> 8, extendedFlow & 255, 0, 0, 'C', 'N', 1, byte(f.Cols), byte(f.Rows)}
	for i := 0; i < len(f.Flow); {
		if f.Flow[i] != minutia.NoFlow {
			out = append(out, f.Flow[i])
			i++
			continue
		}
		run := 0
		for i < len(f.Flow) && f.Flow[i] == minutia.NoFlow && run < 255 {
			i, run = i+1, run+1
		}
		out = append(out, minutia.NoFlow, byte(run))
	}
	binary.BigEndian.PutUint16(out[2:], uint16(len(out)))
	return out
}
