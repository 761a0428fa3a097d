package db

import "strings"

// Dialect is the engine behind a DB. Every difference between the engines that a query has to know is
// one method here.
type Dialect string

const (
	SQLite   Dialect = "sqlite"
	Postgres Dialect = "postgres"
)

// ForUpdate locks the selected rows until the end of the transaction. SQLite needs no such clause: it
// has one writer.
func (d Dialect) ForUpdate() string {
	if d == Postgres {
		return " FOR UPDATE"
	}
	return ""
}

// SkipLocked locks the selected rows and passes over those that others have locked.
func (d Dialect) SkipLocked() string {
	if d == Postgres {
		return " FOR UPDATE SKIP LOCKED"
	}
	return ""
}

// ByBytes orders or compares a text by its bytes, as SQLite does anyway; it stands after the column.
func (d Dialect) ByBytes() string {
	if d == Postgres {
		return ` COLLATE "C"`
	}
	return ""
}

// LookedUp is the condition that a column with an index has one of the values that a query finds. They are
// found first and the rows looked up, whatever the engine believes about how many there are.
func (d Dialect) LookedUp(column, query string) string {
	if d == Postgres {
		return column + " = ANY (ARRAY(" + query + "))"
	}
	return column + " IN (" + query + ")"
}

// MatchesBigrams is the condition that an indexed text holds all the words of a query; param is the place of
// a parameter that BigramQuery made, e.g. "$3". The table is an FTS5 table on SQLite; on PostgreSQL the column
// is a tsvector.
func (d Dialect) MatchesBigrams(table, column, param string) string {
	if d == Postgres {
		return table + "." + column + " @@ plainto_tsquery('simple', " + param + ")"
	}
	return table + " MATCH " + param
}

// BigramQuery writes the words that Bigrams made as a query of the engine: all of them must occur.
func (d Dialect) BigramQuery(words string) string {
	if d == Postgres {
		return words
	}
	return `"` + strings.ReplaceAll(words, " ", `" "`) + `"`
}

// statement adapts a migration's text: BLOB is called BYTEA on PostgreSQL.
func (d Dialect) statement(text string) string {
	if d == Postgres {
		return strings.ReplaceAll(text, " BLOB", " BYTEA")
	}
	return text
}
