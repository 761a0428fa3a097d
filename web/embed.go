// Package web embeds the built web UI. Without it (dist holds only .gitkeep) the server still runs and
// says how to build it.
package web

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// Dist is the built UI.
func Dist() fs.FS {
	sub, err := fs.Sub(dist, "dist")
	if err != nil {
		panic("web: the embedded folder is gone: " + err.Error())
	}
	return sub
}
