// Command film writes what browser tests need of a made person: a film for Chromium's fake camera and a
// portrait.
//
//	go run ./internal/capability/biometric/face/facetest/film -steps turn-left,nod,turn-right -film cam.y4m -portrait id.jpg
package main

import (
	"errors"
	"flag"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"os"
	"strings"

	"cinnabar/internal/capability/biometric/face/challenge"
	"cinnabar/internal/capability/biometric/face/facetest"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "film:", err)
		os.Exit(1)
	}
}

// run does what the arguments ask.
func run(args []string) error {
	flags := flag.NewFlagSet("film", flag.ContinueOnError)
	seed := flags.Uint64("seed", facetest.Resident, "which made person")
	order := flags.String("steps", "", "movements in their order, separated by commas")
	fps := flags.Int("fps", 8, "frames a second")
	film := flags.String("film", "", "file for the film (YUV4MPEG2)")
	portrait := flags.String("portrait", "", "file for a portrait (JPEG)")
	attack := flags.Bool("photo", false, "film a printed portrait that is moved instead of a head")
	if err := flags.Parse(args); err != nil {
		return err
	}
	steps, err := parse(*order)
	if err != nil {
		return err
	}
	if *fps < 1 || *fps > 30 {
		return fmt.Errorf("%d frames a second", *fps)
	}
	return errors.Join(
		write(*portrait, func(w io.Writer) error {
			return jpeg.Encode(w, facetest.Portrait(*seed), &jpeg.Options{Quality: 92})
		}),
		write(*film, func(w io.Writer) error { return facetest.WriteY4M(w, play(*seed, steps, *fps, *attack), *fps) }),
	)
}

func play(seed uint64, steps []challenge.Step, fps int, attack bool) []image.Image {
	if attack {
		return facetest.PerformWithPhoto(seed, steps, fps, 0)
	}
	return facetest.Perform(seed, steps, fps)
}

func parse(order string) ([]challenge.Step, error) {
	var steps []challenge.Step
	for word := range strings.SplitSeq(order, ",") {
		switch s := challenge.Step(strings.TrimSpace(word)); s {
		case "":
		case challenge.TurnLeft, challenge.TurnRight, challenge.Nod, challenge.ComeNearer, challenge.Blink:
			steps = append(steps, s)
		default:
			return nil, fmt.Errorf("no movement is called %q", s)
		}
	}
	return steps, nil
}

// write makes the file, or nothing when it has no name.
func write(name string, fill func(io.Writer) error) error {
	if name == "" {
		return nil
	}
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	return errors.Join(fill(f), f.Close())
}
