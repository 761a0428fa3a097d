package template

import (
	"fmt"
	"strconv"
	"strings"
	texttemplate "text/template"
	"time"

	"cinnabar/internal/cinnabar"
)

// allowed are the functions that a body may call. Those of text/template that are left out can take
// long, build code for other languages, or call methods.
var allowed = map[string]bool{
	"and": true, "or": true, "not": true, "eq": true, "ne": true, "lt": true, "le": true, "gt": true, "ge": true, "len": true,
	"date": true, "capital": true, "yuan": true, "masked": true, "is": true, "inc": true,
}

func functions() texttemplate.FuncMap {
	return texttemplate.FuncMap{
		"literal": literal, "date": date, "capital": capital, "yuan": yuan, "masked": masked, "is": is, "inc": inc,
	}
}

// left is printed for an optional value that was not given: the stroke that closes an empty place in
// Chinese contracts.
const left = "／"

// literal marks a value as text for the Markdown parser.
func literal(v any) (string, error) {
	s, err := printed(v)
	if err != nil {
		return "", err
	}
	s = strings.NewReplacer("\r", "", "\t", " ", "\n", string(valueLine)).Replace(s)
	return string(valueStart) + s + string(valueEnd), nil
}

func printed(v any) (string, error) {
	switch v := v.(type) {
	case nil:
		return left, nil
	case string:
		return v, nil
	case int:
		return strconv.Itoa(v), nil
	case int64:
		return strconv.FormatInt(v, 10), nil
	case cinnabar.Fen:
		return yuan(v)
	case day:
		return date(v)
	case *chosen:
		return v.label, nil
	case bool:
		if v {
			return "是", nil
		}
		return "否", nil
	}
	return "", fmt.Errorf("a %T cannot be printed", v)
}

// date writes 2026年11月22日.
func date(v any) (string, error) {
	switch v := v.(type) {
	case nil:
		return left, nil
	case day:
		return time.Time(v).Format("2006年1月2日"), nil
	}
	return "", fmt.Errorf("date needs a field of type date, not a %T", v)
}

// yuan writes 1,234.50.
func yuan(v any) (string, error) {
	switch v := v.(type) {
	case nil:
		return left, nil
	case cinnabar.Fen:
		digits, negative := strings.CutPrefix(v.Yuan(), "-")
		for i := len(digits) - len("000.00"); i > 0; i -= 3 {
			digits = digits[:i] + "," + digits[i:]
		}
		if negative {
			digits = "-" + digits
		}
		return digits, nil
	}
	return "", fmt.Errorf("yuan needs a field of type money, not a %T", v)
}

// masked shows the beginning and the end of a value: 3201****1234, 张*.
func masked(v any) (string, error) {
	s, ok := v.(string)
	if v == nil {
		return left, nil
	}
	if !ok {
		return "", fmt.Errorf("masked needs a field of type text, not a %T", v)
	}
	rs := []rune(s)
	head, tail := len(rs)/4, len(rs)/4
	if len(rs) <= 3 {
		head, tail = 1, 0
	}
	if len(rs) < 2 {
		return "*", nil
	}
	return string(rs[:head]) + strings.Repeat("*", len(rs)-head-tail) + string(rs[len(rs)-tail:]), nil
}

// is tells whether a choice has been made with this value.
func is(v any, value string) (bool, error) {
	switch v := v.(type) {
	case nil:
		return false, nil
	case *chosen:
		return v.value == value, nil
	}
	return false, fmt.Errorf("is needs a field of type choice, not a %T", v)
}

// inc counts rows from 1.
func inc(i int) int { return i + 1 }
