package outside

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"strings"

	oracle "github.com/sijms/go-ora/v2"
)

// oracleDialect is experimental. Oracle takes an empty text for NULL, so its columns may be NULL.
type oracleDialect struct{}

func (oracleDialect) open(dsn string) (*sql.DB, string, error) {
	u, err := url.Parse(dsn)
	if err != nil {
		return nil, "", err
	}
	if u.Scheme != "oracle" || u.Host == "" {
		return nil, "", fmt.Errorf("not an oracle:// address")
	}
	q := u.Query()
	q.Set("connection timeout", fmt.Sprint(int(dialTimeout.Seconds())))
	q.Set("timeout", fmt.Sprint(int(callTimeout.Seconds())))
	u.RawQuery = q.Encode()
	password, _ := u.User.Password()
	return sql.OpenDB(oracle.NewConnector(u.String())), password, nil
}

func (oracleDialect) version() string { return "SELECT banner FROM v$version WHERE ROWNUM = 1" }

func (oracleDialect) create(table string) string {
	text := func(n int) string { return fmt.Sprintf("VARCHAR2(%d CHAR)", n) }
	return "CREATE TABLE " + createTable(table, text, "NUMBER(19)", "", "")
}

func (oracleDialect) addOrg(ctx context.Context, tx *sql.Tx, table, org string) error {
	return each(ctx, tx,
		fmt.Sprintf("ALTER TABLE %s ADD (org_id VARCHAR2(%d CHAR) DEFAULT '%s' NOT NULL)", table, maxOrg, org),
		"ALTER TABLE "+table+" DROP PRIMARY KEY", "ALTER TABLE "+table+" ADD PRIMARY KEY ("+keyColumns()+")",
		"ALTER TABLE "+table+" MODIFY (org_id DEFAULT NULL)")
}

// upsert merges one row.
func (d oracleDialect) upsert(table string, _ int) string {
	var from, set, into, values []string
	for i, c := range columns() {
		from = append(from, d.param(i+1)+" AS "+c)
		into, values = append(into, c), append(values, "s."+c)
		if i >= keys {
			set = append(set, "t."+c+" = s."+c)
		}
	}
	return "MERGE INTO " + table + " t USING (SELECT " + strings.Join(from, ", ") + " FROM dual) s ON (t.doc_number = s.doc_number AND t.org_id = s.org_id)" +
		" WHEN MATCHED THEN UPDATE SET " + strings.Join(set, ", ") + " WHERE t.doc_version <= s.doc_version" +
		" WHEN NOT MATCHED THEN INSERT (" + strings.Join(into, ", ") + ") VALUES (" + strings.Join(values, ", ") + ")"
}

func (oracleDialect) atOnce() int        { return 1 }
func (oracleDialect) param(i int) string { return fmt.Sprintf(":%d", i) }
func (oracleDialect) limit(n int) string { return fmt.Sprintf(" FETCH FIRST %d ROWS ONLY", n) }
