package text_test

import (
	"slices"
	"strings"
	"testing"

	"veche/community/text"
)

func TestHandle(t *testing.T) {
	for in, want := range map[string][2]string{
		"jon":                   {"jon", "jon"},
		" Jon.Skeet ":           {"Jon.Skeet", "jon.skeet"},
		"a-b_c.d":               {"a-b_c.d", "a-b_c.d"},
		"42":                    {"42", "42"},
		"Вася":                  {"Вася", "вася"},
		"Вася_Пупкин-2":         {"Вася_Пупкин-2", "вася_пупкин-2"},
		"Ёжик":                  {"Ёжик", "ёжик"},
		"Е\u0308жик":            {"Ёжик", "ёжик"},
		"Ежик":                  {"Ежик", "ежик"},
		"Їжак":                  {"Їжак", "їжак"},
		"Қазақ":                 {"Қазақ", "қазақ"},
		"José":                  {"José", "josé"},
		"Straße":                {"Straße", "strasse"},
		"Łódź":                  {"Łódź", "łódź"},
		"Ｊｏｎ":                   {"Jon", "jon"},
		strings.Repeat("ы", 32): {strings.Repeat("ы", 32), strings.Repeat("ы", 32)},
		"admins2":               {"admins2", "admins2"},
	} {
		handle, key, err := text.Handle("handle", in)
		if err != nil || handle != want[0] || key != want[1] {
			t.Errorf("Handle(%q) = %q, %q, %v, want %q", in, handle, key, err, want)
		}
	}
}

func TestHandleRefuses(t *testing.T) {
	for name, in := range map[string]string{
		"nothing":             "",
		"too short":           "a",
		"too long":            strings.Repeat("a", 33),
		"space":               "jon skeet",
		"dot first":           ".jon",
		"dash last":           "jon-",
		"two dashes":          "jon--skeet",
		"dot and dash":        "jon.-skeet",
		"at sign":             "@jon",
		"slash":               "jon/skeet",
		"mixed alphabets":     "аdmin", // the first letter is Cyrillic
		"mixed at the end":    "вася-smith",
		"Greek":               "αβγ",
		"Han":                 "田中",
		"emoji":               "jon🎉",
		"Cyrillic numeral":    "а\u0488б",
		"stress":              "ва\u0301ся",
		"zero-width":          "jo\u200bn",
		"override":            "jo\u202en",
		"click letter":        "jo\u01c3n",
		"kra":                 "jo\u0138n",
		"Arabic digits":       "٤٢",
		"bad UTF-8":           "jon\xff",
		"reserved":            "admin",
		"reserved in capital": "ADMIN",
		"reserved by width":   "ａｄｍｉｎ",
		"reserved in Russian": "Модератор",
		"everybody":           "все",
		"the project":         "Вече",
		"nobody":              "null",
	} {
		t.Run(name, func(t *testing.T) {
			handle, _, err := text.Handle("handle", in)
			if err == nil {
				t.Fatalf("Handle(%q) = %q, want an error", in, handle)
			}
			wantBadInput(t, err, "handle")
		})
	}
}

func TestHandleFrom(t *testing.T) {
	for name, want := range map[string]string{
		"Jon Skeet":         "jon-skeet",
		"Вася Пупкин":       "вася-пупкин",
		"Василий А. Пупкин": "василий-а-пупкин",
		"123":               "123",
		"Вася Smith":        "vasya-smith",
		"аdmin":             "admin-1",
		"Admin":             "admin-1",
		"Модератор":         "модератор-1",
		"J.R.R. Tolkien":    "j.r.r-tolkien",
		"under_score":       "under_score",
		"__init__":          "init",
		"O'Brien":           "o-brien",
		"ва\u0301ся":        "вася",
		"田中":                "member",
		"田中 Ken":            "ken",
		"":                  "member",
		"🎉":                 "member",
		"Я":                 "я-1",
		"user12345":         "user12345",
		"bad\xffbytes":      "bad-bytes",
		"İstanbul":          "istanbul",
		"Ёлка":              "ёлка",
		"a very long name that nobody could ever want to type": "a-very-long-name-that-nobody-cou",
		"Константин Константинопольский-Задунайский":           "константин-константинопольский-з",
	} {
		got := text.HandleFrom(name)
		if got != want {
			t.Errorf("HandleFrom(%q) = %q, want %q", name, got, want)
		}
		if handle, _, err := text.Handle("handle", got); err != nil || handle != got {
			t.Errorf("Handle(%q) = %q, %v", got, handle, err)
		}
	}
}

func FuzzHandle(f *testing.F) {
	for _, s := range []string{"jon", "Вася", "аdmin", "ß", "İi", "a.b", "ŉ", "ǰ", "Ѡ", "ẞẞ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		made := text.HandleFrom(s)
		if handle, _, err := text.Handle("f", made); err != nil || handle != made {
			t.Errorf("HandleFrom(%q) = %q, but Handle gives %q, %v", s, made, handle, err)
		}
		handle, key, err := text.Handle("f", s)
		if err != nil {
			wantBadInput(t, err, "f")
			return
		}
		if again, sameKey, err := text.Handle("f", handle); err != nil || again != handle || sameKey != key {
			t.Errorf("Handle(%q) = %q, %q, but that gives %q, %q, %v", s, handle, key, again, sameKey, err)
		}
		if _, upper, err := text.Handle("f", strings.ToUpper(handle)); err == nil && upper != key && !strings.ContainsAny(handle, "ıİ") {
			t.Errorf("Handle(%q) has the key %q, in capitals %q", handle, key, upper)
		}
		if keys := text.MentionKeys("Hi, @" + handle + "!"); !slices.Equal(keys, []string{key}) {
			t.Errorf("a mention of %q gives %q, want %q", handle, keys, key)
		}
	})
}
