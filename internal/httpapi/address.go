package httpapi

import (
	"context"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"github.com/go-chi/httprate"
)

// address is where a request comes from: the peer, or if that is a trusted proxy, whom the proxies name in
// X-Forwarded-For. It is read from its end, where the proxies write; what stands left of the first hop that is none of
// them may be invented by the caller. Without trusted proxies headers count for nothing.
func (s *Server) address(r *http.Request) string {
	peer := hop(r.RemoteAddr)
	if !peer.IsValid() {
		return r.RemoteAddr
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, text := range slices.Backward(hops) {
		before := hop(strings.TrimSpace(text))
		if !s.proxy(peer) || !before.IsValid() {
			break
		}
		peer = before
	}
	return peer.String()
}

func (s *Server) proxy(a netip.Addr) bool {
	return slices.ContainsFunc(s.TrustedProxies, func(p netip.Prefix) bool { return p.Contains(a) })
}

// hop reads an address with or without a port; the zero Addr is none.
func hop(text string) netip.Addr {
	if both, err := netip.ParseAddrPort(text); err == nil {
		return both.Addr().Unmap().WithZone("")
	}
	a, _ := netip.ParseAddr(text)
	return a.Unmap().WithZone("")
}

// counted is by whom requests are counted where they are bounded: whoever is signed in, who may share the address with
// a whole office, or else the address; of IPv6 the network of 64 bits.
func counted(ctx context.Context) string {
	c := callerOf(ctx)
	if who := string(c.actor.Person) + c.actor.Key; who != "" {
		return who
	}
	return httprate.CanonicalizeIP(c.client.Address)
}
