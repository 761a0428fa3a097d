package ftpserve

import (
	"errors"
	"os"
	"sync"
)

// syncer has the names in folders safe on the disk. Those who want it of the same folder at the same time
// share one fsync: one that began after all of them had asked.
type syncer struct {
	root *os.Root

	lock sync.Mutex
	next map[string]*round // that has not begun yet
	busy map[string]*sync.Mutex
}

// round is one fsync of a folder for all who joined before it began.
type round struct {
	once sync.Once
	err  error
}

func (f *syncer) sync(name string) error {
	f.lock.Lock()
	r, turn := f.next[name], f.busy[name]
	if r == nil {
		r = &round{}
		f.next[name] = r
	}
	if turn == nil {
		turn = &sync.Mutex{}
		f.busy[name] = turn
	}
	f.lock.Unlock()

	turn.Lock()
	defer turn.Unlock()
	r.once.Do(func() {
		f.lock.Lock()
		delete(f.next, name)
		f.lock.Unlock()
		r.err = f.fsync(name)
	})
	return r.err
}

func (f *syncer) fsync(name string) error {
	d, err := f.root.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
