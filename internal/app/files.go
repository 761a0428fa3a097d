package app

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"cinnabar/internal/capability/filestore"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
)

// caseFiles tells the engine which files can be used in a case: whole ones that were uploaded to it.
type caseFiles struct{ files *filestore.Service }

var picturesAndPDF = []string{"image/jpeg", "image/png", "application/pdf"}

func (c caseFiles) Usable(ctx context.Context, tx db.Tx, id cinnabar.CaseID, at string, ids []cinnabar.FileID, accept []string) ([]errs.Field, error) {
	if len(accept) == 0 {
		accept = picturesAndPDF
	}
	var wrong []errs.Field
	for i, file := range ids {
		code, err := c.fault(ctx, tx, id, file, accept)
		if err != nil {
			return nil, err
		}
		if code != "" {
			wrong = append(wrong, errs.Field{Pointer: fmt.Sprintf("%s/%d", at, i), Code: code})
		}
	}
	return wrong, nil
}

func (c caseFiles) fault(ctx context.Context, tx db.Tx, id cinnabar.CaseID, file cinnabar.FileID, accept []string) (code string, err error) {
	f, err := c.files.GetIn(ctx, tx, file)
	switch {
	case errors.Is(err, errs.NotFound):
		return "unknown", nil
	case err != nil:
		return "", err
	case f.Case != id:
		return "unknown", nil
	case f.State != filestore.Ready:
		return "not-ready", nil
	case !slices.Contains(accept, f.MIME):
		return "not-allowed", nil
	}
	return "", nil
}
