// Package form declares the forms of a procedure as data, describes them as JSON Schema for programs
// and screens, and checks what was entered: everything that is wrong at once, each at its field,
// "missing" apart from "malformed". It knows no case.
package form

import "cinnabar/internal/cinnabar"

// Kind is what a field holds.
type Kind string

const (
	Text        Kind = "text"      // one line
	LongText    Kind = "long-text" // several lines
	Integer     Kind = "integer"   // a whole number
	Decimal     Kind = "decimal"   // a number as text, e.g. "12.50"
	Money       Kind = "money"     // an amount in yuan as text, kept to the fen
	Bool        Kind = "bool"      // yes or no
	Agreement   Kind = "agreement" // a box that must be ticked
	Date        Kind = "date"      // 2006-01-02
	Choice      Kind = "choice"    // one of Options
	Choices     Kind = "choices"   // some of Options
	Mobile      Kind = "mobile"    // a mobile number of mainland China
	Phone       Kind = "phone"     // any telephone number
	Email       Kind = "email"     //
	CreditCode  Kind = "uscc"      // unified social credit code, GB 32100
	IDNumber    Kind = "id-number" // of the identity document that the field Like names
	BankAccount Kind = "account"   // bank account number
	Password    Kind = "password"  // never kept, never shown
	Code        Kind = "code"      // a one-time code of six digits
	File        Kind = "file"      // an uploaded file
	Drawing     Kind = "drawing"   // a handwritten signature as strokes
	SealChoice  Kind = "seal"      // one of the organisation's seals
	List        Kind = "list"      // of objects with the fields Items
	Object      Kind = "object"    // checked by the step that takes it
)

// Schema is a form.
type Schema struct {
	Fields []Field `json:"fields"`
}

// Field is one entry of a form.
type Field struct {
	Name     string        `json:"name"`
	Kind     Kind          `json:"kind"`
	Title    cinnabar.Text `json:"title"`
	Help     cinnabar.Text `json:"help,omitzero"`
	Required bool          `json:"required,omitempty"`
	Options  []Option      `json:"options,omitempty"`
	Items    []Field       `json:"items,omitempty"` // of a List
	Min      int           `json:"min,omitempty"`   // characters, entries, or the number itself, by kind
	Max      int           `json:"max,omitempty"`   // 0: the kind's own limit
	When     *When         `json:"when,omitempty"`  // the field is asked only then
	Like     string        `json:"like,omitempty"`  // the field that says which document an IDNumber is of

	Personal bool `json:"personal,omitempty"` // masked on screens until unmasked
	Printed  bool `json:"printed,omitempty"`  // stands in the contract: a change makes it anew
	Past     bool `json:"past,omitempty"`     // a date that must lie in the past
	Future   bool `json:"future,omitempty"`   // a date that must not lie in the past (an expiry)
	Adult    bool `json:"adult,omitempty"`    // an IDNumber whose holder must be 18
}

// Option is a choice.
type Option struct {
	Value string        `json:"value"`
	Title cinnabar.Text `json:"title"`
}

// When is the condition under which a field is asked: another field of the form has one of some values.
type When struct {
	Field string   `json:"field"`
	In    []string `json:"in"`
}

// Field finds a field by name; nil when there is none.
func (s Schema) Field(name string) *Field {
	for i := range s.Fields {
		if s.Fields[i].Name == name {
			return &s.Fields[i]
		}
	}
	return nil
}
