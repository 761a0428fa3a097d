package app

import (
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/live"
	"cinnabar/internal/procedure"
)

// caseLive tells waiting pages that a case has a new version: those that show it, and the lists of
// everybody who holds a role in it.
type caseLive struct{ hub *live.Hub }

func (c caseLive) CaseChanged(id cinnabar.CaseID, version int64, holders []procedure.Holder) {
	c.hub.Publish("case/"+string(id), version)
	for _, h := range holders {
		c.hub.Publish("holder/"+string(h), version)
	}
}
