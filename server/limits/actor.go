package limits

import (
	"net/netip"

	"veche/community"
	"veche/resolvers"
)

// Actor is who is held to a share: the API token's, the member's, or that of the
// address. Tokens have their own, so that a program that goes wild leaves its
// owner's pages alone.
func Actor(r *resolvers.Request) string {
	switch v := r.Viewer; {
	case !v.SignedIn():
		return Network(r.Device.Address)
	case community.IDPrefix(v.Session) == community.TokenPrefix:
		return v.Session
	default:
		return string(v.ID)
	}
}

// Network is what is taken for one client among those who are known by their
// address alone: the address or, of IPv6, the 64 bits that a client has no choice
// in.
func Network(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil || ip.Unmap().Is4() {
		return ip4(ip, address)
	}
	network, _ := ip.WithZone("").Prefix(64) // cannot fail: it has 128 bits
	return network.String()
}

func ip4(ip netip.Addr, address string) string {
	if !ip.IsValid() {
		return address
	}
	return ip.Unmap().String()
}
