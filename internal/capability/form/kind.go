package form

import (
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/secret"
)

// rule is what a kind means. Kinds of text have normal and check; the others are checked by shape.
type rule struct {
	normal   func(string) string
	check    func(a asked, s string) Problem // after the length
	max      int                             // characters of text, rows of arrays
	format   string                          // in JSON Schema
	pattern  *regexp.Regexp                  // what a client can check before normalising
	mask     func(string) string
	personal bool // always masked
	secret   bool // never shown
}

// asked is a field in the form that is being checked.
type asked struct {
	Field
	like string // the document that the number is of
	at   time.Time
}

// kinds is never changed.
var kinds = map[Kind]rule{
	Text:     {normal: line, check: oneLine, max: 200},
	LongText: {normal: line, check: severalLines, max: 2000},
	Name:     {normal: line, check: oneLine, max: 60, mask: secret.MaskName},
	Address:  {normal: line, check: oneLine, max: 200, mask: secret.MaskAddress},
	Email:    {normal: line, check: matching(emailShape), max: 254, format: "email", mask: secret.MaskEmail},

	IDNumber:    {normal: normalID, check: idNumber, max: 18, format: "id-number", mask: secret.MaskNumber, personal: true},
	CreditCode:  {normal: normalID, check: func(_ asked, s string) Problem { return USCC(s) }, max: 18, format: "uscc", mask: secret.MaskNumber},
	Mobile:      {normal: normalMobile, check: matching(mobileShape), max: 11, format: "cn-mobile", mask: secret.MaskMobile, personal: true},
	Phone:       {normal: normalID, check: matching(phoneShape), max: 20, format: "phone", mask: secret.MaskMobile},
	BankAccount: {normal: normalAccount, check: matching(accountShape), max: 30, format: "bank-account", mask: secret.MaskAccount},
	Code:        {normal: normalID, check: matching(codeShape), max: 6, format: "code", pattern: codeShape, secret: true},
	Password:    {normal: asIs, check: anything, max: secret.MaxPassword, format: "password", secret: true},

	Money:      {normal: strings.TrimSpace, check: money, max: 16, format: "money", pattern: moneyShape},
	Decimal:    {normal: strings.TrimSpace, check: decimal, max: 24, format: "decimal", pattern: decimalShape},
	Date:       {normal: strings.TrimSpace, check: date, max: 10, format: "date"},
	Expiry:     {normal: strings.TrimSpace, check: expiry, max: 10, format: "expiry", pattern: expiryShape},
	Choice:     {normal: strings.TrimSpace, check: option, max: 200},
	File:       {normal: strings.TrimSpace, check: matching(fileShape), max: 64, format: "file"},
	SealChoice: {normal: strings.TrimSpace, check: matching(fileShape), max: 64, format: "seal"},

	Bool: {}, Agreement: {}, Integer: {}, Drawing: {format: "signature-drawing", secret: true}, Object: {},
	Choices: {max: 100}, Files: {max: 20}, List: {max: 200},
}

var (
	decimalShape = regexp.MustCompile(`^-?(0|[1-9][0-9]{0,11})(\.[0-9]{1,9})?$`)
	expiryShape  = regexp.MustCompile(`^([0-9]{4}-[0-9]{2}-[0-9]{2}|` + LongTerm + `)$`)
)

// LongTerm is the Expiry of a document that never expires (长期).
const LongTerm = "long-term"

const adult = 18

// IsPersonal tells whether the field is shown masked.
func (f Field) IsPersonal() bool { return f.Personal || kinds[f.Kind].personal }

// length is the most characters or rows.
func (f Field) length() int {
	if rows := kinds[f.Kind].normal == nil; f.Max > 0 && (rows || f.free()) {
		return f.Max
	}
	return kinds[f.Kind].max
}

// free tells whether Min and Max bound the field's characters.
func (f Field) free() bool {
	switch f.Kind {
	case Text, LongText, Name, Address, Email, Password:
		return true
	}
	return false
}

func asIs(s string) string { return s }

func line(s string) string {
	return strings.TrimSpace(norm.NFC.String(strings.ReplaceAll(s, "\r\n", "\n")))
}

func normalMobile(s string) string {
	s = strings.ReplaceAll(normalID(s), "-", "")
	return strings.TrimPrefix(s, "+86")
}

func normalAccount(s string) string { return strings.ReplaceAll(normalID(s), "-", "") }

func anything(asked, string) Problem { return Fine }

func oneLine(_ asked, s string) Problem { return printable(s, "") }

func severalLines(_ asked, s string) Problem { return printable(s, "\n\t") }

// printable refuses control characters and those that turn the direction of writing.
func printable(s, also string) Problem {
	if !utf8.ValidString(s) {
		return Malformed
	}
	for _, r := range s {
		if !strings.ContainsRune(also, r) && hidden(r) {
			return Malformed
		}
	}
	return Fine
}

func hidden(r rune) bool {
	return unicode.IsControl(r) || unicode.In(r, unicode.Bidi_Control, unicode.Zl, unicode.Zp) ||
		r == '\ufeff' || r == unicode.ReplacementChar
}

func matching(shape *regexp.Regexp) func(asked, string) Problem {
	return func(_ asked, s string) Problem {
		if !shape.MatchString(s) {
			return Malformed
		}
		return Fine
	}
}

// idNumber checks a number by the document that it is of; without one it is taken for a resident card.
func idNumber(a asked, s string) Problem {
	p := DocumentNumber(a.like, s, a.at)
	if born, ok := BirthDate(s); p == Fine && ok && a.Adult && a.like != Passport && Age(born, a.at) < adult {
		return UnderAge
	}
	return p
}

func option(a asked, s string) Problem {
	if !a.option(s) {
		return NotAllowed
	}
	return Fine
}

func money(a asked, s string) Problem {
	if !moneyShape.MatchString(s) {
		return Malformed
	}
	return a.inRange(s)
}

func decimal(a asked, s string) Problem {
	if !decimalShape.MatchString(s) {
		return Malformed
	}
	return a.inRange(s)
}

func (f Field) inRange(s string) Problem {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || v < float64(f.Min) || (f.Max != 0 && v > float64(f.Max)) {
		return OutOfRange
	}
	return Fine
}

func parseDate(s string) (time.Time, bool) {
	d, err := time.ParseInLocation(dateLayout, s, cinnabar.China)
	return d, err == nil && d.Year() >= 1800 && d.Year() <= 2200
}

// today is the beginning of the day in China.
func today(at time.Time) time.Time {
	y, m, d := at.In(cinnabar.China).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, cinnabar.China)
}

func date(a asked, s string) Problem {
	d, ok := parseDate(s)
	switch {
	case !ok:
		return Malformed
	case a.Past && d.After(today(a.at)), a.Future && d.Before(today(a.at)):
		return OutOfRange
	case a.Adult && Age(d, a.at) < adult:
		return UnderAge
	}
	return Fine
}

func expiry(a asked, s string) Problem {
	if s == LongTerm {
		return Fine
	}
	d, ok := parseDate(s)
	switch {
	case !ok:
		return Malformed
	case d.Before(today(a.at)):
		return Expired
	}
	return Fine
}
