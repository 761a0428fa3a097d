package demo

import (
	"strings"
	"sync/atomic"

	"cinnabar/internal/httpapi"
)

// Show is what the demo's own pages show: whom to sign in as, and what the stand-ins took.
type Show struct {
	peers   *StandIns
	summary atomic.Pointer[Summary]
}

// NewShow shows the stand-ins; accounts come with Filled.
func NewShow(p *StandIns) *Show { return &Show{peers: p} }

// Filled says that the samples are there.
func (s *Show) Filled(sum *Summary) { s.summary.Store(sum) }

// Accounts implements httpapi.Demo.
func (s *Show) Accounts() []httpapi.DemoAccount {
	sum := s.summary.Load()
	if sum == nil {
		return nil
	}
	var out []httpapi.DemoAccount
	for _, a := range sum.Accounts {
		out = append(out, httpapi.DemoAccount{
			Login: a.Login, Password: a.Password, Mobile: a.Mobile, Name: a.Name, Role: strings.Join(a.Roles, ", "), Org: a.Organisation, SealPassword: a.SealPassword,
		})
	}
	return out
}

// Mails implements httpapi.Demo.
func (s *Show) Mails() []httpapi.DemoMessage {
	var out []httpapi.DemoMessage
	for _, m := range s.peers.Mail.Mails() {
		out = append(out, httpapi.DemoMessage{At: m.At, To: strings.Join(m.To, ", "), Subject: m.Subject, Body: m.Body})
	}
	return out
}

// Texts implements httpapi.Demo.
func (s *Show) Texts() []httpapi.DemoMessage {
	var out []httpapi.DemoMessage
	for _, m := range s.peers.SMS.Taken() {
		out = append(out, httpapi.DemoMessage{At: m.At, To: m.To, Body: m.Text})
	}
	return out
}
