package text_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"veche/community/text"
)

func TestTags(t *testing.T) {
	in := []string{"Go", "#вече", "C++", " c# ", ".NET", "node.js", "go", "##Вече", "feature-request", "हिन्दी", "日本語", "ｇｏ", "snake_case", "2024"}
	want := []string{"go", "вече", "c++", "c#", ".net", "node.js", "feature-request", "हिन्दी", "日本語", "snake_case", "2024"}
	got, err := text.Tags("tags", in, len(want))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	again, err := text.Tags("tags", got, len(got))
	if diff := cmp.Diff(got, again); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

func TestTagsRefuses(t *testing.T) {
	for name, tag := range map[string]string{
		"nothing":      "",
		"sign alone":   "#",
		"space within": "machine learning",
		"comma":        "a,b",
		"no letter":    "+++",
		"too long":     strings.Repeat("ы", text.MaxTag+1),
		"override":     "a\u202e",
		"zero-width":   "a\u200bb",
		"emoji":        "🎉",
		"lone mark":    "\u0301a",
		"zalgo":        "z" + strings.Repeat("\u0335", 5),
		"filler":       "\u3164",
		"tag markup":   "<b>",
		"bad UTF-8":    "a\xff",
		"line feed":    "a\nb",
	} {
		t.Run(name, func(t *testing.T) {
			got, err := text.Tags("tags", []string{"ok", tag}, 5)
			if err == nil {
				t.Fatalf("Tags(%q) = %q, want an error", tag, got)
			}
			wantBadInput(t, err, "tags")
		})
	}
}

func TestTagsAreCounted(t *testing.T) {
	if got, err := text.Tags("tags", []string{"a", "A", "b"}, 2); err != nil || len(got) != 2 {
		t.Errorf("two tags given three times: %q, %v", got, err)
	}
	_, err := text.Tags("tags", []string{"a", "b", "c"}, 2)
	wantBadInput(t, err, "tags")
	if got, err := text.Tags("tags", nil, 2); err != nil || got == nil || len(got) != 0 {
		t.Errorf("no tags: %#v, %v", got, err)
	}
}

func FuzzTags(f *testing.F) {
	for _, s := range []string{"go", "#C#", "हिन्दी", "İ", "ǅ", "ﬁ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := text.Tags("f", []string{s}, 1)
		if err != nil {
			wantBadInput(t, err, "f")
			return
		}
		if again, err := text.Tags("f", got, 1); err != nil || !cmp.Equal(got, again) {
			t.Errorf("Tags(%q) = %q, but that gives %q, %v", s, got, again, err)
		}
	})
}
