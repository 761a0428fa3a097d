package sheet

import (
	"errors"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// cell is what the cell holds (ECMA-376 part 1, 18.18.11).
func (s *sheetReader) cell() (Cell, error) {
	text := s.text.String()
	if text == "" {
		if s.made && !s.valued {
			return Cell{Fault, ""}, nil
		}
		return Cell{}, nil
	}
	switch s.kind {
	case "s":
		n, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil || n < 0 || n >= len(s.w.shared) {
			return Cell{}, errors.New("a cell refers to no text")
		}
		return textCell(s.w.shared[n]), nil
	case "str", "inlineStr":
		return textCell(unescape(text)), nil
	case "b":
		return Cell{Bool, strconv.FormatBool(isTrue(strings.TrimSpace(text)))}, nil
	case "e":
		return Cell{Fault, text}, nil
	case "d":
		return isoCell(text), nil
	}
	v, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		return Cell{}, errors.New("a number is none")
	}
	if s.style >= 0 && s.style < len(s.w.dates) && s.w.dates[s.style] {
		if d, ok := serial(v, s.w.date1904); ok {
			return Cell{Date, d}, nil
		}
	}
	return Cell{Number, decimalText(v)}, nil
}

func textCell(s string) Cell {
	if s = strings.TrimSpace(s); s == "" {
		return Cell{}
	}
	return Cell{Text, s}
}

// isoCell reads a date that stands as text by ISO 8601.
func isoCell(text string) Cell {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05.999", time.DateOnly} {
		if d, err := time.Parse(layout, text); err == nil {
			return Cell{Date, dateText(d)}
		}
	}
	return textCell(text)
}

// decimalText writes a number in the fifteen digits that spreadsheets keep, without an exponent.
func decimalText(v float64) string {
	short, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 15, 64), 64)
	if err == nil {
		v = short
	}
	if math.Abs(v) >= 1e21 || (v != 0 && math.Abs(v) < 1e-15) {
		return strconv.FormatFloat(v, 'g', -1, 64)
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

const lastSerial = 2958466 // the day after 9999-12-31

// serial reads a date as spreadsheets count them: days since the end of 1899, where 1900 is taken for a leap
// year, or since the beginning of 1904.
func serial(v float64, from1904 bool) (string, bool) {
	if v < 0 || v >= lastSerial {
		return "", false
	}
	days, part := math.Modf(v)
	seconds := math.Round(part * 86400)
	if days == 0 && !from1904 {
		return time.Unix(int64(seconds), 0).UTC().Format(time.TimeOnly), seconds < 86400
	}
	first := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	switch {
	case from1904:
		first = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	case days < 60:
		first = time.Date(1899, 12, 31, 0, 0, 0, 0, time.UTC)
	}
	return dateText(first.AddDate(0, 0, int(days)).Add(time.Duration(seconds) * time.Second)), true
}

func dateText(d time.Time) string {
	if d.Hour() == 0 && d.Minute() == 0 && d.Second() == 0 {
		return d.Format(time.DateOnly)
	}
	return d.Format(time.DateTime)
}

var escaped = regexp.MustCompile(`_x[0-9A-Fa-f]{4}_`)

// unescape reads characters that XML cannot hold (ECMA-376 part 1, 22.9.2.19).
func unescape(s string) string {
	if !strings.Contains(s, "_x") {
		return s
	}
	return escaped.ReplaceAllStringFunc(s, func(code string) string {
		n, _ := strconv.ParseUint(code[2:6], 16, 16)
		return string(rune(n))
	})
}
