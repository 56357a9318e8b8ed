package socket

import (
	"syscall"
	"unsafe"
)

// tryWrite does not tell the scheduler of the call, as syscall.Write does: it
// never waits, and of what so short a call costs, telling is a twentieth.
func tryWrite(fd uintptr, data []byte) (int, error) {
	n, _, errno := syscall.RawSyscall(syscall.SYS_WRITE, fd, uintptr(unsafe.Pointer(unsafe.SliceData(data))), uintptr(len(data)))
	if errno != 0 {
		return 0, errno
	}
	return int(n), nil
}
