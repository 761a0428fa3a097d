package secret

import "regexp"

// personalNumber is a number by which somebody could be a person's: identity documents, telephones, bank accounts, as
// people write them, in groups and in wide digits. A contract's own number can look so; it is known from elsewhere.
var personalNumber = regexp.MustCompile(`[0-9０-９](?:[ \x{a0}\x{3000}\-–－]?[0-9０-９]){9,18}[XxＸｘ]?|[A-Za-z][0-9]{8,10}`)

// WithoutNumbers is a text that nobody wrote for us (a scan's) as it may be searched: what looks like a personal number is
// left out, whether it is one or not (PLT-3).
func WithoutNumbers(text string) string { return personalNumber.ReplaceAllString(text, " ") }
