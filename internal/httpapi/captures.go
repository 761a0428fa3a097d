package httpapi

import (
	"context"
	"net/http"
	"time"

	"cinnabar/internal/capability/device"
	"cinnabar/internal/capability/device/protocol"
	"cinnabar/internal/cinnabar"
)

func (s *Server) captureRoutes() {
	post(s, "/captures", "devices", "Ask a device of the caller's organisation for a picture", http.StatusCreated, s.askCapture)
	get(s, "/captures/{id}", "devices", "How far a picture has come, for whoever asked", s.getCapture)
	put(s, "/captures/{id}/picture", "devices", "Hand a signed picture in: by the device, or by the page of whoever asked", s.handInCapture)
	put(s, "/captures/{id}/failure", "devices", "Say why there is no picture", s.failCapture)
}

// CaptureView is a picture that was asked of a device. The picture itself is not given back.
type CaptureView struct {
	ID        string    `json:"id"`
	Device    string    `json:"device"`
	Nonce     string    `json:"nonce" doc:"For the agent on the caller's own machine; the device fetches it by itself."`
	Position  int       `json:"position"`
	State     string    `json:"state" enum:"asked,captured,failed,used"`
	Reason    string    `json:"reason,omitempty" doc:"Why it failed: timeout, unplugged, refused, fault, expired."`
	Reader    string    `json:"reader,omitempty"`
	Quality   int       `json:"quality,omitempty" doc:"0 to 100, by the agent's own measure."`
	ExpiresAt time.Time `json:"expiresAt"`
}

// CapturePath names a request for a picture.
type CapturePath struct {
	ID string `path:"id"`
}

func captureJSON(c device.Capture) CaptureView {
	return CaptureView{c.ID, c.Device, c.Nonce, c.Position, string(c.State), c.Reason, c.Reader, c.Quality, c.Expires}
}

func (s *Server) askCapture(ctx context.Context, in *struct {
	Body struct {
		Device   string `json:"device" maxLength:"60"`
		Position int    `json:"position" minimum:"0" maximum:"10" doc:"ISO/IEC 19794-2: 1 right thumb to 5 right little finger, 6 left thumb to 10 left little finger; 0 any."`
	}
},
) (*struct{ Body CaptureView }, error) {
	a, err := member(ctx)
	if err != nil {
		return nil, err
	}
	c, err := s.Devices.Ask(ctx, a, in.Body.Device, in.Body.Position)
	if err != nil {
		return nil, err
	}
	return &struct{ Body CaptureView }{captureJSON(c)}, nil
}

func (s *Server) getCapture(ctx context.Context, in *CapturePath) (*struct{ Body CaptureView }, error) {
	a, err := member(ctx)
	if err != nil {
		return nil, err
	}
	c, err := s.Devices.Get(ctx, a, in.ID)
	if err != nil {
		return nil, err
	}
	return &struct{ Body CaptureView }{captureJSON(c)}, nil
}

// bringer is who may answer a request: a device, or a person who is signed in.
func bringer(ctx context.Context) (cinnabar.Actor, error) {
	if d, err := theDevice(ctx); err == nil {
		return d, nil
	}
	return member(ctx)
}

func (s *Server) handInCapture(ctx context.Context, in *struct {
	CapturePath
	Body protocol.Capture
},
) (*struct{}, error) {
	a, err := bringer(ctx)
	if err != nil {
		return nil, err
	}
	return nil, s.Devices.HandIn(ctx, a, in.ID, in.Body)
}

func (s *Server) failCapture(ctx context.Context, in *struct {
	CapturePath
	Body protocol.Failure
},
) (*struct{}, error) {
	a, err := bringer(ctx)
	if err != nil {
		return nil, err
	}
	return nil, s.Devices.Fail(ctx, a, in.ID, in.Body.Reason)
}
