package httpapi_test

import (
	"net/http"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"cinnabar/internal/cinnabar"
)

// Who there is. "key" is a program of the operator in the role of a clerk; "link" holds a one-time link to
// the case.
var (
	everybody = []string{"nobody", "stranger", "agent", "customer-admin", "clerk", "reviewer", "supervisor", "operator-admin", "key", "link"}
	signedIn  = without(everybody, "nobody")
	members   = without(everybody, "nobody", "key", "link")
	parties   = []string{"agent", "customer-admin", "clerk", "reviewer", "supervisor", "key", "link"} // of the case
	customers = []string{"agent", "customer-admin"}
	staff     = []string{"clerk", "reviewer", "supervisor", "operator-admin", "key"}
	desk      = []string{"clerk", "supervisor", "operator-admin", "key"}
	heads     = []string{"supervisor", "operator-admin"}
	none      = []string{}
)

func without(list []string, drop ...string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return slices.Contains(drop, s) })
}

// right is who gets past the question of authority at an endpoint; for all others it is refused, or does
// not exist. Endpoints about a thing that is not named below are asked about one that does not exist, which
// nobody may see.
type right struct {
	who   []string
	body  any
	query string
	fresh bool // needs a session of its own, since it changes it
	own   bool // everybody sees their own only: asked about nobody's
}

type object = map[string]any

// rights is the whole API (PLT-2). An endpoint that is not here fails the test.
var rights = map[string]right{
	"POST /sessions":                              {who: everybody, body: object{"method": "password", "login": "reviewer", "password": password}, fresh: true},
	"POST /sessions/totp":                         {who: none, body: object{"pending": "nothing", "code": "000000"}},
	"POST /sessions/sms-codes":                    {who: everybody, body: object{"mobile": "13900000000"}},
	"POST /password-resets/codes":                 {who: everybody, body: object{"mobile": "13900000000"}},
	"POST /password-resets":                       {who: everybody, body: object{"mobile": "13900000002", "code": "000000", "password": password}},
	"GET /sessions":                               {who: members},
	"GET /sessions/current":                       {who: without(signedIn, "key")},
	"PUT /sessions/current/org":                   {who: members, body: object{"org": ""}, fresh: true},
	"DELETE /sessions/current":                    {who: without(signedIn, "key"), fresh: true},
	"DELETE /sessions/{id}":                       {who: none},
	"POST /people":                                {who: none, body: object{"name": "样例", "mobile": "13900000001", "code": "000000", "password": password}},
	"GET /people/me":                              {who: members},
	"PATCH /people/me":                            {who: members, body: object{"language": "zh"}},
	"PUT /people/me/password":                     {who: members, body: object{"current": "wrong", "next": password + "!"}},
	"POST /people/me/mobile/codes":                {who: members, body: object{"mobile": "13900000000"}},
	"PUT /people/me/mobile":                       {who: members, body: object{"mobile": "13900000000", "code": "000000", "current": "wrong"}},
	"POST /people/me/totp":                        {who: members},
	"PUT /people/me/totp":                         {who: members, body: object{"code": "000000"}},
	"GET /people/me/recovery-codes":               {who: members},
	"POST /people/me/recovery-codes":              {who: members, body: object{"code": "000000"}},
	"DELETE /people/me/totp":                      {who: members, body: object{"code": "000000"}},
	"GET /consents":                               {who: members},
	"GET /consents/texts":                         {who: everybody},
	"POST /consents":                              {who: members, body: object{"kind": "face", "digest": cinnabar.DigestOf(nil).String()}},
	"DELETE /consents/{kind}":                     {who: none},
	"POST /links/{token}":                         {who: none},
	"POST /organisations":                         {who: members, body: object{"name": "样例", "uscc": "malformed", "kind": "customer"}},
	"GET /organisations":                          {who: append([]string{"customer-admin"}, staff...), query: "?uscc=91350100M000100Y43"},
	"GET /organisations/{id}":                     {who: customers},
	"PATCH /organisations/{id}":                   {who: []string{"customer-admin"}, body: object{"phone": "0591-11111111"}},
	"GET /organisations/{id}/members":             {who: customers},
	"POST /organisations/{id}/members":            {who: []string{"customer-admin"}, body: object{"name": "样例", "login": "unknown", "roles": []string{"agent"}}},
	"PATCH /organisations/{id}/members/{person}":  {who: []string{"customer-admin"}, body: object{"roles": []string{"legal-rep"}}},
	"DELETE /organisations/{id}/members/{person}": {who: none}, // somebody who is no member
	"PUT /organisations/{id}/second-factor":       {who: []string{"customer-admin"}, body: object{"roles": []string{}}},
	"GET /invitations":                            {who: members},
	"PUT /invitations/{org}":                      {who: none},
	"DELETE /invitations/{org}":                   {who: none},
	"GET /organisations/{id}/api-keys":            {who: []string{"customer-admin"}},
	"POST /organisations/{id}/api-keys":           {who: []string{"customer-admin"}, body: object{"name": "k", "roles": []string{"agent"}}},
	"DELETE /organisations/{id}/api-keys/{key}":   {who: none},

	"GET /organisations/{id}/webhooks":                                         {who: []string{"customer-admin"}},
	"POST /organisations/{id}/webhooks":                                        {who: []string{"customer-admin"}, body: object{"url": "nothing"}},
	"GET /organisations/{id}/webhooks/{webhook}":                               {who: none},
	"PATCH /organisations/{id}/webhooks/{webhook}":                             {who: none, body: object{"enabled": true}},
	"DELETE /organisations/{id}/webhooks/{webhook}":                            {who: none},
	"POST /organisations/{id}/webhooks/{webhook}/rotate":                       {who: none},
	"POST /organisations/{id}/webhooks/{webhook}/ping":                         {who: none},
	"GET /organisations/{id}/webhooks/{webhook}/deliveries":                    {who: none},
	"GET /organisations/{id}/webhooks/{webhook}/deliveries/{delivery}":         {who: none},
	"POST /organisations/{id}/webhooks/{webhook}/deliveries/{delivery}/resend": {who: none},

	"GET /index-databases":              {who: []string{"operator-admin"}},
	"PUT /index-databases/{name}":       {who: []string{"operator-admin"}, body: object{"kind": "sqlite", "dsn": "../elsewhere"}},
	"DELETE /index-databases/{name}":    {who: none},
	"POST /index-databases/{name}/test": {who: none},

	"POST /organisations/{id}/device-codes":                {who: []string{"customer-admin"}},
	"GET /organisations/{id}/devices":                      {who: customers},
	"DELETE /organisations/{id}/devices/{device}":          {who: none},
	"GET /organisations/{id}/devices/{device}/local-token": {who: none},
	"POST /devices":                           {who: everybody, body: object{"code": "x", "name": "x", "publicKey": "x", "localToken": strings.Repeat("x", 43), "signature": "x"}},
	"GET /devices/me/captures":                {who: none}, // devices: see TestDeviceIsNobodyElsewhere
	"POST /captures":                          {who: none, body: object{"device": "nothing", "position": 1}},
	"GET /captures/{id}":                      {who: none},
	"PUT /captures/{id}/picture":              {who: none, body: object{"request": "x", "nonce": "x", "device": "x", "reader": "x", "position": 1, "dpi": 500, "quality": 1, "digest": cinnabar.DigestOf(nil).String(), "takenAt": "2026-11-22T00:00:00Z", "picture": "eA==", "signature": "x"}},
	"PUT /captures/{id}/failure":              {who: none, body: object{"reason": "timeout"}},
	"GET /people/me/fingers":                  {who: members},
	"PUT /people/me/fingers":                  {who: members, body: object{"prints": []object{{"position": 1, "file": "x"}, {"position": 2, "file": "x"}, {"position": 3, "file": "x"}}}},
	"DELETE /people/me/fingers":               {who: members},
	"POST /sessions/face-challenges":          {who: everybody, body: object{"device": "nothing"}},
	"POST /sessions/face":                     {who: everybody, body: object{"device": "nothing", "nonce": "x", "signature": "x", "frames": []object{{"at": 0, "jpeg": "eA=="}}}}, // the challenge is refused: 409
	"GET /people/me/face-devices":             {who: members},
	"POST /people/me/face-devices/challenges": {who: members},
	"POST /people/me/face-devices":            {who: members, body: object{"name": "x", "publicKey": "x", "nonce": "x", "signature": "x", "frames": []object{{"at": 0, "jpeg": "eA=="}}}},
	"DELETE /people/me/face-devices/{id}":     {who: none},
	"POST /people/me/fingers/verifications":   {who: members, body: object{"file": "x"}},

	"GET /procedures":                   {who: everybody},
	"GET /procedures/{id}":              {who: everybody},
	"GET /operators":                    {who: everybody, query: "?procedure=gas-contract"},
	"GET /cases":                        {who: signedIn},
	"POST /cases":                       {who: []string{"stranger", "agent", "customer-admin", "clerk", "key"}, body: object{"procedure": "gas-contract", "operator": "{operator}"}},
	"GET /cases/{id}":                   {who: parties},
	"GET /cases/{id}/officers":          {who: []string{"supervisor"}},
	"GET /cases/{id}/timeline":          {who: parties},
	"GET /cases/{id}/events":            {who: parties},
	"GET /cases/{id}/seals":             {who: parties, query: "?for=countersign"},
	"POST /cases/{id}/actions/{action}": {who: []string{"agent", "customer-admin", "clerk", "key"}, body: object{}},
	"PUT /cases/{id}/drafts/{section}":  {who: parties, body: object{"data": object{}}},
	"PUT /cases/{id}/materials/{name}":  {who: none, body: object{"files": []string{}}},
	"POST /cases/{id}/face-checks":      {who: parties},
	"POST /cases/{id}/confirmations":    {who: without(parties, "key", "link")},
	"POST /cases/{id}/links":            {who: customers, body: object{"role": "legal-rep", "purpose": "unlock-legal-rep-seal"}},

	"POST /files":             {who: signedIn, own: true},
	"HEAD /files/{id}":        {who: []string{"agent"}},
	"PATCH /files/{id}":       {who: []string{"agent"}},
	"DELETE /files/{id}":      {who: []string{"agent"}},
	"OPTIONS /files":          {who: everybody},
	"GET /files/{id}":         {who: parties},
	"GET /files/{id}/content": {who: []string{"agent", "customer-admin", "link"}}, // officers say why first: TestPicturesOfDocumentsAreMasked_PLT3

	"GET /e-documents":                   {who: signedIn, own: true},
	"GET /e-documents.csv":               {who: signedIn, own: true},
	"POST /e-documents":                  {who: none, body: object{"type": "NONE"}},
	"GET /e-documents/{id}":              {who: none},
	"GET /e-documents/{id}/file":         {who: none},
	"GET /departments":                   {who: without(signedIn, "link", "stranger")},
	"POST /departments":                  {who: []string{"customer-admin", "operator-admin"}, body: object{"name": ""}},
	"DELETE /departments/{id}":           {who: none},
	"PUT /departments/members/{person}":  {who: []string{"customer-admin"}, body: object{"departments": []string{}}},
	"GET /document-types":                {who: without(signedIn, "link", "stranger")},
	"GET /document-types/organisations":  {who: without(signedIn, "link", "stranger")},
	"PUT /document-types":                {who: []string{"customer-admin", "operator-admin"}, body: object{"items": []any{}}},
	"POST /document-types/preview":       {who: []string{"customer-admin", "operator-admin"}, body: object{"template": "no template"}},
	"GET /document-types/{id}/form":      {who: none},
	"POST /e-documents/sheets/proposal":  {who: none, body: object{"file": "none", "type": "NONE"}},
	"POST /e-documents/sheets/check":     {who: none, body: object{"file": "none", "type": "NONE"}},
	"POST /e-documents/batches":          {who: none, body: object{"file": "none", "type": "NONE"}},
	"POST /e-documents/approvals":        {who: none, body: object{"cases": []string{"none"}}},
	"POST /seals/{id}/bulk":              {who: none, body: object{"cases": []string{"none"}, "action": "seal"}},
	"POST /seals/{id}/bulk/approvals":    {who: none, body: object{"cases": []string{"none"}, "action": "seal"}},
	"GET /document-stores":               {who: []string{"operator-admin"}},
	"POST /document-stores":              {who: []string{"operator-admin"}, body: object{"name": "", "kind": "ftp", "address": "", "user": ""}},
	"PUT /document-stores/{name}":        {who: []string{"operator-admin"}, body: object{"kind": "ftp", "address": "", "user": ""}},
	"POST /document-stores/{name}/test":  {who: none},
	"POST /document-stores/host-key":     {who: []string{"operator-admin"}, body: object{"address": ""}},
	"GET /ftp-accounts":                  {who: []string{"operator-admin"}},
	"POST /ftp-accounts":                 {who: []string{"operator-admin"}, body: object{"name": "x", "department": "none"}},
	"PUT /ftp-accounts/{name}":           {who: none, body: object{"quota": 0, "keepDays": 30}},
	"POST /ftp-accounts/{name}/password": {who: none},
	"DELETE /ftp-accounts/{name}":        {who: none},
	"GET /ftp-accounts/{name}/waiting":   {who: none},
	"GET /schemas/edoc-manifest":         {who: everybody},
	"GET /schemas/edoc-waiting":          {who: everybody},
	"GET /batches":                       {who: signedIn, own: true},
	"GET /batches/{id}":                  {who: none},
	"GET /batches/{id}/rows":             {who: none},
	"GET /batches/{id}/result.xlsx":      {who: none},
	"GET /batches/{id}/events":           {who: none},
	"POST /batches/{id}/pause":           {who: none},
	"POST /batches/{id}/resume":          {who: none},
	"POST /batches/{id}/cancel":          {who: none},
	"POST /batches/{id}/retry":           {who: none},
	"GET /document-numbers":              {who: []string{"customer-admin", "supervisor", "operator-admin"}},
	"POST /batches/{id}/unlock":          {who: none, body: object{"password": "x"}},

	"GET /messages":              {who: []string{"operator-admin"}},
	"POST /messages/{id}/resend": {who: none},

	"GET /inbox":           {who: members},
	"GET /inbox/unread":    {who: members},
	"PUT /inbox/{id}/read": {who: none},
	"PUT /inbox/read-all":  {who: members},
	"GET /events":          {who: signedIn},

	"GET /settings/materials":                        {who: staff},
	"PUT /settings/materials":                        {who: desk, body: object{"items": []any{}}},
	"GET /settings/appliances":                       {who: staff},
	"PUT /settings/appliances":                       {who: desk, body: object{"items": []any{}}},
	"GET /settings/policy":                           {who: staff},
	"PUT /settings/policy":                           {who: heads, body: object{"faceAssurance": "officer", "precheck": false}},
	"GET /settings/templates":                        {who: staff},
	"PUT /settings/templates":                        {who: heads, body: object{"items": []any{}}},
	"POST /settings/templates/preview":               {who: heads, body: object{"useType": "commercial", "body": "no template"}},
	"GET /settings/phrases":                          {who: staff},
	"PUT /settings/phrases":                          {who: desk, body: object{"items": []any{}}},
	"GET /seals":                                     {who: signedIn},
	"POST /seals":                                    {who: customers, body: object{"org": "{customer}", "kind": "contract", "text": "样例"}},
	"POST /seals/preview":                            {who: members, body: object{"kind": "contract", "text": "样例"}},
	"GET /seals/{id}":                                {who: none},
	"GET /seals/{id}/picture.svg":                    {who: none},
	"GET /seals/{id}/log":                            {who: none},
	"GET /seals/{id}/log.csv":                        {who: none},
	"GET /seals/{id}/grants":                         {who: none},
	"GET /seals/{id}/holders":                        {who: none},
	"POST /seals/{id}/holders":                       {who: none, body: object{"person": "nothing", "password": password}},
	"PUT /seals/{id}/holders/me":                     {who: none, body: object{"password": password}},
	"DELETE /seals/{id}/holders/{person}":            {who: none},
	"PUT /seals/{id}/password":                       {who: none, body: object{"next": password}},
	"GET /seals/{id}/approvals":                      {who: none},
	"POST /seals/{id}/approvals":                     {who: none, body: object{"case": "nothing", "reason": "test"}},
	"POST /seals/{id}/approvals/{approval}/approve":  {who: none, body: object{}},
	"POST /seals/{id}/approvals/{approval}/refuse":   {who: none, body: object{"reason": "test"}},
	"POST /seals/{id}/approve":                       {who: none, body: object{"reason": "test"}},
	"POST /seals/{id}/refuse":                        {who: none, body: object{"reason": "test"}},
	"POST /seals/{id}/suspend":                       {who: none, body: object{"reason": "test"}},
	"POST /seals/{id}/resume":                        {who: none, body: object{"reason": "test"}},
	"POST /seals/{id}/revoke":                        {who: none, body: object{"reason": "test"}},
	"POST /seals/{id}/replace":                       {who: none, body: object{"reason": "test"}},
	"POST /seals/{id}/reissue":                       {who: none, body: object{"reason": "test"}},
	"POST /seals/{id}/renew":                         {who: none, body: object{"password": password}},
	"GET /documents":                                 {who: signedIn},
	"GET /documents.csv":                             {who: signedIn},
	"POST /documents/zip":                            {who: none, body: object{"ids": []string{"nothing"}}},
	"GET /documents/{id}":                            {who: none},
	"POST /archive/imports":                          {who: []string{"clerk", "supervisor", "key"}, body: object{"rows": []any{}}},
	"GET /documents/{id}/content":                    {who: none},
	"POST /verify":                                   {who: everybody, body: object{}},
	"GET /verify/{token}":                            {who: none},
	"GET /verify/{token}/statement":                  {who: none},
	"GET /verify/statement":                          {who: everybody},
	"GET /verify/trust-anchor":                       {who: everybody},
	"GET /verify/proof":                              {who: everybody, query: "?sha256=nothing"},
	"GET /evidence/checkpoints":                      {who: everybody},
	"GET /evidence/checkpoints/{size}":               {who: none}, // one that there is not
	"GET /evidence/consistency":                      {who: everybody},
	"GET /evidence/log-key":                          {who: everybody},
	"GET /evidence/checkpoint":                       {who: everybody},
	"GET /cases/{id}/evidence":                       {who: parties},
	"GET /cases/{id}/evidence/{seq}":                 {who: parties},
	"GET /seals/{id}/approvals/{approval}/documents": {who: none},

	"GET /catalogue/appliances": {who: signedIn, query: "?operator={operator}"},
}

// place fills the parameters of a path in.
func (b *bench) place(op string, id cinnabar.CaseID, file string) string {
	_, path, _ := strings.Cut(op, " ")
	first := strings.Split(path, "/")[1]
	thing := map[string]string{"cases": string(id), "files": file, "organisations": string(b.customer), "procedures": "gas-contract"}[first]
	if thing == "" {
		thing = "nothing_0000"
	}
	person := string(b.persons["legal-rep"])
	if strings.HasPrefix(op, "DELETE /organisations") {
		person = string(b.persons["stranger"])
	}
	fill := strings.NewReplacer("{id}", thing, "{person}", person, "{action}", "identify", "{section}", "identity", "{name}", "licence",
		"{token}", "nothing", "{kind}", "fingerprint", "{approval}", "nothing", "{device}", "nothing", "{seq}", "1", "{size}", "999999", "{key}", "nothing", "{webhook}", "nothing", "{delivery}", "nothing", "{operator}", string(b.operator))
	return fill.Replace(path + rights[op].query)
}

// Proves PLT-2.
func TestEveryEndpointForEverybody_PLT2(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	agent := b.as("agent")
	id := b.begin(agent)
	file := agent.sendFile(id, "licence.png", picture(t))
	open := func(name string) *browser {
		switch name {
		case "nobody":
			return b.browser()
		case "key":
			return b.program("clerk")
		case "link":
			b.clock.Advance(2e9)
			return b.link(id)
		}
		return b.as(name)
	}
	if err := b.app.Evidence.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	callers := map[string]*browser{}
	for _, name := range everybody {
		callers[name] = open(name)
	}
	for _, op := range b.operations(t) {
		r := rights[op]
		method, _, _ := strings.Cut(op, " ")
		for _, name := range everybody {
			w := callers[name]
			if r.fresh {
				w = open(name)
			}
			body := r.body
			if o, ok := body.(object); ok && o["operator"] != nil {
				body = object{"procedure": o["procedure"], "operator": b.operator}
			}
			if o, ok := body.(object); ok && o["org"] == "{customer}" {
				body = object{"org": b.customer, "kind": o["kind"], "text": o["text"]}
			}
			got := w.status(method, b.place(op, id, file), body)
			refused := got == 401 || got == 403 || got == 404
			if allowed := slices.Contains(r.who, name); refused == allowed {
				t.Errorf("%s by %s: status %d, allowed: %v", op, name, got, allowed)
			}
		}
	}
}

// operations are all that the description knows, and that the table has to know.
func (b *bench) operations(t *testing.T) []string {
	t.Helper()
	var out []string
	for path, item := range b.app.API().OpenAPI().Paths {
		path = strings.TrimPrefix(path, "/api/v1")
		for method, op := range map[string]*huma.Operation{
			http.MethodGet: item.Get, http.MethodPost: item.Post, http.MethodPut: item.Put, http.MethodPatch: item.Patch,
			http.MethodDelete: item.Delete, http.MethodHead: item.Head, http.MethodOptions: item.Options,
		} {
			name := method + " " + path
			if op == nil || (strings.HasPrefix(path, "/cases/{id}/actions/") && path != "/cases/{id}/actions/{action}") {
				continue // typed names of the one route
			}
			if _, known := rights[name]; !known {
				t.Errorf("%s has no row in the table of rights", name)
				continue
			}
			out = append(out, name)
		}
	}
	sort.Strings(out)
	for name := range rights {
		if !slices.Contains(out, name) {
			t.Errorf("%s stands in the table of rights and does not exist", name)
		}
	}
	return out
}
