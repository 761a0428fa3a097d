package httpapi

import (
	"context"
	"errors"
	"fmt"

	"cinnabar/internal/business/gascontract"
	"cinnabar/internal/capability/filestore"
	"cinnabar/internal/capability/identity"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/procedure"
)

// scans are the request's files by name. Two of one name cannot be told apart.
func (i *paperImport) scans(ctx context.Context, files []cinnabar.FileID) (map[string]*filestore.File, []errs.Field, error) {
	out := map[string]*filestore.File{}
	var wrong []errs.Field
	if len(files) > maxImport {
		return nil, []errs.Field{{Pointer: "/files", Code: "too-long", Params: map[string]any{"max": maxImport}}}, nil
	}
	for n, id := range files {
		f, err := i.own(ctx, id)
		if err != nil {
			return nil, nil, err
		}
		at := fmt.Sprintf("/files/%d", n)
		switch {
		case f == nil:
			wrong = append(wrong, errs.Field{Pointer: at, Code: "unknown"})
			continue
		case out[f.Name.Reveal()] != nil:
			wrong = append(wrong, errs.Field{Pointer: at, Code: "duplicate"})
		}
		out[f.Name.Reveal()] = f
	}
	return out, wrong, nil
}

// own is a file that the caller uploaded to no case, or nil.
func (i *paperImport) own(ctx context.Context, id cinnabar.FileID) (*filestore.File, error) {
	f, err := i.Files.Get(ctx, id)
	if errors.Is(err, errs.NotFound) || (err == nil && (f.Case != "" || f.Uploader != filestore.Uploader(i.actor))) {
		return nil, nil
	}
	return f, err
}

// scan finds a row's file and says what is wrong with it.
func (i *paperImport) scan(ctx context.Context, name string, scans map[string]*filestore.File) (f *filestore.File, fault string, err error) {
	if name == "" {
		return nil, "missing", nil
	}
	if f = scans[filestore.CleanName(name)]; f == nil {
		if f, err = i.own(ctx, cinnabar.FileID(name)); err != nil {
			return nil, "", err
		}
	}
	switch {
	case f == nil:
		return nil, "unknown", nil
	case f.State != filestore.Ready:
		return nil, "not-ready", nil
	case f.MIME != "application/pdf":
		return nil, "not-allowed", nil
	}
	return f, "", nil
}

// file makes the case of a row, or finds the one that an earlier try has made.
func (i *paperImport) file(ctx context.Context, p paper) (ImportedRow, error) {
	out := ImportedRow{Row: p.row + 1, Number: p.data["number"].(string)}
	start := procedure.Start{
		Procedure: gascontract.ArchiveID, Operator: i.actor.Org, Role: gascontract.Supervisor, Key: i.mark(p.row) + "-start", Actor: i.actor,
	}
	if i.actor.HasRole(gascontract.Clerk) {
		start.Role = gascontract.Clerk
	}
	var err error
	if start.Grants, err = i.customer(ctx, p.data["uscc"].(string)); err != nil {
		return out, err
	}
	if out.Case, err = i.Engine.Start(ctx, start); err != nil {
		return out, err
	}
	v, err := i.Engine.View(ctx, out.Case, i.actor)
	if err != nil {
		return out, err
	}
	if !v.State.Final {
		err = i.archive(ctx, v, p)
	}
	var e *errs.Error
	if errors.As(err, &e) && e.Kind != errs.Stale {
		out.Code = e.Code
		return out, nil //nolint:nilerr // the fault is the answer of this row
	}
	if err != nil {
		return out, err
	}
	list, err := i.Documents.OfCase(ctx, i.DB, out.Case)
	if err == nil && len(list) > 0 {
		out.Document = list[0].ID
	}
	return out, err
}

// customer lets the company see its contract, where it has an account here.
func (s *Server) customer(ctx context.Context, uscc string) ([]procedure.Grant, error) {
	o, err := s.Identity.OrgByUSCC(ctx, uscc)
	if errors.Is(err, errs.NotFound) || (err == nil && o.Kind != identity.Customer) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return []procedure.Grant{{Role: gascontract.Applicant, Holder: procedure.OrgHolder(o.ID)}}, nil
}

// archive gives the case its scan and data and takes the action.
func (i *paperImport) archive(ctx context.Context, v *procedure.View, p paper) error {
	if v.Sections[gascontract.SectionPaper] == nil {
		scan, err := i.addScan(ctx, v.ID, p.scan)
		if err != nil {
			return err
		}
		p.data["scan"] = string(scan)
		if _, _, err := i.Engine.SaveDraft(ctx, procedure.Draft{Case: v.ID, Section: gascontract.SectionPaper, Data: p.data, Actor: i.actor}); err != nil {
			return err
		}
	}
	_, err := i.Engine.Do(ctx, procedure.Do{
		Case: v.ID, Action: gascontract.FilePaper, Version: v.Version, Body: map[string]any{"import": i.mark(p.row)},
		Key: i.mark(p.row) + "-file", Actor: i.actor,
	})
	return err
}

// addScan makes the uploaded content a file of the case; the upload itself belongs to no case.
func (i *paperImport) addScan(ctx context.Context, id cinnabar.CaseID, f *filestore.File) (cinnabar.FileID, error) {
	var added *filestore.File
	err := i.DB.InTx(ctx, func(tx db.Tx) (err error) {
		added, err = i.Files.Add(ctx, tx, filestore.NewFile{
			Blob: filestore.Blob{Digest: f.Digest, Size: f.Size}, Name: f.Name.Reveal(), MIME: f.MIME, Case: id, By: i.actor,
		})
		return err
	})
	if err != nil {
		return "", err
	}
	return added.ID, nil
}
