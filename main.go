// Veche is the backend of a company's community: one GraphQL API with live
// subscriptions. With no configuration it runs whole, from one folder.
package main

import (
	"os"

	"veche/server"
)

func main() {
	os.Exit(server.Main(os.Args[1:], os.Stdout, os.Stderr))
}
