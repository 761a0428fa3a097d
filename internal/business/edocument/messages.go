package edocument

import (
	"embed"
	"io/fs"
)

//go:embed messages/*.txt
var messages embed.FS

// Messages are the wordings of this business, in both languages.
func Messages() fs.FS {
	sub, err := fs.Sub(messages, "messages")
	if err != nil {
		panic("edocument: the embedded folder of messages is gone: " + err.Error())
	}
	return sub
}
