package form

import (
	"regexp"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"cinnabar/internal/cinnabar"
)

// Problem is what is wrong with a value, in the codes of errs.Field; the empty Problem means nothing is.
type Problem string

const (
	Fine       Problem = ""
	Missing    Problem = "missing"
	Malformed  Problem = "malformed"
	Checksum   Problem = "checksum"     // well-formed, but its check digit says that it was mistyped
	TooShort   Problem = "too-short"    // fewer characters or rows than the least
	TooLong    Problem = "too-long"     // more characters or rows than the most
	OutOfRange Problem = "out-of-range" // a number, amount or date outside what is allowed
	Expired    Problem = "expired"      // a document's validity is over
	UnderAge   Problem = "under-age"    // the person is too young
	NotAllowed Problem = "not-allowed"  // none of the options
	Duplicate  Problem = "duplicate"    // chosen twice
	Unknown    Problem = "unknown"      // no such field
)

const dateLayout = "2006-01-02"

// normalID is how an identifier stands after normalising: half-width, without spaces, upper case.
func normalID(s string) string {
	return strings.ToUpper(strings.Join(strings.Fields(norm.NFKC.String(s)), ""))
}

// ResidentID checks a normalised number of a resident identity card, or of a residence permit for people of
// Hong Kong, Macao and Taiwan (区码 81, 82, 83), by GB 11643-1999: 18 places, a real date of birth not after at, and the
// check character of ISO 7064 MOD 11-2. Region codes are not looked up: old cards keep abolished ones.
func ResidentID(s string, at time.Time) Problem {
	if len(s) == 18 && (s[0] < '1' || s[0] > '8') {
		return Malformed
	}
	return id18(s, at)
}

// ForeignResidentID checks the number of a permanent residence card for foreigners (外国人永久居留身份证): 18 places
// from 2023 on (9, province, nationality, date of birth, sequence, check character as in GB 11643), or 15
// before (nationality in three letters, region, date of birth, two more digits; only its form is checked).
func ForeignResidentID(s string, at time.Time) Problem {
	if len(s) == 15 {
		if !oldForeignID.MatchString(s) {
			return Malformed
		}
		if _, err := time.Parse("060102", s[7:13]); err != nil {
			return Malformed
		}
		return Fine
	}
	if len(s) == 18 && s[0] != '9' {
		return Malformed
	}
	return id18(s, at)
}

func id18(s string, at time.Time) Problem {
	if !shape18.MatchString(s) || s[14:17] == "000" {
		return Malformed
	}
	born, err := time.ParseInLocation("20060102", s[6:14], cinnabar.China)
	if err != nil || born.Year() < 1800 {
		return Malformed
	}
	if CheckCharacter11(s[:17]) != s[17] {
		return Checksum
	}
	if born.After(at) {
		return OutOfRange
	}
	return Fine
}

// CheckCharacter11 is the check character of ISO 7064 MOD 11-2 for a text of digits.
func CheckCharacter11(digits string) byte {
	p := 0
	for i := range len(digits) {
		p = (p + int(digits[i]-'0')) * 2 % 11
	}
	return "0123456789X"[(12-p)%11]
}

// DocumentNumber checks a normalised number of an identity document: a kind of document, "" for a resident card.
// Of a kind that is not known it checks as little as of a passport.
func DocumentNumber(document, s string, at time.Time) Problem {
	shape := passportShape
	switch document {
	case ResidentCard, "":
		return ResidentID(s, at)
	case ForeignCard:
		return ForeignResidentID(s, at)
	case HKMacaoPermit:
		shape = hkMacaoShape
	case TaiwanPermit:
		shape = taiwanShape
	}
	if !shape.MatchString(s) || (shape == passportShape && (len(s) < 5 || len(s) > 17)) {
		return Malformed
	}
	return Fine
}

const usccSymbols = "0123456789ABCDEFGHJKLMNPQRTUWXY" // 31: without I O Z S V

// USCC checks a normalised unified social credit code (统一社会信用代码) by GB 32100-2015: 18 places of 31 symbols, the
// region in digits, and the check character modulo 31.
func USCC(s string) Problem {
	if !usccShape.MatchString(s) {
		return Malformed
	}
	if c := USCCCheck(s[:17]); c != s[17] {
		return Checksum
	}
	return Fine
}

// USCCCheck is the check character of GB 32100-2015 for the first 17 places, or 0 when one is no symbol.
func USCCCheck(s string) byte {
	sum, weight := 0, 1
	for i := range len(s) {
		v := strings.IndexByte(usccSymbols, s[i])
		if v < 0 {
			return 0
		}
		sum += v * weight
		weight = weight * 3 % 31
	}
	return usccSymbols[(31-sum%31)%31]
}

// BirthDate reads the date of birth out of an 18-place identity number.
func BirthDate(number string) (time.Time, bool) {
	if !shape18.MatchString(number) {
		return time.Time{}, false
	}
	born, err := time.ParseInLocation("20060102", number[6:14], cinnabar.China)
	return born, err == nil
}

// Age is the number of full years at a time, by the date in China (a person grows a year older on the
// birthday; those born on 29 February on 1 March in other years).
func Age(born, at time.Time) int {
	b, a := born.In(cinnabar.China), at.In(cinnabar.China)
	years := a.Year() - b.Year()
	if a.Month() < b.Month() || (a.Month() == b.Month() && a.Day() < b.Day()) {
		years--
	}
	return years
}

var (
	shape18      = regexp.MustCompile(`^[0-9]{17}[0-9X]$`)
	usccShape    = regexp.MustCompile(`^[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}$`)
	oldForeignID = regexp.MustCompile(`^[A-Z]{3}[0-9]{12}$`)
	// 港澳居民来往内地通行证: H or M and 8 digits; the last two of the older 11 places count the issues.
	hkMacaoShape = regexp.MustCompile(`^[HM][0-9]{8}([0-9]{2})?$`)
	// 台湾居民来往大陆通行证: 8 digits since 2015; before, 10 digits and a letter that may stand in brackets.
	taiwanShape = regexp.MustCompile(`^([0-9]{8}|[0-9]{10}([A-Z]|\([A-Z]\))?)$`)
	// Passports: ICAO 9303 allows 9 places in the machine-readable zone; some states print more.
	passportShape = regexp.MustCompile(`^[A-Z0-9]{0,16}[0-9][A-Z0-9]{0,16}$`)
	mobileShape   = regexp.MustCompile(`^1[3-9][0-9]{9}$`)
	phoneShape    = regexp.MustCompile(`^(1[3-9][0-9]{9}|0[0-9]{2,3}-?[1-9][0-9]{6,7}(-[0-9]{1,6})?|[48]00-?[0-9]{3}-?[0-9]{4})$`)
	accountShape  = regexp.MustCompile(`^[0-9]{8,30}$`) // no Luhn: only cards have it, not accounts
	moneyShape    = regexp.MustCompile(`^(0|[1-9][0-9]{0,11})(\.[0-9]{1,2})?$`)
	emailShape    = regexp.MustCompile(`^[A-Za-z0-9.!#$%&'*+/=?^_{|}~-]{1,64}@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,24}$`)
	fileShape     = regexp.MustCompile(`^[a-z]+_[0-9a-z]{20,40}$`)
	codeShape     = regexp.MustCompile(`^[0-9]{6}$`)
)
