package server

import "testing"

func TestUntidy(t *testing.T) {
	const mb = 1 << 20
	before := memory{cycles: 3, objects: 200 * mb, live: 60 * mb}
	for name, test := range map[string]struct {
		now  memory
		want bool
	}{
		"quiet and full of garbage":  {memory{3, 201 * mb, 60 * mb, 0}, true},
		"quiet and full of room":     {memory{3, 60 * mb, 60 * mb, 40 * mb}, true},
		"quiet and tidy":             {memory{3, 65 * mb, 60 * mb, 10 * mb}, false},
		"somebody is at work":        {memory{3, 210 * mb, 60 * mb, 0}, false},
		"the collector has just run": {memory{4, 190 * mb, 60 * mb, 0}, false},
	} {
		if got := test.now.untidy(before); got != test.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
