package text

import (
	"net/url"
	"strings"

	"github.com/yuin/goldmark/util"
)

// linkAddress answers the form in which the address of a link may stand in
// HTML: absolute with http, https or mailto, or relative. Whatever cannot be
// parsed, or has another scheme in any disguise, is false.
func linkAddress(destination []byte) (string, bool) {
	u, err := url.Parse(string(destination))
	if err != nil {
		return "", false
	}
	var ok bool
	switch u.Scheme {
	case "http", "https":
		ok = u.Host != ""
	case "mailto":
		ok = u.Opaque != ""
	case "":
		ok = true
	}
	address := u.String()
	return address, ok && address != ""
}

// imageAddress is linkAddress without mailto.
func imageAddress(destination []byte) (string, bool) {
	address, ok := linkAddress(destination)
	return address, ok && !strings.HasPrefix(address, "mailto:")
}

// resolve undoes the escapes and entities of a Markdown destination and encodes
// what no address may hold.
func resolve(destination []byte) []byte { return util.URLEscape(destination, true) }
