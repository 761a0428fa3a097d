// Package facetest makes people who do not exist: shaded heads with a face, drawn from a seed, that a
// face detector takes for faces and that turn, nod and come nearer like solid bodies. They let tests run
// without anybody's picture; accuracy figures must never be made from them.
package facetest

import (
	"image"
	"image/color"
	"math"
	"runtime"
	"sync"
)

// Pose is how a head is held before the camera.
type Pose struct {
	Yaw, Pitch, Roll float64 // degrees; to the picture's right, chin down, clockwise
	X, Y             float64 // place, in half heads from the middle
	Near             float64 // size as a multiple of the usual one; 0 counts as 1
	Lid              float64 // 0 open … 1 closed
}

// Width and Height of the pictures, in pixels.
const (
	Width  = 640
	Height = 480
)

const (
	focal    = 620.0 // pixels
	distance = 4.8   // half heads, at Near 1
)

// neck is the point about which a head turns, in head coordinates.
func neck() vec { return vec{0, 0.45, -0.2} }

// Draw shows the person of a seed in a pose.
func Draw(seed uint64, pose Pose) *image.RGBA { return newPerson(seed).draw(pose) }

func (p *person) draw(pose Pose) *image.RGBA {
	s := newScene(p, pose)
	img := image.NewRGBA(image.Rect(0, 0, Width, Height))
	var rows sync.WaitGroup
	workers := runtime.GOMAXPROCS(0)
	for first := range workers {
		rows.Go(func() {
			for y := first; y < Height; y += workers {
				for x := range Width {
					img.SetRGBA(x, y, s.pixel(x, y))
				}
			}
		})
	}
	rows.Wait()
	return img
}

// Portrait is the person of a seed looking straight at the camera.
func Portrait(seed uint64) image.Image { return Draw(seed, Pose{}) }

// scene is a person in a pose, ready to be drawn.
type scene struct {
	p      *person
	pose   Pose
	head   turn
	place  vec // of the neck
	camera vec
}

func newScene(p *person, pose Pose) *scene {
	const degree = math.Pi / 180
	near := pose.Near
	if near == 0 {
		near = 1
	}
	return &scene{
		p: p, pose: pose, head: turned(pose.Yaw*degree, pose.Pitch*degree, pose.Roll*degree),
		place:  neck().add(vec{pose.X, pose.Y, 0}),
		camera: vec{0, 0, distance / near},
	}
}

// pixel averages two rays, so that edges are soft as in a photograph.
func (s *scene) pixel(x, y int) color.RGBA {
	var sum vec
	for _, d := range [2][2]float64{{.25, .3}, {.75, .7}} {
		ray := vec{(float64(x) + d[0] - Width/2) / focal, (float64(y) + d[1] - Height/2) / focal, -1}.unit()
		sum = sum.add(s.ray(ray).times(0.5))
	}
	tone := func(v float64) uint8 { return uint8(min(max(v, 0), 255)) }
	return color.RGBA{tone(sum.x), tone(sum.y), tone(sum.z), 255}
}

func (s *scene) ray(along vec) vec {
	back := s.head.back()
	from := back.apply(s.camera.sub(s.place)).add(neck())
	q, what := s.p.hit(from, back.apply(along))
	if what == nothing {
		return s.behind(along)
	}
	n := s.head.apply(s.p.normal(q, what)) // light stays where it is when the head turns
	light := vec{-0.45, -0.6, 0.75}.unit()
	fill := vec{0.6, 0.1, 0.6}.unit()
	bright := 0.42 + 0.55*max(0, n.dot(light)) + 0.16*max(0, n.dot(fill))
	if what == hair {
		shine := 0.35 * math.Pow(max(0, n.dot(vec{-0.2, -0.75, 0.6}.unit())), 12)
		c := s.p.hair.times(1 + 0.25*s.p.noise(vec{q.x * 3, q.y * 0.4, q.z * 3}, 16))
		return c.times(bright).add(vec{90, 84, 80}.times(shine))
	}
	c, glow := s.p.paint(q, s.pose.Lid)
	bright += (0.9 - bright) * glow
	gloss := 22 * math.Pow(max(0, n.dot(vec{-0.25, -0.35, 0.9}.unit())), 20)
	return c.times(bright).add(vec{gloss, gloss, gloss})
}

// behind draws neck, shoulders and wall: flat, but fixed to the body and to the room.
func (s *scene) behind(along vec) vec {
	t := s.camera.z / -along.z // where the ray meets the plane of the neck
	q := s.camera.add(along.times(t)).sub(vec{s.pose.X, s.pose.Y, 0})
	if shoulder := 1.12 + 0.5*math.Pow(math.Abs(q.x)/1.35, 2.6); q.y > shoulder {
		return s.p.cloth.times(0.95 - 0.25*math.Abs(q.x) + 0.05*math.Sin(40*q.y))
	}
	if math.Abs(q.x) < 0.4+0.1*ramp(q.y, 0.9, 1.25) && q.y > 0.3 {
		return s.p.skin.times(0.74 - 0.5*math.Abs(q.x) - 0.25*ramp(1.15-q.y, 0, 0.4))
	}
	wall := vec{along.x, along.y, 0}
	return s.p.wall.times(0.9 + 0.12*along.x - 0.2*along.y + 0.02*s.p.noise(wall, 30))
}
