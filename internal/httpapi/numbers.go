package httpapi

import (
	"context"
	"time"

	"cinnabar/internal/capability/identity"
)

func (s *Server) numberRoutes() {
	get(s, "/document-numbers", "e-documents", "All numbers that the organisation acted for gave out: used, reserved and voided", s.documentNumbers)
}

// NumberAccount accounts for the numbers of a period and lists those that no document has.
type NumberAccount struct {
	Periods []NumberPeriod `json:"periods"`
	Voided  []NumberVoided `json:"voided"`
	Next    string         `json:"next" doc:"Cursor of the next page of voided numbers; empty when there is none."`
}

// NumberPeriod is how many numbers of a period are in which state. Gap must be 0.
type NumberPeriod struct {
	Period   string `json:"period"`
	Last     int64  `json:"last"`
	Used     int64  `json:"used"`
	Reserved int64  `json:"reserved"`
	Voided   int64  `json:"voided"`
	Gap      int64  `json:"gap"`
}

// NumberVoided is a number that no document has, and why.
type NumberVoided struct {
	Number string    `json:"number"`
	Reason string    `json:"reason"`
	At     time.Time `json:"at"`
}

const voidedPage = 200

func (s *Server) documentNumbers(ctx context.Context, in *struct {
	Cursor string `query:"cursor" maxLength:"60"`
},
) (*struct{ Body NumberAccount }, error) {
	a, err := actingFor(ctx, "doc-auditor", "supervisor", identity.Admin)
	if err != nil {
		return nil, err
	}
	counts, err := s.Documents.Numbers(ctx, a.Org)
	if err != nil {
		return nil, err
	}
	out := NumberAccount{Periods: []NumberPeriod{}, Voided: []NumberVoided{}}
	for _, c := range counts {
		out.Periods = append(out.Periods, NumberPeriod{c.Period, c.Last, c.Used, c.Reserved, c.Voided, c.Gap()})
	}
	voided, err := s.Documents.Voided(ctx, a.Org, in.Cursor, voidedPage)
	if err != nil {
		return nil, err
	}
	for _, v := range voided {
		out.Voided = append(out.Voided, NumberVoided{v.Number, v.Reason, v.At})
	}
	if len(voided) == voidedPage {
		out.Next = voided[voidedPage-1].Number
	}
	return &struct{ Body NumberAccount }{out}, nil
}
