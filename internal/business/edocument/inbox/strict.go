package inbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"unicode/utf8"

	"cinnabar/internal/platform/errs"
)

// maxNesting bounds objects in lists in objects.
const maxNesting = 8

var errNesting = errors.New("nested too deep")

// object reads one JSON object as RFC 8259 wants it, and more strictly than encoding/json does: no name
// stands twice, names are told apart by case, and there is nothing behind it. A byte order mark is skipped.
func object(raw []byte) (map[string]any, error) {
	raw = bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))
	if !utf8.Valid(raw) {
		return nil, errs.New(errs.Invalid, "not-utf8", "a manifest is in UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	v, err := value(d, 0)
	if err == nil {
		if _, err = d.Token(); errors.Is(err, io.EOF) {
			err = nil
		} else if err == nil {
			err = errors.New("there is something behind the object")
		}
	}
	o, ok := v.(map[string]any)
	if err == nil && !ok {
		err = errors.New("not an object")
	}
	if err != nil {
		return nil, errs.New(errs.Invalid, "not-json", "a manifest is one JSON object without repeated names: %s", err)
	}
	return o, nil
}

func value(d *json.Decoder, depth int) (any, error) {
	t, err := d.Token()
	if err != nil {
		return nil, err
	}
	mark, ok := t.(json.Delim)
	if !ok {
		return t, nil
	}
	if depth >= maxNesting {
		return nil, errNesting
	}
	if mark == '{' {
		return members(d, depth)
	}
	list := []any{}
	for d.More() {
		v, err := value(d, depth+1)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	_, err = d.Token()
	return list, err
}

func members(d *json.Decoder, depth int) (any, error) {
	out := map[string]any{}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return nil, err
		}
		name, ok := t.(string)
		if _, twice := out[name]; twice || !ok {
			return nil, errors.New("a name stands twice")
		}
		if out[name], err = value(d, depth+1); err != nil {
			return nil, err
		}
	}
	_, err := d.Token()
	return out, err
}
