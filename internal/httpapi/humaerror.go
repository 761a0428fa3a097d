package httpapi

import (
	"strings"

	"github.com/danielgtaylor/huma/v2/validation"
)

// pointer turns Huma's location ("body.parties[1].name") into a JSON pointer ("/parties/1/name").
func pointer(location string) string {
	location = strings.TrimPrefix(location, "body")
	location = strings.NewReplacer("[", ".", "]", "").Replace(location)
	parts := strings.Split(strings.Trim(location, "."), ".")
	if len(parts) == 1 && parts[0] == "" {
		return ""
	}
	return "/" + strings.Join(parts, "/")
}

// missingAt is the pointer of a property that Huma misses, which it names in its message only.
func missingAt(location, message string) string {
	before, after, _ := strings.Cut(validation.MsgExpectedRequiredProperty, "%s")
	name, ok := strings.CutPrefix(message, before)
	if !ok {
		return pointer(location)
	}
	return pointer(location) + "/" + strings.TrimSuffix(name, after)
}

// fieldCode turns Huma's message into one of the stable field codes.
func fieldCode(message string) string {
	starts := func(format string) bool {
		fixed, _, _ := strings.Cut(format, "%")
		return strings.HasPrefix(message, fixed)
	}
	switch {
	case starts(validation.MsgExpectedRequiredProperty), strings.Contains(message, "required"):
		return "missing"
	case starts(validation.MsgUnexpectedProperty):
		return "unknown"
	case starts(validation.MsgExpectedMinLength), starts(validation.MsgExpectedMinItems):
		return "too-short"
	case starts(validation.MsgExpectedMaxLength), starts(validation.MsgExpectedMaxItems):
		return "too-long"
	case starts(validation.MsgExpectedMinimumNumber), starts(validation.MsgExpectedMaximumNumber):
		return "out-of-range"
	case starts(validation.MsgExpectedOneOf):
		return "not-allowed"
	}
	return "malformed"
}
