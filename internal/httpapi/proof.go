package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"cinnabar/internal/capability/evidence"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/procedure"
)

// ProofFormat names the layout of a DocumentProof.
const ProofFormat = "cinnabar-document-proof/1"

// DocumentProof proves offline, to whoever has a file, that the entry of the timeline which made it stands in the
// evidence log, and that the log has only grown since a checkpoint that they keep (PLT-6, PLT-13).
type DocumentProof struct {
	Format string           `json:"format"`
	SHA256 cinnabar.Digest  `json:"sha256" doc:"Of the file."`
	Entry  procedure.Opened `json:"entry" doc:"All that the entry's hash is made of; of personal data a salted commitment alone."`
	Proof  evidence.Bundle  `json:"proof"`
}

// Verify checks the proof for a file with the log's public key alone. Every error means that it proves nothing.
func (p DocumentProof) Verify(file cinnabar.Digest, publicKey string) (*evidence.Proven, error) {
	raw, err := json.Marshal(p.Proof)
	if err != nil {
		return nil, err
	}
	proven, err := evidence.VerifyProof(raw, publicKey)
	switch {
	case err != nil:
		return nil, err
	case p.Format != ProofFormat:
		return nil, fmt.Errorf("proof of a document: unknown format %q", p.Format)
	case p.SHA256 != file || !p.Entry.Made(file):
		return nil, errors.New("proof of a document: it is of another file")
	case proven.Case != p.Entry.Case || proven.Seq != p.Entry.Seq || proven.Hash != p.Entry.Hash():
		return nil, errors.New("proof of a document: what stands in the log is another entry")
	}
	return proven, nil
}

type documentProofAnswer struct {
	Disposition string `header:"Content-Disposition"`
	Body        DocumentProof
}

// documentProof is for whoever has a file, or its digest; the code on it alone says no more than before (GAS-14).
func (s *Server) documentProof(ctx context.Context, in *struct {
	SHA256 string `query:"sha256" required:"true"`
	Since  int64  `query:"since" minimum:"0" doc:"How many entries an older checkpoint covers that the asker keeps; the proof then shows that the log only grew."`
},
) (*documentProofAnswer, error) {
	file, err := cinnabar.ParseDigest(strings.ToLower(in.SHA256))
	if err != nil {
		return nil, errs.Wrong(errs.Field{Pointer: "/sha256", Code: "malformed"})
	}
	st, err := s.Documents.ByDigest(ctx, file)
	if err != nil {
		return nil, err
	}
	entry, err := s.Engine.EntryOf(ctx, st.Document.Case, file)
	if err != nil {
		return nil, err
	}
	var since evidence.Signed
	if in.Since > 0 {
		if since, err = s.Evidence.CheckpointAt(ctx, in.Since); err != nil {
			return nil, err
		}
	}
	proof, err := s.Evidence.Prove(ctx, entry.Case, entry.Seq, since.Note)
	if err != nil {
		return nil, err
	}
	return &documentProofAnswer{`attachment; filename="proof.json"`, DocumentProof{ProofFormat, file, entry, *proof}}, nil
}

// CheckpointPage is a page of the evidence log's checkpoints.
type CheckpointPage struct {
	Items []evidence.Signed `json:"items"`
	Next  string            `json:"next"`
}

func (s *Server) checkpoints(ctx context.Context, in *struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
	Cursor string `query:"cursor" maxLength:"20"`
},
) (*struct{ Body CheckpointPage }, error) {
	before, err := strconv.ParseInt(in.Cursor, 10, 64)
	if in.Cursor != "" && (err != nil || before < 1) {
		return nil, errs.New(errs.Invalid, "cursor-malformed", "this cursor is not one that was given out")
	}
	list, err := s.Evidence.Checkpoints(ctx, before, in.Limit+1)
	if err != nil {
		return nil, err
	}
	out := CheckpointPage{Items: list}
	if len(list) > in.Limit {
		out.Items = list[:in.Limit]
		out.Next = strconv.FormatInt(list[in.Limit-1].ID, 10)
	}
	return &struct{ Body CheckpointPage }{out}, nil
}

func (s *Server) checkpointAt(ctx context.Context, in *struct {
	Size int64 `path:"size" minimum:"1" doc:"How many entries it covers."`
},
) (*textAnswer, error) {
	c, err := s.Evidence.CheckpointAt(ctx, in.Size)
	return plain(c.Note, fmt.Sprintf("checkpoint-%d.txt", in.Size)), err
}

type growthAnswer struct {
	Disposition string `header:"Content-Disposition"`
	Body        evidence.Growth
}

func (s *Server) consistency(ctx context.Context, in *struct {
	From int64 `query:"from" required:"true" minimum:"1" doc:"How many entries the older checkpoint covers."`
	To   int64 `query:"to" minimum:"0" doc:"How many the later one covers. Left out: the newest."`
},
) (*growthAnswer, error) {
	g, err := s.Evidence.Grown(ctx, in.From, in.To)
	if err != nil {
		return nil, err
	}
	return &growthAnswer{`attachment; filename="growth.json"`, *g}, nil
}
