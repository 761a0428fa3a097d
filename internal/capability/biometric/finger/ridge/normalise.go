package ridge

import "math"

// reach is half the side of the square over which brightness and contrast are evened out: about three ridges.
const reach = 16

// faintest is the contrast, in grey levels, below which a region is not amplified further: sensor noise.
const faintest = 4

// Normalise evens out brightness and contrast, so that what follows does not depend on the sensor's gain or
// on how hard the finger was pressed: zero mean, unit variance around every pixel
// (Hong, Wan, Jain 1998, section 2.2, made local).
func Normalise(grey []uint8, w, h int) *Plane {
	value, square := NewPlane(w, h), NewPlane(w, h)
	for i, g := range grey {
		v := float32(g)
		value.Pix[i], square.Pix[i] = v, v*v
	}
	mean, meanSquare := boxMean(value, reach), boxMean(square, reach)
	for i, m := range mean.Pix {
		spread := float32(math.Sqrt(float64(max(meanSquare.Pix[i]-m*m, faintest*faintest))))
		value.Pix[i] = min(max((value.Pix[i]-m)/spread, -3), 3)
	}
	return value
}
