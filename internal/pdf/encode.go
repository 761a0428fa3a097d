package pdf

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
)

// AppendObject appends o as PDF syntax (ISO 32000-2 7.3) and returns the longer slice. The same value
// always gives the same bytes: dictionary keys are sorted, numbers have one spelling, and text strings
// are literal when printable and hexadecimal otherwise.
//
// It panics on a type that Object does not list and on a number that is not finite: both are mistakes of
// the program, never of its input.
func AppendObject(dst []byte, o Object) []byte {
	switch v := o.(type) {
	case nil:
		return append(dst, "null"...)
	case bool:
		return strconv.AppendBool(dst, v)
	case int:
		return strconv.AppendInt(dst, int64(v), 10)
	case int64:
		return strconv.AppendInt(dst, v, 10)
	case float64:
		return appendReal(dst, v)
	case Name:
		return appendName(dst, v)
	case String:
		return appendString(dst, v)
	case Array:
		return appendArray(dst, v)
	case Dict:
		return appendDict(dst, v)
	case Ref:
		return appendRef(dst, v)
	case *Stream:
		return appendStream(dst, v)
	}
	panic(fmt.Sprintf("pdf: no PDF syntax for %T", o))
}

// AppendIndirect appends "num gen obj … endobj" with its line ends.
func AppendIndirect(dst []byte, r Ref, o Object) []byte {
	dst = strconv.AppendInt(dst, int64(r.Num), 10)
	dst = append(dst, ' ')
	dst = strconv.AppendInt(dst, int64(r.Gen), 10)
	dst = append(dst, " obj\n"...)
	dst = AppendObject(dst, o)
	return append(dst, "\nendobj\n"...)
}

// Text returns s as a PDF text string (ISO 32000-2 7.9.2): as it is when printable ASCII, else
// UTF-16BE with a byte order mark, runes above U+FFFF as surrogate pairs.
func Text(s string) String {
	if isPlain([]byte(s)) {
		return String(s)
	}
	out := String{0xFE, 0xFF}
	for _, u := range utf16.Encode([]rune(s)) {
		out = append(out, byte(u>>8), byte(u))
	}
	return out
}

func appendReal(dst []byte, v float64) []byte {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		panic("pdf: a number that is not finite")
	}
	// Five decimals are what readers are asked to keep (ISO 32000-1 annex C).
	start := len(dst)
	dst = strconv.AppendFloat(dst, v, 'f', 5, 64)
	for dst[len(dst)-1] == '0' {
		dst = dst[:len(dst)-1]
	}
	if dst[len(dst)-1] == '.' {
		dst = dst[:len(dst)-1]
	}
	if string(dst[start:]) == "-0" {
		dst = append(dst[:start], '0')
	}
	return dst
}

func appendName(dst []byte, n Name) []byte {
	const hexDigits = "0123456789ABCDEF"
	dst = append(dst, '/')
	for i := range len(n) {
		c := n[i]
		if c == '#' || !isRegular(c) || c < '!' || c > '~' {
			dst = append(dst, '#', hexDigits[c>>4], hexDigits[c&15])
			continue
		}
		dst = append(dst, c)
	}
	return dst
}

func appendString(dst []byte, s String) []byte {
	if !isPlain(s) {
		const hexDigits = "0123456789ABCDEF"
		dst = append(dst, '<')
		for _, c := range s {
			dst = append(dst, hexDigits[c>>4], hexDigits[c&15])
		}
		return append(dst, '>')
	}
	dst = append(dst, '(')
	for _, c := range s {
		if c == '(' || c == ')' || c == '\\' {
			dst = append(dst, '\\')
		}
		dst = append(dst, c)
	}
	return append(dst, ')')
}

func appendArray(dst []byte, a Array) []byte {
	dst = append(dst, '[')
	for i, o := range a {
		if i > 0 {
			dst = append(dst, ' ')
		}
		dst = AppendObject(dst, o)
	}
	return append(dst, ']')
}

func appendDict(dst []byte, d Dict) []byte {
	dst = append(dst, "<<"...)
	for i, k := range sortedKeys(d) {
		if i > 0 {
			dst = append(dst, ' ')
		}
		dst = appendName(dst, k)
		dst = append(dst, ' ')
		dst = AppendObject(dst, d[k])
	}
	return append(dst, ">>"...)
}

func appendRef(dst []byte, r Ref) []byte {
	dst = strconv.AppendInt(dst, int64(r.Num), 10)
	dst = append(dst, ' ')
	dst = strconv.AppendInt(dst, int64(r.Gen), 10)
	return append(dst, " R"...)
}

func appendStream(dst []byte, s *Stream) []byte {
	d := make(Dict, len(s.Dict)+1)
	for k, v := range s.Dict {
		d[k] = v
	}
	d["Length"] = int64(len(s.Data))
	dst = appendDict(dst, d)
	dst = append(dst, "\nstream\n"...)
	dst = append(dst, s.Data...)
	return append(dst, "\nendstream"...)
}

func sortedKeys(d Dict) []Name {
	keys := make([]Name, 0, len(d))
	for k := range d {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func isPlain(s []byte) bool {
	return !bytes.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' })
}

// isRegular reports whether c is a regular character (ISO 32000-2 7.2.3): neither white space nor delimiter.
func isRegular(c byte) bool {
	return !isSpace(c) && !isDelimiter(c)
}

func isSpace(c byte) bool {
	return c == 0 || c == '\t' || c == '\n' || c == '\f' || c == '\r' || c == ' '
}

func isDelimiter(c byte) bool {
	switch c {
	case '(', ')', '<', '>', '[', ']', '{', '}', '/', '%':
		return true
	}
	return false
}

// Date returns t as a PDF date (ISO 32000-2 7.9.4).
func Date(t time.Time) String {
	s := t.Format("20060102150405-0700")
	return String("D:" + s[:17] + "'" + s[17:] + "'")
}

// DecodeText returns a PDF text string as Go text. Bytes without a byte order mark are read as Latin-1,
// which agrees with PDFDocEncoding in all that names of fields use.
func DecodeText(s String) string {
	if bytes.HasPrefix(s, []byte{0xEF, 0xBB, 0xBF}) {
		return strings.ToValidUTF8(string(s[3:]), "\uFFFD")
	}
	if !bytes.HasPrefix(s, []byte{0xFE, 0xFF}) {
		out := make([]rune, len(s))
		for i, c := range s {
			out[i] = rune(c)
		}
		return string(out)
	}
	units := make([]uint16, 0, len(s)/2)
	for i := 2; i+1 < len(s); i += 2 {
		units = append(units, uint16(s[i])<<8|uint16(s[i+1]))
	}
	return string(utf16.Decode(units))
}
