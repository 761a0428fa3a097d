package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"cinnabar/internal/capability/filestore"
	"cinnabar/internal/capability/message"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/platform/live"
	"cinnabar/internal/procedure"
)

// CaseTopic is the topic of a case; its sequence is the case's version.
func CaseTopic(c cinnabar.CaseID) string { return "case/" + string(c) }

// HolderTopic is the topic of all cases in which somebody holds a role.
func HolderTopic(h procedure.Holder) string { return "holder/" + string(h) }

const (
	heartbeat    = 15 * time.Second       // a comment, so that proxies keep the line and the dead are noticed
	gathering    = 200 * time.Millisecond // changes that come together are told together
	writeWithin  = 10 * time.Second
	maxStreams   = 8           // of one caller
	overlap      = time.Minute // how much later than its own time a change may be committed
	newsAtOnce   = 200         // changed cases told one by one; more are told by an event that names none
	retryMillis  = 2000
	contentEvent = "text/event-stream"
)

// streams counts the open streams of each caller.
type streams struct {
	lock sync.Mutex
	open map[string]int
}

func (c *streams) enter(who string) bool {
	c.lock.Lock()
	defer c.lock.Unlock()
	if c.open[who] >= maxStreams {
		return false
	}
	c.open[who]++
	return true
}

func (c *streams) leave(who string) {
	c.lock.Lock()
	defer c.lock.Unlock()
	if c.open[who]--; c.open[who] == 0 {
		delete(c.open, who)
	}
}

// eventRoutes serve server-sent events. An event says only that something is new; what it is stands in the
// resources. An event may come twice.
func (s *Server) eventRoutes() {
	counted := &streams{open: map[string]int{}}
	serve := func(prepare func(*http.Request, cinnabar.Actor) (*stream, error)) func(http.ResponseWriter, *http.Request) error {
		return func(w http.ResponseWriter, r *http.Request) error { return s.stream(w, r, counted, prepare) }
	}
	s.plain(eventOperation("/events", "Changes of the caller's cases, inbox and session"), contentEvent, serve(s.allNews))
	s.plain(eventOperation("/cases/{id}/events", "Changes of one case"), contentEvent, serve(s.caseNews))
}

func eventOperation(path, summary string) huma.Operation {
	return huma.Operation{
		Method: http.MethodGet, Path: path, Tags: []string{"events"}, Summary: summary,
		Description: "Server-sent events: `case` {case, version}, without a case when too many changed to name them, `inbox` {unread, seq}, `session` {} when it is over. Last-Event-ID goes on from there.",
	}
}

// stream is one open line. news reads what is new since the last time and sends it.
type stream struct {
	s      *Server
	w      http.ResponseWriter
	actor  cinnabar.Actor
	until  time.Time // the session's end; zero for keys
	topics []string
	news   func(context.Context) error
}

var (
	errTooManyStreams = errs.New(errs.TooMany, "too-many-streams", "close other pages first")
	errOver           = errors.New("the session is over")
)

func (s *Server) stream(w http.ResponseWriter, r *http.Request, counted *streams, prepare func(*http.Request, cinnabar.Actor) (*stream, error)) error {
	a, err := signedIn(r.Context())
	if err != nil {
		return err
	}
	st, err := prepare(r, a)
	if err != nil {
		return err
	}
	who := filestore.Uploader(a)
	if !counted.enter(who) {
		return errTooManyStreams
	}
	defer counted.leave(who)
	st.s, st.w, st.actor, st.until = s, w, a, callerOf(r.Context()).session.ExpiresAt
	events, cancel := s.Live.Subscribe(st.topics...)
	defer cancel()
	w.Header().Set("Content-Type", contentEvent)
	w.Header().Set("X-Accel-Buffering", "no")
	if err := st.write(fmt.Sprintf("retry: %d\n\n", retryMillis)); err == nil {
		st.run(r.Context(), events)
	}
	return nil
}

// run tells what is new until the line breaks, the session is over, or the server stops. The client comes
// back by itself and says how far it got.
func (st *stream) run(ctx context.Context, events <-chan live.Event) {
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	gather := time.NewTimer(0) // what happened before we listened
	defer gather.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			return
		case _, open := <-events:
			if !open {
				return
			}
			gather.Reset(gathering)
		case <-gather.C:
			err = st.news(ctx)
		case <-beat.C:
			if err = st.stillIn(ctx); err == nil {
				err = st.write(": \n\n")
			}
		}
		if errors.Is(err, errOver) {
			_ = st.send("session", "", struct{}{})
		}
		if err != nil {
			return
		}
	}
}

// stillIn looks whether the session stands, without counting as its use: an open page alone does not keep
// anybody signed in.
func (st *stream) stillIn(ctx context.Context) error {
	if !st.until.IsZero() && !st.s.Clock.Now().Before(st.until) {
		return errOver
	}
	if st.actor.Kind != cinnabar.Member {
		return nil
	}
	list, err := st.s.Identity.Sessions(ctx, st.actor.Person)
	if err != nil {
		return err
	}
	for _, x := range list {
		if x.ID == st.actor.Session && x.Org == st.actor.Org {
			return st.refreshRoles(ctx)
		}
	}
	return errOver
}

// refreshRoles drops the roles that the person has lost meanwhile.
func (st *stream) refreshRoles(ctx context.Context) error {
	if st.actor.Org == "" {
		return nil
	}
	now, err := st.s.Identity.RolesIn(ctx, st.s.DB, st.actor.Org, st.actor.Person)
	if errors.Is(err, errs.NotFound) {
		return errOver
	}
	st.actor.Roles = slices.DeleteFunc(slices.Clone(st.actor.Roles), func(r string) bool { return !slices.Contains(now, r) })
	return err
}

func (st *stream) send(event, id string, data any) error {
	raw, err := json.Marshal(data)
	if err != nil {
		return err
	}
	text := "event: " + event + "\n"
	if id != "" {
		text += "id: " + id + "\n"
	}
	return st.write(text + "data: " + string(raw) + "\n\n")
}

// write sends at once, and gives a client that does not read up.
func (st *stream) write(text string) error {
	c := http.NewResponseController(st.w)
	if err := c.SetWriteDeadline(st.s.Clock.Now().Add(writeWithin)); err != nil {
		return err
	}
	if _, err := st.w.Write([]byte(text)); err != nil {
		return err
	}
	return c.Flush()
}

// CaseEvent says that a case has a new version; one that names none, that many have.
type CaseEvent struct {
	Case    cinnabar.CaseID `json:"case,omitempty"`
	Version int64           `json:"version,omitempty"`
}

// InboxEvent says that there are new messages.
type InboxEvent struct {
	Unread int   `json:"unread"`
	Seq    int64 `json:"seq"`
}

// caseNews follows one case, as long as the caller may see it.
func (s *Server) caseNews(r *http.Request, a cinnabar.Actor) (*stream, error) {
	id := cinnabar.CaseID(r.PathValue("id"))
	v, err := s.Engine.View(r.Context(), id, a)
	if err != nil {
		return nil, err
	}
	told := v.Version
	if n, err := strconv.ParseInt(r.Header.Get("Last-Event-ID"), 10, 64); err == nil {
		told = n
	}
	st := &stream{topics: []string{CaseTopic(id)}}
	st.news = func(ctx context.Context) error {
		v, err := s.Engine.View(ctx, id, st.actor)
		if err != nil || v.Version == told {
			return err
		}
		told = v.Version
		return st.send("case", strconv.FormatInt(told, 10), CaseEvent{id, told})
	}
	return st, nil
}

// allNews follows everything of the caller. Its cursor is the time of the newest change and the number of
// the newest message that were told.
func (s *Server) allNews(r *http.Request, a cinnabar.Actor) (*stream, error) {
	st := &stream{}
	n := &newsReader{st: st, told: map[cinnabar.CaseID]int64{}}
	if a.Kind == cinnabar.Link {
		st.topics = []string{CaseTopic(a.Case)}
	} else {
		for _, h := range procedure.HoldersOf(a) {
			st.topics = append(st.topics, HolderTopic(h))
		}
	}
	if a.Kind == cinnabar.Member {
		st.topics = append(st.topics, message.InboxTopic(a.Person))
		newest, err := s.Messages.Inbox(r.Context(), a.Person, message.Query{Org: a.Org, Limit: 1})
		if err != nil {
			return nil, err
		}
		if len(newest) > 0 {
			n.seq = newest[0].Seq
		}
	}
	n.since = s.Clock.Now()
	n.resume(r.Header.Get("Last-Event-ID"))
	st.news = n.read
	return st, nil
}

// newsReader reads what changed from the database: what the caller may see now decides, and nothing that
// was missed is lost.
type newsReader struct {
	st    *stream
	since time.Time
	seq   int64
	told  map[cinnabar.CaseID]int64 // versions, within the overlap
}

// resume goes on from an id of the form <milliseconds>.<message>; another one is as good as none.
func (n *newsReader) resume(id string) {
	at, seq, ok := strings.Cut(id, ".")
	ms, err1 := strconv.ParseInt(at, 10, 64)
	last, err2 := strconv.ParseInt(seq, 10, 64)
	if ok && err1 == nil && err2 == nil && ms > 0 && last >= 0 {
		n.since, n.seq = time.UnixMilli(ms), last
	}
}

func (n *newsReader) id() string {
	return strconv.FormatInt(n.since.UnixMilli(), 10) + "." + strconv.FormatInt(n.seq, 10)
}

func (n *newsReader) read(ctx context.Context) error {
	if err := n.readCases(ctx); err != nil || n.st.actor.Kind != cinnabar.Member {
		return err
	}
	s, a := n.st.s, n.st.actor
	newest, err := s.Messages.Inbox(ctx, a.Person, message.Query{Org: a.Org, After: n.seq, Limit: 1})
	if err != nil || len(newest) == 0 {
		return err
	}
	unread, err := s.Messages.Unread(ctx, a.Person, a.Org)
	if err != nil {
		return err
	}
	n.seq = newest[0].Seq
	return n.st.send("inbox", n.id(), InboxEvent{unread, n.seq})
}

func (n *newsReader) readCases(ctx context.Context) error {
	rows, _, err := n.st.s.Engine.List(ctx, n.st.actor, procedure.Filter{Limit: newsAtOnce})
	if err != nil {
		return err
	}
	from, fresh := n.since.Add(-overlap), []procedure.Row{}
	current := map[cinnabar.CaseID]int64{}
	for _, r := range rows {
		if r.Updated.Before(from) {
			break
		}
		current[r.ID] = r.Version
		if n.told[r.ID] != r.Version {
			fresh = append(fresh, r)
		}
	}
	n.told = current
	if len(rows) > 0 && rows[0].Updated.After(n.since) {
		n.since = rows[0].Updated
	}
	if len(fresh) == newsAtOnce {
		return n.st.send("case", n.id(), CaseEvent{})
	}
	for _, r := range slices.Backward(fresh) {
		if err := n.st.send("case", n.id(), CaseEvent{r.ID, r.Version}); err != nil {
			return err
		}
	}
	return nil
}
