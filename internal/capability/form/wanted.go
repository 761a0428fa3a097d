package form

import "cinnabar/internal/cinnabar"

// maxOptions is how many options are named to somebody who has entered none of them.
const maxOptions = 20

// params say what is wanted instead, for the text that explains a problem: the "format" of what is malformed,
// "min" and "max" with their "unit" (characters or entries) or, of numbers, without one, the "earliest" or
// "latest" day, the titles of the "options".
func (a asked) params(p Problem) map[string]any {
	switch p {
	case Malformed:
		return some("format", a.format())
	case TooLong:
		return a.bound("max", a.length())
	case TooShort:
		return a.bound("min", a.Min)
	case OutOfRange:
		return a.outside()
	case UnderAge:
		return map[string]any{"min": adult}
	case NotAllowed:
		return a.choices()
	}
	return nil
}

func some(key, value string) map[string]any {
	if value == "" {
		return nil
	}
	return map[string]any{key: value}
}

// format names how the value is written: as in the JSON Schema where that has a name for it.
func (a asked) format() string {
	switch a.Kind {
	case Text, Name, Address:
		return "line"
	case LongText:
		return "lines"
	case Integer, Bool, Choice:
		return string(a.Kind)
	case Agreement:
		return string(Bool)
	case Choices, Files, List:
		return "list"
	case IDNumber:
		if a.like == "" {
			return ResidentCard
		}
		return a.like
	}
	return kinds[a.Kind].format
}

func (a asked) bound(key string, n int) map[string]any {
	switch {
	case a.Kind == Choices || a.Kind == Files || a.Kind == List:
		return map[string]any{key: n, "unit": "entries"}
	case a.free():
		return map[string]any{key: n, "unit": "characters"}
	}
	return nil
}

func (a asked) outside() map[string]any {
	switch a.Kind {
	case Integer, Decimal, Money:
		out := map[string]any{"min": a.Min}
		if a.Max != 0 {
			out["max"] = a.Max
		}
		return out
	case Date:
		if a.Future {
			return map[string]any{"earliest": today(a.at).Format(dateLayout)}
		}
		return map[string]any{"latest": today(a.at).Format(dateLayout)}
	}
	return nil
}

func (a asked) choices() map[string]any {
	titles := make([]cinnabar.Text, 0, min(len(a.Options), maxOptions))
	for _, o := range a.Options[:cap(titles)] {
		titles = append(titles, o.Title)
	}
	out := map[string]any{"options": titles}
	if len(a.Options) > maxOptions {
		out["more"] = len(a.Options) - maxOptions
	}
	return out
}
