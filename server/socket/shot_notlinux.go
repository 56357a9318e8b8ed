//go:build unix && !linux

package socket

import "syscall"

func tryWrite(fd uintptr, data []byte) (int, error) { return syscall.Write(int(fd), data) }
