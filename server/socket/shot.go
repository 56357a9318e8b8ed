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
	once func(fd uintptr) // write, made once
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
// error. It goes by Control, since Write prepares to wait, which costs a twentieth
// of a delivery; that nobody else writes meanwhile, the outbox sees to.
func (s *shot) fire(data []byte) (int, error) {
	s.data, s.n, s.err = data, 0, nil
	err := s.raw.Control(s.once)
	s.data = nil
	if err == nil {
		err = s.err
	}
	return s.n, err
}
