package facetest

import "math"

// paint is the colour of a place of the skin before light falls on it; lid is how far the eyes are
// closed, 0…1. glow tells how little the place is shaded (eyes).
func (p *person) paint(q vec, lid float64) (colour vec, glow float64) {
	c := p.skin.times(1 + 0.035*p.noise(q, 14) + 0.03*p.noise(q, 45))
	if q.z < 0.05 {
		return c, 0
	}
	side := math.Abs(q.x)
	tip := p.eyeY + p.noseLong
	mouth := tip + p.mouthY
	c = mix(c, vec{205, 110, 100}, 0.22*bell(side-0.40, 0.18)*bell(q.y-0.26, 0.15))
	c = mix(c, p.hair, p.beard*0.6*ramp(q.y, mouth-0.2, mouth+0.05)*(1-0.9*bell(q.x, 0.2)*bell(q.y-mouth, 0.1))*(0.8+0.4*p.noise(q, 60)))
	c = c.times(1 - 0.5*bell(side-p.noseWide*0.55, 0.035)*bell(q.y-tip-0.055, 0.022)) // nostrils
	c = c.times(1 - 0.16*bell(side-p.eyeGap+0.02, 0.14)*bell(q.y-p.eyeY-0.11, 0.04))  // under the eyes
	c = p.paintBrow(c, q, side)
	c = p.paintMouth(c, q, mouth)
	return p.paintEye(c, q, side, lid)
}

func (p *person) paintBrow(c, q vec, side float64) vec {
	d := side - p.eyeGap + 0.01
	line := p.eyeY - p.browY + p.browSlant*d*0.5 + 1.1*d*d
	strength := bell(q.y-line, p.browThick) * (1 - ramp(math.Abs(d), 0.15, 0.2))
	return mix(c, p.hair, min(1, 1.15*strength)*(0.85+0.15*p.noise(q, 70)))
}

func (p *person) paintMouth(c, q vec, mouth float64) vec {
	x := q.x / p.mouthWide
	if math.Abs(x) > 1.1 {
		return c
	}
	arc := 1 - x*x
	line := mouth + 0.012*x*x
	upper := p.lips * arc * (0.85 + 0.25*bell(math.Abs(x)-0.25, 0.2))
	lower := p.lips * 1.25 * arc
	if q.y > line-upper && q.y < line+lower {
		c = mix(c, p.lip, 0.85)
	}
	return mix(c, vec{70, 28, 28}, 0.85*bell(q.y-line, 0.013)*ramp(1.1-math.Abs(x), 0, 0.2))
}

func (p *person) paintEye(c, q vec, side, lid float64) (vec, float64) {
	dx := side - p.eyeGap
	x := dx / p.eyeWide
	if math.Abs(x) > 1.25 || math.Abs(q.y-p.eyeY) > 0.2 {
		return c, 0
	}
	y := q.y - p.eyeY + p.eyeSlant*dx
	arc := max(0, 1-x*x)
	up, down := -p.eyeTall*math.Sqrt(arc)*1.15, p.eyeTall*arc*0.8
	up += (down - up) * lid
	c = mix(c, p.skin.times(0.62), 0.7*bell(y-up+0.045, 0.016)*ramp(arc, 0, 0.5)) // crease
	glow := 0.0
	if y > up && y < down && arc > 0 {
		glow = 0.75
		c = vec{232, 226, 222}
		r := math.Hypot(dx, y-0.004)
		iris := p.eyeTall*0.75 + 0.02
		c = mix(c, p.iris, 1-ramp(r, iris-0.012, iris+0.006))
		c = mix(c, vec{8, 6, 6}, 1-ramp(r, iris*0.42, iris*0.5))
		c = c.times(1 - 0.45*bell(y-up, 0.022)) // shadow of the lid
		c = mix(c, vec{255, 255, 255}, 0.95*bell(math.Hypot(q.x-math.Copysign(p.eyeGap, q.x)+0.02, y+0.02), 0.012))
	}
	lash := bell(y-up, 0.014)*ramp(1.2-math.Abs(x), 0, 0.25) + 0.4*bell(y-down, 0.008)*ramp(1.05-math.Abs(x), 0, 0.25)
	return mix(c, vec{22, 16, 14}, min(1, 0.95*lash)), glow * (1 - min(1, lash))
}
