package facetest

import (
	"image"
	"math"

	"cinnabar/internal/capability/biometric/face/challenge"
)

// seconds that a performance spends on each part.
const (
	restFor = 1.0
	stepFor = 1.8
)

// Perform films the person of a seed doing the steps in turn: at rest for a second, each step for 1.8
// seconds there and back, at rest again. fps is frames a second.
func Perform(seed uint64, steps []challenge.Step, fps int) []image.Image {
	who := newPerson(seed)
	return film(steps, fps, func(p Pose) image.Image { return who.draw(p) })
}

// film draws the poses of a performance.
func film(steps []challenge.Step, fps int, draw func(Pose) image.Image) []image.Image {
	var frames []image.Image
	length := 2*restFor + stepFor*float64(len(steps))
	for i := range int(length * float64(fps)) {
		frames = append(frames, draw(poseAt(steps, float64(i)/float64(fps))))
	}
	return frames
}

// poseAt is how the head is held at a time. A person is never quite still.
func poseAt(steps []challenge.Step, t float64) Pose {
	p := Pose{
		Yaw: 0.8 * math.Sin(1.7*t), Pitch: 0.6 * math.Sin(2.3*t), Roll: 0.9 * math.Sin(1.1*t),
		X: 0.015 * math.Sin(1.3*t), Y: 0.01 * math.Sin(1.9*t), Near: 1,
	}
	for i, step := range steps {
		since := t - restFor - stepFor*float64(i)
		if since < 0 {
			break
		}
		there := math.Sin(math.Pi * min(since/stepFor, 1)) // 0, 1, 0
		switch step {
		case challenge.TurnLeft:
			p.Yaw += 26 * there
		case challenge.TurnRight:
			p.Yaw -= 26 * there
		case challenge.Nod:
			p.Pitch += 15 * there
		case challenge.ComeNearer:
			p.Near += 0.38 * ramp(since, 0, stepFor)
		case challenge.Blink:
			p.Lid = ramp(since, 0.3, 0.55) * (1 - ramp(since, 1.3, 1.55))
		}
	}
	return p
}
