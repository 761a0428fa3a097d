package agent

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"cinnabar/internal/capability/device/protocol"
)

// FileReader is a stand-in that plays pictures from a folder, one after the other. Pictures named POSITION or
// POSITION_*, e.g. 2_1.png, are for that finger; a finger without its own gets any. The file "mood" in the folder, read at each capture,
// makes it misbehave:
//
//	dirty      a picture without ridges, as of a smeared glass
//	timeout    nobody puts a finger down
//	unplugged  the reader is gone
type FileReader struct {
	folder string
	lock   sync.Mutex
	played map[int]int // pictures given, by position
}

// NewFileReader opens a folder.
func NewFileReader(folder string) (*FileReader, error) {
	if info, err := os.Stat(folder); err != nil || !info.IsDir() {
		return nil, fmt.Errorf("reader files:%s: not a folder", folder)
	}
	return &FileReader{folder: folder, played: make(map[int]int)}, nil
}

// Info describes the stand-in.
func (r *FileReader) Info() protocol.Reader {
	return protocol.Reader{ID: "files", Name: "stand-in that plays pictures", Kind: "files"}
}

// Capture gives the next picture of the folder.
func (r *FileReader) Capture(ctx context.Context, position int) (Picture, error) {
	mood, err := os.ReadFile(filepath.Join(r.folder, "mood"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return Picture{}, err
	}
	switch strings.TrimSpace(string(mood)) {
	case "timeout":
		<-ctx.Done()
		return Picture{}, ErrTimeout
	case "unplugged":
		return Picture{}, ErrUnplugged
	case "dirty":
		return smear()
	}
	name, err := r.next(position)
	if err != nil {
		return Picture{}, err
	}
	picture, err := os.ReadFile(filepath.Join(r.folder, name))
	return Picture{Bytes: picture}, err
}

// next is the picture whose turn it is.
func (r *FileReader) next(position int) (string, error) {
	entries, err := os.ReadDir(r.folder)
	if err != nil {
		return "", ErrUnplugged
	}
	var of, others []string
	for _, e := range entries {
		if !slices.Contains([]string{".png", ".tif", ".tiff", ".bmp"}, strings.ToLower(filepath.Ext(e.Name()))) {
			continue
		}
		others = append(others, e.Name())
		stem := strings.TrimSuffix(e.Name(), filepath.Ext(e.Name()))
		if finger, _, _ := strings.Cut(stem, "_"); finger == strconv.Itoa(position) {
			of = append(of, e.Name())
		}
	}
	if len(of) == 0 {
		of = others
	}
	if len(of) == 0 {
		return "", fmt.Errorf("reader files:%s: no pictures", r.folder)
	}
	r.lock.Lock()
	defer r.lock.Unlock()
	n := r.played[position]
	r.played[position]++
	return of[n%len(of)], nil
}

// smear is what a dirty glass shows: grey clouds, no ridges.
func smear() (Picture, error) {
	const side = 320
	img := image.NewGray(image.Rect(0, 0, side, side))
	for y := range side {
		for x := range side {
			img.SetGray(x, y, color.Gray{Y: uint8(150 + 30*math.Sin(float64(x)/60) + 25*math.Cos(float64(y)/75))})
		}
	}
	var b bytes.Buffer
	err := png.Encode(&b, img)
	return Picture{Bytes: b.Bytes(), DPI: 500}, err
}
