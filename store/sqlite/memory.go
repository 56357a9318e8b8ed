package sqlite

import (
	"math"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
)

// What automaticCache keeps to.
const (
	cacheShare = 8 // one part in so many of the memory
	leastCache = 64 << 20
	mostCache  = 4 << 30
	// guessedMemory goes where the system does not tell.
	guessedMemory = 2 << 30
)

// automaticCache is how many bytes of documents are kept when nobody said: an
// eighth of the memory that this process may take, within bounds. Go's
// collector lets the heap grow to twice what lives in it, so that a full cache
// comes to a quarter.
func automaticCache() int {
	return int(min(max(memory()/cacheShare, leastCache), mostCache))
}

// memory is the least of what the machine has, what the container may take and
// what GOMEMLIMIT says.
func memory() int64 {
	total := int64(guessedMemory)
	if text, err := os.ReadFile("/proc/meminfo"); err == nil {
		if kib, ok := memTotal(string(text)); ok {
			total = kib << 10
		}
	}
	if text, err := os.ReadFile("/sys/fs/cgroup/memory.max"); err == nil {
		if bytes, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64); err == nil { // or the word max
			total = min(total, bytes)
		}
	}
	if limit := debug.SetMemoryLimit(-1); limit < math.MaxInt64 {
		total = min(total, limit)
	}
	return total
}

// memTotal finds the line "MemTotal:  16303460 kB".
func memTotal(meminfo string) (kib int64, ok bool) {
	for line := range strings.Lines(meminfo) {
		if words := strings.Fields(line); len(words) == 3 && words[0] == "MemTotal:" {
			n, err := strconv.ParseInt(words[1], 10, 64)
			return n, err == nil && n > 0
		}
	}
	return 0, false
}
