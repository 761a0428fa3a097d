package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"cinnabar/internal/capability/identity"
	"cinnabar/internal/capability/message"
	"cinnabar/internal/capability/seal"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/secret"
	"cinnabar/internal/procedure"
	"cinnabar/internal/step"
)

// directory knows how to reach people.
type directory struct{ a *App }

func (d directory) Contact(ctx context.Context, r db.Reader, p cinnabar.PersonID) (message.Contact, error) {
	person, err := d.a.Identity.Person(ctx, r, p)
	if err != nil {
		return message.Contact{}, err
	}
	return message.Contact{Mobile: person.Mobile, Email: person.Email, Lang: person.Language}, nil
}

var everyChannel = []message.Channel{message.InSite, message.Email, message.SMS}

// sender brings the codes, links and notices of the identity capability to people.
type sender struct{ a *App }

// codeTemplates are the wordings of codes whose message says what they are for: who asks for them on the telephone is
// no friend. All others have one wording.
var codeTemplates = map[string]string{
	identity.PurposeForgotten: "code-password", identity.PurposeNewMobile: "code-new-mobile", identity.PurposeOldMobile: "code-old-mobile",
}

func (s sender) SendCode(ctx context.Context, tx db.Tx, mobile, purpose, code, lang string) error {
	kind, _, _ := strings.Cut(purpose, "person_")
	return s.a.Messages.Send(ctx, tx, message.Message{
		Mobile: secret.PII(mobile), Lang: lang, Template: cmp.Or(codeTemplates[kind], "code"), Params: map[string]string{"code": code, "minutes": "5"},
		Channels: []message.Channel{message.SMS}, Expires: s.a.Clock.Now().Add(5 * time.Minute),
	})
}

// SendLink says what the link is for, as the action says whose name the purpose is.
func (s sender) SendLink(ctx context.Context, tx db.Tx, mobile, purpose, token, lang string) error {
	wording, ok := s.a.linkWording(purpose, lang)
	if !ok {
		return fmt.Errorf("a link for %q has no wording", purpose)
	}
	return s.a.Messages.Send(ctx, tx, message.Message{
		Mobile: secret.PII(mobile), Lang: lang, Template: "link", Channels: []message.Channel{message.SMS},
		Params: map[string]string{"purpose": wording, "url": s.a.PublicURL + "/l/" + token},
	})
}

func (a *App) linkWording(action, lang string) (string, bool) {
	for _, d := range a.Engine.Definitions() {
		if one := d.Action(action); one != nil && one.Link != nil {
			return one.Link.Wording.In(lang), true
		}
	}
	return "", false
}

func (s sender) SendNotice(ctx context.Context, tx db.Tx, person cinnabar.PersonID, notice string) error {
	return s.a.Messages.Send(ctx, tx, message.Message{To: person, Template: notice, Params: map[string]string{}, Channels: everyChannel})
}

// longestInSMS is how much of an organisation's name a message has, in characters; the whole name stands where the
// invitation is accepted.
const longestInSMS = 30

// brief is the beginning of a name that is too long for an SMS.
func brief(name string) string {
	if r := []rune(name); len(r) > longestInSMS {
		return string(r[:longestInSMS-1]) + "…"
	}
	return name
}

func (s sender) SendInvitation(ctx context.Context, tx db.Tx, person cinnabar.PersonID, org string) error {
	return s.a.Messages.Send(ctx, tx, message.Message{
		To: person, Template: "member-invited", Params: map[string]string{"org": brief(org), "url": s.a.PublicURL + "/account"}, Channels: everyChannel,
	})
}

func (s sender) SendNoticeTo(ctx context.Context, tx db.Tx, mobile, notice, lang string) error {
	return s.a.Messages.Send(ctx, tx, message.Message{Mobile: secret.PII(mobile), Lang: lang, Template: notice, Params: map[string]string{}})
}

// notifier delivers a procedure's messages to the members who can act in the role.
type notifier struct{ a *App }

func (n notifier) Tell(ctx context.Context, tx db.Tx, notice procedure.Notice) error {
	for _, h := range notice.Holders {
		people, err := n.people(ctx, tx, notice.Case.Operator, h, notice.Role)
		if err != nil {
			return err
		}
		for _, p := range people {
			m := message.Message{
				To: p, Org: cmp.Or(h.Org(), departmentOrg(h, notice.Case.Operator)), Template: notice.Tell.Template, Case: notice.Case.ID,
				Key: fmt.Sprintf("case/%s/%d/%s", notice.Case.ID, notice.Seq, notice.Tell.Template),
			}
			for _, c := range notice.Tell.Channels {
				m.Channels = append(m.Channels, message.Channel(c))
			}
			if m.Params, err = n.params(notice); err != nil {
				return err
			}
			if err := n.a.Messages.Send(ctx, tx, m); err != nil {
				return err
			}
		}
	}
	return nil
}

// departmentOrg: departments in a case are the operator's.
func departmentOrg(h procedure.Holder, operator cinnabar.OrgID) cinnabar.OrgID {
	if h.Department() != "" {
		return operator
	}
	return ""
}

// people are the members of an organisation or department who qualify for a role, or the one person who
// holds it.
func (n notifier) people(ctx context.Context, r db.Reader, operator cinnabar.OrgID, h procedure.Holder, role *procedure.Role) ([]cinnabar.PersonID, error) {
	if p := h.Person(); p != "" {
		return []cinnabar.PersonID{p}, nil
	}
	members, err := n.a.Identity.Members(ctx, r, cmp.Or(h.Org(), operator))
	if err != nil {
		return nil, err
	}
	var out []cinnabar.PersonID
	for _, m := range members {
		if d := h.Department(); d != "" && !slices.Contains(m.Departments, d) {
			continue
		}
		if len(role.Needs) == 0 || slices.ContainsFunc(role.Needs, func(r string) bool { return slices.Contains(m.Roles, r) }) {
			out = append(out, m.Person)
		}
	}
	return out, nil
}

// told are the names of the values that messages of procedures know: of the case, and of what its steps say.
func told() []string {
	return []string{"by", "case", "due", "materials", "number", "reason", "state", "title", "url"}
}

// params gives a template the values that it declares; what no step said is empty.
func (n notifier) params(notice procedure.Notice) (map[string]string, error) {
	same := func(s string) cinnabar.Text { return cinnabar.Text{Zh: s, En: s} }
	known := map[string]cinnabar.Text{
		"case": same(notice.Case.Number), "title": same(notice.Case.Title), "state": notice.Case.State.Title,
		"url": same(n.a.PublicURL + "/cases/" + string(notice.Case.ID)), "number": same(notice.Case.Facts.Text(step.FactNumber)),
	}
	for k, v := range notice.Params {
		known[k] = wording(v)
	}
	wanted, ok := n.a.Messages.Templates.Params(notice.Tell.Template)
	if !ok {
		return nil, fmt.Errorf("procedure %s names message template %q, which does not exist", notice.Case.Definition.ID, notice.Tell.Template)
	}
	out := map[string]string{}
	for _, name := range wanted {
		out[name] = known[name].In("zh")
		if en := known[name].In("en"); en != out[name] {
			out[name+"@en"] = en
		}
	}
	return out, nil
}

// checkTells refuses a definition that names a message without a wording, one that wants what no case knows, or a
// channel that there is not: told so late, the action would be impossible.
func checkTells(d *procedure.Definition, templates message.Templates) error {
	var faults []error
	check := func(where string, tells []procedure.Tell) {
		for _, tell := range tells {
			wanted, ok := templates.Params(tell.Template)
			unknown := slices.DeleteFunc(wanted, func(name string) bool { return slices.Contains(told(), name) })
			strange := slices.DeleteFunc(slices.Clone(tell.Channels), func(c string) bool { return slices.Contains(everyChannel, message.Channel(c)) })
			if !ok || len(unknown) > 0 || len(strange) > 0 {
				faults = append(faults, fmt.Errorf("procedure %s, %s: message %q: worded %t, wants unknown values %q, by unknown channels %q",
					d.ID, where, tell.Template, ok, unknown, strange))
			}
		}
	}
	for _, a := range d.Actions {
		check("action "+a.Name, slices.Concat(slices.Collect(maps.Values(a.Tell))...))
	}
	for _, s := range d.States {
		if s.Deadline != nil {
			check("state "+s.ID, s.Deadline.Warn)
		}
	}
	return errors.Join(faults...)
}

// wording writes a value for a message: a list of materials as lines with their reasons.
func wording(v any) cinnabar.Text {
	switch v := v.(type) {
	case []map[string]any:
		var zh, en []string
		for _, m := range v {
			title, _ := m["title"].(cinnabar.Text)
			zh = append(zh, fmt.Sprintf("- %s：%v", title.In("zh"), m["reason"]))
			en = append(en, fmt.Sprintf("- %s: %v", title.In("en"), m["reason"]))
		}
		return cinnabar.Text{Zh: strings.Join(zh, "\n"), En: strings.Join(en, "\n")}
	case time.Time:
		return cinnabar.Text{Zh: minute(v), En: minute(v)}
	}
	return cinnabar.Text{Zh: fmt.Sprint(v), En: fmt.Sprint(v)}
}

// sealNotices tell holders about their seals.
type sealNotices struct{ a *App }

func (s sealNotices) SealLocked(ctx context.Context, tx db.Tx, v seal.Seal, holders []cinnabar.PersonID, until time.Time) error {
	return s.tell(ctx, tx, "seal-locked", v, holders, map[string]string{"seal": v.Text, "until": minute(until)})
}

func (s sealNotices) SealOffered(ctx context.Context, tx db.Tx, v seal.Seal, to cinnabar.PersonID, until time.Time) error {
	return s.tell(ctx, tx, "seal-offered", v, []cinnabar.PersonID{to}, map[string]string{"seal": v.Text, "until": minute(until)})
}

// minute writes a time as messages have it, in China.
func minute(t time.Time) string { return t.In(cinnabar.China).Format("2006-01-02 15:04") }

func (s sealNotices) SealReissued(ctx context.Context, tx db.Tx, v seal.Seal, holders []cinnabar.PersonID) error {
	return s.tell(ctx, tx, "seal-reissued", v, holders, map[string]string{"seal": v.Text})
}

func (s sealNotices) SealEnding(ctx context.Context, tx db.Tx, v seal.Seal, holders []cinnabar.PersonID) error {
	return s.tell(ctx, tx, "seal-ending", v, holders, map[string]string{
		"seal": v.Text, "until": minute(v.EndsAt), "url": s.a.PublicURL + "/seals/" + string(v.ID),
	})
}

// quietly is for what people wait for, which is not worth a short message.
var quietly = []message.Channel{message.InSite, message.Email}

func (s sealNotices) UseAsked(ctx context.Context, tx db.Tx, v seal.Seal, by cinnabar.PersonID, documents int, reason string) error {
	members, err := s.a.Identity.Members(ctx, tx, v.Org)
	if err != nil {
		return err
	}
	person, err := s.a.Identity.Person(ctx, tx, by)
	if err != nil {
		return err
	}
	params := map[string]string{"seal": v.Text, "person": person.Name, "count": strconv.Itoa(documents), "reason": reason, "url": s.a.PublicURL + "/seals/" + string(v.ID)}
	for _, m := range members {
		if m.Person == by || !slices.Contains(m.Roles, identity.Admin) && !slices.Contains(m.Roles, "legal-rep") {
			continue
		}
		if err := s.a.Messages.Send(ctx, tx, message.Message{To: m.Person, Org: v.Org, Template: "seal-use-asked", Params: params, Channels: quietly}); err != nil {
			return err
		}
	}
	return nil
}

func (s sealNotices) UseDecided(ctx context.Context, tx db.Tx, v seal.Seal, to cinnabar.PersonID, approved bool, reason string) error {
	m := message.Message{To: to, Org: v.Org, Template: "seal-use-approved", Params: map[string]string{"seal": v.Text}, Channels: quietly}
	if !approved {
		m.Template, m.Params["reason"] = "seal-use-refused", reason
	}
	return s.a.Messages.Send(ctx, tx, m)
}

func (s sealNotices) tell(ctx context.Context, tx db.Tx, template string, v seal.Seal, to []cinnabar.PersonID, params map[string]string) error {
	for _, p := range to {
		m := message.Message{To: p, Org: v.Org, Template: template, Params: params, Channels: everyChannel}
		if err := s.a.Messages.Send(ctx, tx, m); err != nil {
			return err
		}
	}
	return nil
}
