package typeset

import (
	"bytes"
	"encoding/binary"
)

// orientation is how a camera was held: the Exif tag 0x0112 of a JPEG, 1 to 8 (CIPA DC-008, 4.6.4). PDF
// readers do not look at it, so that photos of telephones would lie on their side.
type orientation int

const upright orientation = 1

// swaps tells whether width and height change places.
func (o orientation) swaps() bool { return o >= 5 }

// matrix maps the unit square of the stored picture to the rectangle, turned and mirrored as o says.
func (o orientation) matrix(x, y, w, h float64) [6]float64 {
	switch o {
	case 2:
		return [6]float64{-w, 0, 0, h, x + w, y}
	case 3:
		return [6]float64{-w, 0, 0, -h, x + w, y + h}
	case 4:
		return [6]float64{w, 0, 0, -h, x, y + h}
	case 5:
		return [6]float64{0, -h, -w, 0, x + w, y + h}
	case 6:
		return [6]float64{0, -h, w, 0, x, y + h}
	case 7:
		return [6]float64{0, h, w, 0, x, y}
	case 8:
		return [6]float64{0, h, -w, 0, x + w, y}
	}
	return [6]float64{w, 0, 0, h, x, y}
}

// readOrientation looks for Exif data among the JPEG's segments; what cannot be read is upright.
func readOrientation(jpeg []byte) orientation {
	found := upright
	eachSegment(jpeg, func(marker byte, segment []byte) {
		if exif, ok := bytes.CutPrefix(segment[4:], []byte("Exif\x00\x00")); ok && marker == markerExif && found == upright {
			found = orientationTag(exif)
		}
	})
	return found
}

const (
	markerExif      = 0xE1 // Exif and XMP
	markerPhotoshop = 0xED
	markerComment   = 0xFE
	markerScan      = 0xDA
)

// withoutMetadata leaves out where and with what a photo was taken: that is not for who gets the document.
func withoutMetadata(jpeg []byte) []byte {
	out := append(make([]byte, 0, len(jpeg)), jpeg[:2]...)
	rest := eachSegment(jpeg, func(marker byte, segment []byte) {
		if marker != markerExif && marker != markerPhotoshop && marker != markerComment {
			out = append(out, segment...)
		}
	})
	return append(out, rest...)
}

// eachSegment calls f with the segments before the picture itself and returns what follows them.
func eachSegment(jpeg []byte, f func(marker byte, segment []byte)) (rest []byte) {
	rest = jpeg[min(2, len(jpeg)):]
	for len(rest) >= 4 && rest[0] == 0xFF && rest[1] != markerScan {
		size := 2 + int(binary.BigEndian.Uint16(rest[2:]))
		if size < 4 || size > len(rest) {
			break
		}
		f(rest[1], rest[:size])
		rest = rest[size:]
	}
	return rest
}

// orientationTag reads the first directory of a TIFF header.
func orientationTag(tiff []byte) orientation {
	var order binary.ByteOrder = binary.BigEndian
	if len(tiff) < 8 {
		return upright
	}
	if tiff[0] == 'I' {
		order = binary.LittleEndian
	}
	at := int64(order.Uint32(tiff[4:]))
	if at+2 > int64(len(tiff)) {
		return upright
	}
	entries := tiff[at+2:]
	for range order.Uint16(tiff[at:]) {
		if len(entries) < 12 {
			break
		}
		if order.Uint16(entries) == 0x0112 {
			if o := orientation(order.Uint16(entries[8:])); o >= 1 && o <= 8 {
				return o
			}
			break
		}
		entries = entries[12:]
	}
	return upright
}
