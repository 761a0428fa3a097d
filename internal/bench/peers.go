package bench

import (
	"bufio"
	"context"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// perProcess is the processor time of a program that is started n times.
func perProcess(ctx context.Context, n int, folder string, args ...string) (time.Duration, error) {
	began := cpu(syscall.RUSAGE_CHILDREN)
	for range n {
		if err := run(ctx, folder, args...); err != nil {
			return 0, err
		}
	}
	return (cpu(syscall.RUSAGE_CHILDREN) - began) / time.Duration(n), nil
}

const pdfsigRuns = 10

// pdfsig measures poppler's tool, start of its process included: as its users get it.
func pdfsig(ctx context.Context, r *Report, folder string, root *x509.Certificate) {
	if _, err := exec.LookPath("pdfsig"); err != nil {
		r.absent("pdfsig", err)
		return
	}
	nss, err := nssDatabase(ctx, folder, root)
	if err != nil {
		r.absent("pdfsig", err)
		return
	}
	took, err := perProcess(ctx, pdfsigRuns, folder, "pdfsig", "-nssdir", nss, "signed.pdf")
	if err != nil {
		r.absent("pdfsig, verify", err)
	} else {
		r.add(Figure{What: "pdfsig, verifies the same 4 signatures (one process)", Value: milliseconds(took), Unit: "ms CPU", Peer: true})
	}
	empty, err := perProcess(ctx, pdfsigRuns, folder, "pdfsig", "-v")
	if err == nil {
		r.add(Figure{What: "pdfsig, does nothing (start of the process)", Value: milliseconds(empty), Unit: "ms CPU", Peer: true})
	}
	took, err = perProcess(ctx, pdfsigRuns, folder, "pdfsig", "-nssdir", nss, "-nss-pwd", "", "-add-signature", "-nick", "signer", "plain.pdf", "by-pdfsig.pdf")
	if err != nil {
		r.absent("pdfsig, sign", err)
		return
	}
	r.add(Figure{What: "pdfsig, signs without time-stamp (one process)", Value: milliseconds(took), Unit: "ms CPU", Peer: true})
}

// nssDatabase makes a database with the root trusted and a self-signed key to sign with.
func nssDatabase(ctx context.Context, folder string, root *x509.Certificate) (string, error) {
	nss, noise := filepath.Join(folder, "nss"), filepath.Join(folder, "noise")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: root.Raw})
	err := errors.Join(os.MkdirAll(nss, 0o700), os.WriteFile(filepath.Join(folder, "root.pem"), text, 0o600),
		os.WriteFile(noise, []byte(strings.Repeat("0123456789abcdef", 8)), 0o600))
	if err != nil {
		return "", err
	}
	for _, args := range [][]string{
		{"-N", "--empty-password"},
		{"-A", "-n", "root", "-t", "CT,C,C", "-i", filepath.Join(folder, "root.pem")},
		{"-S", "-n", "signer", "-s", "CN=Signer", "-x", "-t", "CT,C,C", "-z", noise, "-k", "rsa", "-g", "2048"},
	} {
		if err := run(ctx, folder, append([]string{"certutil", "-d", "sql:" + nss}, args...)...); err != nil {
			return "", err
		}
	}
	return nss, nil
}

// npmPeers has one of the scripts in scripts/bench-peers measure what it pins, in a folder. The scripts measure
// themselves after warming up, so that Node's start does not count.
func npmPeers(ctx context.Context, o Options, r *Report, folder, unit, script string, args ...string) {
	const names = "@signpdf/signpdf, @libpdf/core"
	if o.Peers == "" {
		r.absent(names, errors.New("scripts/bench-peers is not beside the program; name it with --peers"))
		return
	}
	if err := installPeers(ctx, o.Peers, folder); err != nil {
		r.absent(names, err)
		return
	}
	cmd := exec.CommandContext(ctx, "node", append([]string{script}, args...)...)
	cmd.Dir = folder
	out, err := cmd.Output()
	if err != nil {
		r.absent(names, err)
		return
	}
	lines := bufio.NewScanner(strings.NewReader(string(out)))
	for lines.Scan() {
		var l struct {
			What, Error string
			Value       float64
		}
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			continue
		}
		if l.Error != "" {
			r.absent(l.What, errors.New(l.Error))
			continue
		}
		r.add(Figure{What: l.What, Value: l.Value, Unit: unit, Peer: true})
	}
}

// installPeers copies the scripts and lets npm install what they pin.
func installPeers(ctx context.Context, from, to string) error {
	for _, name := range []string{"package.json", "identity.mjs", "sign.mjs", "batch.mjs"} {
		text, err := os.ReadFile(filepath.Join(from, name))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(to, name), text, 0o600); err != nil {
			return err
		}
	}
	return run(ctx, to, "npm", "install", "--silent", "--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock")
}
