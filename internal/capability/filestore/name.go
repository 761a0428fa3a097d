package filestore

import (
	"net/url"
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxName is the longest file name kept, in bytes of UTF-8: what ext4 and SMB take, with room to spare.
const maxName = 200

// CleanName makes a sender's file name harmless: its last path element in NFC, without control and
// direction marks, characters that Windows refuses, and names of its devices; never empty.
func CleanName(name string) string {
	name = norm.NFC.String(strings.ToValidUTF8(name, ""))
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.Map(cleanRune, name)
	name = strings.Trim(name, " .\u3000")
	if stem, _, _ := strings.Cut(name, "."); isDevice(stem) {
		name = "_" + name
	}
	if name = shorten(name); name == "" {
		return fallbackName
	}
	return name
}

// cleanRune drops what cannot be seen (controls, direction and zero-width marks, private use) and
// replaces what some file systems refuse.
func cleanRune(r rune) rune {
	switch {
	case unicode.IsSpace(r):
		return ' '
	case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs, unicode.Variation_Selector):
		return -1
	case strings.ContainsRune(`<>:"|?*`, r):
		return '_'
	}
	return r
}

func isDevice(stem string) bool {
	stem = strings.ToUpper(strings.TrimSpace(stem))
	if slices.Contains([]string{"CON", "PRN", "AUX", "NUL"}, stem) {
		return true
	}
	return len(stem) == 4 && (stem[:3] == "COM" || stem[:3] == "LPT") && stem[3] >= '0' && stem[3] <= '9'
}

// shorten cuts the stem and keeps the extension.
func shorten(name string) string {
	if len(name) <= maxName {
		return name
	}
	ext := path.Ext(name)
	if len(ext) > 16 {
		ext = ""
	}
	stem := name[:maxName-len(ext)]
	for !utf8.ValidString(stem) {
		stem = stem[:len(stem)-1]
	}
	return stem + ext
}

// Headers returns the HTTP headers under which a file is handed out: as an attachment, or shown in the
// page if that was asked for and its type is harmless there. The sandbox keeps scripts off whatever a
// browser makes of it (PDF excepted: viewers refuse to start in a sandbox; PDFs were inspected).
func Headers(f *File, inline bool) map[string]string {
	disposition := "attachment"
	policy := "sandbox; default-src 'none'; frame-ancestors 'self'"
	if k := kindOf(f.MIME); inline && k.inline {
		disposition = "inline"
		if f.MIME == mimePDF {
			policy = "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'self'"
		}
	}
	return map[string]string{
		"Content-Type":                 f.MIME,
		"Content-Disposition":          disposition + "; " + dispositionName(downloadName(f)),
		"X-Content-Type-Options":       "nosniff",
		"Content-Security-Policy":      policy,
		"Cross-Origin-Resource-Policy": "same-origin",
		"Cache-Control":                "private, no-store",
		"Referrer-Policy":              "no-referrer",
	}
}

// downloadName gives the name an extension of the file's true type.
func downloadName(f *File) string {
	name, extensions := f.Name.Reveal(), kindOf(f.MIME).extensions
	if len(extensions) == 0 || slices.Contains(extensions, strings.ToLower(path.Ext(name))) {
		return name
	}
	return name + extensions[0]
}

// dispositionName writes a name for old and new clients (RFC 6266 appendix D, RFC 8187).
func dispositionName(name string) string {
	ascii := strings.Map(func(r rune) rune {
		if r < 0x20 || r > 0x7e || strings.ContainsRune(`"\%;`, r) {
			return '_'
		}
		return r
	}, name)
	return `filename="` + ascii + `"; filename*=UTF-8''` + strings.ReplaceAll(url.QueryEscape(name), "+", "%20")
}
