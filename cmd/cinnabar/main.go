// Command cinnabar runs regulated business online, end to end. See cinnabar --help.
package main

import (
	"os"

	"cinnabar/internal/cli"
)

func main() { os.Exit(cli.Main(os.Args[1:], os.Stdout, os.Stderr)) }
