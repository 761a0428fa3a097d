package db

import (
	"context"
	"fmt"
)

// SQLite has one writer and every commit waits for the disk. Callers that wait at the same time are
// therefore committed together: each runs in a savepoint of its own, so that one's failure leaves the
// others untouched, and nobody is answered before the common commit is durable.

// maxGroup bounds how long the first caller of a group waits for the others.
const maxGroup = 64

// pending is a caller of InTx who waits.
type pending struct {
	ctx    context.Context
	f      func(Tx) error
	tx     *sqliteTx
	err    error
	panicv any
	done   chan struct{}
}

func (d *sqliteDB) InTx(ctx context.Context, f func(Tx) error) error {
	p := &pending{ctx: ctx, f: f, done: make(chan struct{})}
	select {
	case d.queue <- p:
		return p.wait()
	case <-ctx.Done():
		return ctx.Err()
	case <-d.stop:
		return errClosed
	}
}

// wait returns once the outcome is known; a panic of f goes on in its caller.
func (p *pending) wait() error {
	<-p.done
	if p.panicv != nil {
		panic(fmt.Sprintf("in a transaction: %v", p.panicv))
	}
	if p.err == nil && p.tx != nil {
		for _, f := range p.tx.after {
			f()
		}
	}
	return p.err
}

func (d *sqliteDB) commitLoop() {
	defer close(d.done)
	for {
		select {
		case first := <-d.queue:
			d.commitGroup(first)
		case <-d.stop:
			return
		}
	}
}

// commitGroup runs first and whoever else is waiting, then commits once.
func (d *sqliteDB) commitGroup(first *pending) {
	ctx := context.Background()
	err := d.main.trim()
	if err == nil {
		_, err = d.main.exec(ctx, "BEGIN IMMEDIATE")
	}
	if err != nil {
		first.err = fmt.Errorf("begin: %w", err)
		close(first.done)
		return
	}
	var group []*pending
	for p := first; p != nil; p = d.waiting(len(group)) {
		p.tx = &sqliteTx{w: d.main}
		runInSavepoint(ctx, p)
		group = append(group, p)
	}
	if _, err = d.main.exec(ctx, "COMMIT"); err != nil {
		_, _ = d.main.exec(ctx, "ROLLBACK") // what failed is told already
	}
	for _, p := range group {
		if err != nil && p.err == nil {
			p.err = fmt.Errorf("commit: %w", err)
		}
		close(p.done)
	}
}

// waiting returns another caller for a group of n, or nil when none waits or the group is full.
func (d *sqliteDB) waiting(n int) *pending {
	if n >= maxGroup {
		return nil
	}
	select {
	case p := <-d.queue:
		return p
	default:
		return nil
	}
}

func runInSavepoint(ctx context.Context, p *pending) {
	if p.err = p.ctx.Err(); p.err != nil {
		return
	}
	w := p.tx.w
	if _, p.err = w.exec(ctx, "SAVEPOINT one"); p.err != nil {
		return
	}
	func() {
		defer func() { p.panicv = recover() }()
		p.err = p.f(p.tx)
	}()
	w.letGo()
	var err error
	if p.err != nil || p.panicv != nil {
		_, err = w.exec(ctx, "ROLLBACK TO one")
	}
	if err == nil {
		_, err = w.exec(ctx, "RELEASE one")
	}
	if err != nil && p.err == nil {
		p.err = fmt.Errorf("savepoint: %w", err)
	}
}
