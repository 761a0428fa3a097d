package challenge

import (
	"math"
	"time"

	"cinnabar/internal/capability/biometric/face"
)

// What counts as closing the eyes. The mesh draws closed lids a little apart: they leave 0.4 to 0.66 of the person's own
// opening, eyes that look down or laugh 0.75 and more (AT&T pictures; made heads 0.45 to 0.66).
const (
	closeBy   = 0.3 // share of the opening that goes
	minClosed = 2   // sights in a row that show it; one alone may be a slip of the network
	maxClosed = 4 * time.Second
)

// opening is how far the eyes are open in a sight, by the wider one, as a share of what is usual for each. It is 1 where
// that was not measured, and while the head turns or nods: lids seen from aside look lower than they are.
func (r rest) opening(s sight) float64 {
	if s.Lids == (face.Lids{}) || r.lids.Left <= 0 || r.lids.Right <= 0 ||
		math.Abs(s.Yaw-r.yaw) > turnBy || math.Abs(s.Pitch-r.pitch) > nodBy {
		return 1
	}
	return max(s.Lids.Left/r.lids.Left, s.Lids.Right/r.lids.Right)
}

// blink looks for open eyes, both closed, and open again.
func (t track) blink(r *rest, step Step, at int) (peak, over int, reason Reason) {
	for open := false; at < len(t); at++ {
		reach := r.reach(step, t[at])
		switch {
		case strayed(*r, step, t[at]):
			return 0, 0, WrongStep
		case reach < backBy:
			open = true
		case open && reach >= 1:
			if peak, over, ok := t.closed(*r, at); ok {
				return peak, over, ""
			}
			open = false // what is too long does not become right by its end
		}
	}
	return 0, 0, t.absence()
}

// closed follows eyes that close at a sight until they open again: it tells where they were most closed, and whether they
// were so for long enough and not too long.
func (t track) closed(r rest, at int) (peak, over int, ok bool) {
	peak, over = at, at
	n := 0
	for ; over < len(t) && r.reach(Blink, t[over]) >= backBy; over++ {
		if r.reach(Blink, t[over]) >= 1 {
			n++
		}
		if r.reach(Blink, t[over]) > r.reach(Blink, t[peak]) {
			peak = over
		}
	}
	return peak, over, n >= minClosed && over < len(t) && t[over].at-t[at].at <= maxClosed
}
