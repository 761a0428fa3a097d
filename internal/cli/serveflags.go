package cli

import (
	"errors"
	"net/netip"
	"slices"

	"cinnabar/internal/app"
)

// dataFlags say where the data is.
type dataFlags struct {
	Data              string `help:"Folder for keys, files and the SQLite database." default:"./data" type:"path"`
	KeyPassphraseFile string `help:"File with the passphrase of the key file vault.key, readable by its owner only; without it the key file is in clear." placeholder:"FILE" type:"existingfile"`
	Database          string `help:"PostgreSQL instead of SQLite, e.g. postgres://user@host/name." placeholder:"URL"`
}

// config is for commands that work on the data beside the server.
func (f dataFlags) config(e *env) (app.Config, error) {
	passphrase, err := readSecret(f.KeyPassphraseFile)
	return app.Config{Data: f.Data, Database: f.Database, KeyPassphrase: passphrase, PublicURL: "http://localhost", Log: e.log}, err
}

// serveCmd serves an installation. Its flags stand in the order in which an operator needs them.
type serveCmd struct {
	dataFlags
	PublicURL string `help:"Where customers reach this installation, for links and QR codes; without it the address listened on." placeholder:"https://HOST"`
	Operator  string `help:"Name of the operator in certificates; it counts at the first start." default:"Cinnabar"`
	Listen    string `help:"Address to listen on." default:"127.0.0.1:8080"`
	Metrics   string `help:"Address for Prometheus, to be kept private; empty for none." default:"127.0.0.1:9090"`

	TLSCert string `help:"Certificate (PEM) to serve HTTPS with; without it plain HTTP." placeholder:"FILE" type:"existingfile" and:"tls" group:"HTTPS:"`
	TLSKey  string `help:"Its private key (PEM)." placeholder:"FILE" type:"existingfile" and:"tls" group:"HTTPS:"`
	Secure  bool   `help:"A proxy in front speaks HTTPS: cookies are for HTTPS only." group:"HTTPS:"`

	TrustedProxy []netip.Prefix `help:"Networks of the proxies in front: their X-Forwarded-For says where a request comes from. Without it no header does." placeholder:"10.1.2.3/32" group:"HTTPS:"`

	SMTPHost         string `help:"Mail server; without it no e-mail." placeholder:"HOST" and:"smtp" group:"E-mail:"`
	SMTPPort         int    `help:"Its port." default:"587" group:"E-mail:"`
	SMTPTLS          string `name:"smtp-tls" help:"How the line is encrypted: starttls, tls (from the first byte) or none." enum:"starttls,tls,none" default:"starttls" group:"E-mail:"`
	SMTPUser         string `help:"User name, when the server wants one." placeholder:"NAME" group:"E-mail:"`
	SMTPPasswordFile string `help:"File with the password, readable by its owner only." placeholder:"FILE" type:"existingfile" group:"E-mail:"`
	SMTPFrom         string `help:"Sender's address." placeholder:"ADDRESS" and:"smtp" group:"E-mail:"`

	SMSURL        string `name:"sms-url" help:"SMS gateway; without it no SMS, and so no signatures." placeholder:"URL" and:"sms" group:"SMS:"`
	SMSKey        string `name:"sms-key" help:"Name of the key that the gateway knows." placeholder:"NAME" and:"sms" group:"SMS:"`
	SMSSecretFile string `name:"sms-secret-file" help:"File with the key's secret, readable by its owner only." placeholder:"FILE" type:"existingfile" and:"sms" group:"SMS:"`

	TSAURL          string `name:"tsa-url" help:"Outside time-stamp authority (RFC 3161); without it the built-in one." placeholder:"URL" group:"Time-stamps:"`
	TSARoots        string `name:"tsa-roots" help:"Its root certificates (PEM), and those of authorities used before." placeholder:"FILE" type:"existingfile" group:"Time-stamps:"`
	TSAUser         string `name:"tsa-user" help:"User name, when it wants one." placeholder:"NAME" group:"Time-stamps:"`
	TSAPasswordFile string `name:"tsa-password-file" help:"File with the password, readable by its owner only." placeholder:"FILE" type:"existingfile" group:"Time-stamps:"`

	RegistryURL       string `help:"Register of companies; without it companies' data is shown as unverified." placeholder:"URL" group:"Companies:"`
	RegistryTokenFile string `help:"File with the token for the register, readable by its owner only." placeholder:"FILE" type:"existingfile" group:"Companies:"`

	AlipayApp           string `help:"Alipay verifies faces at its page: our app there; without it and Tencent the built-in engine does." placeholder:"ID" and:"alipay" group:"Faces:"`
	AlipayKeyFile       string `help:"File with our RSA private key there, readable by its owner only." placeholder:"FILE" type:"existingfile" and:"alipay" group:"Faces:"`
	AlipayPublicKeyFile string `help:"File with Alipay's RSA public key." placeholder:"FILE" type:"existingfile" and:"alipay" group:"Faces:"`
	AlipayGateway       string `help:"Another gateway than Alipay's own, its sandbox for one." placeholder:"URL" group:"Faces:"`
	TencentID           string `name:"tencent-id" help:"Tencent Cloud verifies faces at its page: the SecretId." placeholder:"ID" and:"tencent" group:"Faces:"`
	TencentKeyFile      string `help:"File with the SecretKey, readable by its owner only." placeholder:"FILE" type:"existingfile" and:"tencent" group:"Faces:"`
	TencentRule         string `help:"The RuleId that was agreed with Tencent." placeholder:"ID" and:"tencent" group:"Faces:"`
	TencentEndpoint     string `help:"Another endpoint than Tencent's own." placeholder:"URL" group:"Faces:"`

	WebhookAllow []netip.Prefix `help:"Networks inside the own one that webhooks may go to, by plain HTTP too; else public addresses by HTTPS only." placeholder:"10.1.2.0/24" group:"Webhooks:"`

	FTPListen  string `name:"ftp-listen" help:"Address of the built-in FTP server; without it none." placeholder:"HOST:21" group:"FTP:"`
	FTPIP      string `name:"ftp-ip" help:"IPv4 address that clients reach it at, when it is not that of the machine." placeholder:"ADDRESS" group:"FTP:"`
	FTPPorts   string `name:"ftp-ports" help:"Ports for data, to be opened in a firewall; without it any." placeholder:"50000-50100" group:"FTP:"`
	FTPTLSCert string `name:"ftp-tls-cert" help:"Certificate (PEM) for FTPS; without it one of the own authority." placeholder:"FILE" type:"existingfile" and:"ftp-tls" group:"FTP:"`
	FTPTLSKey  string `name:"ftp-tls-key" help:"Its private key (PEM)." placeholder:"FILE" type:"existingfile" and:"ftp-tls" group:"FTP:"`
	FTPPlain   bool   `name:"ftp-plain" help:"Also talk in the clear; without it TLS is a must." group:"FTP:"`
}

// Validate refuses what says something about a part that is not set up: nobody would look at it.
func (c *serveCmd) Validate() error {
	switch {
	case slices.ContainsFunc(c.TrustedProxy, func(p netip.Prefix) bool { return p.Bits() == 0 }):
		return errors.New("--trusted-proxy: everybody is no proxy; name the network of yours")
	case c.SMTPHost == "" && c.SMTPUser+c.SMTPPasswordFile != "":
		return errors.New("--smtp-user and --smtp-password-file need --smtp-host")
	case c.TSAURL == "" && c.TSAUser+c.TSAPasswordFile != "":
		return errors.New("--tsa-user and --tsa-password-file need --tsa-url")
	case c.RegistryURL == "" && c.RegistryTokenFile != "":
		return errors.New("--registry-token-file needs --registry-url")
	case c.AlipayApp != "" && c.TencentID != "":
		return errors.New("--alipay-app and --tencent-id: one provider verifies faces")
	case c.AlipayApp == "" && c.AlipayGateway != "":
		return errors.New("--alipay-gateway needs --alipay-app")
	case c.TencentID == "" && c.TencentEndpoint != "":
		return errors.New("--tencent-endpoint needs --tencent-id")
	case c.FTPListen == "" && (c.FTPIP+c.FTPPorts+c.FTPTLSCert != "" || c.FTPPlain):
		return errors.New("--ftp-ip, --ftp-ports, --ftp-tls-cert and --ftp-plain need --ftp-listen")
	}
	return nil
}
