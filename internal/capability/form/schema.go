// Package form declares forms as data, describes them as JSON Schema 2020-12 for programs and screens, and
// checks what was entered. It knows no case.
//
// Guaranteed: Check reports everything that is wrong at once, each at its field, missing apart from
// malformed; what it returns as clean holds declared fields only, normalised and within bounds. A Schema
// always marshals to the same JSON, so that a digest over a procedure's definition stands.
//
// The JSON Schema is a courtesy to clients; Check is what counts.
package form

import "cinnabar/internal/cinnabar"

// Kind is what a field holds.
type Kind string

const (
	Text        Kind = "text"      // one line
	LongText    Kind = "long-text" // several lines
	Name        Kind = "name"      // a person's name
	Address     Kind = "address"   // an address in one line
	Integer     Kind = "integer"   // a whole number
	Decimal     Kind = "decimal"   // a number as text, e.g. "12.50"
	Money       Kind = "money"     // an amount in yuan as text, kept to the fen
	Bool        Kind = "bool"      // yes or no
	Agreement   Kind = "agreement" // a box that must be ticked
	Date        Kind = "date"      // 2006-01-02
	Expiry      Kind = "expiry"    // the last day on which a document is valid, or "long-term" (长期)
	Choice      Kind = "choice"    // one of Options
	Choices     Kind = "choices"   // some of Options
	Mobile      Kind = "mobile"    // a mobile number of mainland China
	Phone       Kind = "phone"     // any telephone number
	Email       Kind = "email"     // an e-mail address
	CreditCode  Kind = "uscc"      // unified social credit code, GB 32100
	IDNumber    Kind = "id-number" // of the identity document that the field Like names
	BankAccount Kind = "account"   // bank account number
	Password    Kind = "password"  // never kept, never shown
	Code        Kind = "code"      // a one-time code of six digits
	File        Kind = "file"      // the id of an uploaded file
	Files       Kind = "files"     // some of them
	Drawing     Kind = "drawing"   // a handwritten signature: {strokes:[[[x,y,…]…]…], width, height}
	SealChoice  Kind = "seal"      // one of the organisation's seals
	List        Kind = "list"      // of objects with the fields Items
	Object      Kind = "object"    // checked by the step that takes it
)

// Schema is a form.
type Schema struct {
	Fields []Field `json:"fields"`
}

// Field is one entry of a form. Two fields may share a name when their conditions exclude each other.
type Field struct {
	Name     string        `json:"name"`
	Kind     Kind          `json:"kind"`
	Title    cinnabar.Text `json:"title"`
	Help     cinnabar.Text `json:"help,omitzero"`
	Required bool          `json:"required,omitempty"`
	Options  []Option      `json:"options,omitempty"`
	Items    []Field       `json:"items,omitempty"`  // of a List
	Min      int           `json:"min,omitempty"`    // characters, entries, or the number itself, by kind
	Max      int           `json:"max,omitempty"`    // 0: the kind's own limit
	When     *When         `json:"when,omitempty"`   // the field is asked only then
	Like     string        `json:"like,omitempty"`   // the earlier Choice of Documents that says what an IDNumber is of
	Accept   []string      `json:"accept,omitempty"` // MIME types of a File or Files

	Personal bool `json:"personal,omitempty"` // masked on screens until unmasked
	Printed  bool `json:"printed,omitempty"`  // stands in the contract: a change makes it anew
	Past     bool `json:"past,omitempty"`     // a date that must lie in the past
	Future   bool `json:"future,omitempty"`   // a date that must not lie in the past (an expiry)
	Adult    bool `json:"adult,omitempty"`    // an IDNumber or date of birth whose holder must be 18
	ReadOnly bool `json:"readOnly,omitempty"` // shown, not entered: what is sent for it is dropped
}

// Option is a choice.
type Option struct {
	Value string        `json:"value"`
	Title cinnabar.Text `json:"title"`
}

// Kinds of identity documents: the values of the Choice that an IDNumber is Like.
const (
	ResidentCard  = "resident-id"                // 居民身份证; also 港澳台居民居住证
	HKMacaoPermit = "hk-macao-permit"            // 港澳居民来往内地通行证
	TaiwanPermit  = "taiwan-permit"              // 台湾居民来往大陆通行证
	ForeignCard   = "foreign-permanent-resident" // 外国人永久居留身份证
	Passport      = "passport"
)

// When is the condition under which a field is asked: an earlier field of the form has one of some values
// ("true" and "false" for yes or no).
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
