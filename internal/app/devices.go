package app

import (
	"context"

	"cinnabar/internal/capability/biometric"
	"cinnabar/internal/capability/device"
)

// openDevices opens fingerprint verification and the agents beside readers.
func (a *App) openDevices(context.Context) (err error) {
	if a.Fingers, err = biometric.NewFingers(biometric.FingerDeps{DB: a.DB, Clock: a.Clock, Vault: a.Vault}); err != nil {
		return err
	}
	a.Devices, err = device.New(device.Deps{DB: a.DB, Clock: a.Clock, Vault: a.Vault, Live: a.Hub})
	return err
}
