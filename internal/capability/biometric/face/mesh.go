package face

import (
	"fmt"
	"math"

	"cinnabar/internal/capability/biometric/face/nn"
)

// The mesh network (MediaPipe Face Mesh, Kartynnik et al. 2019) lays 468 points over an upright face, and says whether it
// is one. Its points are numbered as in MediaPipe's canonical face model; left and right are those of the picture.
const (
	meshSize   = 192
	meshPoints = 468
	meshSpan   = 4.0 // side of what it is shown, in sizes of the face: half again as much as the face
	meshSure   = 0.5
)

var (
	meshTone    = tone{0, 255}
	meshOutputs = []string{"Identity_2", "Identity_1"} // points, and whether it is a face
)

// eye is where the mesh has an eye: its corners, and points of the lids above each other.
type eye struct {
	corners [2]int
	lids    [3][2]int
}

func leftEye() eye  { return eye{[2]int{33, 133}, [3][2]int{{160, 144}, {159, 145}, {158, 153}}} }
func rightEye() eye { return eye{[2]int{362, 263}, [3][2]int{{387, 373}, {386, 374}, {385, 380}}} }

// noseBase is where the nose meets the upper lip: no expression moves it.
const noseBase = 2

// Lids is how far the eyes are open: the height of the opening over the way from the eyes to the base of the nose, about
// 0.15 for open eyes and two thirds of the own value or less for closed ones. A flat picture keeps it however it is
// shifted, turned, scaled or tilted. Zero: not measured, or the mesh saw no face.
type Lids struct{ Left, Right float64 }

// lids measures the eyelids of a face that was found.
func (e *Engine) lids(r *raster, q Quality) (Lids, error) {
	points, sure, err := e.lay(r, q)
	if err != nil || !(sure >= meshSure) {
		return Lids{}, err
	}
	return points.lids(), nil
}

// steadied is where the five points of a face lie by both networks together, which err independently of each other.
func (e *Engine) steadied(r *raster, q Quality) ([5]Point, error) {
	five := q.Landmarks.points()
	points, sure, err := e.lay(r, q)
	if err != nil || !(sure >= meshSure) {
		return five, err
	}
	for i, p := range points.five() {
		five[i] = middle(five[i], p)
	}
	return five, nil
}

// lay lays the mesh over a face that was found; its points are those of the picture.
func (e *Engine) lay(r *raster, q Quality) (points meshed, sure float64, err error) {
	nets, err := e.networks.take()
	if err != nil {
		return points, 0, err
	}
	l := q.Landmarks
	eyes, mouth := middle(l.LeftEye, l.RightEye), middle(l.MouthLeft, l.MouthRight)
	centre := eyes.add(mouth.sub(eyes).times(0.45))
	f := square(centre, meshSpan*max(q.EyeGap, 0.9*q.FaceLength), q.Roll*math.Pi/180, meshSize)
	if points, sure, err = laid(nets.mesh, r.sample(f, meshSize, meshTone, black)); err != nil {
		return points, 0, err
	}
	for i, p := range points {
		points[i] = f.at(p)
	}
	return points, sure, nil
}

type meshed [meshPoints]Point

// laid runs the mesh on a face.
func laid(mesh *nn.Program, chip *nn.Tensor) (points meshed, sure float64, err error) {
	out, err := mesh.Run(chip)
	if err != nil {
		return points, 0, err
	}
	if len(out[0].Data) != 3*meshPoints || len(out[1].Data) != 1 {
		return points, 0, errWrongModel
	}
	for i := range points {
		points[i] = Point{float64(out[0].Data[3*i]), float64(out[0].Data[3*i+1])}
	}
	return points, float64(out[1].Data[0]), nil
}

func (m *meshed) lids() Lids {
	left, right := leftEye(), rightEye()
	a, b := middle(m[left.corners[0]], m[left.corners[1]]), middle(m[right.corners[0]], m[right.corners[1]])
	axis, down := b.sub(a), m[noseBase].sub(middle(a, b))
	area := axis.X*down.Y - axis.Y*down.X
	if math.Abs(area) < 1e-6 {
		return Lids{}
	}
	open := func(of eye) float64 {
		var gap Point
		for _, pair := range of.lids {
			gap = gap.add(m[pair[1]].sub(m[pair[0]]).times(1 / float64(len(of.lids))))
		}
		return max(0, (axis.X*gap.Y-axis.Y*gap.X)/area)
	}
	return Lids{open(left), open(right)}
}

// The tip of the nose, and the corners of the mouth.
const noseTip, mouthLeft, mouthRight = 1, 61, 291

// five are the points that faces are aligned by.
func (m *meshed) five() [5]Point {
	middleOf := func(of eye) Point {
		sum := m[of.corners[0]].add(m[of.corners[1]])
		for _, pair := range of.lids {
			sum = sum.add(m[pair[0]]).add(m[pair[1]])
		}
		return sum.times(1 / float64(len(of.corners)+2*len(of.lids)))
	}
	return [5]Point{middleOf(leftEye()), middleOf(rightEye()), m[noseTip], m[mouthLeft], m[mouthRight]}
}

// goldenMesh is where the mesh's first point and its last lie on the picture of proof, in pixels of its input.
func goldenMesh() [2]Point { return [2]Point{{113.5511, 120.5933}, {134.2720, 72.2957}} }

const goldenMeshSlack = 0.05

// proveMesh runs the mesh on the picture of proof.
func proveMesh(mesh *nn.Program, r *raster, known bool) error {
	points, _, err := laid(mesh, r.sample(square(Point{32, 32}, 40, 0, meshSize), meshSize, meshTone, black))
	if err != nil || !known {
		return err
	}
	for i, want := range goldenMesh() {
		if got := points[i*(meshPoints-1)]; !(got.sub(want).length() <= goldenMeshSlack) {
			return fmt.Errorf("%w: point %d of the mesh lies at %.3f", errWrongModel, i, got)
		}
	}
	return nil
}
