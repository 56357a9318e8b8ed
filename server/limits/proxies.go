package limits

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// Proxies are the networks of machines that pass requests on and say for whom.
type Proxies []netip.Prefix

// Has says whether the address is a proxy's.
func (p Proxies) Has(address string) bool {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return false
	}
	for _, prefix := range p {
		if prefix.Contains(ip.Unmap().WithZone("")) {
			return true
		}
	}
	return false
}

// Client is the address that the request comes from: the last one in
// X-Forwarded-For that no proxy has. A header that anybody else sent is not
// believed.
func (p Proxies) Client(r *http.Request) string {
	address, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	forwarded := r.Header.Values("X-Forwarded-For")
	if len(forwarded) == 0 {
		return address
	}
	hops := strings.Split(strings.Join(forwarded, ","), ",")
	for i := len(hops) - 1; i >= 0 && p.Has(address); i-- {
		ip, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		address = ip.String()
	}
	return address
}
