package pdf

import (
	"bytes"
	"compress/zlib"
	"io"

	"cinnabar/internal/platform/errs"
)

// Deflate encodes data for /FlateDecode. The same data gives the same bytes.
func Deflate(data []byte) []byte {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	// Neither call can fail: the buffer takes everything.
	_, _ = w.Write(data)
	_ = w.Close()
	return b.Bytes()
}

// Decode returns the stream's data with its filters undone. Flate and ASCIIHex are read; the picture
// filters (DCT, JPX, CCITT, JBIG2) and the rest give errs.Unsupported. The work counts against the Limits.
func (d *Document) Decode(s *Stream) ([]byte, error) {
	names, params, err := d.filters(s.Dict)
	if err != nil {
		return nil, err
	}
	out := s.Data
	if len(names) == 0 {
		// Counted too, so that forms drawing forms cannot multiply the work.
		if d.decoded += len(out); d.decoded > d.limits.Decoded {
			return nil, tooLarge("streams that are used again and again")
		}
		return out, d.ctx.Err()
	}
	for i, f := range names {
		switch f {
		case "FlateDecode", "Fl":
			out, err = d.inflate(out, len(s.Data))
		case "ASCIIHexDecode", "AHx":
			out, err = asciiHex(out)
		default:
			return nil, errs.New(errs.Unsupported, CodeFilter, "the PDF uses the stream filter %s", f)
		}
		if err == nil && i < len(params) {
			out, err = d.unpredict(out, params[i])
		}
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (d *Document) filters(dict Dict) ([]Name, []Dict, error) {
	f, err := d.Value(dict["Filter"])
	if err != nil {
		return nil, nil, err
	}
	p, err := d.Value(dict["DecodeParms"])
	if err != nil {
		return nil, nil, err
	}
	fs, many := f.(Array)
	ps, _ := p.(Array)
	if !many {
		fs, ps = Array{f}, Array{p}
	}
	if len(fs) > 4 {
		return nil, nil, tooLarge("a stream with more than four filters")
	}
	var names []Name
	var params []Dict
	for i := range fs {
		name, err := d.Value(fs[i])
		if err != nil {
			return nil, nil, err
		}
		n, ok := name.(Name)
		if !ok {
			continue
		}
		var parm Dict
		if i < len(ps) {
			v, err := d.Value(ps[i])
			if err != nil {
				return nil, nil, err
			}
			parm, _ = v.(Dict)
		}
		names, params = append(names, n), append(params, parm)
	}
	return names, params, nil
}

// inflate reads no more than the limits allow, however much the data could become.
func (d *Document) inflate(data []byte, encoded int) ([]byte, error) {
	if len(data) == 0 {
		return nil, nil
	}
	r, err := zlib.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, errs.New(errs.Invalid, CodeMalformed, "the PDF is damaged: a compressed stream cannot be read")
	}
	most := min(d.limits.Stream, d.limits.Decoded-d.decoded, max(1<<20, encoded*d.limits.Ratio))
	var b bytes.Buffer
	n, err := io.Copy(&b, io.LimitReader(r, int64(most)+1))
	if err != nil {
		return nil, errs.New(errs.Invalid, CodeMalformed, "the PDF is damaged: a compressed stream cannot be read").Because(err)
	}
	if n > int64(most) {
		return nil, tooLarge("a stream unpacks to too much")
	}
	d.decoded += int(n)
	return b.Bytes(), d.ctx.Err()
}

func asciiHex(data []byte) ([]byte, error) {
	if i := bytes.IndexByte(data, '>'); i >= 0 {
		data = data[:i]
	}
	src := append(append([]byte{'<'}, data...), '>')
	o, err := NewParser(src, 0, 1).hex()
	if err != nil {
		return nil, err
	}
	return o.(String), nil
}

// unpredict undoes the PNG predictors (ISO 32000-2 7.4.4.4), which cross-reference streams use.
func (d *Document) unpredict(data []byte, parm Dict) ([]byte, error) {
	predictor, _ := parm["Predictor"].(int64)
	if predictor < 2 {
		return data, nil
	}
	if predictor < 10 {
		return nil, errs.New(errs.Unsupported, CodeFilter, "the PDF uses the TIFF predictor")
	}
	colors, bits, columns := intOr(parm["Colors"], 1), intOr(parm["BitsPerComponent"], 8), intOr(parm["Columns"], 1)
	if colors < 1 || colors > 32 || bits < 1 || bits > 16 || columns < 1 || columns > 1<<20 {
		return nil, malformed(0, "predictor parameters out of range")
	}
	pixel := max(1, colors*bits/8)
	row := (colors*bits*columns + 7) / 8
	if len(data)%(row+1) != 0 {
		return nil, malformed(0, "predicted rows of uneven length")
	}
	out := make([]byte, 0, len(data))
	above := make([]byte, row)
	for len(data) > 0 {
		line := bytes.Clone(data[1 : row+1])
		if err := unfilter(data[0], line, above, pixel); err != nil {
			return nil, err
		}
		out = append(out, line...)
		above, data = line, data[row+1:]
	}
	return out, nil
}

// unfilter undoes one PNG row filter (PNG specification 9.2) in place.
func unfilter(kind byte, line, above []byte, pixel int) error {
	if kind > 4 {
		return malformed(0, "an unknown predictor row")
	}
	for i := range line {
		var left, corner int
		if i >= pixel {
			left, corner = int(line[i-pixel]), int(above[i-pixel])
		}
		up := int(above[i])
		switch kind {
		case 1:
			line[i] += byte(left)
		case 2:
			line[i] += byte(up)
		case 3:
			line[i] += byte((left + up) / 2)
		case 4:
			line[i] += byte(paeth(left, up, corner))
		}
	}
	return nil
}

func paeth(a, b, c int) int {
	p := a + b - c
	pa, pb, pc := abs(p-a), abs(p-b), abs(p-c)
	if pa <= pb && pa <= pc {
		return a
	}
	if pb <= pc {
		return b
	}
	return c
}

func abs(v int) int { return max(v, -v) }

func intOr(o Object, otherwise int) int {
	if n, ok := o.(int64); ok && n >= -1<<31 && n < 1<<31 {
		return int(n)
	}
	return otherwise
}
