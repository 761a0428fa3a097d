package httpapi

import (
	"context"
	"time"
)

// Demo is what a demonstration shows of itself. Without one its addresses do not exist.
type Demo interface {
	// Accounts are the sample people, with their passwords.
	Accounts() []DemoAccount
	// Mails and Texts are what the mail server and the SMS gateway of the demonstration took, oldest first.
	Mails() []DemoMessage
	Texts() []DemoMessage
}

// DemoAccount is a sample person.
type DemoAccount struct {
	Login        string `json:"login"`
	Password     string `json:"password"`
	Mobile       string `json:"mobile"`
	Name         string `json:"name"`
	Role         string `json:"role"`
	Org          string `json:"org"`
	SealPassword string `json:"sealPassword,omitempty"`
}

// DemoMessage is a message that was taken instead of delivered.
type DemoMessage struct {
	At      time.Time `json:"at"`
	To      string    `json:"to"`
	Subject string    `json:"subject,omitempty"`
	Body    string    `json:"body"`
}

func (s *Server) demoRoutes() {
	if s.Demo == nil {
		return
	}
	get(s, "/demo/accounts", "demo", "The sample people", func(context.Context, *struct{}) (*struct{ Body []DemoAccount }, error) {
		return &struct{ Body []DemoAccount }{append([]DemoAccount{}, s.Demo.Accounts()...)}, nil
	})
	get(s, "/demo/mailbox", "demo", "Mails that were sent", func(context.Context, *struct{}) (*struct{ Body []DemoMessage }, error) {
		return &struct{ Body []DemoMessage }{append([]DemoMessage{}, s.Demo.Mails()...)}, nil
	})
	get(s, "/demo/sms", "demo", "Short messages that were sent", func(context.Context, *struct{}) (*struct{ Body []DemoMessage }, error) {
		return &struct{ Body []DemoMessage }{append([]DemoMessage{}, s.Demo.Texts()...)}, nil
	})
}
