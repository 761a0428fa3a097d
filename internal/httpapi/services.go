package httpapi

import (
	"context"
	"time"

	"cinnabar/internal/capability/document"
	"cinnabar/internal/capability/filestore"
	"cinnabar/internal/capability/identity"
	"cinnabar/internal/capability/seal"
	"cinnabar/internal/capability/setting"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/step"
)

// Services are what the routes call.
type Services struct {
	DB        db.DB
	Identity  *identity.Service
	Files     *filestore.Service
	Documents *document.Service
	Seals     *seal.Service
	Settings  *setting.Service
	Steps     step.Deps
	Metrics   Metrics
	Ready     func(context.Context) error // nil when everything that is needed answers
}

// Metrics is told of every request.
type Metrics interface {
	Request(method, route string, status int, took time.Duration)
}
