package dbtest

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"cinnabar/internal/platform/db"
)

// Insert puts many rows at once into a table with its columns, e.g. "person (id, name)": PostgreSQL would take a minute
// for thousands one by one.
func Insert(ctx context.Context, tx db.Tx, into string, rows [][]any) error {
	for chunk := range slices.Chunk(rows, 500) {
		var values []string
		var args []any
		for _, row := range chunk {
			marks := make([]string, len(row))
			for i, v := range row {
				args = append(args, v)
				marks[i] = fmt.Sprintf("$%d", len(args))
			}
			values = append(values, "("+strings.Join(marks, ", ")+")")
		}
		if _, err := tx.Exec(ctx, "INSERT INTO "+into+" VALUES "+strings.Join(values, ", "), args...); err != nil {
			return err
		}
	}
	return nil
}
