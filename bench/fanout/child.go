package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// child is a server in a process of its own.
type child struct {
	cmd  *exec.Cmd
	addr string
}

func start(ctx context.Context, addr string, env []string, name string, args ...string) (*child, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = append(os.Environ(), env...)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	c := &child{cmd, addr}
	for range 200 {
		if conn, err := net.Dial("tcp", addr); err == nil {
			return c, conn.Close()
		}
		time.Sleep(20 * time.Millisecond)
	}
	c.stop()
	return nil, fmt.Errorf("%s does not answer", name)
}

// stop gives the server time to part with its sockets, but not for ever: a
// round must not hang on a server that does not end.
func (c *child) stop() {
	_ = c.cmd.Process.Signal(syscall.SIGTERM)
	late := time.AfterFunc(30*time.Second, func() { _ = c.cmd.Process.Kill() })
	defer late.Stop()
	_ = c.cmd.Wait() // its exit code says nothing about what was measured
}

// cpu is the process's user and system time so far.
func (c *child) cpu() time.Duration {
	text := c.proc("stat")
	fields := strings.Fields(text[strings.LastIndexByte(text, ')')+2:])
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * 10 * time.Millisecond // in ticks of 1/100 s
}

// memory is what of the process is resident, and the most that ever was, in
// KiB.
func (c *child) memory() (now, peak int) {
	status := c.proc("status")
	return kibibytes(status, "VmRSS:"), kibibytes(status, "VmHWM:")
}

func kibibytes(status, name string) int {
	_, rest, _ := strings.Cut(status, name)
	size, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
	n, _ := strconv.Atoi(size)
	return n
}

func (c *child) proc(file string) string {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", c.cmd.Process.Pid, file))
	if err != nil {
		panic(err) // the server died: nothing measured holds
	}
	return string(text)
}

func freeAddr() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

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
