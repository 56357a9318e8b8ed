package socket

import (
	"net"
	"syscall"
)

// shot writes to a connection without waiting. Most readers have room in the
// kernel for the next message: one system call then delivers it, and nobody has
// to be woken to make it.
type shot struct {
	raw  syscall.RawConn
	data []byte
	n    int
	err  error
	once func(fd uintptr) bool // write, made once
}

// newShot answers nil where there is no way to write without waiting, as behind
// TLS.
func newShot(conn net.Conn) *shot {
	plain, ok := conn.(syscall.Conn)
	if !ok || !canShoot {
		return nil
	}
	raw, err := plain.SyscallConn()
	if err != nil {
		return nil
	}
	s := &shot{raw: raw}
	s.once = s.write
	return s
}

// fire says how many bytes the kernel took. That it took none, or not all, is no
// error.
func (s *shot) fire(data []byte) (int, error) {
	s.data, s.n, s.err = data, 0, nil
	err := s.raw.Write(s.once)
	s.data = nil
	if err == nil {
		err = s.err
	}
	return s.n, err
}
