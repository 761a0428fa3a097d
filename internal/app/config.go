package app

import (
	"embed"
	"io/fs"
	"log/slog"
	"net/netip"
	"path/filepath"
	"time"

	"cinnabar/internal/capability/biometric"
	"cinnabar/internal/capability/message/smtpmail"
	"cinnabar/internal/capability/registry"
	"cinnabar/internal/httpapi"
	"cinnabar/internal/platform/clock"
	"cinnabar/internal/platform/secret"
)

// Config is everything that can be set. The zero value of a field means the default named.
type Config struct {
	Data          string        // folder for keys, files and the SQLite database; needed
	Database      string        // PostgreSQL URL; default: the SQLite file in Data
	KeyPassphrase secret.Secret // under which the key file is encrypted; default: it is in clear
	Rollback      *Rollback     // goes on from a database that is older than the kept checkpoints; default: it is refused
	Operator      string        // whose certificate authority this is; default "Cinnabar"
	PublicURL     string        // where customers reach this installation, for links and QR codes; needed
	Secure        bool          // cookies only over HTTPS although TLS ends before us

	Mail     *smtpmail.Config  // nil: no e-mail
	SMS      *SMSConfig        // nil: no SMS
	Registry registry.Register // of companies; nil: what companies say of themselves is shown as unverified

	Faces biometric.Provider // who verifies the faces of cases; nil: the built-in engine, which sign-in by face always uses

	TimeStamps *TimeStampConfig // nil: the built-in authority stamps

	FTP *FTPConfig // nil: the built-in FTP server does not listen

	WebhookAllow []netip.Prefix // addresses that are not public and may be told of events, by plain HTTP too; default: none

	TrustedProxies []netip.Prefix // proxies in front, whose X-Forwarded-For says where requests come from; default: none

	KDFCost          secret.Cost   // of passwords; default: secret.SignInCost, and secret.SealCost for seals
	FaceAtOnce       int           // simultaneous face checks; default 1
	Clock            clock.Clock   // default: the system's
	Log              *slog.Logger  // default: slog.Default
	UI               fs.FS         // the built web UI
	Demo             httpapi.Demo  // what a demonstration shows of itself; nil: this is none
	SignInsPerMinute int           // tries from one address, or by one account; default 60
	LogEvery         time.Duration // how often the evidence log takes in new entries; default: a second
}

// Rollback is who decided that an older database is gone on from, and why; both stand in the evidence log for ever.
type Rollback struct{ By, Why string }

// SMSConfig is the HTTP gateway for short messages.
type SMSConfig struct {
	URL     string
	KeyName string
	Secret  secret.Secret
}

func (c *Config) setDefaults() {
	if c.Database == "" {
		c.Database = filepath.Join(c.Data, "cinnabar.db")
	}
	if c.Operator == "" {
		c.Operator = "Cinnabar"
	}
	if c.FaceAtOnce == 0 {
		c.FaceAtOnce = 1
	}
	if c.Clock == nil {
		c.Clock = clock.System{}
	}
	if c.UI == nil {
		c.UI = embed.FS{}
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
}
