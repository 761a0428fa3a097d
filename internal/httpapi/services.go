package httpapi

import (
	"context"
	"net/netip"
	"time"

	"cinnabar/internal/business/edocument"
	"cinnabar/internal/business/edocument/inbox"
	"cinnabar/internal/capability/batch"
	"cinnabar/internal/capability/biometric"
	"cinnabar/internal/capability/device"
	"cinnabar/internal/capability/document"
	"cinnabar/internal/capability/evidence"
	"cinnabar/internal/capability/filestore"
	"cinnabar/internal/capability/filestore/depot"
	"cinnabar/internal/capability/filestore/ftpaccount"
	"cinnabar/internal/capability/identity"
	"cinnabar/internal/capability/message"
	"cinnabar/internal/capability/mirror"
	"cinnabar/internal/capability/seal"
	"cinnabar/internal/capability/setting"
	"cinnabar/internal/capability/webhook"
	"cinnabar/internal/pdf/typeset"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/live"
	"cinnabar/internal/platform/secret"
	"cinnabar/internal/step"
)

// Services are what the routes call.
type Services struct {
	DB         db.DB
	Vault      *secret.Vault
	Identity   *identity.Service
	Files      *filestore.Service
	Fingers    *biometric.Fingers
	Devices    *device.Service
	Documents  *document.Service
	Seals      *seal.Service
	Evidence   *evidence.Log
	Trust      Trust
	Revocation Revocation
	Settings   *setting.Service
	EDocuments *edocument.Service
	Depot      *depot.Service
	Accounts   *ftpaccount.Service // of the FTP server
	FTPInbox   *inbox.Service
	Batches    *batch.Service
	Bulk       *step.BulkSealing
	Approvals  *edocument.BulkApproval
	Messages   *message.Service
	Webhooks   *webhook.Service
	Mirror     *mirror.Service
	Live       *live.Hub
	Fonts      *typeset.Fonts
	Demo       Demo // nil: this is no demonstration
	Steps      step.Deps
	Metrics    Metrics
	Ready      func(context.Context) error // nil when everything that is needed answers

	SignInsPerMinute int            // tries from one address, or by one account; 0: 60
	TrustedProxies   []netip.Prefix // whose X-Forwarded-For is believed; none: nobody's
}

// Metrics is told of every request.
type Metrics interface {
	Request(method, route string, status int, took time.Duration)
}
