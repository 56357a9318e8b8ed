package events

import (
	"archive/zip"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"veche/community"
)

// allZones are the names in the zone database that comes with Go, which is what
// time/tzdata embeds.
func allZones(t *testing.T) (out []community.TimeZone) {
	t.Helper()
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	z, err := zip.OpenReader(filepath.Join(strings.TrimSpace(string(root)), "lib", "time", "zoneinfo.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	for _, f := range z.File {
		if strings.HasSuffix(f.Name, "/") {
			continue
		}
		zone, err := community.ParseTimeZone(f.Name)
		if err != nil {
			t.Fatalf("%s: %v", f.Name, err)
		}
		out = append(out, zone)
	}
	if len(out) < 400 {
		t.Fatalf("there are but %d zones", len(out))
	}
	return out
}
