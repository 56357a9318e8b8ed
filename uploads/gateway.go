package uploads

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/versity/versitygw/auth"
	"github.com/versity/versitygw/embedgw"
	"github.com/versity/versitygw/s3api"
)

// The limits of the embedded gateway. A multipart upload has the parts that S3
// itself allows.
const (
	maxConnections = 4096
	maxRequests    = 1024
	maxParts       = 10_000
	portTries      = 5
)

var errStopped = errors.New("it has stopped")

// gateway is an S3 server in this process. A nil gateway is one that was not
// needed.
type gateway struct {
	cancel context.CancelFunc
	done   chan struct{}
	err    error // why it ended; to be read when done is closed
}

// startGateway starts the gateway and completes c with its endpoint and
// credentials.
func startGateway(ctx context.Context, c *Config) (*gateway, error) {
	if c.Dir == "" {
		return nil, errors.New("a folder or an endpoint is needed")
	}
	dir, err := filepath.Abs(c.Dir)
	if err != nil {
		return nil, fmt.Errorf("find the folder: %w", err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder: %w", err)
	}
	if err := c.needCredentials(filepath.Join(dir, "credentials")); err != nil {
		return nil, err
	}
	for range portTries {
		var g *gateway
		if g, err = c.serve(ctx, dir); err == nil {
			return g, nil
		}
		// Between finding a free port and taking it, another process may have
		// been quicker; a port that was asked for by number is worth no second try.
		if !errors.Is(err, syscall.EADDRINUSE) || !strings.HasSuffix(c.Listen, ":0") {
			return nil, err
		}
	}
	return nil, err
}

// serve runs the gateway until it listens, or says why it does not.
func (c *Config) serve(ctx context.Context, dir string) (*gateway, error) {
	addr, err := freeAddr(c.Listen)
	if err != nil {
		return nil, err
	}
	files, err := openFolder(dir)
	if err != nil {
		return nil, err
	}
	listening := make(chan struct{})
	settings := c.settings(addr, func() { close(listening) })
	running, cancel := context.WithCancel(context.WithoutCancel(ctx))
	g := &gateway{cancel: cancel, done: make(chan struct{})}
	go func() {
		defer close(g.done)
		defer files.Shutdown()
		g.err = embedgw.RunVersityGW(running, files, settings)
	}()
	select {
	case <-listening:
		c.Endpoint = "http://" + reachable(addr)
		return g, nil
	case <-g.done:
		cancel()
		return nil, g.err
	case <-ctx.Done():
		return nil, errors.Join(ctx.Err(), g.stop())
	}
}

func (c *Config) settings(addr string, listening func()) *embedgw.Config {
	root := auth.Account{Access: c.AccessKey, Secret: c.SecretKey, Role: auth.RoleAdmin}
	return &embedgw.Config{
		RootUserAccess:    c.AccessKey,
		RootUserSecret:    c.SecretKey,
		Region:            c.Region,
		Ports:             []string{addr},
		MaxConnections:    maxConnections,
		MaxRequests:       maxRequests,
		MultipartMaxParts: maxParts,
		Quiet:             true,
		KeepAlive:         true,
		DisableACLs:       true,
		// The same would be made when it is left out, with a line on standard output.
		IAMService: auth.NewIAMServiceSingle(root),
		S3Options:  []s3api.Option{s3api.WithOnListen(listening)},
	}
}

// failed says why the gateway ended by itself, if it did.
func (g *gateway) failed() error {
	if g == nil {
		return nil
	}
	select {
	case <-g.done:
		return cmp.Or(g.err, errStopped)
	default:
		return nil
	}
}

func (g *gateway) stop() error {
	if g == nil {
		return nil
	}
	g.cancel()
	<-g.done
	return g.err
}

// freeAddr is the address to listen on, with a port in place of 0. It fails when
// the port is taken.
func freeAddr(listen string) (string, error) {
	l, err := net.Listen("tcp", listen)
	if err != nil {
		return "", err
	}
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		return "", errors.Join(err, l.Close())
	}
	_, port, err := net.SplitHostPort(l.Addr().String())
	return net.JoinHostPort(host, port), errors.Join(err, l.Close())
}

// reachable is where this process finds a server that listens on addr, which may
// name no host or all of them.
func reachable(addr string) string {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return addr
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port)
}
