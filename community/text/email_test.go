package text_test

import (
	"strings"
	"testing"

	"veche/community/text"
)

func TestEmail(t *testing.T) {
	for in, want := range map[string][2]string{
		"jon@example.com":               {"jon@example.com", "jon@example.com"},
		" Jon.Skeet+veche@Example.COM ": {"Jon.Skeet+veche@Example.COM", "jon.skeet+veche@example.com"},
		"вася@пример.рф":                {"вася@пример.рф", "вася@xn--e1afmkfd.xn--p1ai"},
		"vasya@ПРИМЕР.рф":               {"vasya@ПРИМЕР.рф", "vasya@xn--e1afmkfd.xn--p1ai"},
		"o'brien@mail.example.ie":       {"o'brien@mail.example.ie", "o'brien@mail.example.ie"},
		"a@xn--e1afmkfd.xn--p1ai":       {"a@xn--e1afmkfd.xn--p1ai", "a@xn--e1afmkfd.xn--p1ai"},
	} {
		email, key, err := text.Email("email", in)
		if err != nil || email != want[0] || key != want[1] {
			t.Errorf("Email(%q) = %q, %q, %v, want %q", in, email, key, err, want)
		}
	}
}

func TestEmailRefuses(t *testing.T) {
	for name, in := range map[string]string{
		"nothing":          "",
		"no at":            "jon.example.com",
		"no local part":    "@example.com",
		"no domain":        "jon@",
		"no dot":           "jon@localhost",
		"two ats":          "jon@x@example.com",
		"space":            "jon skeet@example.com",
		"display name":     "Jon <jon@example.com>",
		"brackets":         "<jon@example.com>",
		"comment":          "jon(me)@example.com",
		"quotes":           `"jon"@example.com`,
		"two addresses":    "a@example.com, b@example.com",
		"two dots":         "jon..skeet@example.com",
		"dot last":         "jon.@example.com",
		"empty label":      "jon@example..com",
		"dot at the end":   "jon@example.com.",
		"address literal":  "jon@[192.0.2.1]",
		"number":           "jon@192.0.2.1",
		"dash first":       "jon@-example.com",
		"underscore":       "jon@exa_mple.com",
		"header injection": "jon@example.com\r\nBcc: all@example.com",
		"override":         "jon\u202e@example.com",
		"zero-width":       "jon\u200b@example.com",
		"bad UTF-8":        "jon\xff@example.com",
		"long local part":  strings.Repeat("a", 65) + "@example.com",
		"long domain":      "a@" + strings.Repeat("abcdefg.", 32) + "com",
	} {
		t.Run(name, func(t *testing.T) {
			email, _, err := text.Email("email", in)
			if err == nil {
				t.Fatalf("Email(%q) = %q, want an error", in, email)
			}
			wantBadInput(t, err, "email")
		})
	}
}

func FuzzEmail(f *testing.F) {
	f.Add("jon@example.com")
	f.Add("вася@пример.рф")
	f.Fuzz(func(t *testing.T, s string) {
		email, key, err := text.Email("f", s)
		if err != nil {
			wantBadInput(t, err, "f")
			return
		}
		if again, sameKey, err := text.Email("f", email); err != nil || again != email || sameKey != key {
			t.Errorf("Email(%q) = %q, %q, but that gives %q, %q, %v", s, email, key, again, sameKey, err)
		}
		if strings.Count(email, "@") != 1 || strings.ContainsAny(email, " \r\n<>\"") {
			t.Errorf("Email(%q) = %q", s, email)
		}
	})
}
