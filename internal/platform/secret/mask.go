package secret

import "strings"

// MaskMobile shows the first three and last four digits: 138****1234.
func MaskMobile(s string) string { return mask(s, 3, 4) }

// MaskNumber shows the first three and last four characters of an identity document's number:
// 110***********002X.
func MaskNumber(s string) string { return mask(s, 3, 4) }

// MaskAccount shows the last four digits of a bank account: ***************0123.
func MaskAccount(s string) string { return mask(s, 0, 4) }

// MaskName shows the first and last character of a name, of two characters only the first: 王*明, 王*.
func MaskName(s string) string {
	if len([]rune(s)) <= 2 {
		return mask(s, 1, 0)
	}
	return mask(s, 1, 1)
}

// MaskEmail shows the first character and the domain: w***@example.com.
func MaskEmail(s string) string {
	local, domain, found := strings.Cut(s, "@")
	if !found {
		return mask(s, 1, 0)
	}
	return mask(local, 1, 0) + "@" + domain
}

// MaskAddress shows the first six characters, which name province and city.
func MaskAddress(s string) string { return mask(s, 6, 0) }

// mask replaces all but the first and last characters by stars, and everything where less than two
// characters would be hidden by that, apart from the first.
func mask(s string, first, last int) string {
	r := []rune(s)
	if len(r) == 0 {
		return ""
	}
	if hidden := len(r) - first - last; hidden < 1 || (hidden < 2 && first+last > 2) {
		first, last = min(1, len(r)-1), 0
	}
	return string(r[:first]) + strings.Repeat("*", len(r)-first-last) + string(r[len(r)-last:])
}
