package uploads

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	maxKey = 512
	// A part becomes a file name in the embedded gateway, where 255 bytes are the
	// limit and the gateway itself adds some while it replaces a file.
	maxPart = 200
)

// ErrBadKey says that a key breaks the rules of CheckKey.
var ErrBadKey = errors.New("uploads: bad key")

// CheckKey answers ErrBadKey, with the reason, for anything but a plain relative
// path: parts with a slash between them, none of them empty, "." or "..", of at
// most 200 bytes each and 512 in all, in UTF-8 without control characters and
// backslashes. Keys are also folders and files, so no key may stand where
// another needs a folder: "a" and "a/b" exclude each other.
func CheckKey(key string) error {
	reason := keyFault(key)
	if reason == "" {
		return nil
	}
	return fmt.Errorf("%w: %.80q %s", ErrBadKey, key, reason)
}

func keyFault(key string) string {
	switch {
	case len(key) > maxKey:
		return "is longer than 512 bytes"
	case !utf8.ValidString(key):
		return "is not UTF-8"
	case strings.ContainsFunc(key, unicode.IsControl):
		return "has a control character"
	case strings.Contains(key, `\`):
		return "has a backslash"
	}
	for part := range strings.SplitSeq(key, "/") {
		switch {
		case part == "":
			return "is empty or has an empty part"
		case part == "." || part == "..":
			return "has a part that is no name"
		case len(part) > maxPart:
			return "has a part longer than 200 bytes"
		}
	}
	return ""
}
