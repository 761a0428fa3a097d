package httpapi

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"cinnabar/internal/capability/filestore"
	"cinnabar/internal/capability/identity"
	"cinnabar/internal/capability/pki"
	"cinnabar/internal/capability/seal"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/errs"
)

func (s *Server) sealRoutes() {
	get(s, "/seals", "seals", "The seals of the caller's organisation, and those the caller holds", s.listSeals)
	post(s, "/seals", "seals", "Apply for a seal", http.StatusCreated, s.applySeal)
	post(s, "/seals/preview", "seals", "Draw a seal that does not exist, as SVG", http.StatusOK, s.previewSeal)
	get(s, "/seals/{id}", "seals", "A seal", s.getSeal)
	get(s, "/seals/{id}/picture.svg", "seals", "A seal as it looks, as SVG", s.sealPicture)
	get(s, "/seals/{id}/log", "seals", "What happened to a seal, the newest first", s.sealLog)
	s.plain(huma.Operation{
		Method: http.MethodGet, Path: "/seals/{id}/log.csv", Tags: []string{"seals"}, Parameters: s.filtersOf("/seals/{id}/log"), Summary: "The same as a table (UTF-8 with BOM)",
	}, "text/csv", s.sealLogCSV)
	put(s, "/seals/{id}/password", "seals", "Set the first password, which makes the seal's key, or change it", s.sealPassword)
	s.sealMoveRoutes()
	s.sealHolderRoutes()
	s.sealUseRoutes()
}

// SealView is a seal.
type SealView struct {
	ID            cinnabar.SealID  `json:"id"`
	Kind          seal.Kind        `json:"kind" enum:"contract,official,legal-rep,name"`
	Title         string           `json:"title" doc:"Its wording: the company's name, or the person's."`
	Outdated      bool             `json:"outdated" doc:"The registered name is another now: the seal is to be replaced."`
	Number        string           `json:"number,omitempty"`
	Org           cinnabar.OrgID   `json:"org"`
	Holder        PersonRef        `json:"holder" doc:"Who sets the first password."`
	State         seal.State       `json:"state" enum:"applied,refused,approved,in-use,suspended,revoked,replaced"`
	Picture       string           `json:"picture" doc:"Address of the picture (SVG)."`
	Certificate   *CertificateView `json:"certificate,omitempty" doc:"Once the first password is set."`
	NeedsApproval bool             `json:"needsApproval" doc:"Every use needs a use approval."`
	LockedUntil   *time.Time       `json:"lockedUntil,omitempty" doc:"After five wrong passwords."`
	Tries         int              `json:"tries" doc:"Wrong passwords in a row."`
	Usable        bool             `json:"usable" doc:"In use, not locked, and its certificate has not ended."`
	Mine          bool             `json:"mine" doc:"The caller has, or will set, a password of it."`
	Offered       bool             `json:"offered" doc:"A holder offers it to the caller, who can take it now by setting a password."`
	MayManage     bool             `json:"mayManage" doc:"The caller may approve, suspend, revoke."`
	Replaces      cinnabar.SealID  `json:"replaces,omitempty"`
	CreatedAt     time.Time        `json:"createdAt"`
}

// CertificateView is what a seal's certificate says.
type CertificateView struct {
	Subject  string    `json:"subject"`
	NotAfter time.Time `json:"notAfter"`
	Policy   string    `json:"policy" enum:"internal,licensed" doc:"Of the built-in authority, or of a licensed one."`
}

// SealPath names a seal in an address.
type SealPath struct {
	ID cinnabar.SealID `path:"id"`
}

type sealAnswer struct{ Body SealView }

var errNoSeal = errs.New(errs.NotFound, "seal-not-found", "there is no such seal")

func (s *Server) listSeals(ctx context.Context, _ *struct{}) (*struct{ Body []SealView }, error) {
	a, err := signedIn(ctx)
	if err != nil {
		return nil, err
	}
	var list []seal.Seal
	if a.Org != "" && a.Kind != cinnabar.Link {
		if list, err = s.Seals.Of(ctx, a.Org); err != nil {
			return nil, err
		}
	}
	held, err := s.heldBy(ctx, a)
	if err != nil {
		return nil, err
	}
	for _, v := range held {
		if !slices.ContainsFunc(list, func(o seal.Seal) bool { return o.ID == v.ID }) {
			list = append(list, v)
		}
	}
	out := []SealView{}
	for _, v := range list {
		view, err := s.sealJSON(ctx, a, v, held)
		if err != nil {
			return nil, err
		}
		out = append(out, view)
	}
	return &struct{ Body []SealView }{out}, nil
}

// living are the states of a seal that is used, or may come to be.
var living = []seal.State{seal.Applied, seal.Approved, seal.InUse, seal.Suspended}

func (s *Server) heldBy(ctx context.Context, a cinnabar.Actor) ([]seal.Seal, error) {
	if a.Person == "" {
		return nil, nil
	}
	return s.Seals.Held(ctx, s.DB, a.Person)
}

func (s *Server) sealJSON(ctx context.Context, a cinnabar.Actor, v seal.Seal, held []seal.Seal) (SealView, error) {
	now := s.Clock.Now()
	name, err := s.registeredName(ctx, v)
	if err != nil {
		return SealView{}, err
	}
	out := SealView{
		ID: v.ID, Kind: v.Kind, Title: v.Text, Outdated: name != v.Text && slices.Contains(living, v.State), Number: v.Number, Org: v.Org, State: v.State, Picture: base + "/seals/" + string(v.ID) + "/picture.svg",
		Holder: PersonRef{v.Holder, s.personNames(ctx, v.Holder)[v.Holder]}, NeedsApproval: v.NeedsApproval, Tries: v.Tries, Usable: v.Usable(now),
		Mine: slices.ContainsFunc(held, func(h seal.Seal) bool { return h.ID == v.ID }), Offered: a.Person != "" && s.Seals.Offered(v.ID, a.Person),
		MayManage: managesSeals(a, v.Org), Replaces: v.Replaces, CreatedAt: v.CreatedAt,
	}
	if v.LockedUntil.After(now) {
		out.LockedUntil = &v.LockedUntil
	}
	if v.State != seal.InUse && v.State != seal.Suspended {
		return out, nil
	}
	chain, err := s.Seals.Certificate(ctx, v.ID)
	if err != nil {
		return out, err
	}
	out.Certificate = &CertificateView{chain[0].Subject.CommonName, chain[0].NotAfter, pki.Kind(chain[0])}
	return out, nil
}

// managesSeals tells who answers for an organisation's seals: its administrators, and its legal
// representative.
func managesSeals(a cinnabar.Actor, org cinnabar.OrgID) bool {
	return a.Kind == cinnabar.Member && org != "" && a.Org == org && (a.HasRole(identity.Admin) || a.HasRole("legal-rep"))
}

// visibleSeal is a seal of the caller's organisation, or one that the caller holds or is offered.
func (s *Server) visibleSeal(ctx context.Context, a cinnabar.Actor, id cinnabar.SealID) (seal.Seal, error) {
	v, err := s.Seals.Get(ctx, s.DB, id)
	if err != nil {
		return v, err
	}
	if a.Kind != cinnabar.Link && a.Org != "" && a.Org == v.Org {
		return v, nil
	}
	mine, err := s.Seals.Mine(ctx, v, a.Person)
	if err == nil && !mine {
		err = errNoSeal
	}
	return v, err
}

func (s *Server) sealAnswer(ctx context.Context, a cinnabar.Actor, id cinnabar.SealID) (*sealAnswer, error) {
	v, err := s.Seals.Get(ctx, s.DB, id)
	if err != nil {
		return nil, err
	}
	held, err := s.heldBy(ctx, a)
	if err != nil {
		return nil, err
	}
	view, err := s.sealJSON(ctx, a, v, held)
	return &sealAnswer{view}, err
}

func (s *Server) getSeal(ctx context.Context, in *SealPath) (*sealAnswer, error) {
	a, err := signedIn(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := s.visibleSeal(ctx, a, in.ID); err != nil {
		return nil, err
	}
	return s.sealAnswer(ctx, a, in.ID)
}

type svgAnswer struct {
	ContentType string `header:"Content-Type"`
	Body        []byte
}

func svg(b []byte) *svgAnswer { return &svgAnswer{"image/svg+xml", b} }

func (s *Server) sealPicture(ctx context.Context, in *SealPath) (*svgAnswer, error) {
	a, err := signedIn(ctx)
	if err != nil {
		return nil, err
	}
	v, err := s.visibleSeal(ctx, a, in.ID)
	if err != nil {
		return nil, err
	}
	return svg([]byte(v.SVG)), nil
}

// SealWish is what a seal shall look like.
type SealWish struct {
	Kind    seal.Kind       `json:"kind" enum:"contract,official,legal-rep,name"`
	Text    string          `json:"text,omitempty" maxLength:"40" doc:"Must be the registered name; that is taken when left out."`
	Number  string          `json:"number,omitempty" maxLength:"18" pattern:"^[0-9]*$" doc:"The number that the police register, printed along the lower edge."`
	Picture cinnabar.FileID `json:"picture,omitempty" doc:"A picture (PNG, JPEG) that the caller uploaded; drawn from the text when left out."`
}

func (s *Server) previewSeal(ctx context.Context, in *struct{ Body SealWish }) (*svgAnswer, error) {
	a, err := member(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.ownPicture(ctx, a, in.Body.Picture); err != nil {
		return nil, err
	}
	d, err := s.Seals.Preview(ctx, seal.Art{Kind: in.Body.Kind, Text: strings.TrimSpace(in.Body.Text), Number: in.Body.Number, Picture: in.Body.Picture})
	if err != nil {
		return nil, err
	}
	return svg(d.SVG), nil
}

// ownPicture refuses a picture that is not the caller's, or is no picture.
func (s *Server) ownPicture(ctx context.Context, a cinnabar.Actor, id cinnabar.FileID) error {
	if id == "" {
		return nil
	}
	f, err := s.Files.Get(ctx, id)
	if err != nil && !errors.Is(err, errs.NotFound) {
		return err
	}
	switch {
	case err != nil || f.Uploader != filestore.Uploader(a):
		return errs.Wrong(errs.Field{Pointer: "/picture", Code: "unknown"})
	case f.State != filestore.Ready:
		return errs.Wrong(errs.Field{Pointer: "/picture", Code: "not-ready"})
	case f.MIME != "image/png" && f.MIME != "image/jpeg":
		return errs.Wrong(errs.Field{Pointer: "/picture", Code: "not-allowed"})
	}
	return nil
}
