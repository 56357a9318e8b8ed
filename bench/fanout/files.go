package main

import (
	"fmt"
	"syscall"
)

// spare is how many files a process needs beside its sockets.
const spare = 200

// raiseLimit lets this process, and those it starts, have as many files open
// as the system allows.
func raiseLimit(trials []trial) error {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return fmt.Errorf("read the limit of open files: %w", err)
	}
	for _, t := range trials {
		if uint64(t.sockets+spare) > limit.Max {
			return fmt.Errorf("%d sockets are too many: a process may have %d files open (ulimit -Hn)", t.sockets, limit.Max)
		}
	}
	limit.Cur = limit.Max
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return fmt.Errorf("raise the limit of open files: %w", err)
	}
	return nil
}
