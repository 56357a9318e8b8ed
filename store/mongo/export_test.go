package mongo

// SetMaxRuns sets how often Do runs its function.
func (e *Engine) SetMaxRuns(n int) { e.maxRuns = n }
