package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
)

// alone keeps a second server off a data folder with SQLite until what it returns is closed: each would unlock seals in
// its own memory, so that people would meet now the one and now the other. A process that dies lets go of the folder.
// Replicas on PostgreSQL share theirs.
func alone(data, database string) (io.Closer, error) {
	if database != "" {
		return io.NopCloser(nil), nil
	}
	if err := os.MkdirAll(data, 0o700); err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(data, "serving"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("%s is served by another process: %w", data, err), f.Close())
	}
	return f, nil
}
