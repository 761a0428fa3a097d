package httpapi

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"time"

	"cinnabar/internal/capability/device"
	"cinnabar/internal/capability/device/protocol"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/errs"
)

func (s *Server) deviceRoutes() {
	post(s, "/organisations/{id}/device-codes", "devices", "A one-time code by which an agent becomes a device; it is shown once", http.StatusCreated, s.newDeviceCode)
	get(s, "/organisations/{id}/devices", "devices", "Its devices", s.listDevices)
	del(s, "/organisations/{id}/devices/{device}", "devices", "Revoke a device", s.revokeDevice)
	get(s, "/organisations/{id}/devices/{device}/local-token", "devices", "What a page shows to the agent on its own machine", s.localToken)
	post(s, "/devices", "devices", "Become a device, for agents with a code", http.StatusCreated, s.enrolDevice)
	get(s, "/devices/me/captures", "devices", "The pictures that this device is to take; waits for one", s.deviceCaptures)
	s.captureRoutes()
}

// DeviceView is a device.
type DeviceView struct {
	ID         string            `json:"id"`
	Name       string            `json:"name"`
	Readers    []protocol.Reader `json:"readers"`
	EnrolledAt time.Time         `json:"enrolledAt"`
	SeenAt     *time.Time        `json:"seenAt,omitempty" doc:"When it last spoke to the server."`
	RevokedAt  *time.Time        `json:"revokedAt,omitempty"`
}

func deviceJSON(d device.Device) DeviceView {
	return DeviceView{d.ID, d.Name, append([]protocol.Reader{}, d.Readers...), d.EnrolledAt, optional(d.SeenAt), optional(d.RevokedAt)}
}

// DeviceCodeView is a code, shown once.
type DeviceCodeView struct {
	Code      string    `json:"code"`
	ExpiresAt time.Time `json:"expiresAt"`
}

func (s *Server) newDeviceCode(ctx context.Context, in *OrgPath) (*struct{ Body DeviceCodeView }, error) {
	a, err := adminOf(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	code, expires, err := s.Devices.NewCode(ctx, a)
	if err != nil {
		return nil, err
	}
	return &struct{ Body DeviceCodeView }{DeviceCodeView{code, expires}}, nil
}

func (s *Server) listDevices(ctx context.Context, in *OrgPath) (*struct{ Body Items[DeviceView] }, error) {
	if _, err := ofOrg(ctx, in.ID); err != nil {
		return nil, err
	}
	list, err := s.Devices.List(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	out := &struct{ Body Items[DeviceView] }{Items[DeviceView]{Items: []DeviceView{}}}
	for _, d := range list {
		out.Body.Items = append(out.Body.Items, deviceJSON(d))
	}
	return out, nil
}

// DevicePath names a device of an organisation.
type DevicePath struct {
	OrgPath
	Device string `path:"device"`
}

func (s *Server) revokeDevice(ctx context.Context, in *DevicePath) (*struct{}, error) {
	a, err := adminOf(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return nil, s.Devices.Revoke(ctx, a, in.Device)
}

// LocalTokenView opens the agent's page on its own machine.
type LocalTokenView struct {
	Token   string `json:"token"`
	Address string `json:"address" doc:"Where agents listen unless set up otherwise."`
}

func (s *Server) localToken(ctx context.Context, in *DevicePath) (*struct{ Body LocalTokenView }, error) {
	a, err := ofOrg(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	token, err := s.Devices.LocalToken(ctx, a, in.Device)
	if err != nil {
		return nil, err
	}
	return &struct{ Body LocalTokenView }{LocalTokenView{token, "http://" + protocol.LocalAddress}}, nil
}

func (s *Server) enrolDevice(ctx context.Context, in *struct{ Body protocol.Enrolment }) (*struct{ Body DeviceView }, error) {
	d, err := s.Devices.Enrol(ctx, in.Body, callerOf(ctx).client.Address)
	if err != nil {
		return nil, err
	}
	return &struct{ Body DeviceView }{deviceJSON(d)}, nil
}

// deviceCaptures keeps the question open until there is something to do. Another replica may have been asked, so
// it also looks by itself from time to time.
func (s *Server) deviceCaptures(ctx context.Context, in *struct {
	Wait int `query:"wait" minimum:"0" maximum:"30" doc:"Seconds that the answer may take."`
},
) (*struct{ Body Items[protocol.Request] }, error) {
	d, err := theDevice(ctx)
	if err != nil {
		return nil, err
	}
	news, cancel := s.Live.Subscribe(device.Topic(d.Key))
	defer cancel()
	over := time.NewTimer(time.Duration(in.Wait) * time.Second)
	defer over.Stop()
	again := time.NewTicker(2 * time.Second)
	defer again.Stop()
	for last := false; ; {
		list, err := s.Devices.Waiting(ctx, d.Key)
		if err != nil || len(list) > 0 || last {
			return &struct{ Body Items[protocol.Request] }{Items[protocol.Request]{Items: list}}, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case _, open := <-news:
			last = !open // the server stops
		case <-again.C:
		case <-over.C:
			last = true
		}
	}
}

// theDevice refuses everybody but an enrolled device that signed its request.
func theDevice(ctx context.Context) (cinnabar.Actor, error) {
	d := callerOf(ctx).device
	if d.Kind != cinnabar.Device {
		return d, errs.New(errs.Unauthorized, "devices-only", "only an enrolled device can ask this, with a signed request")
	}
	return d, nil
}

// provenDevice finds out which device signed a request, whose body it reads and puts back. A device is no actor
// of the API's other parts: there it is nobody.
func (s *Server) provenDevice(w http.ResponseWriter, r *http.Request) (cinnabar.Actor, error) {
	proof, err := protocol.ParseProof(r.Header.Get("Authorization"))
	if err != nil {
		return cinnabar.Actor{}, errs.New(errs.Unauthorized, "device-unknown", "the Authorization header is malformed").Because(err)
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return cinnabar.Actor{}, bodyFault(err)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	return s.Devices.Authenticate(r.Context(), proof, r.Method, r.URL.RequestURI(), body)
}
