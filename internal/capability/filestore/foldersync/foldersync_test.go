package foldersync

import (
	"errors"
	"io/fs"
	"os"
	"sync"
	"testing"
)

func TestManySyncTheSameFolders(t *testing.T) {
	t.Parallel()
	root, err := os.OpenRoot(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	if err := root.Mkdir("a", 0o700); err != nil {
		t.Fatal(err)
	}
	s := New(root)
	var all sync.WaitGroup
	for i := range 200 {
		all.Go(func() {
			if err := s.Sync([]string{".", "a"}[i%2]); err != nil {
				t.Error(err)
			}
			if err := s.Sync("missing"); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("a folder that is not there: %v", err)
			}
		})
	}
	all.Wait()
	if len(s.next)+len(s.busy) != 0 {
		t.Errorf("still kept: %d rounds, %d turns", len(s.next), len(s.busy))
	}
}

// Whoever comes while an fsync runs gets one that began later.
func TestLateComersDoNotJoinARunningSync(t *testing.T) {
	t.Parallel()
	root, err := os.OpenRoot(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	s := New(root)
	first, turn := s.join(".")
	turn.Lock() // the first has begun
	s.lock.Lock()
	delete(s.next, ".")
	s.lock.Unlock()
	second, _ := s.join(".")
	third, _ := s.join(".")
	turn.Unlock()
	if second == first || third != second {
		t.Error("a late-comer joined a round that had begun, or late-comers do not share the next")
	}
}
