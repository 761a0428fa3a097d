package depot_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"cinnabar/internal/capability/filestore/depot"
	"cinnabar/internal/capability/filestore/ftpstore"
	"cinnabar/internal/capability/filestore/ftpstore/ftpstoretest"
	"cinnabar/internal/platform/db/dbtest"
)

// BenchmarkDocument takes documents of 30 kB from their bytes to their being read: local copy, database and
// the built-in store, all fsynced, by 8 writers. Run it with -benchtime=1000x.
func BenchmarkDocument(b *testing.B) {
	w := newWorld(b, dbtest.SQLite(b))
	docs, bodies := make([]ftpstore.Document, b.N), make([][]byte, b.N)
	for i := range docs {
		docs[i], bodies[i] = ftpstoretest.NewDocument(30_000)
	}
	var next atomic.Int64
	var all sync.WaitGroup
	b.ResetTimer()
	for range 8 {
		all.Go(func() {
			for i := int(next.Add(1)) - 1; i < b.N; i = int(next.Add(1)) - 1 {
				it, err := w.Put(b.Context(), depot.BuiltIn, docs[i].Path, bodies[i], docs[i].Digest)
				if err == nil {
					_, read := w.readSettled(b, it.ID)
					err = errors.Join(err, read)
				}
				if err != nil {
					b.Error(err)
				}
			}
		})
	}
	all.Wait()
}

func (w *world) readSettled(b *testing.B, id string) ([]byte, error) {
	if err := w.settle(id); err != nil {
		return nil, err
	}
	return w.Read(b.Context(), id)
}
