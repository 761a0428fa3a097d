package iso19794

import (
	"encoding/binary"

	"cinnabar/internal/capability/biometric/finger/minutia"
)

// reader takes big-endian numbers from a record; past its end it gives zeros and remembers.
type reader struct {
	rest  []byte
	short bool
}

func (r *reader) take(n int) []byte {
	if n < 0 || n > len(r.rest) {
		r.short, r.rest = true, nil
		return make([]byte, min(max(n, 0), 16))
	}
	out := r.rest[:n]
	r.rest = r.rest[n:]
	return out
}

func (r *reader) u8() int  { return int(r.take(1)[0]) }
func (r *reader) u16() int { return int(binary.BigEndian.Uint16(r.take(2))) }
func (r *reader) u32() int { return int(binary.BigEndian.Uint32(r.take(4))) }

// skip leaves n bytes out.
func (r *reader) skip(n int) {
	if n > len(r.rest) {
		r.short, r.rest = true, nil
		return
	}
	r.rest = r.rest[n:]
}

// Unmarshal reads a record of the 2011 or the 2005 edition. Places are brought to 500 pixels per inch.
func Unmarshal(record []byte) ([]View, error) {
	if len(record) > maxRecord {
		return nil, damaged("%d bytes", len(record))
	}
	if len(record) < 15 || string(record[:4]) != "FMR\x00" {
		return nil, damaged("no FMR header")
	}
	r := &reader{rest: record[8:]}
	switch version := string(record[4:8]); version {
	case "030\x00":
		return r.edition2011(len(record))
	case " 20\x00":
		return r.edition2005(len(record))
	default:
		return nil, damaged("version %q", version)
	}
}

func (r *reader) edition2011(length int) ([]View, error) {
	if r.u32() != length {
		return nil, damaged("length field")
	}
	count, certified := r.u16(), r.u8() != 0
	if count < 1 || count > maxViews {
		return nil, damaged("%d representations", count)
	}
	views := make([]View, 0, count)
	for range count {
		size := r.u32() - 4
		if size < 0 || size > len(r.rest) {
			return nil, damaged("representation length")
		}
		v, err := (&reader{rest: r.take(size)}).representation(certified)
		if err != nil {
			return nil, err
		}
		views = append(views, v)
	}
	if len(r.rest) > 0 {
		return nil, damaged("bytes after the end")
	}
	return views, nil
}

// representation reads one finger of the 2011 edition.
func (r *reader) representation(certified bool) (View, error) {
	r.skip(9 + 5) // capture time, device
	v := View{Quality: noQuality}
	for n := r.u8(); n > 0 && !r.short; n-- {
		if score := uint8(r.u8()); score <= 100 {
			v.Quality = score
		}
		r.skip(4)
	}
	if certified {
		r.skip(3 * r.u8())
	}
	v.Position, v.Number = Position(r.u8()), uint8(r.u8())
	scaleX, scaleY := r.u16(), r.u16()
	r.skip(1) // impression type
	width, height := r.u16(), r.u16()
	size := r.u8() >> 4
	if size != 5 && size != 6 {
		return v, damaged("%d bytes for a minutia", size)
	}
	err := r.minutiae(&v.Set, canvas{width, height, scaleX, scaleY}, size)
	return v, err
}

func (r *reader) edition2005(length int) ([]View, error) {
	if r.u32() != length {
		return nil, damaged("length field")
	}
	r.skip(2) // capture equipment
	c := canvas{width: r.u16(), height: r.u16(), scaleX: r.u16(), scaleY: r.u16()}
	count := r.u8()
	r.skip(1)
	if count < 1 || count > maxViews {
		return nil, damaged("%d views", count)
	}
	views := make([]View, 0, count)
	for range count {
		v := View{Position: Position(r.u8()), Number: uint8(r.u8() >> 4)}
		v.Quality = uint8(r.u8())
		if err := r.minutiae(&v.Set, c, 6); err != nil {
			return nil, err
		}
		views = append(views, v)
	}
	if len(r.rest) > 0 {
		return nil, damaged("bytes after the end")
	}
	return views, nil
}

// canvas is the size of the print and its pixels per centimetre.
type canvas struct{ width, height, scaleX, scaleY int }

// factors bring places to 500 pixels per inch; what is within one per cent stays as it is.
func (c canvas) factors() (x, y float32, err error) {
	one := func(perCM int) float32 {
		f := float32(pixelsPerCM) / float32(perCM)
		if f > 0.99 && f < 1.01 {
			return 1
		}
		return f
	}
	if c.scaleX < 99 || c.scaleY < 99 || c.scaleX > 1000 || c.scaleY > 1000 {
		return 0, 0, damaged("%dx%d pixels per centimetre", c.scaleX, c.scaleY)
	}
	return one(c.scaleX), one(c.scaleY), nil
}

// minutiae reads count, minutiae and extended data, which both editions end a print with.
func (r *reader) minutiae(s *minutia.Set, c canvas, size int) error {
	fx, fy, err := c.factors()
	if err != nil {
		return err
	}
	s.Width, s.Height = int(float32(c.width)*fx+0.5), int(float32(c.height)*fy+0.5)
	if s.Width < 1 || s.Height < 1 || s.Width > minutia.MaxSide || s.Height > minutia.MaxSide {
		return damaged("%dx%d pixels", s.Width, s.Height)
	}
	for n := r.u8(); n > 0 && !r.short; n-- {
		x, y, angle, quality := r.u16(), r.u16(), r.u8(), noQuality
		if size == 6 {
			quality = r.u8()
		}
		m := minutia.Minutia{X: float32(x&0x3fff) * fx, Y: float32(y&0x3fff) * fy, Angle: fromSteps(uint8(angle))}
		if m.X >= float32(s.Width) || m.Y >= float32(s.Height) {
			return damaged("a minutia outside the print")
		}
		if m.Kind = minutia.Kind(x >> 14); m.Kind > minutia.Bifurcation {
			m.Kind = minutia.Other
		}
		if quality <= 100 {
			m.Quality = uint8(quality)
		}
		s.Minutiae = append(s.Minutiae, m)
	}
	return r.extended(s)
}

// extended reads the extended data and keeps our ridge flow; other blocks are passed over.
func (r *reader) extended(s *minutia.Set) error {
	total := r.u16()
	if r.short || total > len(r.rest) {
		return damaged("it ends too early")
	}
	blocks := &reader{rest: r.take(total)}
	for len(blocks.rest) > 0 {
		kind, length := blocks.u16(), blocks.u16()
		if length < 4 || length-4 > len(blocks.rest) {
			return damaged("extended data block")
		}
		data := blocks.take(length - 4)
		if kind == extendedFlow && len(data) > 5 && string(data[:3]) == "CN\x01" && s.Field == nil {
			if err := readFlow(s, data[3:]); err != nil {
				return err
			}
		}
	}
	return nil
}

func readFlow(s *minutia.Set, data []byte) error {
	f := minutia.NewField(s.Width, s.Height)
	if int(data[0]) != f.Cols || int(data[1]) != f.Rows {
		return damaged("ridge flow of another size")
	}
	at := 0
	for i := 2; i < len(data); i++ {
		run := 1
		switch {
		case data[i] == minutia.NoFlow:
			if i++; i == len(data) {
				return damaged("ridge flow ends too early")
			}
			run = int(data[i])
		case data[i] >= 180:
			return damaged("ridge flow angle")
		default:
			if at < len(f.Flow) {
				f.Flow[at] = data[i]
			}
		}
		if at += run; at > len(f.Flow) {
			return damaged("too much ridge flow")
		}
	}
	if at != len(f.Flow) {
		return damaged("too little ridge flow")
	}
	s.Field = f
	return nil
}
