package facetest

import (
	"image"
	"image/color"
	"math"

	"cinnabar/internal/capability/biometric/face/challenge"
)

// PerformWithPhoto films an attack: somebody holds a printed portrait of a seed to the camera and moves
// it as the steps ask, tilting it by up to 45 degrees; to close its eyes it is tilted away until they look narrow. bend is how strongly the print is bent about its
// upright axis: 0 flat, 1 as round as a head.
func PerformWithPhoto(seed uint64, steps []challenge.Step, fps int, bend float64) []image.Image {
	print := newPerson(seed).draw(Pose{})
	return film(steps, fps, func(p Pose) image.Image {
		p.Yaw, p.Pitch = p.Yaw*45/26, p.Pitch*2+50*p.Lid
		return photo(print, p, bend)
	})
}

// photo shows a print in a pose: the surface z = -curve x² of half the camera's field.
func photo(print *image.RGBA, pose Pose, bend float64) image.Image {
	const (
		degree = math.Pi / 180
		wide   = 0.62 // half width of the print
		tall   = 0.5
	)
	head := turned(pose.Yaw*degree, pose.Pitch*degree, pose.Roll*degree)
	back := head.back()
	camera := back.apply(vec{-pose.X, -pose.Y, distance / max(pose.Near, 1)})
	curve := 0.6 * bend
	img := image.NewRGBA(image.Rect(0, 0, Width, Height))
	for y := range Height {
		for x := range Width {
			ray := back.apply(vec{(float64(x) - Width/2) / focal, (float64(y) - Height/2) / focal, -1})
			q := camera.add(ray.times(meet(camera, ray, curve)))
			u, v := q.x*focal/distance/Width, q.y*focal/distance/Height
			if math.Abs(u) < wide/2 && math.Abs(v) < tall {
				img.SetRGBA(x, y, soft(print, (u+0.5)*Width, (v+0.5)*Height))
			} else {
				img.SetRGBA(x, y, color.RGBA{120, 126, 130, 255})
			}
		}
	}
	return img
}

// meet is how far along a ray the surface z + curve x² = 0 lies.
func meet(from, along vec, curve float64) float64 {
	a := curve * along.x * along.x
	b := along.z + 2*curve*from.x*along.x
	c := from.z + curve*from.x*from.x
	if math.Abs(a) < 1e-9 {
		return -c / b
	}
	d := b*b - 4*a*c
	if d < 0 {
		return 1e6 // passes by
	}
	return (-b - math.Sqrt(d)) / (2 * a)
}

// soft interpolates between pixels.
func soft(img *image.RGBA, x, y float64) color.RGBA {
	x, y = min(max(x, 0), Width-2), min(max(y, 0), Height-2)
	i, j := int(x), int(y)
	fx, fy := x-float64(i), y-float64(j)
	var out [3]uint8
	for c := range out {
		p := func(i, j int) float64 { return float64(img.Pix[j*img.Stride+4*i+c]) }
		top := p(i, j) + fx*(p(i+1, j)-p(i, j))
		low := p(i, j+1) + fx*(p(i+1, j+1)-p(i, j+1))
		out[c] = uint8(top + fy*(low-top) + 0.5)
	}
	return color.RGBA{out[0], out[1], out[2], 255}
}
