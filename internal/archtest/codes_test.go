package archtest

import (
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

// The texts of the screen, which app gives to batches, too.
const texts = "../../web/src/lib/i18n/"

// forPrograms are codes that nobody reads on a screen.
var forPrograms = map[string][]string{
	"mistakes of a client of the API": {
		"action-not-found", "cursor-malformed", "idempotency-key-missing", "invalid-request", "json-malformed", "json-only", "purpose", "version-missing",
	},
	"manifests of inbox folders, answered in a file": {"bad-name", "being-checked", "id-reused", "manifest-too-large", "no-manifest", "not-json"},
	"agents of devices": {"code-invalid", "device-unknown", "devices-only"},
	"OCSP, whose answers have statuses of their own":    {"ocsp-malformed", "ocsp-too-large"},
	"the commands of operators":                         {"checkpoint-newer", "log-rewritten", "no-dead-job", "no-failed-message"},
	"outside proofs of the log":                         {"checkpoint"},
	"signature fields, which the program places itself": {"pdf-already-signed", "pdf-field", "pdf-field-signed", "pdf-locked", "pdf-no-such-field"},
	"carriers of messages, tried again by a job": {
		"channel-not-set-up", "expired", "mail-deferred", "mail-refused", "mail-server", "no-address", "recipient-address", "sender-address",
		"sms-deferred", "sms-gateway", "sms-set-up",
	},
	"tries of a webhook, told by hooks.problem_*": {"address-refused", "certificate", "connection-cut", "timeout", "unreachable"},
}

// fieldsForPrograms are told nowhere on a screen, or by other texts.
var fieldsForPrograms = []string{
	"bad-name", "different", // manifests
	"formula-fault", "number-rounded", // cells, told by package sheet
}

// passedOn are places whose code is another's, by package and function.
var passedOn = []string{
	"internal/app: Learn",                           // face/challenge.Reason, told by components/faceReason.ts
	"internal/business/gascontract: portrait",       // face.Reason, held against the texts below
	"internal/business/edocument/inbox: ready",      // why filestore refused a file, answered in a file
	"internal/capability/biometric: Read",           // finger.Reason, held against the texts below
	"internal/capability/filestore/tushttp: fail",   // tus's own statuses, for its clients
	"internal/capability/form: report",              // form.Problem, held against the texts below
	"internal/capability/message/smshttp: classify", // the gateway's own word
}

func TestEveryCodeIsToldInBothLanguages_PLT20(t *testing.T) {
	t.Parallel()
	codes := ReadCodes(sources(t))
	for _, place := range codes.Untold {
		if !slices.Contains(passedOn, place) {
			t.Errorf("%s: which code this is cannot be told from the source", place)
		}
	}
	if len(codes.Errors) < 200 || len(codes.Fields) < 20 {
		t.Fatalf("only %d codes of errors and %d of fields were found", len(codes.Errors), len(codes.Fields))
	}
	for _, code := range slices.Concat(codes.Typed("internal/capability/form", "Problem"), codes.Typed("internal/capability/biometric/finger", "Reason")) {
		codes.Fields[code] = code != ""
	}
	for _, reason := range codes.Typed("internal/capability/biometric/face", "Reason") {
		codes.Fields["document_"+reason] = reason != ""
	}
	programs := slices.Concat(slices.Collect(maps.Values(forPrograms))...)
	for _, lang := range []string{"zh", "en"} {
		problems, faults := told(t, lang+"/problems.json"), told(t, lang+"/faults.json")
		for code, shown := range codes.Errors {
			if shown && (problems[code] == "") != slices.Contains(programs, code) {
				t.Errorf("%s/problems.json: %s has a text or is for programs, one of both", lang, code)
			}
		}
		for key := range problems {
			if _, ok := codes.Errors[strings.TrimSuffix(key, "-help")]; !ok {
				t.Errorf("%s/problems.json: nothing is refused with the code %s", lang, key)
			}
		}
		for code, used := range codes.Fields {
			if used && faults[code] == "" && !slices.Contains(fieldsForPrograms, code) {
				t.Errorf("%s/faults.json: no text for %s", lang, code)
			}
		}
	}
}

func TestCodesAreReadFromWhatTheSourceSays(t *testing.T) {
	t.Parallel()
	file, err := parse("made-up.go", []byte(`package p
const named = "of-a-constant"
func a() error { return errs.New(errs.Invalid, "literal", "") }
func b() error { return errs.New(errs.Invalid, named, "") }
func c(code string) error { return errs.New(errs.Invalid, code, "") }
func d() error { return c("of-an-argument") }
func e() (code string) { if true { return "of-a-result" }; code = "of-a-named-result"; return }
func f() error { code := e(); return errs.New(errs.Invalid, code, "") }
func g() error { return errs.New(errs.Internal, "internal", "") }
func h(e error) error { return errs.Wrong(errs.Field{Pointer: "/x", Code: "of-a-field"}, errs.Field{Code: errs.As(e).Code}) }
func i(m map[string]string) error { return errs.New(errs.Invalid, m["x"], "") }
func j(what string) error { return errs.New(errs.Invalid, "a-"+what, "") }
`))
	if err != nil {
		t.Fatal(err)
	}
	codes := ReadCodes(map[string][]Source{"p": {file}})
	got := slices.Sorted(maps.Keys(codes.Errors))
	if want := []string{"internal", "literal", "of-a-constant", "of-a-named-result", "of-a-result", "of-an-argument"}; !slices.Equal(got, want) {
		t.Errorf("%v, not %v", got, want)
	}
	if codes.Errors["internal"] || !codes.Errors["literal"] {
		t.Error("what is internal is not told from what is shown")
	}
	if !codes.Fields["of-a-field"] || len(codes.Fields) != 1 {
		t.Errorf("%v", codes.Fields)
	}
	if !slices.Equal(codes.Untold, []string{"p: i", "p: j"}) {
		t.Errorf("untold %v", codes.Untold)
	}
}

func sources(t *testing.T) map[string][]Source {
	t.Helper()
	packages, err := Load(".")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]Source{}
	for _, p := range packages {
		if all[p.Path], err = Parse(p); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

func told(t *testing.T, path string) (out map[string]string) {
	t.Helper()
	b, err := os.ReadFile(texts + path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &out); err != nil {
		t.Fatal(err)
	}
	return out
}
