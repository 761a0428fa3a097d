package pairing

import "math"

// motion leads from places on a to places on b: turned, shifted, and a little stretched.
type motion struct{ xx, xy, yx, yy, dx, dy float32 }

func (m motion) apply(x, y float32) (float32, float32) {
	return m.xx*x + m.xy*y + m.dx, m.yx*x + m.yy*y + m.dy
}

// inverse leads from b to a.
func (m motion) inverse() motion {
	det := m.xx*m.yy - m.xy*m.yx
	out := motion{xx: m.yy / det, xy: -m.xy / det, yx: -m.yx / det, yy: m.xx / det}
	out.dx, out.dy = -(out.xx*m.dx + out.xy*m.dy), -(out.yx*m.dx + out.yy*m.dy)
	return out
}

// turned is where each ridge direction of a, in degrees, points on b.
func (m motion) turned() (out [180]uint8) {
	for i := range out {
		sin, cos := math.Sincos(float64(i) * math.Pi / 180)
		x, y := float64(m.xx)*cos+float64(m.xy)*sin, float64(m.yx)*cos+float64(m.yy)*sin
		out[i] = uint8((int(math.Round(math.Atan2(y, x)*180/math.Pi)) + 360) % 180)
	}
	return out
}

// stiffness holds the stretch back, in squared pixels: it counts like four pairs sixty pixels off that are not
// stretched at all.
const stiffness = 4 * 60 * 60

// fit is the motion that brings the pairs together with the least squares: first turn and shift (Umeyama 1991,
// without scale), then what stretch explains of the rest.
func (p *pairing) fit() motion {
	var ax, ay, bx, by float32
	n := float32(len(p.links))
	for _, l := range p.links {
		a, b := &p.a.minutiae[l.a], &p.b.minutiae[l.b]
		ax, ay, bx, by = ax+a.X/n, ay+a.Y/n, bx+b.X/n, by+b.Y/n
	}
	cos, sin := p.rotation(ax, ay, bx, by)
	var rxx, rxy, ryx, ryy float32 // rest times place
	dxx, dxy, dyy := float32(stiffness), float32(0), float32(stiffness)
	for _, l := range p.links {
		a, b := &p.a.minutiae[l.a], &p.b.minutiae[l.b]
		x, y := cos*(a.X-ax)-sin*(a.Y-ay), sin*(a.X-ax)+cos*(a.Y-ay)
		rx, ry := b.X-bx-x, b.Y-by-y
		rxx, rxy, ryx, ryy = rxx+rx*x, rxy+rx*y, ryx+ry*x, ryy+ry*y
		dxx, dxy, dyy = dxx+x*x, dxy+x*y, dyy+y*y
	}
	det := dxx*dyy - dxy*dxy
	exx, exy := 1+(rxx*dyy-rxy*dxy)/det, (rxy*dxx-rxx*dxy)/det
	eyx, eyy := (ryx*dyy-ryy*dxy)/det, 1+(ryy*dxx-ryx*dxy)/det
	m := motion{xx: exx*cos + exy*sin, xy: exy*cos - exx*sin, yx: eyx*cos + eyy*sin, yy: eyy*cos - eyx*sin}
	m.dx, m.dy = bx-m.xx*ax-m.xy*ay, by-m.yx*ax-m.yy*ay
	return m
}

// rotation is the turn of the pairs about their middles. The directions of the minutiae count like points some
// way off, so that few pairs fix it too.
func (p *pairing) rotation(ax, ay, bx, by float32) (cos, sin float32) {
	const arm = 40 * 40
	dot, cross := arm*p.cos, arm*p.sin
	for _, l := range p.links {
		a, b := &p.a.minutiae[l.a], &p.b.minutiae[l.b]
		ux, uy, vx, vy := a.X-ax, a.Y-ay, b.X-bx, b.Y-by
		dot += ux*vx + uy*vy
		cross += ux*vy - uy*vx
	}
	length := float32(math.Hypot(float64(dot), float64(cross)))
	if length == 0 {
		return 1, 0
	}
	return dot / length, cross / length
}
