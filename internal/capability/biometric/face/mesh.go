package face

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"

	"cinnabar/internal/capability/biometric/face/nn"
	"cinnabar/internal/capability/biometric/face/tfjs"
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
	nets, err := e.networks.take()
	if err != nil {
		return Lids{}, err
	}
	mesh, err := nets.mesh()
	if err != nil {
		return Lids{}, err
	}
	l := q.Landmarks
	eyes, mouth := middle(l.LeftEye, l.RightEye), middle(l.MouthLeft, l.MouthRight)
	centre := eyes.add(mouth.sub(eyes).times(0.45))
	f := square(centre, meshSpan*max(q.EyeGap, 0.9*q.FaceLength), q.Roll*math.Pi/180, meshSize)
	points, sure, err := laid(mesh, r.sample(f, meshSize, meshTone, black))
	if err != nil || !(sure >= meshSure) {
		return Lids{}, err
	}
	return points.lids(), nil
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

// knownMesh is the digest of the mesh's files that a build embeds, goldenMesh where its first point and its last lie on
// the picture of proof.
const knownMesh = "1e20089806a7835db965d4babd67f07d93dff9965e27d92c8b40ef57653cff0f"

func goldenMesh() [2]Point { return [2]Point{{113.5511, 120.5933}, {134.2720, 72.2957}} }

// goldenMeshSlack is in pixels of the mesh.
const goldenMeshSlack = 0.05

// loadMesh reads the network and runs it once on a made picture.
func loadMesh(from Source) (*nn.Program, error) {
	m, err := from()
	if err != nil {
		return nil, fmt.Errorf("face: read the mesh: %w", err)
	}
	mesh, err := tfjs.Load(m.MeshGraph, m.MeshWeights, meshOutputs...)
	if err != nil {
		return nil, fmt.Errorf("face: load the mesh: %w", err)
	}
	r := proofPicture()
	points, _, err := laid(mesh, r.sample(square(Point{32, 32}, 40, 0, meshSize), meshSize, meshTone, black))
	if err != nil {
		return nil, err
	}
	h := sha256.New()
	h.Write(m.MeshGraph)
	h.Write(m.MeshWeights)
	if hex.EncodeToString(h.Sum(nil)) != knownMesh {
		return mesh, nil
	}
	for i, want := range goldenMesh() {
		if got := points[i*(meshPoints-1)]; !(got.sub(want).length() <= goldenMeshSlack) {
			return nil, fmt.Errorf("%w: point %d of the mesh lies at %.3f", errWrongModel, i, got)
		}
	}
	return mesh, nil
}
