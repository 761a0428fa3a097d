package abuse_test

import (
	"strings"
	"time"

	"cinnabar/internal/demo"
)

// account is one of the samples.
func (w *world) account(login string) *demo.Account {
	w.t.Helper()
	for _, a := range w.stage.Accounts {
		if a.Login == login {
			return a
		}
	}
	w.t.Fatalf("there is no account %s", login)
	return nil
}

// told tells whether somebody got a short message with a word.
func (w *world) told(login, word string) bool {
	w.t.Helper()
	mobile := w.account(login).Mobile
	for _, m := range w.peers.SMS.Taken() {
		if m.To == mobile && strings.Contains(m.Text, word) {
			return true
		}
	}
	return false
}

// eventually waits up to 20 s for what the program does behind the requests.
func (w *world) eventually(what string, is func() bool) {
	w.t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	late := time.NewTimer(20 * time.Second)
	defer late.Stop()
	for !is() {
		select {
		case <-tick.C:
		case <-late.C:
			w.t.Fatalf("%s: not within 20 s", what)
		}
	}
}
