package face

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/png"

	"golang.org/x/image/webp"
)

var errTruncated = errors.New("the file ends too early")

// inspectJPEG walks the segments up to the frame header (ITU-T T.81 B.2) and notes an EXIF orientation.
func inspectJPEG(file []byte) (header, error) {
	h := header{orientation: 1, decode: decodeJPEG}
	for at := 2; at+4 <= len(file); {
		if file[at] != 0xff {
			break
		}
		marker := file[at+1]
		if marker == 0xff { // fill byte
			at++
			continue
		}
		size := int(binary.BigEndian.Uint16(file[at+2:]))
		if size < 2 || at+2+size > len(file) {
			break
		}
		body := file[at+4 : at+2+size]
		switch {
		case marker == 0xe1:
			h.orientation = exifOrientation(body, h.orientation)
		case marker >= 0xc0 && marker <= 0xc2:
			return h, h.frame(body, marker == 0xc2)
		case marker == 0xda || marker == 0xd9:
			return header{}, refuse(BadFormat, errors.New("no frame header"))
		}
		at += 2 + size
	}
	return header{}, refuse(BadFormat, errTruncated)
}

// frame reads size and sampling. A progressive picture is decoded by way of all its coefficients, four
// bytes each.
func (h *header) frame(body []byte, progressive bool) error {
	if len(body) < 6 || len(body) < 6+3*int(body[5]) {
		return refuse(BadFormat, errTruncated)
	}
	h.height, h.width = int(binary.BigEndian.Uint16(body[1:])), int(binary.BigEndian.Uint16(body[3:]))
	most, sum := 1, 0
	for c := range int(body[5]) {
		s := int(body[7+3*c]>>4) * int(body[7+3*c]&15)
		most, sum = max(most, s), sum+s
	}
	h.bytesPerPixel = float64(sum) / float64(most)
	if progressive {
		h.bytesPerPixel *= 5
	}
	h.bytesPerPixel = max(h.bytesPerPixel, 1)
	return nil
}

// exifOrientation looks for tag 0x0112 in the first directory of an EXIF segment.
func exifOrientation(body []byte, otherwise int) int {
	tiff, ok := bytes.CutPrefix(body, []byte("Exif\x00\x00"))
	if !ok || len(tiff) < 8 {
		return otherwise
	}
	var order binary.ByteOrder = binary.BigEndian
	if string(tiff[:2]) == "II" {
		order = binary.LittleEndian
	}
	at := int64(order.Uint32(tiff[4:]))
	if at+2 > int64(len(tiff)) {
		return otherwise
	}
	entries := tiff[at+2:]
	for range order.Uint16(tiff[at:]) {
		if len(entries) < 12 {
			break
		}
		if order.Uint16(entries) == 0x0112 {
			if o := int(order.Uint16(entries[8:])); o >= 1 && o <= 8 {
				return o
			}
			break
		}
		entries = entries[12:]
	}
	return otherwise
}

// inspectPNG reads the header and looks for an animation control chunk (acTL), which stands before the
// first image data.
func inspectPNG(file []byte) (header, error) {
	c, err := png.DecodeConfig(bytes.NewReader(file))
	if err != nil {
		return header{}, refuse(BadFormat, err)
	}
	h := header{width: c.Width, height: c.Height, bytesPerPixel: 8, orientation: 1, decode: decodePNG}
	if eightBit := len(file) > 28 && file[24] <= 8; eightBit {
		h.bytesPerPixel = 4
	}
	if interlaced := len(file) > 28 && file[28] != 0; interlaced {
		h.bytesPerPixel *= 2
	}
	for at := 8; at+8 <= len(file); {
		switch string(file[at+4 : at+8]) {
		case "acTL":
			return header{}, refuse(Animated, nil)
		case "IDAT":
			return h, nil
		}
		at += 12 + int(binary.BigEndian.Uint32(file[at:]))
	}
	return header{}, refuse(BadFormat, errTruncated)
}

// inspectWebP reads the header; bit 1 of the extended header's flags marks an animation.
func inspectWebP(file []byte) (header, error) {
	if len(file) > 20 && string(file[12:16]) == "VP8X" && file[20]&2 != 0 {
		return header{}, refuse(Animated, nil)
	}
	c, err := webp.DecodeConfig(bytes.NewReader(file))
	if err != nil {
		return header{}, refuse(BadFormat, err)
	}
	return header{width: c.Width, height: c.Height, bytesPerPixel: 8, orientation: 1, decode: decodeWebP}, nil
}

// inspectPGM reads the header of a binary grey map of 8 bits (netpbm "P5"), with comments.
func inspectPGM(file []byte) (header, error) {
	at := 2
	var fields [3]int
	for i := range fields {
		v, next, err := pgmNumber(file, at)
		if err != nil {
			return header{}, refuse(BadFormat, err)
		}
		fields[i], at = v, next
	}
	h := header{width: fields[0], height: fields[1], bytesPerPixel: 1, orientation: 1}
	if fields[2] < 1 || fields[2] > 255 || h.width == 0 || h.height == 0 {
		return header{}, refuse(BadFormat, fmt.Errorf("grey map %d x %d of %d levels", fields[0], fields[1], fields[2]))
	}
	at++ // exactly one white space before the pixels
	h.decode = func(file []byte) (image.Image, error) {
		if at > len(file) || len(file)-at < h.width*h.height {
			return nil, errTruncated
		}
		return &image.Gray{Pix: file[at:], Stride: h.width, Rect: image.Rect(0, 0, h.width, h.height)}, nil
	}
	return h, nil
}

// pgmNumber reads the next number, passing over white space and comments.
func pgmNumber(file []byte, at int) (value, next int, err error) {
	comment := false
	for ; at < len(file); at++ {
		switch b := file[at]; {
		case comment:
			comment = b != '\n'
		case b == '#':
			comment = true
		case b >= '0' && b <= '9':
			for ; at < len(file) && file[at] >= '0' && file[at] <= '9'; at++ {
				value = min(10*value+int(file[at]-'0'), 1<<20)
			}
			return value, at, nil
		case b != ' ' && b != '\t' && b != '\r' && b != '\n':
			return 0, 0, errors.New("not a grey map header")
		}
	}
	return 0, 0, errTruncated
}
