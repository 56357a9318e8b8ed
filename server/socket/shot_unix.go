//go:build unix

package socket

import "syscall"

const canShoot = true

func (s *shot) write(fd uintptr) bool {
	for {
		n, err := syscall.Write(int(fd), s.data)
		switch err {
		case nil:
			s.n = n
		case syscall.EINTR:
			continue
		case syscall.EAGAIN:
		default:
			s.err = err
		}
		return true
	}
}
