package httpapi

import (
	"context"
	"errors"
	"net/http"
	"time"

	"cinnabar/internal/capability/identity"
	"cinnabar/internal/capability/message"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/platform/secret"
)

func (s *Server) messageRoutes() {
	get(s, "/messages", "messages", "Messages of the last 30 days that could not be delivered, newest first; for administrators of an operator", s.listMessages)
	post(s, "/messages/{id}/resend", "messages", "Have a failed message tried again for another day", http.StatusAccepted, s.resendMessage)
}

// MessageView is an outgoing message, without what it says.
type MessageView struct {
	ID        string          `json:"id"`
	Channel   message.Channel `json:"channel" enum:"email,sms"`
	Template  string          `json:"template" doc:"Which message it is."`
	Person    string          `json:"person,omitempty" doc:"Whom it is for, masked; none: a number or address without an account."`
	Case      cinnabar.CaseID `json:"case,omitempty" doc:"Where the caller may see it."`
	Problem   string          `json:"problem" doc:"Code of why it could not be delivered."`
	CreatedAt time.Time       `json:"createdAt"`
	DoneAt    *time.Time      `json:"failedAt,omitempty"`
}

type messageList struct {
	Body struct {
		Items []MessageView `json:"items"`
		Next  string        `json:"next" doc:"The cursor of the next page; empty when there is none."`
		Total int           `json:"total"`
	}
}

func (s *Server) listMessages(ctx context.Context, in *struct {
	State  string `query:"state" enum:"failed" default:"failed"`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
	Cursor string `query:"cursor"`
},
) (*messageList, error) {
	a, err := s.operatorStaff(ctx, []string{identity.Admin})
	if err != nil {
		return nil, err
	}
	list, next, err := s.Messages.Failed(ctx, in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &messageList{}
	out.Body.Items, out.Body.Next = []MessageView{}, next
	for _, m := range list {
		v, err := s.messageJSON(ctx, a, m)
		if err != nil {
			return nil, err
		}
		out.Body.Items = append(out.Body.Items, v)
	}
	out.Body.Total, err = s.Messages.CountFailed(ctx)
	return out, err
}

func (s *Server) messageJSON(ctx context.Context, a cinnabar.Actor, m message.Sent) (MessageView, error) {
	out := MessageView{ID: m.ID, Channel: m.Channel, Template: m.Template, Problem: m.Problem, CreatedAt: m.CreatedAt, DoneAt: optional(m.DoneAt)}
	out.Person = secret.MaskName(s.personNames(ctx, m.Person)[m.Person])
	if m.Case == "" {
		return out, nil
	}
	_, err := s.Engine.View(ctx, m.Case, a)
	if errors.Is(err, errs.NotFound) {
		return out, nil
	}
	out.Case = m.Case
	return out, err
}

func (s *Server) resendMessage(ctx context.Context, in *struct {
	ID string `path:"id"`
},
) (*struct{}, error) {
	a, err := s.operatorStaff(ctx, []string{identity.Admin})
	if err != nil {
		return nil, err
	}
	return nil, s.Messages.Resend(ctx, a, in.ID)
}
