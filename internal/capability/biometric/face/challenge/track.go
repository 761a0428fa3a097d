package challenge

import (
	"cmp"
	"math"
	"slices"
	"time"

	"cinnabar/internal/capability/biometric/face"
)

// sight is the face in one frame.
type sight struct {
	face.Quality
	frame int
	at    time.Duration
}

// track is the face through the capture, at least minFrames long.
type track []sight

// What counts as a movement, measured from how the head was held at first. Turning a head by 26 degrees
// moves the nose by about 0.3 eye distances, turning a flat print by 45 degrees by 0.05 (facetest).
const (
	turnBy   = 0.15 // nose across the face, eye distances
	nodBy    = 0.09 // nose along the face, face lengths
	growBy   = 1.22 // size
	backBy   = 0.5  // share of a movement that must be taken back before the next
	onItsWay = 0.2  // share of a movement by which a sight is away from both its ends
	strayBy  = 1.5  // so many times a movement's threshold is a movement that nobody asked for
	atFirst  = 3    // frames that show how the head is held at first
	flatTurn = 0.07 // below these two nothing moved but the picture as a whole
	flatNod  = 0.05
)

// A head that turns by some angle shortens the eye distance by the cosine and moves the nose by its depth
// times the tangent. Faces give a depth around 0.5 eye distances, a bent print up to 0.27, a flat one 0.05.
const (
	minDepth    = 0.33
	leastTurn   = 0.2  // tangent below which the angle is not known
	clearlySeen = 0.36 // tangent from which a depth can be judged: 20 degrees
	fewSights   = 3
)

// Limits of what a head does between two frames a quarter of a second apart.
const (
	pace       = 250 * time.Millisecond
	maxShift   = 1.6  // eye distances
	maxGrowth  = 1.35 // times
	maxTurning = 0.32 // nose across the face
	maxNodding = 0.25 // nose along the face
)

// middle of the face: between eyes and mouth.
func (s sight) middle() (x, y float64) {
	l := s.Landmarks
	return (l.LeftEye.X + l.RightEye.X + l.MouthLeft.X + l.MouthRight.X) / 4,
		(l.LeftEye.Y + l.RightEye.Y + l.MouthLeft.Y + l.MouthRight.Y) / 4
}

// size of the face; the larger of two lengths, as turning shortens one and nodding the other.
func (s sight) size() float64 { return max(s.EyeGap, 0.9*s.FaceLength) }

// jumps tells whether the face moved between two frames as no head does.
func (t track) jumps() Reason {
	for i := 1; i < len(t); i++ {
		a, b := t[i-1], t[i]
		slack := max(1, float64(b.at-a.at)/float64(pace))
		ax, ay := a.middle()
		bx, by := b.middle()
		growth := math.Abs(math.Log(b.size() / a.size()))
		if math.Hypot(bx-ax, by-ay) > slack*maxShift*max(a.size(), b.size()) ||
			growth > slack*math.Log(maxGrowth) ||
			math.Abs(b.Yaw-a.Yaw) > slack*maxTurning ||
			math.Abs(b.Pitch-a.Pitch) > slack*maxNodding {
			return NotContinuous
		}
	}
	return ""
}

// rest is how the head is held at first: the medians of the first frames. How far the eyes are open is the median of
// all, as they may be closed at first.
type rest struct {
	yaw, pitch, size, shape float64
	lids                    face.Lids
}

func (t track) rest() rest {
	first := t[:atFirst]
	return rest{
		yaw:   first.median(func(s sight) float64 { return s.Yaw }),
		pitch: first.median(func(s sight) float64 { return s.Pitch }),
		size:  first.median(sight.size),
		shape: first.median(func(s sight) float64 { return s.EyeGap / s.FaceLength }),
		lids: face.Lids{
			Left:  t.median(func(s sight) float64 { return s.Lids.Left }),
			Right: t.median(func(s sight) float64 { return s.Lids.Right }),
		},
	}
}

func (t track) median(of func(sight) float64) float64 {
	var values []float64
	for _, s := range t {
		values = append(values, of(s))
	}
	slices.Sort(values)
	return values[len(values)/2]
}

// reach is how much of a step a sight shows: 1 is enough.
func (r rest) reach(step Step, s sight) float64 {
	switch step {
	case TurnLeft: // the person's left is the picture's right
		return (s.Yaw - r.yaw) / turnBy
	case TurnRight:
		return (r.yaw - s.Yaw) / turnBy
	case Nod:
		return (s.Pitch - r.pitch) / nodBy
	case ComeNearer:
		return math.Log(s.size()/r.size) / math.Log(growBy)
	case Blink:
		return (1 - r.opening(s)) / closeBy
	}
	return 0
}

// follow looks for the steps one after the other and returns the sight at which each was strongest.
func (t track) follow(steps []Step) (peaks []int, waiting int, reason Reason) {
	r := t.rest()
	at := atFirst
	for n, step := range steps {
		see := t.move
		if step == Blink {
			see = t.blink
		}
		peak, over, reason := see(&r, step, at)
		if reason != "" {
			return nil, n, reason
		}
		peaks, at = append(peaks, peak), over
	}
	return peaks, 0, ""
}

// move looks for a movement of the head from a sight on: where it was strongest, and where it was over.
func (t track) move(r *rest, step Step, at int) (peak, over int, reason Reason) {
	if step == ComeNearer {
		r.size = t[at-1].size() // coming nearer before one is asked does not count
	}
	reached, reason := t.await(*r, step, at)
	if reason != "" {
		return 0, 0, reason
	}
	peak = t.top(*r, step, reached)
	over = peak + 1
	for step != ComeNearer && over < len(t) && r.reach(step, t[over]) > backBy {
		over++
	}
	if turn := step == TurnLeft || step == TurnRight; turn && t[reached:over].depth(*r) < minDepth {
		return 0, 0, StillPicture
	}
	if !t.gradual(*r, step, at, over, peak) {
		return 0, 0, NotContinuous
	}
	return peak, over, ""
}

// await returns the first sight from at that shows the step.
func (t track) await(r rest, step Step, at int) (int, Reason) {
	for ; at < len(t); at++ {
		if strayed(r, step, t[at]) {
			return 0, WrongStep
		}
		if r.reach(step, t[at]) >= 1 {
			return at, ""
		}
	}
	return 0, t.absence()
}

// strayed tells whether a movement other than the one waited for was made, by far.
func strayed(r rest, waiting Step, s sight) bool {
	for _, other := range []Step{TurnLeft, TurnRight} {
		if other != waiting && r.reach(other, s) > strayBy {
			return true
		}
	}
	return false
}

// gradual tells whether a movement between two sights was seen on its way to its peak or back. Pictures
// held up one after the other show only the ends.
func (t track) gradual(r rest, step Step, from, to, peak int) bool {
	top := r.reach(step, t[peak])
	for _, s := range t[from-1 : min(to+1, len(t))] {
		if v := r.reach(step, s); v > onItsWay*top && v < (1-onItsWay)*top {
			return true
		}
	}
	return false
}

// top follows a movement from where it was reached to its extreme.
func (t track) top(r rest, step Step, at int) int {
	for at+1 < len(t) && r.reach(step, t[at+1]) > r.reach(step, t[at]) {
		at++
	}
	return at
}

// depth is how far the nose stands out of the face as a sight shows it, in eye distances, and the
// tangent of the angle that the face seems to be turned by.
func (r rest) depth(s sight) (depth, tangent float64) {
	cosine := min(s.EyeGap/s.FaceLength/r.shape, 1)
	tangent = math.Sqrt(1-cosine*cosine) / cosine
	return math.Abs(s.Yaw-r.yaw) / max(tangent, leastTurn), tangent
}

// absence says why a step was not seen: because the face is flat, or because the step was not made.
func (t track) absence() Reason {
	m := t.measure()
	if m.YawRange < flatTurn && m.NodRange < flatNod {
		return StillPicture
	}
	r := t.rest()
	var turned track
	for _, s := range t {
		if _, tangent := r.depth(s); tangent >= clearlySeen {
			turned = append(turned, s)
		}
	}
	if len(turned) >= fewSights && turned.depth(r) < minDepth {
		return StillPicture
	}
	return StepMissing
}

// depth is the median of what the sights show, which must not be none. At an extreme alone it would be
// underrated: the landmark network does not follow far turns.
func (t track) depth(r rest) float64 {
	depths := make([]float64, len(t))
	for i, s := range t {
		depths[i], _ = r.depth(s)
	}
	slices.Sort(depths)
	return depths[len(depths)/2]
}

func (t track) measure() Measured {
	span := func(of func(sight) float64) float64 {
		low, high := math.Inf(1), math.Inf(-1)
		for _, s := range t {
			low, high = min(low, of(s)), max(high, of(s))
		}
		return high - low
	}
	m := Measured{Frames: len(t)}
	m.YawRange = span(func(s sight) float64 { return s.Yaw })
	m.NodRange = span(func(s sight) float64 { return s.Pitch })
	r := t.rest()
	for _, s := range t {
		m.Growth = max(m.Growth, s.size()/r.size)
	}
	if r.lids != (face.Lids{}) {
		m.LidsLow = 1
		for _, s := range t {
			m.LidsLow = min(m.LidsLow, r.opening(s))
		}
	}
	return m
}

const bestTried = 4 // frames that are tried as the best one

// frontal returns the sights that look most straight at the camera, large ones first among equals.
func (t track) frontal() []int {
	r := t.rest()
	order := make([]int, len(t))
	for i := range order {
		order[i] = i
	}
	away := func(i int) float64 {
		return math.Abs(t[i].Yaw) + math.Abs(t[i].Pitch-r.pitch) - 0.05*math.Log(t[i].size())
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(away(a), away(b)) })
	return order[:min(bestTried, len(order))]
}

// witnesses are the sights that are compared with the best one: first, last, each step's peak, and the
// one halfway to it.
func (t track) witnesses(peaks []int) []int {
	chosen := []int{0, len(t) - 1}
	before := 0
	for _, p := range peaks {
		chosen = append(chosen, p, (before+p)/2)
		before = p
	}
	slices.Sort(chosen)
	return slices.Compact(chosen)
}
