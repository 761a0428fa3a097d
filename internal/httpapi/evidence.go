package httpapi

import (
	"context"

	"cinnabar/internal/capability/evidence"
	"cinnabar/internal/cinnabar"
)

// evidenceRoutes let anybody keep checkpoints of the evidence log and see that it only grows, and parties prove their
// case (PLT-13).
func (s *Server) evidenceRoutes() {
	get(s, "/evidence/checkpoint", "evidence", "The newest signed checkpoint (C2SP tlog-checkpoint)", s.checkpoint)
	get(s, "/evidence/checkpoints", "evidence", "All signed checkpoints, the newest first", s.checkpoints)
	get(s, "/evidence/checkpoints/{size}", "evidence", "The signed checkpoint that covers so many entries", s.checkpointAt)
	get(s, "/evidence/consistency", "evidence", "Proof that the log only grew from one checkpoint to a later one (RFC 6962)", s.consistency)
	get(s, "/evidence/log-key", "evidence", "The public key of checkpoints and signed statuses (C2SP signed-note)", s.logKey)
	get(s, "/cases/{id}/evidence", "evidence", "Proof that the newest logged entry of a case stands in the evidence log", s.proofOfNewest)
	get(s, "/cases/{id}/evidence/{seq}", "evidence", "Proof that an entry of a case's timeline stands in the evidence log", s.proof)
}

func (s *Server) checkpoint(ctx context.Context, _ *struct{}) (*textAnswer, error) {
	text, err := s.Evidence.Checkpoint(ctx)
	return plain(text, "checkpoint.txt"), err
}

func (s *Server) logKey(context.Context, *struct{}) (*textAnswer, error) {
	return plain(s.Evidence.PublicKey()+"\n", "log-key.txt"), nil
}

// ProofInput asks for a proof.
type ProofInput struct {
	CasePath
	Since string `query:"since" maxLength:"4000" doc:"An older checkpoint that the asker keeps; the proof then shows that the log only grew."`
}

type proofAnswer struct{ Body evidence.Bundle }

func (s *Server) proofOfNewest(ctx context.Context, in *ProofInput) (*proofAnswer, error) {
	if err := s.seesCase(ctx, in.ID); err != nil {
		return nil, err
	}
	seq, err := s.Evidence.Newest(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return s.prove(ctx, in.ID, seq, in.Since)
}

func (s *Server) proof(ctx context.Context, in *struct {
	ProofInput
	Seq int64 `path:"seq" minimum:"1"`
},
) (*proofAnswer, error) {
	if err := s.seesCase(ctx, in.ID); err != nil {
		return nil, err
	}
	return s.prove(ctx, in.ID, in.Seq, in.Since)
}

func (s *Server) seesCase(ctx context.Context, id cinnabar.CaseID) error {
	a, err := signedIn(ctx)
	if err != nil {
		return err
	}
	_, err = s.Engine.View(ctx, id, a)
	return err
}

func (s *Server) prove(ctx context.Context, id cinnabar.CaseID, seq int64, since string) (*proofAnswer, error) {
	b, err := s.Evidence.Prove(ctx, id, seq, since)
	if err != nil {
		return nil, err
	}
	return &proofAnswer{*b}, nil
}
