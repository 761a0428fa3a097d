package facetest

import "math"

// vec is a point or direction: x to the picture's right, y downwards, z towards the camera. The unit is
// half the height of a head.
type vec struct{ x, y, z float64 }

func (a vec) add(b vec) vec           { return vec{a.x + b.x, a.y + b.y, a.z + b.z} }
func (a vec) sub(b vec) vec           { return vec{a.x - b.x, a.y - b.y, a.z - b.z} }
func (a vec) times(s float64) vec     { return vec{s * a.x, s * a.y, s * a.z} }
func (a vec) dot(b vec) float64       { return a.x*b.x + a.y*b.y + a.z*b.z }
func (a vec) unit() vec               { return a.times(1 / math.Sqrt(a.dot(a)+1e-12)) }
func mix(a, b vec, share float64) vec { return a.times(1 - share).add(b.times(share)) }

// turn is a rotation matrix by rows.
type turn [3]vec

// turned makes the rotation of a head by yaw (to the picture's right), pitch (chin down) and roll
// (clockwise), in radians.
func turned(yaw, pitch, roll float64) turn {
	sy, cy := math.Sincos(yaw)
	sp, cp := math.Sincos(pitch)
	sr, cr := math.Sincos(roll)
	about := turn{{cy, 0, sy}, {0, 1, 0}, {-sy, 0, cy}}
	nod := turn{{1, 0, 0}, {0, cp, sp}, {0, -sp, cp}}
	tilt := turn{{cr, -sr, 0}, {sr, cr, 0}, {0, 0, 1}}
	return about.after(nod).after(tilt)
}

func (t turn) apply(p vec) vec { return vec{t[0].dot(p), t[1].dot(p), t[2].dot(p)} }

// after composes: first u, then t.
func (t turn) after(u turn) turn {
	c := u.back()
	return turn{{t[0].dot(c[0]), t[0].dot(c[1]), t[0].dot(c[2])}, {t[1].dot(c[0]), t[1].dot(c[1]), t[1].dot(c[2])}, {t[2].dot(c[0]), t[2].dot(c[1]), t[2].dot(c[2])}}
}

// back is the inverse rotation.
func (t turn) back() turn {
	return turn{{t[0].x, t[1].x, t[2].x}, {t[0].y, t[1].y, t[2].y}, {t[0].z, t[1].z, t[2].z}}
}

// bell is 1 at zero and falls off like a normal density.
func bell(x, width float64) float64 { return math.Exp(-x * x / (width * width)) }

// ramp rises smoothly from 0 at from to 1 at to.
func ramp(x, from, to float64) float64 {
	t := min(max((x-from)/(to-from), 0), 1)
	return t * t * (3 - 2*t)
}
