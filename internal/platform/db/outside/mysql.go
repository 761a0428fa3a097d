package outside

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/go-sql-driver/mysql"
)

type mysqlDialect struct{}

// open uses TLS where the server has it when the DSN says nothing; tls=true checks the certificate too.
func (mysqlDialect) open(dsn string) (*sql.DB, string, error) {
	cfg, err := mysql.ParseDSN(dsn)
	if err != nil {
		return nil, "", err
	}
	if cfg.TLSConfig == "" && cfg.Net == "tcp" {
		cfg.TLSConfig = "preferred"
	}
	cfg.Timeout, cfg.ReadTimeout, cfg.WriteTimeout = dialTimeout, callTimeout, callTimeout
	cfg.AllowAllFiles, cfg.MultiStatements, cfg.AllowOldPasswords = false, false, false
	cfg.InterpolateParams = true // one round trip a statement
	cfg.ClientFoundRows = true   // a row rewritten as it was counts as written
	cfg.Logger = &mysql.NopLogger{}
	if cfg.Params == nil {
		cfg.Params = map[string]string{}
	}
	// Without a strict mode the server cuts what is too long and says nothing.
	cfg.Params["sql_mode"] = "'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'"
	connector, err := mysql.NewConnector(cfg)
	if err != nil {
		return nil, "", err
	}
	return sql.OpenDB(connector), cfg.Passwd, nil
}

func (mysqlDialect) version() string { return "SELECT version()" }

func (mysqlDialect) create(table string) string {
	return "CREATE TABLE IF NOT EXISTS " + createTable(table, varchar, "BIGINT", "", " NOT NULL") +
		" ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"
}

func (mysqlDialect) addOrg(ctx context.Context, tx *sql.Tx, table, org string) error {
	return each(ctx, tx,
		"ALTER TABLE "+table+" ADD COLUMN org_id "+varchar(maxOrg)+" CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '"+org+"', DROP PRIMARY KEY, ADD PRIMARY KEY ("+keyColumns()+")",
		"ALTER TABLE "+table+" ALTER COLUMN org_id DROP DEFAULT")
}

// upsert assigns from left to right, so the version, by which the others are judged, is assigned last.
func (d mysqlDialect) upsert(table string, n int) string {
	var set []string
	for _, c := range columns()[keys:] {
		if c != "doc_version" {
			set = append(set, fmt.Sprintf("%s = IF(VALUES(doc_version) >= doc_version, VALUES(%s), %s)", c, c, c))
		}
	}
	set = append(set, "doc_version = GREATEST(doc_version, VALUES(doc_version))")
	return insertRows(d, table, n) + " ON DUPLICATE KEY UPDATE " + strings.Join(set, ", ")
}

func (mysqlDialect) atOnce() int        { return 500 }
func (mysqlDialect) param(int) string   { return "?" }
func (mysqlDialect) limit(n int) string { return fmt.Sprintf(" LIMIT %d", n) }
