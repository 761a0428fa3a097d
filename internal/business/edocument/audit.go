package edocument

import (
	"context"
	"fmt"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
)

// Fault is something in the register of this business that does not agree with the rest.
type Fault struct{ Where, What string }

// audits look for disagreements between documents, the files on their servers, the register of documents
// and the numbers given out. Each answers with where it is.
var audits = []struct{ what, query string }{
	{
		"its file is not on record as stored there, or as another one",
		`SELECT e.number FROM edoc e WHERE e.item <> '' AND NOT EXISTS (SELECT 1 FROM depot_item i
			WHERE i.id = e.item AND i.state = 'stored' AND i.path = e.path AND i.digest = e.digest AND i.size = e.size)`,
	},
	{
		"it is on record as stored, but belongs to no document",
		`SELECT i.store || ': ' || i.path FROM depot_item i LEFT JOIN edoc e ON e.item = i.id WHERE i.state = 'stored' AND e.case_id IS NULL`,
	},
	{
		"the register of documents has another version of it, another number, or none",
		`SELECT e.number FROM edoc e LEFT JOIN document d ON d.id = e.doc_id
			WHERE e.digest <> '' AND (d.id IS NULL OR d.digest <> e.digest OR d.number <> e.number OR d.org <> e.org OR d.case_id <> e.case_id)`,
	},
	{
		"the register of documents has it, but there is no such e-document",
		`SELECT d.number FROM document d LEFT JOIN edoc e ON e.case_id = d.case_id
			WHERE d.kind LIKE 'e-document/%' AND (e.case_id IS NULL OR e.doc_id <> d.id)`,
	},
	{
		"its number is not on record as used",
		`SELECT e.number FROM edoc e LEFT JOIN document_number n ON n.org = e.org AND n.number = e.number
			WHERE e.number <> '' AND (n.number IS NULL OR n.case_id <> e.case_id OR n.state <> 'used')`,
	},
	{
		"the number is used, but no document has it",
		`SELECT n.number FROM document_number n LEFT JOIN edoc e ON e.case_id = n.case_id AND e.number = n.number
			WHERE n.kind LIKE 'e-document/%' AND n.state = 'used' AND e.case_id IS NULL`,
	},
	{
		"the number is reserved, but its document is not being made any more",
		`SELECT n.number FROM document_number n LEFT JOIN edoc e ON e.case_id = n.case_id
			WHERE n.kind LIKE 'e-document/%' AND n.state = 'reserved' AND (e.case_id IS NULL OR e.state <> 'making')`,
	},
	{
		"the state differs from that of its case",
		`SELECT e.case_id FROM edoc e LEFT JOIN bcase b ON b.id = e.case_id WHERE b.id IS NULL OR b.state <> e.state`,
	},
}

// Audit looks for documents, files on record and numbers that do not agree with each other (DOC-3, DOC-5).
func (s *Service) Audit(ctx context.Context) ([]Fault, error) {
	var out []Fault
	for _, a := range audits {
		rows, err := s.DB.Query(ctx, a.query)
		list, err := db.Collect(rows, err, func(rows db.Rows) (where string, err error) { return where, rows.Scan(&where) })
		if err != nil {
			return nil, fmt.Errorf("audit of documents: %w", err)
		}
		for _, where := range list {
			out = append(out, Fault{where, a.what})
		}
	}
	gaps, err := s.gaps(ctx)
	return append(out, gaps...), err
}

// gaps are numbers that were given out and are accounted for nowhere.
func (s *Service) gaps(ctx context.Context) (out []Fault, err error) {
	rows, err := s.DB.Query(ctx, `SELECT DISTINCT org FROM number_sequence ORDER BY org`)
	orgs, err := db.Collect(rows, err, func(rows db.Rows) (org cinnabar.OrgID, err error) { return org, rows.Scan(&org) })
	for _, org := range orgs {
		counts, err := s.Documents.Numbers(ctx, org)
		if err != nil {
			return nil, err
		}
		for _, c := range counts {
			if c.Gap() != 0 {
				out = append(out, Fault{c.Period, fmt.Sprintf("%d of %d numbers are not accounted for", c.Gap(), c.Last)})
			}
		}
	}
	return out, err
}
