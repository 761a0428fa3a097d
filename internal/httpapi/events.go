package httpapi

import (
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/procedure"
)

// CaseTopic is the topic of a case; its sequence is the case's version.
func CaseTopic(c cinnabar.CaseID) string { return "case/" + string(c) }

// HolderTopic is the topic of all cases in which somebody holds a role.
func HolderTopic(h procedure.Holder) string { return "holder/" + string(h) }
