package ftpserve

import (
	"path"
	"strings"

	"cinnabar/internal/capability/filestore"
)

const maxDepth = 10

// inside gives the place of a path in the client's folder: "." for the whole of it. It refuses names that
// file systems read in different ways or that look like something else on a screen: with control,
// direction and zero-width characters, in broken UTF-8 or not in NFC, of devices, or ending in a dot.
func inside(visible string) (string, bool) {
	clean := strings.TrimPrefix(path.Clean("/"+visible), "/")
	if clean == "" {
		return ".", true
	}
	parts := strings.Split(clean, "/")
	if len(parts) > maxDepth || parts[0] == partFolder {
		return "", false
	}
	for _, p := range parts {
		if !plain(p) {
			return "", false
		}
	}
	return clean, true
}

// plain tells whether a name needs no cleaning. A dot at its beginning is common for what is unfinished.
func plain(name string) bool {
	bare := strings.TrimPrefix(name, ".")
	return filestore.CleanName(bare) == bare
}
