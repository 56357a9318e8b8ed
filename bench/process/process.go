// Package process runs the servers that the other programs of bench measure,
// each in a process of its own, and tells what they use. It reads /proc, and so
// runs on Linux only.
package process

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Server is a process that listens.
type Server struct {
	// Addr is where, as host:port.
	Addr string
	cmd  *exec.Cmd
}

// Build makes the server's binary in the folder, and answers its path.
func Build(ctx context.Context, folder string) (string, error) {
	binary := filepath.Join(folder, "veche")
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", binary, "veche").CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the server: %w\n%s", err, out)
	}
	return binary, nil
}

// FreeAddr is an address of this machine at which nobody listened a moment ago.
func FreeAddr() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// Veche starts the server on the folder's data, where it logs errors alone, and
// with no limit of what each client may ask unless limits is given.
func Veche(ctx context.Context, binary, folder string, limits bool) (*Server, error) {
	addr, err := FreeAddr()
	if err != nil {
		return nil, err
	}
	env := []string{"VECHE_DATA=" + folder, "VECHE_LISTEN=" + addr, "VECHE_LOG_LEVEL=error"}
	if !limits {
		env = append(env, "VECHE_RATE_LIMIT=off")
	}
	return Start(ctx, addr, env, binary)
}

// Start runs the command, and answers when it listens at the address.
func Start(ctx context.Context, addr string, env []string, name string, args ...string) (*Server, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = append(os.Environ(), env...)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	s := &Server{addr, cmd}
	for range 200 {
		if conn, err := net.Dial("tcp", addr); err == nil {
			return s, conn.Close()
		}
		time.Sleep(20 * time.Millisecond)
	}
	s.Stop()
	return nil, fmt.Errorf("%s does not answer", name)
}

// Stop gives the server time to part with its clients, but not for ever: a
// round must not hang on a server that does not end.
func (s *Server) Stop() {
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	late := time.AfterFunc(30*time.Second, func() { _ = s.cmd.Process.Kill() })
	defer late.Stop()
	_ = s.cmd.Wait() // its exit code says nothing about what was measured
}

// Alive answers an error when the process has ended.
func (s *Server) Alive() error { return s.cmd.Process.Signal(syscall.Signal(0)) }

// CPU is the process's user and system time so far.
func (s *Server) CPU() time.Duration {
	text := s.proc("stat")
	fields := strings.Fields(text[strings.LastIndexByte(text, ')')+2:])
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * 10 * time.Millisecond // in ticks of 1/100 s
}

// Memory is what of the process is resident, and the most that ever was, in
// KiB.
func (s *Server) Memory() (now, peak int) {
	status := s.proc("status")
	return kibibytes(status, "VmRSS:"), kibibytes(status, "VmHWM:")
}

func kibibytes(status, name string) int {
	_, rest, _ := strings.Cut(status, name)
	size, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
	n, _ := strconv.Atoi(size)
	return n
}

func (s *Server) proc(file string) string {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", s.cmd.Process.Pid, file))
	if err != nil {
		panic(err) // the server died: nothing measured holds
	}
	return string(text)
}
