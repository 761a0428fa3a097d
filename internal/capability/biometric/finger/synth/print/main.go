// Command print writes scans of made fingers for browser tests: FOLDER/FINGER-PRESS.png for each finger and press
// asked for, both being seeds.
//
//	go run ./internal/capability/biometric/finger/synth/print -folder /tmp 1-1 1-2 2-1
package main

import (
	"errors"
	"flag"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"

	"cinnabar/internal/capability/biometric/finger/synth"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "print:", err)
		os.Exit(1)
	}
}

// run does what the arguments ask.
func run(args []string) error {
	flags := flag.NewFlagSet("print", flag.ContinueOnError)
	folder := flags.String("folder", ".", "where the scans are written")
	if err := flags.Parse(args); err != nil {
		return err
	}
	for _, name := range flags.Args() {
		var finger, press uint64
		if _, err := fmt.Sscanf(name, "%d-%d", &finger, &press); err != nil {
			return fmt.Errorf("%q is not FINGER-PRESS: %w", name, err)
		}
		if err := write(filepath.Join(*folder, name+".png"), finger, press); err != nil {
			return err
		}
	}
	return nil
}

func write(path string, finger, press uint64) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	scan := &image.Gray{
		Pix: synth.New(finger).Press(synth.Casual(press)).Grey, Stride: synth.Width, Rect: image.Rect(0, 0, synth.Width, synth.Height),
	}
	return errors.Join(png.Encode(f, scan), f.Close())
}
