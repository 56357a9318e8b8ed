package limits

import "sync"

// Crowd counts what each of many has open at once. It is safe for use by many
// goroutines; a nil Crowd lets everybody in.
type Crowd struct {
	most int
	mu   sync.Mutex
	here map[string]int
}

// NewCrowd lets each have so many.
func NewCrowd(most int) *Crowd { return &Crowd{most: most, here: map[string]int{}} }

// Enter lets one more of key in, if there is room; each that entered leaves
// once.
func (c *Crowd) Enter(key string) bool {
	if c == nil {
		return true
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.here[key] >= c.most {
		return false
	}
	c.here[key]++
	return true
}

// Join lets one more in whether there is room or not.
func (c *Crowd) Join(key string) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.here[key]++
}

// Leave lets one of key out.
func (c *Crowd) Leave(key string) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.here[key]--; c.here[key] <= 0 {
		delete(c.here, key)
	}
}

// Open is how many of key there are.
func (c *Crowd) Open(key string) int {
	if c == nil {
		return 0
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.here[key]
}
