package face

import (
	"fmt"
	"sync"

	"cinnabar/internal/capability/biometric/face/nn"
	"cinnabar/internal/capability/biometric/face/onnx"
	"cinnabar/internal/capability/biometric/face/tfjs"
	"cinnabar/internal/capability/biometric/face/tflite"
)

// Source brings the files of the networks, always the same ones.
type Source func() (Models, error)

// networks are ready to run.
type networks struct{ detector, landmarker, mesh, embedder *nn.Program }

// shelf holds the networks while they are used: they take some 20 MB, and are read from their files within
// tens of milliseconds.
type shelf struct {
	source Source

	mu   sync.Mutex
	held *networks
	used bool // since the last rest
}

func (s *shelf) take() (*networks, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.used = true
	if s.held != nil {
		return s.held, nil
	}
	m, err := s.source()
	if err != nil {
		return nil, fmt.Errorf("face: read the networks: %w", err)
	}
	s.held, err = load(m)
	return s.held, err
}

func (s *shelf) rest() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.used {
		s.held = nil
	}
	s.used = false
}

func load(m Models) (*networks, error) {
	n := &networks{}
	var err error
	if n.detector, err = tfjs.Load(m.DetectorGraph, m.DetectorWeights, detectorOutputs...); err != nil {
		return nil, fmt.Errorf("face: load the detector: %w", err)
	}
	if n.landmarker, err = tflite.Load(m.Landmarker, landmarkOutputs...); err != nil {
		return nil, fmt.Errorf("face: load the landmark network: %w", err)
	}
	if n.mesh, err = tfjs.Load(m.MeshGraph, m.MeshWeights, meshOutputs...); err != nil {
		return nil, fmt.Errorf("face: load the mesh: %w", err)
	}
	if n.embedder, err = onnx.Load(m.Embedder); err != nil {
		return nil, fmt.Errorf("face: load the embedder: %w", err)
	}
	return n, nil
}

// Open makes an engine whose networks are loaded when the first picture comes, or by Prove. It fails when
// their files cannot be read.
func Open(source Source) (*Engine, error) {
	m, err := source()
	if err != nil {
		return nil, err
	}
	e := &Engine{networks: shelf{source: source}, digest: m.digest(), gate: DefaultGate()}
	e.prove = sync.OnceValue(e.proof)
	return e, nil
}

// Prove runs the networks once on a made picture, which takes about half a second of a core. It fails when
// a file is foreign, or the networks do not compute what they should; then so does everything else.
func (e *Engine) Prove() error { return e.prove() }

// Rest lets go of the networks when nothing has used them since the last Rest. To be called now and then; the
// next picture brings them back.
func (e *Engine) Rest() { e.networks.rest() }
