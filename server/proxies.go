package server

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// proxies are the networks whose word is believed about whom they speak for.
// Anybody else could make up what the headers say.
type proxies []netip.Prefix

// parseProxies reads networks in CIDR and single addresses.
func parseProxies(list []string) (p proxies, err error) {
	for _, text := range list {
		network, fault := netip.ParsePrefix(text)
		if addr, single := netip.ParseAddr(text); single == nil {
			network, fault = addr.Prefix(addr.BitLen())
		}
		if fault != nil {
			err = fmt.Errorf("%q is no network such as 10.0.0.0/8 or address such as ::1", text)
			continue
		}
		p = append(p, network.Masked())
	}
	return p, err
}

func (p proxies) trust(addr netip.Addr) bool {
	return slices.ContainsFunc(p, func(network netip.Prefix) bool { return network.Contains(addr) })
}

// has says whether the address is a proxy's.
func (p proxies) has(address string) bool {
	addr, ok := parseHop(address)
	return ok && p.trust(addr)
}

// address is where the client is: the last hop that is not a trusted proxy.
func (p proxies) address(r *http.Request) string {
	addr, ok := parseHop(r.RemoteAddr)
	if !ok {
		return r.RemoteAddr
	}
	for _, hop := range slices.Backward(hops(r)) {
		if !p.trust(addr) {
			break
		}
		next, ok := parseHop(hop)
		if !ok { // hidden or unknown: the proxy is all that we know of
			break
		}
		addr = next
	}
	return addr.String()
}

// scheme is how the client speaks, http or https; empty if a proxy that was not
// told of may stand between.
func (p proxies) scheme(r *http.Request) string {
	if r.TLS != nil {
		return "https"
	}
	if addr, ok := parseHop(r.RemoteAddr); !ok || !p.trust(addr) {
		return ""
	}
	told := r.Header.Values("X-Forwarded-Proto")
	if len(told) == 0 {
		told = forwarded(r, "proto")
	}
	if len(told) == 0 {
		return ""
	}
	said := strings.Split(told[len(told)-1], ",")
	return strings.ToLower(strings.TrimSpace(said[len(said)-1]))
}

// hops are the addresses that the request came by, nearest last. Proxies write
// X-Forwarded-For or, more seldom, Forwarded, and let through what a client says
// in the other: so the second counts only where the first is missing.
func hops(r *http.Request) (all []string) {
	for _, line := range r.Header.Values("X-Forwarded-For") {
		all = append(all, strings.Split(line, ",")...)
	}
	if len(all) == 0 {
		all = forwarded(r, "for")
	}
	return all
}

// forwarded are the values of a parameter in the Forwarded headers (RFC 7239).
// A hop that does not tell counts with an empty one.
func forwarded(r *http.Request, parameter string) (all []string) {
	for _, line := range r.Header.Values("Forwarded") {
		for element := range strings.SplitSeq(line, ",") {
			told := ""
			for pair := range strings.SplitSeq(element, ";") {
				name, value, _ := strings.Cut(strings.TrimSpace(pair), "=")
				if strings.EqualFold(name, parameter) {
					told = strings.Trim(value, `"`)
				}
			}
			all = append(all, told)
		}
	}
	return all
}

// parseHop reads an address with or without a port.
func parseHop(text string) (netip.Addr, bool) {
	text = strings.TrimSpace(text)
	if host, _, err := net.SplitHostPort(text); err == nil {
		text = host
	}
	addr, err := netip.ParseAddr(strings.Trim(text, "[]"))
	return addr.Unmap().WithZone(""), err == nil
}
