package evidence

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// checkpoint is what a C2SP tlog-checkpoint says. rollback is set on the one that an officer made who
// accepted an older database; it stands on an extension line.
type checkpoint struct {
	size     int64
	root     tlog.Hash
	rollback string
}

const rollbackLine = "rollback accepted: "

func (c checkpoint) text(origin string) string {
	s := fmt.Sprintf("%s\n%d\n%s\n", origin, c.size, c.root)
	if c.rollback != "" {
		s += rollbackLine + strings.Join(strings.Fields(c.rollback), " ") + "\n"
	}
	return s
}

// openCheckpoint verifies a signed checkpoint of the log that the public key names.
func openCheckpoint(signed, public string) (checkpoint, error) {
	text, err := OpenNote(signed, public)
	if err != nil {
		return checkpoint{}, err
	}
	v, err := note.NewVerifier(public)
	if err != nil {
		return checkpoint{}, err
	}
	return parseCheckpoint(text, v.Name())
}

func parseCheckpoint(text, origin string) (checkpoint, error) {
	bad := errors.New("not a checkpoint of the log " + origin)
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if len(lines) < 3 || lines[0] != origin {
		return checkpoint{}, bad
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 || strconv.FormatInt(size, 10) != lines[1] {
		return checkpoint{}, bad
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return checkpoint{}, bad
	}
	c := checkpoint{size: size, root: tlog.Hash(root)}
	for _, l := range lines[3:] {
		if s, ok := strings.CutPrefix(l, rollbackLine); ok {
			c.rollback = s
		}
	}
	return c, nil
}
