package template

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"cinnabar/internal/cinnabar"
)

// head is what stands between the two lines of dashes.
type head struct {
	id          string
	version     int
	language    string
	title       cinnabar.Text
	header      string // on the right of every page's top
	numberLabel string // before the number, on the left
	size        float64
	fields      []Field
}

var (
	isID    = regexp.MustCompile(`^[a-z][a-z0-9-]{1,63}$`)
	isField = regexp.MustCompile(`^[a-z][A-Za-z0-9]{0,63}(\.[a-z][A-Za-z0-9]{0,63})?$`)
)

// parse reads the head and returns the body, padded with as many line feeds as the head has lines, so
// that line numbers stay those of the file. On an error, line says where.
func (h *head) parse(src []byte) (body []byte, line int, err error) {
	*h = head{language: "zh-CN", numberLabel: "编号：", size: 10.5}
	lines := bytes.Split(bytes.ReplaceAll(src, []byte("\r\n"), []byte("\n")), []byte("\n"))
	if strings.TrimSpace(string(lines[0])) != "---" {
		return nil, 1, errors.New(`the first line must be "---"`)
	}
	for i, raw := range lines[1:] {
		line = i + 2
		text := strings.TrimSpace(string(raw))
		switch {
		case text == "---":
			pad := bytes.Repeat([]byte("\n"), line)
			return append(pad, bytes.Join(lines[line:], []byte("\n"))...), line, h.complete()
		case text == "" || strings.HasPrefix(text, "#"):
		case strings.HasPrefix(text, "|"):
			err = h.addField(text)
		default:
			err = h.set(text)
		}
		if err != nil {
			return nil, line, err
		}
	}
	return nil, line, errors.New(`the head has no end: a line "---" is missing`)
}

func (h *head) set(text string) (err error) {
	key, value, ok := strings.Cut(text, ":")
	if !ok {
		return errors.New(`expected "key: value" or a row of the field table`)
	}
	value = strings.TrimSpace(value)
	switch strings.TrimSpace(key) {
	case "id":
		h.id = value
	case "version":
		h.version, err = strconv.Atoi(value)
	case "language":
		h.language = value
	case "title":
		h.title.Zh = value
	case "title-en":
		h.title.En = value
	case "header":
		h.header = value
	case "number-label":
		h.numberLabel = value
	case "size":
		if h.size, err = strconv.ParseFloat(value, 64); err == nil && (h.size < 6 || h.size > 20) {
			err = errors.New("size must be 6 to 20 points")
		}
	default:
		err = fmt.Errorf("there is no key %q", key)
	}
	return err
}

func (h *head) complete() error {
	switch {
	case !isID.MatchString(h.id):
		return errors.New("id is missing or malformed: small letters, digits and hyphens")
	case h.version < 1:
		return errors.New("version is missing: a whole number from 1")
	case h.title.Zh == "" && h.title.En == "":
		return errors.New("title is missing")
	}
	for _, f := range h.fields {
		if f.Type == List && len(f.Columns) == 0 {
			return fmt.Errorf("the list %q has no columns; declare them as %s.name", f.Name, f.Name)
		}
	}
	return nil
}

// addField reads a row: field | type | required | printed | title | English title | example.
func (h *head) addField(text string) error {
	cells := strings.Split(strings.Trim(text, "|"), "|")
	for i := range cells {
		cells[i] = strings.TrimSpace(cells[i])
	}
	if cells[0] == "field" || strings.Trim(cells[0], "-: ") == "" {
		return nil // the table's own head, and the line under it
	}
	if len(cells) < 5 || len(cells) > 7 {
		return errors.New("a field row has: field | type | required | printed | title | English title | example")
	}
	cells = append(cells, "", "")
	f := Field{Name: cells[0], Title: cinnabar.Text{Zh: cells[4], En: cells[5]}, Example: cells[6]}
	var err error
	if !isField.MatchString(f.Name) || reserved[f.Name] {
		return fmt.Errorf("%q is not a possible field name", f.Name)
	}
	if f.Type, f.Choices, err = parseType(cells[1]); err != nil {
		return err
	}
	if f.Required, err = yesNo(cells[2]); err != nil {
		return err
	}
	if f.Printed, err = yesNo(cells[3]); err != nil {
		return err
	}
	return h.place(f)
}

// reserved names are given by the program.
var reserved = map[string]bool{"number": true, "verifyURL": true, "today": true}

// place puts a field among the others, or into its list.
func (h *head) place(f Field) error {
	into := &h.fields
	if list, name, ok := strings.Cut(f.Name, "."); ok {
		into = nil
		for i := range h.fields {
			if h.fields[i].Name == list && h.fields[i].Type == List {
				into = &h.fields[i].Columns
			}
		}
		if into == nil || f.Type == List {
			return fmt.Errorf("%q must come after the list %q, and no list holds lists", f.Name, list)
		}
		f.Name = name
	}
	for _, other := range *into {
		if other.Name == f.Name {
			return fmt.Errorf("the field %q is declared twice", f.Name)
		}
	}
	*into = append(*into, f)
	return nil
}

func yesNo(s string) (bool, error) {
	switch s {
	case "yes", "true", "是":
		return true, nil
	case "no", "false", "否":
		return false, nil
	}
	return false, fmt.Errorf("%q is neither yes nor no", s)
}
