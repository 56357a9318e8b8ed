package community

// Name is what a member is called, for domains that do not know members.
type Name struct {
	Handle string
	Name   string
}
