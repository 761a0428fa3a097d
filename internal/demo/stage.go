package demo

import (
	"context"
	"fmt"

	"cinnabar/internal/app"
	"cinnabar/internal/business/gascontract"
	"cinnabar/internal/cinnabar"
)

// Stage is an empty installation with the gas company and its customers on it, on which any number of
// cases can be played.
type Stage struct {
	Accounts []*Account
	Office   *Office

	app       *app.App
	peers     *StandIns
	gas       *company
	customers []*company
	played    int
}

// NewStage makes the accounts, organisations, seals and settings in an empty installation. a.Run and the
// stand-ins must be running: codes are really sent.
func NewStage(ctx context.Context, a *app.App, peers *StandIns) (*Stage, error) {
	s := &Stage{app: a, peers: peers, gas: gasCompany(), customers: customers()}
	for _, c := range append([]*company{s.gas}, s.customers...) {
		if err := settle(ctx, a, c); err != nil {
			return nil, err
		}
		s.Accounts = append(s.Accounts, c.People...)
		peers.Desk.Enter(c.registered())
	}
	policy := gascontract.Policy{SupplierAddress: s.gas.Address, EmergencyPhone: s.gas.Phone}
	if _, err := a.Settings.Put(ctx, s.gas.person("supervisor").actor(), gascontract.SettingPolicy, 0, policy); err != nil {
		return nil, err
	}
	var err error
	s.Office, err = openOffice(ctx, a, s.gas)
	return s, err
}

// Play has a customer's people and the gas company's take a new case as far as a state. Customers are
// counted from 1.
func (s *Stage) Play(ctx context.Context, customer int, until string) (cinnabar.CaseID, error) {
	p, err := s.play(ctx, customer, until)
	if err != nil {
		return "", err
	}
	return p.id, nil
}

func (s *Stage) play(ctx context.Context, customer int, until string) (*play, error) {
	s.played++
	p := &play{ctx: ctx, app: s.app, peers: s.peers, gas: s.gas, customer: s.customers[customer-1], n: s.played}
	if err := p.run(until); err != nil {
		return nil, fmt.Errorf("sample case %d: %w", s.played, err)
	}
	return p, nil
}
