package edocument

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"

	"cinnabar/internal/capability/document/template"
	"cinnabar/internal/platform/errs"
)

// longestDue is how many hours a stage may have at most: a year.
const longestDue = 366 * 24

var (
	typeID     = regexp.MustCompile(`^[A-Z][A-Z0-9-]{0,19}$`)
	prefixForm = regexp.MustCompile(`^[A-Z0-9-]{1,12}$`)
	itemName   = regexp.MustCompile(`^[a-z][a-z0-9-]{0,39}$`)
)

// check finds what is wrong with a type; at is its pointer. The template's places must hold its seals. Where nothing
// was changed nobody is asked whether people are still there.
func (s *Service) check(ctx context.Context, staff *staff, t *Type, changed bool, at string) ([]errs.Field, error) {
	stores, databases, err := s.places(ctx, staff.org)
	if err != nil {
		return nil, err
	}
	var wrong []errs.Field
	fault := func(pointer, code string) { wrong = append(wrong, errs.Field{Pointer: at + pointer, Code: code}) }
	if !typeID.MatchString(t.ID) {
		fault("/id", "malformed")
	}
	if t.Title.Zh == "" {
		fault("/title/zh", "missing")
	}
	if !prefixForm.MatchString(t.Prefix) {
		fault("/prefix", "malformed")
	}
	if t.Digits < 3 || t.Digits > 12 {
		fault("/digits", "out-of-range")
	}
	if t.DueHours < 0 || t.DueHours > longestDue {
		fault("/dueHours", "out-of-range")
	}
	if !slices.Contains([]string{"", "year", "month", "day"}, t.Date) {
		fault("/date", "not-allowed")
	}
	if t.Template == "" && !t.Uploads {
		fault("/template", "missing")
	}
	if !slices.Contains(stores, t.Store) {
		fault("/store", "unknown")
	}
	if !slices.Contains(databases, t.Database) {
		fault("/database", "unknown")
	}
	strangers, err := s.checkHolders(ctx, staff, t, changed && !t.Closed, at)
	if err != nil {
		return nil, err
	}
	places, more, err := s.checkTemplate(ctx, t, at)
	wrong = append(append(wrong, more...), strangers...)
	return append(wrong, t.checkRoutes(at, places)...), err
}

// checkTemplate reads the template and returns the names of its places.
func (s *Service) checkTemplate(ctx context.Context, t *Type, at string) (places []string, wrong []errs.Field, err error) {
	if t.Template == "" {
		return nil, nil, nil
	}
	parsed, err := template.Parse(t.ID, []byte(t.Template))
	if err == nil {
		var d *template.Document
		if d, err = parsed.Preview(ctx, template.RenderOptions{Fonts: s.Fonts, Now: s.Clock.Now()}); err == nil {
			for _, p := range d.Places {
				places = append(places, p.Name)
			}
		}
	}
	var e *errs.Error
	if errors.As(err, &e) && e.Kind != errs.Internal {
		return nil, []errs.Field{{Pointer: at + "/template", Code: "malformed", Params: map[string]any{"detail": e.Detail}}}, nil //nolint:nilerr // told as what is wrong
	}
	if err != nil {
		return nil, nil, err
	}
	for pointer, name := range map[string]string{"/keyField": t.Key, "/partyField": t.Party, "/amountField": t.Amount, "/dateField": t.Day} {
		if name != "" && !slices.ContainsFunc(parsed.Fields(), func(f template.Field) bool { return f.Name == name }) {
			wrong = append(wrong, errs.Field{Pointer: at + pointer, Code: "unknown"})
		}
	}
	for _, f := range parsed.Fields() { // ways are chosen by the amount
		switch {
		case f.Name != t.Amount:
		case f.Type != template.Money:
			wrong = append(wrong, errs.Field{Pointer: at + "/amountField", Code: "not-allowed"})
		case t.bounded() && !f.Required:
			wrong = append(wrong, errs.Field{Pointer: at + "/amountField", Code: "not-required"})
		}
	}
	return places, wrong, nil
}

func (t *Type) checkRoutes(at string, places []string) (wrong []errs.Field) {
	for r, route := range t.Routes {
		if route.From != nil && route.Below != nil && *route.From >= *route.Below { // holds no amount
			wrong = append(wrong, errs.Field{Pointer: fmt.Sprintf("%s/routes/%d/below", at, r), Code: "out-of-range"})
		}
		seen := map[string]bool{}
		for g, stage := range route.Stages {
			if len(stage.Items) == 0 {
				wrong = append(wrong, errs.Field{Pointer: fmt.Sprintf("%s/routes/%d/stages/%d/items", at, r, g), Code: "missing"})
			}
			for i, item := range stage.Items {
				where := fmt.Sprintf("%s/routes/%d/stages/%d/items/%d", at, r, g, i)
				switch {
				case !itemName.MatchString(item.Name):
					wrong = append(wrong, errs.Field{Pointer: where + "/name", Code: "malformed"})
				case seen[item.Name]:
					wrong = append(wrong, errs.Field{Pointer: where + "/name", Code: "duplicate"})
				case item.Seal && t.Template != "" && !slices.Contains(places, item.Name):
					wrong = append(wrong, errs.Field{Pointer: where + "/name", Code: "no-place"})
				}
				if (item.Department == "") == (item.Org == "") {
					wrong = append(wrong, errs.Field{Pointer: where + "/department", Code: "missing"})
				}
				seen[item.Name] = true
			}
		}
	}
	return wrong
}
