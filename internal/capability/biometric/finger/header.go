package finger

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/png"
)

// header is what is known of a file before its pixels are decoded.
type header struct {
	width, height int
	dpi           float64 // 0: the file does not say
	decode        func(*bytes.Reader) (image.Image, error)
}

const metresPerInch = 0.0254

// inspectPNG reads the chunks before the first image data: size, resolution (pHYs), animation (acTL).
func inspectPNG(file []byte) (header, error) {
	c, err := png.DecodeConfig(bytes.NewReader(file))
	if err != nil {
		return header{}, refuse(BadFormat, err)
	}
	h := header{width: c.Width, height: c.Height, decode: decodePNG}
	for at := uint64(8); at+8 <= uint64(len(file)); {
		length := uint64(binary.BigEndian.Uint32(file[at:]))
		switch string(file[at+4 : at+8]) {
		case "acTL":
			return header{}, refuse(Animated, nil)
		case "IDAT":
			return h, nil
		case "pHYs":
			if at+17 <= uint64(len(file)) && file[at+16] == 1 {
				h.dpi = float64(binary.BigEndian.Uint32(file[at+8:])) * metresPerInch
			}
		}
		at += 12 + length
	}
	return header{}, refuse(BadFormat, errTruncated)
}

// inspectBMP reads the information header.
func inspectBMP(file []byte) (header, error) {
	if len(file) < 54 {
		return header{}, refuse(BadFormat, errTruncated)
	}
	side := func(at int) int {
		v := int(int32(binary.LittleEndian.Uint32(file[at:])))
		return max(v, -v)
	}
	return header{
		width: side(18), height: side(22), decode: decodeBMP,
		dpi: float64(int32(binary.LittleEndian.Uint32(file[38:]))) * metresPerInch,
	}, nil
}

// TIFF 6.0 tags.
const (
	tagWidth          = 256
	tagHeight         = 257
	tagXResolution    = 282
	tagResolutionUnit = 296
)

// inspectTIFF reads the first directory. A second one means a second picture.
func inspectTIFF(file []byte, order binary.ByteOrder) (header, error) {
	if len(file) < 8 {
		return header{}, refuse(BadFormat, errTruncated)
	}
	at := uint64(order.Uint32(file[4:]))
	if at+2 > uint64(len(file)) {
		return header{}, refuse(BadFormat, errTruncated)
	}
	count := uint64(order.Uint16(file[at:]))
	end := at + 2 + 12*count
	if end+4 > uint64(len(file)) {
		return header{}, refuse(BadFormat, errTruncated)
	}
	h := header{decode: decodeTIFF}
	unit := 2
	for entry := file[at+2 : end]; len(entry) > 0; entry = entry[12:] {
		switch order.Uint16(entry) {
		case tagWidth:
			h.width = tiffNumber(entry, order)
		case tagHeight:
			h.height = tiffNumber(entry, order)
		case tagResolutionUnit:
			unit = tiffNumber(entry, order)
		case tagXResolution:
			h.dpi = tiffRational(file, uint64(order.Uint32(entry[8:])), order)
		}
	}
	switch unit {
	case 3: // per centimetre
		h.dpi *= 100 * metresPerInch
	case 1: // an aspect ratio only
		h.dpi = 0
	}
	if order.Uint32(file[end:]) != 0 {
		return header{}, refuse(Animated, errors.New("more than one page"))
	}
	return h, nil
}

// tiffNumber is the value of an entry of one SHORT (type 3) or LONG.
func tiffNumber(entry []byte, order binary.ByteOrder) int {
	if order.Uint16(entry[2:]) == 3 {
		return int(order.Uint16(entry[8:]))
	}
	return int(order.Uint32(entry[8:]))
}

func tiffRational(file []byte, at uint64, order binary.ByteOrder) float64 {
	if at+8 > uint64(len(file)) || order.Uint32(file[at+4:]) == 0 {
		return 0
	}
	return float64(order.Uint32(file[at:])) / float64(order.Uint32(file[at+4:]))
}
