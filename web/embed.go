// Package web embeds the built web UI, and the texts that the server shares with it. Without the UI (dist
// holds only .gitkeep) the server still runs and says how to build it.
package web

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

//go:embed src/lib/i18n/zh/problems.json src/lib/i18n/en/problems.json
var texts embed.FS

// Dist is the built UI.
func Dist() fs.FS {
	sub, err := fs.Sub(dist, "dist")
	if err != nil {
		panic("web: the embedded folder is gone: " + err.Error())
	}
	return sub
}

// Problems are what the UI calls refusals in a language ("zh", "en"), by their code; under the code with
// "-help" stands what to do. Slots are written {{name}}, for the parameters of the error.
func Problems(lang string) (out map[string]string, err error) {
	b, err := texts.ReadFile("src/lib/i18n/" + lang + "/problems.json")
	if err != nil {
		return nil, fmt.Errorf("web: texts: %w", err)
	}
	return out, json.Unmarshal(b, &out)
}
