//go:build unix

package socket

import "syscall"

const canShoot = true

func (s *shot) write(fd uintptr) {
	n, err := tryWrite(fd, s.data)
	for err == syscall.EINTR {
		n, err = tryWrite(fd, s.data)
	}
	switch err {
	case nil:
		s.n = n
	case syscall.EAGAIN:
	default:
		s.err = err
	}
}
