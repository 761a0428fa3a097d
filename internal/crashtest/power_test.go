package crashtest_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"cinnabar/internal/crashtest/lossfs"
)

// With its power cut at any instant, on a disk that forgets what was not synced, the program loses nothing
// that it acknowledged: database, files, keys and checkpoints.
// Proves PLT-6.
func TestPowerCutAtAnyInstant_PLT6(t *testing.T) {
	t.Parallel()
	n := rounds(t, "CINNABAR_CUTS", 100, 4)
	for first := 0; first < n; first += perFolder {
		t.Run(fmt.Sprintf("from round %d", first), func(t *testing.T) {
			t.Parallel()
			p := newParent(t, uint64(time.Now().UnixNano()))
			image := lossfs.Blank()
			for range min(perFolder, n-first) {
				p.rounds++
				image = p.cut(image)
			}
			p.powered(image, func(_ *lossfs.FS, data string) { p.drain(data) })
			p.sum()
		})
	}
}

// cut runs the program on a disk for a while and cuts the power. What is acknowledged after that instant had
// reached the disk before.
func (p *parent) cut(image *lossfs.Image) *lossfs.Image {
	p.t.Helper()
	return p.powered(image, func(disk *lossfs.FS, data string) {
		c := p.start(data, false)
		p.live(c)
		p.dark.Store(true)
		disk.Off()
		p.kill(c)
		p.dark.Store(false)
	})
}

// powered mounts the disk, does f on it, and returns what a power cut leaves.
func (p *parent) powered(image *lossfs.Image, f func(disk *lossfs.FS, data string)) *lossfs.Image {
	p.t.Helper()
	folder := p.t.TempDir()
	disk, err := lossfs.Mount(folder, image)
	if errors.Is(err, lossfs.ErrCannotMount) {
		p.t.Skip(err)
	}
	if err != nil {
		p.t.Fatal(err)
	}
	f(disk, folder)
	left, err := disk.Cut(p.random)
	if err != nil {
		p.t.Fatal(err)
	}
	return left
}
