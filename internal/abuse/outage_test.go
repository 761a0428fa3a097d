package abuse_test

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/json"
	"testing"
	"time"

	"cinnabar/internal/app"
	"cinnabar/internal/business/gascontract"
	"cinnabar/internal/capability/pki/tsahttp/tsatest"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/demo"
	"cinnabar/internal/platform/db"
)

// While the outside time-stamp authority gives nothing that can be used, sealing is refused with the reason,
// nothing of it is left behind, and nobody else waits; when it is back, the same step succeeds and no password
// that was given before is asked for again.
// Proves PLT-10, PLT-5, GAS-8.
func TestTimeStampAuthorityOutage_PLT10_PLT5_GAS8(t *testing.T) {
	t.Parallel()
	authority := tsatest.Start(t)
	w := newWorld(t, func(c *app.Config) {
		c.TimeStamps = &app.TimeStampConfig{
			URL: authority.URL, Roots: []*x509.Certificate{authority.Root}, User: tsatest.User, Password: tsatest.Password, Timeout: 10 * time.Second,
		}
	})
	id, agent, boss := instructed(w)
	agent.act(id, unlockOne, object{"password": demo.SealPassword}).want(t, 200)
	version := agent.version(id)
	_, before := agent.document(id)
	unlock := w.unlocking(boss, id)
	for _, mood := range tsatest.Bad() {
		authority.Be(mood)
		if mood == tsatest.Slow {
			w.nobodyWaits(authority, unlock)
		} else {
			(<-unlock()).refused(t, 503, "time-stamp-authority")
		}
		if _, after := agent.document(id); !bytes.Equal(before, after) || agent.version(id) != version || w.uses(boss) != 0 {
			t.Fatalf("%s: something was left behind: version %s, %d uses", mood, agent.version(id), w.uses(boss))
		}
	}
	authority.Be(tsatest.Good)
	(<-unlock()).want(t, 200) // control; the agent's seal is open still
	if s := agent.state(id); s != gascontract.Review {
		t.Fatalf("the case is in %s", s)
	}
	_, sealed := agent.document(id)
	if got := verified(t, w, sealed)["file"]; got != "valid" || w.uses(boss) != 1 {
		t.Errorf("sealed in the end: %v, %d uses", got, w.uses(boss))
	}
}

// When the time-stamp authority fails during a signature, the code by which the signer confirmed the wish is not used
// up: it signs once the authority is back, and then never again.
// Proves PLT-10, GAS-7.
func TestTimeStampOutageLeavesTheSigningCode_PLT10_GAS7(t *testing.T) {
	t.Parallel()
	authority := tsatest.Start(t)
	w := newWorld(t, func(c *app.Config) {
		c.TimeStamps = &app.TimeStampConfig{
			URL: authority.URL, Roots: []*x509.Certificate{authority.Root}, User: tsatest.User, Password: tsatest.Password, Timeout: 10 * time.Second,
		}
	})
	id := w.play(1, gascontract.Signing)
	agent := w.as("agent1")
	doc, before := agent.document(id)
	agent.act(id, "read", object{"digest": doc["sha256"], "lastPage": doc["pages"]}).want(t, 200)
	sent := len(w.peers.SMS.Taken())
	agent.do("POST", caseAt(id)+"/confirmations", object{}).want(t, 200)
	code := ""
	w.eventually("a code arrives", func() bool {
		for _, m := range w.peers.SMS.Taken()[sent:] {
			if found := sentCode.FindStringSubmatch(m.Text); m.To == w.account("agent1").Mobile && found != nil {
				code = found[1]
			}
		}
		return code != ""
	})
	raw, err := json.Marshal(object{"drawing": drawing(), "code": code, "agree": true})
	if err != nil {
		t.Fatal(err)
	}
	sign := func() answer {
		a, err := agent.trySend("POST", "/api/v1"+caseAt(id)+"/actions/sign", raw, "Content-Type", "application/json", "If-Match", agent.version(id))
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	good := func() bool {
		some, err := db.Exists(t.Context(), w.app.DB, `SELECT 1 FROM sms_code WHERE purpose LIKE 'sign/%' AND used_at = 0`)
		if err != nil {
			t.Error(err)
		}
		return some
	}
	authority.Be(tsatest.Down)
	for range 2 {
		sign().refused(t, 503, "time-stamp-authority")
	}
	if !good() {
		t.Error("the code was used up without a signature")
	}
	if _, after := agent.document(id); !bytes.Equal(before, after) || agent.state(id) != gascontract.Signing {
		t.Fatal("something was left behind")
	}
	authority.Be(tsatest.Good)
	sign().want(t, 200)
	if s := agent.state(id); s != gascontract.Sealing {
		t.Fatalf("the case is in %s", s)
	}
	if good() {
		t.Error("the code is good for another signature")
	}
}

// unlocking gives the legal representative's password; an outage is an answer here.
func (w *world) unlocking(boss *browser, id cinnabar.CaseID) func() <-chan answer {
	w.t.Helper()
	version := boss.version(id)
	raw, err := json.Marshal(object{"password": otherPassword})
	if err != nil {
		w.t.Fatal(err)
	}
	return func() <-chan answer {
		got := make(chan answer, 1)
		go func() {
			a, err := boss.trySend("POST", "/api/v1"+caseAt(id)+"/actions/"+unlockTwo, raw, "Content-Type", "application/json", "If-Match", version)
			if err != nil {
				w.t.Error(err)
			}
			got <- a
		}()
		return got
	}
}

// nobodyWaits acts while the authority does not answer: meanwhile others write to the database.
func (w *world) nobodyWaits(authority *tsatest.Authority, unlock func() <-chan answer) {
	w.t.Helper()
	select {
	case <-authority.Asked:
	default:
	}
	got := unlock()
	<-authority.Asked
	ctx, cancel := context.WithTimeout(w.t.Context(), 8*time.Second)
	defer cancel()
	if err := w.app.DB.InTx(ctx, func(tx db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE person SET language = language WHERE id <> ''`)
		return err
	}); err != nil {
		w.t.Errorf("nobody can write while the authority is asked: %v", err)
	}
	select {
	case a := <-got:
		w.t.Errorf("the authority was not waited for: %d", a.status)
	default:
	}
	(<-got).refused(w.t, 503, "time-stamp-authority")
}

// uses are the documents that the legal representative's seal was put on, by its log.
func (w *world) uses(boss *browser) int {
	w.t.Helper()
	n := 0
	for _, e := range boss.do("GET", "/seals/"+boss.seal("legal-rep")+"/log", nil).list(w.t) {
		if e["kind"] == "used" {
			n++
		}
	}
	return n
}
