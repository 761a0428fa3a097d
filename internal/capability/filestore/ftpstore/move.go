package ftpstore

import (
	"context"
	"errors"
)

// Move gives a file another path, which must be free, and proves that the old one is gone; folders are made.
// Absent when there is none; Altered when the new path is taken. Two that move to the same path at once must
// be kept apart by their callers: servers rename over what is there.
func (s *Store) Move(ctx context.Context, from, to string) error {
	if err := CheckPath(to); err != nil {
		return &Error{Kind: Permanent, Op: "move", Path: from, Err: err}
	}
	return s.with(ctx, "move", from, func(c *conn) error { return c.move(from, to) })
}

func (c *conn) move(from, to string) error {
	if _, err := c.size(from); err != nil {
		return err
	}
	switch _, err := c.size(to); {
	case err == nil:
		return &Error{Kind: Altered, Err: errors.New("there is a file of the new name already")}
	case !errors.Is(err, Absent):
		return err
	}
	if err := c.makeFolder(to); err != nil {
		return err
	}
	if err := c.ftp.Rename(c.at(from), c.at(to)); err != nil {
		c.broken = true // see put
		return c.failed(Unknown, err)
	}
	if _, err := c.size(from); !errors.Is(err, Absent) {
		return errors.Join(&Error{Kind: Unknown, Err: errors.New("the server said that it renamed the file, but it is still there")}, err)
	}
	_, err := c.size(to)
	return err
}
