package cms

import (
	"fmt"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// FromBER rewrites the first value in b, which older signing software encodes with indefinite lengths, in
// definite lengths, and returns what follows it. It is for old signatures that something else vouches for:
// unlike DER, their bytes can be written in more than one way.
func FromBER(b []byte) (der, rest []byte, err error) {
	if len(b) > maxSize {
		return nil, nil, fmt.Errorf("%w: larger than %d bytes", ErrNotDER, maxSize)
	}
	return fromBER(b, 32)
}

const octets, constructed = 0x04, 0x20

func fromBER(b []byte, depth int) (der, rest []byte, err error) {
	tag, body, length, err := berHeader(b)
	if err != nil || depth == 0 {
		return nil, nil, fmt.Errorf("%w: BER", ErrNotDER)
	}
	if length >= 0 {
		body, rest = body[:length], body[length:]
	}
	if tag&constructed == 0 {
		der, err = element(tag, body)
		return der, rest, err
	}
	var content []byte
	for length < 0 || len(body) > 0 {
		if length < 0 && len(body) >= 2 && body[0] == 0 && body[1] == 0 {
			rest = body[2:]
			break
		}
		var child []byte
		if child, body, err = fromBER(body, depth-1); err != nil {
			return nil, nil, err
		}
		if tag == octets|constructed { // pieces of one string
			in := cryptobyte.String(child)
			var piece cryptobyte.String
			if !in.ReadASN1(&piece, cbasn1.OCTET_STRING) {
				return nil, nil, fmt.Errorf("%w: BER string", ErrNotDER)
			}
			child = piece
		}
		content = append(content, child...)
	}
	if tag == octets|constructed {
		tag = octets
	}
	der, err = element(tag, content)
	return der, rest, err
}

// berHeader reads tag and length; length is -1 when it is indefinite.
func berHeader(b []byte) (tag byte, body []byte, length int, err error) {
	if len(b) < 2 || b[0]&0x1F == 0x1F {
		return 0, nil, 0, ErrNotDER
	}
	tag, n, body := b[0], int(b[1]), b[2:]
	switch {
	case n < 0x80:
	case n == 0x80 && tag&constructed != 0:
		return tag, body, -1, nil
	case n > 0x80 && n <= 0x84 && len(body) >= n-0x80:
		size := n - 0x80
		n = 0
		for _, c := range body[:size] {
			n = n<<8 | int(c)
		}
		body = body[size:]
	default:
		return 0, nil, 0, ErrNotDER
	}
	if n > len(body) {
		return 0, nil, 0, ErrNotDER
	}
	return tag, body, n, nil
}

func element(tag byte, content []byte) ([]byte, error) {
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.Tag(tag), func(b *cryptobyte.Builder) { b.AddBytes(content) })
	return b.Bytes()
}
