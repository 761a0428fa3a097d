package db

import (
	"context"
	"database/sql"
	"errors"
)

// maxStatements bounds how many prepared statements the writer keeps.
const maxStatements = 500

// writer is SQLite's one writing connection with the statements that it has prepared: a third of the time of
// a short transaction would go into preparing them again. It belongs to the committer's goroutine.
type writer struct {
	conn     *sql.Conn
	prepared map[string]*statement
	reading  []*writerRows // that are open
}

// statement is one that was prepared; while its rows are read it cannot be run again.
type statement struct {
	*sql.Stmt
	busy bool
}

func newWriter(ctx context.Context, d *sql.DB) (*writer, error) {
	conn, err := d.Conn(ctx)
	return &writer{conn: conn, prepared: map[string]*statement{}}, err
}

func (w *writer) close() error { return errors.Join(w.forget(), w.conn.Close()) }

func (w *writer) forget() (err error) {
	for query, s := range w.prepared {
		err = errors.Join(err, s.Close())
		delete(w.prepared, query)
	}
	return err
}

// statement returns the prepared statement of a query; nil when it is in use just now.
func (w *writer) statement(ctx context.Context, query string) (*statement, error) {
	if s := w.prepared[query]; s != nil {
		if s.busy {
			return nil, nil
		}
		return s, nil
	}
	made, err := w.conn.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	s := &statement{Stmt: made}
	w.prepared[query] = s
	return s, nil
}

// trim forgets all statements when there are too many; between transactions, when none is in use.
func (w *writer) trim() error {
	if len(w.prepared) <= maxStatements {
		return nil
	}
	return w.forget()
}

func (w *writer) exec(ctx context.Context, query string, args ...any) (sql.Result, error) {
	s, err := w.statement(ctx, query)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return w.conn.ExecContext(ctx, query, args...)
	}
	return s.ExecContext(ctx, args...)
}

func (w *writer) query(ctx context.Context, query string, args ...any) (Rows, error) {
	s, err := w.statement(ctx, query)
	if err != nil {
		return nil, err
	}
	open := &writerRows{of: s}
	if s == nil {
		open.Rows, err = w.conn.QueryContext(ctx, query, args...)
	} else {
		open.Rows, err = s.QueryContext(ctx, args...)
		s.busy = err == nil
	}
	if err != nil {
		return nil, err
	}
	w.reading = append(w.reading, open)
	return open, nil
}

// letGo closes what a transaction forgot to close.
func (w *writer) letGo() {
	for _, r := range w.reading {
		r.Close()
	}
	w.reading = w.reading[:0]
}

// writerRows give their statement free, once.
type writerRows struct {
	*sql.Rows
	of     *statement
	closed bool
}

func (r *writerRows) Close() {
	if r.closed {
		return
	}
	r.closed = true
	_ = r.Rows.Close() // Err has told it
	if r.of != nil {
		r.of.busy = false
	}
}

// one is the row of QueryRow.
type one struct {
	rows Rows
	err  error
}

func (o one) Scan(into ...any) error {
	if o.err != nil {
		return o.err
	}
	defer o.rows.Close()
	if !o.rows.Next() {
		if err := o.rows.Err(); err != nil {
			return err
		}
		return sql.ErrNoRows
	}
	if err := o.rows.Scan(into...); err != nil {
		return err
	}
	return o.rows.Err()
}
