package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"runtime/metrics"
	"syscall"
	"time"

	"cinnabar/internal/app"
	"cinnabar/internal/bench/cast"
	"cinnabar/internal/capability/batch"
)

// madeAtOnce is how many documents DOC-12 speaks of.
const madeAtOnce = 1000

// documents measures batches of documents and searches among very many.
func documents(ctx context.Context, o Options, r *Report) error {
	if err := batches(ctx, o, r); err != nil {
		return err
	}
	return manyDocuments(ctx, o, r)
}

// office is the program with an office in it, at work.
type office struct {
	*cast.Office
	stop func() error
}

func openOffice(ctx context.Context, o Options) (*office, error) { return openOfficeOn(ctx, o, "") }

// openOfficeOn opens it on a PostgreSQL; "" is an SQLite file of its own.
func openOfficeOn(ctx context.Context, o Options, database string) (*office, error) {
	folder, err := os.MkdirTemp(o.Temp, "documents-*")
	if err != nil {
		return nil, err
	}
	a, err := app.New(ctx, app.Config{Data: folder, Database: database, PublicURL: "http://localhost", Log: o.Log, Clock: o.Clock})
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(folder))
	}
	inner, cancel := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- a.Run(inner) }()
	stop := func() error { cancel(); return errors.Join(<-ended, a.Close(), os.RemoveAll(folder)) }
	made, err := cast.OpenOffice(ctx, a, cast.BuiltIn, cast.MainDatabase)
	if err != nil {
		return nil, errors.Join(err, stop())
	}
	return &office{made, stop}, nil
}

// batches makes documents of a spreadsheet and seals them. The clock runs from the bytes of the spreadsheet
// until every document shows itself, for which its file has been fsynced and read back.
func batches(ctx context.Context, o Options, r *Report) (err error) {
	w, err := openOffice(ctx, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.stop()) }()
	if _, _, err := w.make(ctx, o, "warm-up", 20); err != nil {
		return err
	}
	took, used, err := w.make(ctx, o, "a", madeAtOnce)
	if err != nil {
		return err
	}
	r.add(Figure{
		What: "1,000 one-page documents from a spreadsheet: made, numbered, stored on the built-in store, indexed", Value: took.Seconds(), Unit: "s", Limit: 10,
		Note: fmt.Sprintf("%s s CPU; fsynced, read back, visible", number(used.Seconds())),
	})
	took, used, err = w.sealAll(ctx, o)
	if err != nil {
		return err
	}
	r.add(Figure{
		What: "1,000 of them sealed (B-T) with one unlocking", Value: took.Seconds(), Unit: "s", Limit: 5,
		Note: fmt.Sprintf("%s s CPU; unlocking and new versions on the store included", number(used.Seconds())),
	})
	if err := besideScripts(ctx, o, r); err != nil {
		return err
	}
	return w.memory(ctx, o, r)
}

// besideScripts measures what somebody would pick instead: a script of their own over a library for PDF.
func besideScripts(ctx context.Context, o Options, r *Report) error {
	folder, err := os.MkdirTemp(o.Temp, "scripts-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	npmPeers(ctx, o, r, folder, "s", "batch.mjs", fmt.Sprint(madeAtOnce))
	return nil
}

func (w *office) make(ctx context.Context, o Options, key string, rows int) (took, used time.Duration, err error) {
	raw := cast.Sheet(key, rows)
	return w.timed(ctx, o, rows, func() (batch.Batch, error) { return w.Batch(ctx, raw, key) })
}

func (w *office) sealAll(ctx context.Context, o Options) (took, used time.Duration, err error) {
	cases, err := w.Waiting(ctx, madeAtOnce)
	if err != nil {
		return 0, 0, err
	}
	return w.timed(ctx, o, len(cases), func() (batch.Batch, error) { return w.SealAll(ctx, cases) })
}

func (w *office) timed(ctx context.Context, o Options, rows int, begin func() (batch.Batch, error)) (took, used time.Duration, err error) {
	began, before := o.Clock.Now(), cpu(syscall.RUSAGE_SELF)
	b, err := begin()
	if err == nil {
		b, err = w.Ended(ctx, b.ID)
	}
	took, used = o.Clock.Now().Sub(began), cpu(syscall.RUSAGE_SELF)-before
	if err == nil && b.Done != rows {
		err = fmt.Errorf("%d of %d rows were done", b.Done, rows)
	}
	return took, used, err
}

// memory compares what is held in memory for a batch with what is held for one ten times as large.
func (w *office) memory(ctx context.Context, o Options, r *Report) error {
	small, err := w.live(func() error { _, _, err := w.make(ctx, o, "small", 200); return err })
	if err != nil {
		return err
	}
	large, err := w.live(func() error { _, _, err := w.make(ctx, o, "large", 2000); return err })
	if err != nil {
		return err
	}
	r.add(Figure{
		What: "live heap at most during a batch of 2,000, against one of 200", Value: large / small, Unit: "times", Limit: 1.5,
		Note: fmt.Sprintf("%s and %s MB", number(large/1e6), number(small/1e6)),
	})
	return nil
}

// live is the largest live heap, in bytes, that a garbage collection finds while something is done.
func (w *office) live(do func() error) (most float64, err error) {
	runtime.GC()
	over := make(chan struct{})
	seen := make(chan float64)
	go func() {
		tick := time.NewTicker(10 * time.Millisecond)
		defer tick.Stop()
		sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		most := 0.0
		for {
			metrics.Read(sample)
			most = max(most, float64(sample[0].Value.Uint64()))
			select {
			case <-over:
				seen <- most
				return
			case <-tick.C:
			}
		}
	}()
	err = do()
	close(over)
	return <-seen, err
}
