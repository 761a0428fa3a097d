// Package challenge asks a person to move in a way nobody could know before, and judges from the frames
// whether a solid head did so: the steps in their order, one person throughout, without jumps, and with
// a depth that no flat picture has.
//
// Guaranteed: a still picture, however it is shifted, turned, scaled or tilted before the camera, does
// not pass; nor do frames without every step, in another order, of two people, from before the
// challenge, or after its end. Not guaranteed: that an injected or generated video, or a mask, fails.
// The method is not tested to ISO/IEC 30107-3.
//
//	c, err := challenge.New(rand.Reader, clock.Now(), time.Minute)
//	// the client shows c.Steps and sends six to twelve JPEG frames a second, unmirrored
//	result, err := judge.Evaluate(ctx, c, challenge.Answer{Nonce: …, Frames: …, Received: clock.Now()})
//
// The caller keeps the challenge, accepts one answer to each, and stores the result.
package challenge

import (
	"encoding/hex"
	"fmt"
	"io"
	"time"
)

// Step is one movement. Left and right are the person's own.
type Step string

// The movements.
const (
	TurnLeft   Step = "turn-left"
	TurnRight  Step = "turn-right"
	Nod        Step = "nod"
	ComeNearer Step = "come-nearer"
	Blink      Step = "blink" // close both eyes for a moment and open them again
)

// Challenge is what one person is asked to do once.
type Challenge struct {
	Nonce   string    `json:"nonce"` // 128 random bits in hexadecimal
	Steps   []Step    `json:"steps"`
	Issued  time.Time `json:"issued"`
	Expires time.Time `json:"expires"`
}

// Limits of a challenge's life: long enough to read and move, too short to prepare a film.
const (
	minLifetime = 15 * time.Second
	maxLifetime = 5 * time.Minute
)

// sequences are the orders that are asked for. Each holds both turns, which show depth best, and one
// other movement; none repeats a step.
func sequences() [][]Step {
	var all [][]Step
	for _, other := range []Step{Nod, ComeNearer, Blink} {
		for _, turns := range [][2]Step{{TurnLeft, TurnRight}, {TurnRight, TurnLeft}} {
			all = append(all,
				[]Step{other, turns[0], turns[1]},
				[]Step{turns[0], other, turns[1]},
				[]Step{turns[0], turns[1], other})
		}
	}
	return all
}

// New draws a challenge from random (crypto/rand.Reader) that lives from now for the given time.
func New(random io.Reader, now time.Time, lifetime time.Duration) (Challenge, error) {
	if lifetime < minLifetime || lifetime > maxLifetime {
		return Challenge{}, fmt.Errorf("challenge: a life of %v is not between %v and %v", lifetime, minLifetime, maxLifetime)
	}
	all := sequences()
	var raw [17]byte
	for {
		if _, err := io.ReadFull(random, raw[:]); err != nil {
			return Challenge{}, fmt.Errorf("challenge: draw: %w", err)
		}
		if fair := 256 / len(all) * len(all); int(raw[16]) < fair {
			break
		}
	}
	return Challenge{
		Nonce: hex.EncodeToString(raw[:16]), Steps: all[int(raw[16])%len(all)],
		Issued: now, Expires: now.Add(lifetime),
	}, nil
}

// Frame is one picture of the capture.
type Frame struct {
	Picture []byte        // JPEG, as the camera sees it (not mirrored)
	At      time.Duration // since the first frame, by the client's clock
}

// Answer is what the client sends.
type Answer struct {
	Nonce    string
	Frames   []Frame
	Received time.Time // by the server's clock
}

// Reason says why an answer failed; stable, for programs and translations.
type Reason string

// The reasons.
const (
	WrongNonce    Reason = "wrong_nonce"
	Expired       Reason = "expired"
	BadTiming     Reason = "bad_timing"     // frames too far apart, out of order, or longer than the challenge has lived
	FewFrames     Reason = "few_frames"     // fewer different frames than are needed
	ManyFrames    Reason = "many_frames"    // more than are looked at
	BadFrame      Reason = "bad_frame"      // a frame that is not a usable picture
	FaceLost      Reason = "face_lost"      // no face in too many frames
	ManyFaces     Reason = "many_faces"     // a second face appeared
	NotContinuous Reason = "not_continuous" // the face jumped
	OtherPerson   Reason = "other_person"   // not the same face throughout
	StillPicture  Reason = "still_picture"  // it moved, but like a flat picture
	StepMissing   Reason = "step_missing"   // Result.Step was not seen
	WrongStep     Reason = "wrong_step"     // another movement than Result.Step was made
	LowQuality    Reason = "low_quality"    // no frame is good enough to be compared
)
