package httpapi

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"cinnabar/internal/capability/message"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/errs"
)

func (s *Server) inboxRoutes() {
	get(s, "/inbox", "inbox", "Messages to the caller, newest first", s.listInbox)
	get(s, "/inbox/unread", "inbox", "How many are unread", s.countUnread)
	route(s, http.MethodPut, "/inbox/read-all", "inbox", "Mark all as read", http.StatusNoContent, s.readAll)
	route(s, http.MethodPut, "/inbox/{id}/read", "inbox", "Mark one as read", http.StatusNoContent, s.readOne)
}

// InboxItem is a message. Title and body are empty after their data was erased.
type InboxItem struct {
	ID     string          `json:"id"`
	Seq    int64           `json:"seq"`
	At     time.Time       `json:"at"`
	Title  cinnabar.Text   `json:"title"`
	Body   cinnabar.Text   `json:"body"`
	Case   cinnabar.CaseID `json:"case,omitempty"`
	ReadAt *time.Time      `json:"readAt,omitempty"`
}

type inboxAnswer struct {
	Body struct {
		Items []InboxItem `json:"items"`
		Next  string      `json:"next" doc:"The cursor of the next page; empty when there is none."`
		Total int         `json:"total" doc:"How many are unread."`
	}
}

func (s *Server) listInbox(ctx context.Context, in *struct {
	Unread bool   `query:"unread"`
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"50"`
	Cursor string `query:"cursor" maxLength:"20"`
},
) (*inboxAnswer, error) {
	a, err := member(ctx)
	if err != nil {
		return nil, err
	}
	q := message.Query{Org: a.Org, Unread: in.Unread, Limit: in.Limit}
	if in.Cursor != "" {
		if q.Before, err = strconv.ParseInt(in.Cursor, 10, 64); err != nil || q.Before <= 0 {
			return nil, errs.New(errs.Invalid, "cursor-malformed", "this cursor is not one that was given out")
		}
	}
	list, err := s.Messages.Inbox(ctx, a.Person, q)
	if err != nil {
		return nil, err
	}
	out := &inboxAnswer{}
	out.Body.Items = []InboxItem{}
	for _, m := range list {
		out.Body.Items = append(out.Body.Items, InboxItem{m.ID, m.Seq, m.At, m.Title, m.Body, m.Case, optional(m.ReadAt)})
	}
	if len(list) == in.Limit {
		out.Body.Next = strconv.FormatInt(list[len(list)-1].Seq, 10)
	}
	out.Body.Total, err = s.Messages.Unread(ctx, a.Person, a.Org)
	return out, err
}

type unreadAnswer struct {
	Body struct {
		Unread int                    `json:"unread" doc:"To the caller and to the organisation acted for."`
		Orgs   map[cinnabar.OrgID]int `json:"orgs" doc:"For each organisation of the caller, beside what is for the caller alone."`
	}
}

func (s *Server) countUnread(ctx context.Context, _ *struct{}) (*unreadAnswer, error) {
	a, err := member(ctx)
	if err != nil {
		return nil, err
	}
	out := &unreadAnswer{}
	counts, err := s.Messages.UnreadByOrg(ctx, a.Person)
	if err != nil {
		return nil, err
	}
	orgs, err := s.Identity.OrgsOf(ctx, s.DB, a.Person)
	out.Body.Unread, out.Body.Orgs = counts[""], map[cinnabar.OrgID]int{}
	if a.Org != "" {
		out.Body.Unread += counts[a.Org]
	}
	for _, o := range orgs {
		out.Body.Orgs[o.Org.ID] = counts[o.Org.ID]
	}
	return out, err
}

func (s *Server) readOne(ctx context.Context, in *struct {
	ID string `path:"id"`
},
) (*struct{}, error) {
	a, err := member(ctx)
	if err != nil {
		return nil, err
	}
	return nil, s.Messages.MarkRead(ctx, a.Person, in.ID)
}

func (s *Server) readAll(ctx context.Context, _ *struct{}) (*struct{}, error) {
	a, err := member(ctx)
	if err != nil {
		return nil, err
	}
	return nil, s.Messages.MarkAllRead(ctx, a.Person, a.Org)
}
