package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// goModules are the modules that the binary links, on the platform most servers have, and Go itself.
func goModules() ([]part, error) {
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command("go", "list", "-deps", "-f", "{{with .Module}}{{if .Version}}{{.Path}} {{.Version}} {{.Dir}}{{end}}{{end}}", "./cmd/cinnabar")
	cmd.Dir, cmd.Stderr = top, os.Stderr
	cmd.Env = append(os.Environ(), "GOOS=linux", "GOARCH=amd64", "CGO_ENABLED=0")
	text, err := cmd.Output()
	if err != nil {
		return nil, err
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	slices.Sort(lines)
	parts := []part{{name: "Go standard library", licence: "BSD-3-Clause", texts: licenceFiles(strings.TrimSpace(string(root)))}}
	for _, line := range slices.Compact(lines) {
		field := strings.Fields(line)
		if len(field) != 3 {
			continue // packages of the standard library and of the project
		}
		p := part{name: field[0], version: field[1], texts: licenceFiles(field[2])}
		if p.licence = tell(p.texts); p.licence == "" {
			return nil, fmt.Errorf("no known licence in %s", field[2])
		}
		parts = append(parts, p)
	}
	return parts, nil
}

// named are licences that a package states elsewhere than in its package.json.
var named = map[string]string{
	"combine-errors": "MIT", // its README, at the end
}

// npmPackages are the packages the web UI may bundle: those of the lock file that are not for development only.
func npmPackages() ([]part, error) {
	raw, err := os.ReadFile(top + "/web/package-lock.json")
	if err != nil {
		return nil, err
	}
	var lock struct {
		Packages map[string]struct {
			Version, License string
			Dev, Optional    bool
		}
	}
	if err := json.Unmarshal(raw, &lock); err != nil {
		return nil, err
	}
	var parts []part
	for dir, p := range lock.Packages {
		if dir == "" || p.Dev || p.Optional || strings.Contains(dir, "node_modules/@types/") {
			continue
		}
		_, name, _ := cutLast(dir, "node_modules/")
		one := part{name: name, version: p.Version, licence: p.License, texts: licenceFiles(filepath.Join(top, "web", dir))}
		if one.licence == "" {
			one.licence = named[name]
		}
		if one.licence == "" {
			return nil, fmt.Errorf("%s states no licence", dir)
		}
		parts = append(parts, one)
	}
	slices.SortFunc(parts, func(a, b part) int { return strings.Compare(a.name+" "+a.version, b.name+" "+b.version) })
	return slices.CompactFunc(parts, func(a, b part) bool { return a.name == b.name && a.version == b.version }), nil
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

// embedded are the fonts and models. Each file of sources.txt must be described in embedded.txt.
func embedded() ([]part, error) {
	sources, err := fields(top+"/internal/asset/sources.txt", " ")
	if err != nil {
		return nil, err
	}
	described, err := fields("licences/embedded.txt", " | ")
	if err != nil {
		return nil, err
	}
	var parts []part
	for _, s := range sources {
		i := slices.IndexFunc(described, func(d []string) bool { return d[0] == s[0] })
		if i < 0 || len(described[i]) != 4 {
			return nil, errors.New(s[0] + " is not described in tools/licences/embedded.txt")
		}
		d := described[i]
		p := part{name: s[0], version: s[2], licence: d[1], note: d[3]}
		if d[2] != "-" {
			text, err := os.ReadFile("licences/texts/" + d[2])
			if err != nil {
				return nil, err
			}
			p.texts = []string{string(text)}
		}
		parts = append(parts, p)
	}
	return parts, nil
}

// fields reads lines of fields; # begins a comment.
func fields(file, sep string) ([][]string, error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var all [][]string
	for line := range strings.Lines(string(raw)) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			all = append(all, strings.Split(line, sep))
		}
	}
	return all, nil
}

var licenceFile = regexp.MustCompile(`(?i)^(licen[cs]e|copying|notice|patents)([-.].*)?$`)

// licenceFiles are the texts in a package's top folder, in the order of their names.
func licenceFiles(dir string) []string {
	entries, _ := os.ReadDir(dir) // no folder, no texts: the caller then has no licence to tell
	var all []string
	for _, e := range entries {
		if e.IsDir() || !licenceFile.MatchString(e.Name()) || strings.Contains(e.Name(), "LOGO") {
			continue
		}
		if text, err := os.ReadFile(filepath.Join(dir, e.Name())); err == nil && len(bytes.TrimSpace(text)) > 0 {
			all = append(all, string(text))
		}
	}
	return all
}

// marks tell a licence by words that only it has; the first that fits wins.
var marks = []struct{ licence, words string }{
	{"Apache-2.0", "Apache License Version 2.0"},
	{"MPL-2.0", "Mozilla Public License Version 2.0"},
	{"BSD-3-Clause", "Neither the name"},
	{"BSD-3-Clause", "may not be used to endorse or promote products"},
	{"BSD-2-Clause", "Redistributions of source code must retain"},
	{"ISC", "Permission to use, copy, modify, and/or distribute this software"},
	{"MIT", "Permission is hereby granted, free of charge"},
	{"Unlicense", "This is free and unencumbered software"},
	{"CC0-1.0", "CC0 1.0 Universal"},
}

// tell names the licences of the texts, or "".
func tell(texts []string) string {
	var found []string
	for _, t := range texts {
		t = strings.Join(strings.Fields(strings.ReplaceAll(t, ",", "")), " ")
		for _, m := range marks {
			if strings.Contains(t, strings.ReplaceAll(m.words, ",", "")) {
				found = append(found, m.licence)
				break
			}
		}
	}
	slices.Sort(found)
	return strings.Join(slices.Compact(found), " and ")
}
