package text

import (
	"net/mail"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"veche/community"
)

// The bounds of an address and of the part before its @, in bytes (RFC 5321,
// section 4.5.3.1, with RFC 3696, erratum 1690).
const (
	maxEmail = 254
	maxLocal = 64
)

// Email checks an e-mail address without a display name, comments or quotes
// (the dot-atom addr-spec of RFC 5322, section 3.4.1, or of RFC 6531). It comes
// back as it was written, without space around it; key is the same for all
// spellings that reach one mailbox in practice: in lower case, with the domain
// in ASCII (RFC 5891). Whether anybody reads mail there only a letter can tell.
func Email(field, s string) (email, key string, err error) {
	bad := community.BadInput(field, "This is not an e-mail address.")
	email, err = Line(field, s, 3, maxEmail)
	if err != nil {
		return "", "", err
	}
	parsed, err := mail.ParseAddress(email)
	if err != nil || parsed.Address != email || len(email) > maxEmail {
		return "", "", bad
	}
	at := strings.LastIndexByte(email, '@')
	local, domain := email[:at], email[at+1:]
	ascii, err := idna.Lookup.ToASCII(domain)
	if err != nil || !isHost(ascii) || len(local) > maxLocal {
		return "", "", bad
	}
	return email, strings.ToLower(local) + "@" + ascii, nil
}

// isHost says whether a domain in ASCII has two labels at least and a last one
// that is no number, as every domain on the Internet has.
func isHost(domain string) bool {
	dot := strings.LastIndexByte(domain, '.')
	if dot < 1 || len(domain) > 253 {
		return false
	}
	top, _ := utf8.DecodeRuneInString(domain[dot+1:])
	return 'a' <= top && top <= 'z'
}
