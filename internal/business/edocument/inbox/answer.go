package inbox

import (
	"encoding/json"
	"strings"

	"cinnabar/internal/business/edocument"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/errs"
)

// Answer is what the sender of a manifest is told: outbox/NAME.answer.json, and for what was refused also
// inbox/refused/NAME.reason.json.
type Answer struct {
	Manifest string          `json:"manifest"` // the name of the file
	ID       string          `json:"id,omitempty"`
	Result   string          `json:"result"` // made, refused
	Case     cinnabar.CaseID `json:"case,omitempty"`
	Number   string          `json:"number,omitempty"`
	State    string          `json:"state,omitempty"` // once it was made

	Code   string         `json:"code,omitempty"` // why it was refused
	Detail string         `json:"detail,omitempty"`
	Fields []errs.Field   `json:"fields,omitempty"` // where in the manifest
	Params map[string]any `json:"params,omitempty"`
}

func madeAnswer(name, id string, m edocument.Made) Answer {
	return Answer{Manifest: name, ID: id, Result: "made", Case: m.Case, Number: m.Number, State: m.State}
}

// refusal tells why, with pointers into the manifest.
func refusal(name, id string, err error) Answer {
	e := errs.As(err)
	a := Answer{Manifest: name, ID: id, Result: "refused", Code: e.Code, Detail: e.Detail, Params: e.Params}
	for _, f := range e.Fields {
		f.Pointer = strings.TrimPrefix(f.Pointer, "/sections/"+edocument.SectionData)
		if f.Pointer == "/upload" {
			f.Pointer = "/file"
		}
		a.Fields = append(a.Fields, f)
	}
	return a
}

func (a Answer) json() ([]byte, error) {
	b, err := json.MarshalIndent(a, "", "  ")
	return append(b, '\n'), err
}

// final tells whether an error is an answer. What waiting may cure is not.
func final(err error) bool {
	e := errs.As(err)
	switch e.Kind {
	case errs.Invalid, errs.Forbidden, errs.NotFound, errs.TooLarge, errs.Unsupported:
		return true
	case errs.Conflict:
		return e.Code != "under-way" && e.Code != "given-up"
	}
	return false
}
