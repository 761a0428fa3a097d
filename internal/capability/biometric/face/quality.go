package face

import (
	"math"

	"cinnabar/internal/capability/biometric/face/nn"
)

// Quality is what was measured of the face that was used.
type Quality struct {
	Faces      int       `json:"faces"`      // found in the picture
	Width      int       `json:"width"`      // of the working copy, in pixels
	Height     int       `json:"height"`     //
	EyeGap     float64   `json:"eyeGap"`     // distance of the eyes, pixels of the working copy
	FaceLength float64   `json:"faceLength"` // from between the eyes to the mouth, pixels
	Brightness float64   `json:"brightness"` // mean luminance of the face, 0…255
	Clipped    float64   `json:"clipped"`    // share of the face that is entirely white
	Sharpness  float64   `json:"sharpness"`  // share of fine detail in the face's contrast
	Yaw        float64   `json:"yaw"`        // of the nose across the face, in eye distances; positive to the picture's right
	Pitch      float64   `json:"pitch"`      // nose's place between eyes (0) and mouth (1)
	Roll       float64   `json:"roll"`       // tilt in degrees, clockwise
	Certainty  float64   `json:"certainty"`  // of the landmark network that this is a face, 0…1
	Landmarks  Landmarks `json:"landmarks"`
	Lids       Lids      `json:"lids,omitzero"` // only where they were asked for

	seen box // where to look for the face in the next frame
}

// Gate holds the limits that a picture must keep to be enrolled or compared.
type Gate struct {
	MinEyeGap     float64
	MinBrightness float64
	MaxBrightness float64
	MaxClipped    float64
	MinSharpness  float64
	MaxTurn       float64 // see Quality.Turn
	MinPitch      float64
	MaxPitch      float64
	MaxRoll       float64
	MinCertainty  float64
	// OtherFace is the size from which a second face counts, as a share of the largest.
	OtherFace float64
}

// DefaultGate is loose on purpose: it stops what cannot be compared, not what is merely not pretty.
func DefaultGate() Gate {
	return Gate{
		MinEyeGap: 16, MinBrightness: 40, MaxBrightness: 235, MaxClipped: 0.4, MinSharpness: 0.01,
		MaxTurn: 0.6, MinPitch: 0.15, MaxPitch: 0.85, MaxRoll: 45, MinCertainty: 0.6, OtherFace: 0.4,
	}
}

// check returns the first limit that q breaks.
func (g Gate) check(q Quality) error {
	for _, c := range []struct {
		reason          Reason
		measured, limit float64
		broken          bool
	}{
		{TooSmall, q.EyeGap, g.MinEyeGap, q.EyeGap < g.MinEyeGap},
		{TooDark, q.Brightness, g.MinBrightness, q.Brightness < g.MinBrightness},
		{TooBright, q.Brightness, g.MaxBrightness, q.Brightness > g.MaxBrightness},
		{TooBright, q.Clipped, g.MaxClipped, q.Clipped > g.MaxClipped},
		{Pose, q.Turn(), g.MaxTurn, q.Turn() > g.MaxTurn},
		{Pose, q.Pitch, g.MinPitch, q.Pitch < g.MinPitch},
		{Pose, q.Pitch, g.MaxPitch, q.Pitch > g.MaxPitch},
		{Pose, q.Roll, g.MaxRoll, math.Abs(q.Roll) > g.MaxRoll},
		{Blurred, q.Sharpness, g.MinSharpness, q.Sharpness < g.MinSharpness},
	} {
		if c.broken {
			return &Refusal{Reason: c.reason, Measured: c.measured, Limit: c.limit}
		}
	}
	return nil
}

// see takes over what a sighting tells.
func (q *Quality) see(s sighting) {
	q.Certainty = s.sure
	q.pose(s.points)
	q.seen = s.box
	q.seen.angle = q.Roll * math.Pi / 180
}

// pose fills in what follows from the five points. Yaw and Pitch are the nose's coordinates in the frame
// of eyes and mouth: nose = middle of the eyes + Yaw * (right eye - left eye) + Pitch * (mouth - eyes).
// They do not change when a flat picture is shifted, turned, scaled or tilted (an affine map leaves them
// alone), only when the nose moves against the plane of the face, as in a head that turns.
func (q *Quality) pose(l Landmarks) {
	q.Landmarks = l
	eyes, mouth := middle(l.LeftEye, l.RightEye), middle(l.MouthLeft, l.MouthRight)
	axis, down, nose := l.RightEye.sub(l.LeftEye), mouth.sub(eyes), l.Nose.sub(eyes)
	q.EyeGap, q.FaceLength = axis.length(), down.length()
	q.Roll = math.Atan2(axis.Y, axis.X) * 180 / math.Pi
	area := axis.X*down.Y - axis.Y*down.X
	if math.Abs(area) < 1e-6 {
		return
	}
	q.Yaw = (nose.X*down.Y - nose.Y*down.X) / area
	q.Pitch = (axis.X*nose.Y - axis.Y*nose.X) / area
}

// Turn is how far the face is turned sideways, 0 for straight ahead, about 0.4 at 26 degrees and 0.65 from
// 45 degrees on: the nose's way across the face, weighted by how narrow the face looks, because the
// landmark network underrates the former in faces that are far turned.
func (q Quality) Turn() float64 {
	if q.EyeGap == 0 {
		return 0
	}
	return math.Abs(q.Yaw) * q.FaceLength / q.EyeGap
}

// light measures the aligned face: brightness and sharpness.
func (q *Quality) light(chip *nn.Tensor) {
	grey := luminance(chip)
	var sum, clipped, n float64
	for y := 30; y < 100; y++ { // brows to chin, between the cheeks
		for _, v := range grey[y*embedSize+28 : y*embedSize+84] {
			sum += v
			n++
			if v >= 250 {
				clipped++
			}
		}
	}
	q.Brightness, q.Clipped = sum/n, clipped/n
	q.Sharpness = sharpness(grey)
}

func luminance(chip *nn.Tensor) []float64 {
	grey := make([]float64, embedSize*embedSize)
	for i := range grey {
		p := chip.Data[3*i:][:3]
		grey[i] = float64(0.299*p[0]+0.587*p[1]+0.114*p[2])*float64(embedTone.span) + float64(embedTone.mean)
	}
	return grey
}

// sharpness is the energy of the Laplacian over the variance: the share of contrast that is fine detail.
func sharpness(grey []float64) float64 {
	var fine, sum, squares, n float64
	for y := 24; y < 104; y++ {
		for x := 20; x < 92; x++ {
			i := y*embedSize + x
			l := 4*grey[i] - grey[i-1] - grey[i+1] - grey[i-embedSize] - grey[i+embedSize]
			fine += l * l
			sum += grey[i]
			squares += grey[i] * grey[i]
			n++
		}
	}
	variance := squares/n - sum*sum/(n*n)
	return fine / n / (variance + 25) // 25: sensor noise of a flat patch is no detail
}
