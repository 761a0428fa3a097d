package evidence

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
)

// FileKeeper appends checkpoints to a file, one JSON string a line. It belongs on another disk than
// the database, or at least in another backup.
type FileKeeper struct {
	mu   sync.Mutex
	file *os.File
	size int64 // up to where the file is whole and synced
	last string
}

// OpenFileKeeper opens the file and makes it when it is not there. A last line that a crash tore is
// dropped: its checkpoint was never acknowledged.
func OpenFileKeeper(name string) (*FileKeeper, error) {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("checkpoint file: %w", err)
	}
	all, err := os.ReadFile(name)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	whole := int64(bytes.LastIndexByte(all, '\n') + 1)
	if err := errors.Join(f.Truncate(whole), f.Sync(), syncFolder(name)); err != nil {
		return nil, errors.Join(fmt.Errorf("checkpoint file: %w", err), f.Close())
	}
	k := &FileKeeper{file: f, size: whole}
	kept, err := k.Kept(context.Background())
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	if len(kept) > 0 {
		k.last = kept[len(kept)-1]
	}
	return k, nil
}

// Last returns the newest checkpoint.
func (k *FileKeeper) Last(context.Context) (string, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.last, nil
}

// Keep appends one checkpoint and waits for the disk.
func (k *FileKeeper) Keep(_ context.Context, checkpoint string) error {
	line, err := json.Marshal(checkpoint)
	if err != nil {
		return err
	}
	line = append(line, '\n')
	k.mu.Lock()
	defer k.mu.Unlock()
	// After a failed write the next one starts at the same place and so overwrites the torn line.
	if _, err := k.file.WriteAt(line, k.size); err != nil {
		return fmt.Errorf("keep checkpoint: %w", err)
	}
	if err := k.file.Sync(); err != nil {
		return fmt.Errorf("keep checkpoint: %w", err)
	}
	k.size += int64(len(line))
	k.last = checkpoint
	return nil
}

// Kept reads all checkpoints.
func (k *FileKeeper) Kept(context.Context) ([]string, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	all := make([]byte, k.size)
	if _, err := k.file.ReadAt(all, 0); err != nil && k.size > 0 {
		return nil, fmt.Errorf("read checkpoints: %w", err)
	}
	var out []string
	for n, line := range bytes.Split(bytes.TrimSuffix(all, []byte("\n")), []byte("\n")) {
		if len(line) == 0 {
			continue
		}
		var s string
		if err := json.Unmarshal(line, &s); err != nil {
			return nil, fmt.Errorf("read checkpoints: line %d: %w", n+1, err)
		}
		out = append(out, s)
	}
	return out, nil
}

// Close closes the file.
func (k *FileKeeper) Close() error { return k.file.Close() }

// syncFolder makes a new file's name durable.
func syncFolder(file string) error {
	d, err := os.Open(filepath.Dir(file))
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
