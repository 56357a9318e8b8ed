// Package uploads keeps the community's media on S3: files that members attach,
// their avatars, the thumbnails made of them.
//
// A Shelf speaks to any S3 service through one client. When no service is named
// it first starts a small gateway in this process, which keeps the files in a
// folder and speaks S3 on a port of its own; from there on the path is the same.
//
// Promises:
//
//   - All methods of a Shelf are safe for use by many goroutines.
//   - A Put that returned without error survives a restart and, on the embedded
//     gateway, a loss of power.
//   - A key holds all of one Put or nothing. A Put that fails leaves what was
//     there before.
//   - Nothing is readable without a signature: neither the bucket nor its files.
//   - The embedded gateway writes nothing to standard output and leaves the
//     working directory of the process as it is. A process can run one at a time;
//     a second Open without an endpoint is refused until the first is closed.
package uploads

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// ErrNotFound says that nothing is kept under the key.
var ErrNotFound = errors.New("uploads: not found")

// The longest and shortest life of a Link, as S3 has them.
const (
	MinLifetime = time.Second
	MaxLifetime = 7 * 24 * time.Hour
)

const (
	tries      = 4
	readyAfter = 3 * time.Second
)

// Config says where the media are kept. The zero value with a Dir is whole.
type Config struct {
	// Endpoint is the URL of the S3 service, http:// or https:// and a host.
	// Empty runs the embedded gateway.
	Endpoint string
	// Listen is the host:port of the embedded gateway; empty, or port 0, takes a
	// free port of 127.0.0.1.
	Listen string
	// Dir is the folder of the embedded gateway. It is made when absent.
	Dir string
	// AccessKey and SecretKey are the credentials of the S3 service. Left empty,
	// the embedded gateway makes its own once and keeps them in Dir.
	AccessKey string
	SecretKey string
	// Bucket is made when absent; empty means "veche".
	Bucket string
	// Region of the bucket; empty means "us-east-1".
	Region string
}

// Info is what is known of a file without reading it.
type Info struct {
	Key         string
	Size        int64
	ContentType string
	// ETag changes when the content does. It is opaque.
	ETag    string
	ModTime time.Time
}

// Shelf is where the files stand.
type Shelf struct {
	client    minio.Core
	transport *http.Transport
	endpoint  string
	bucket    string
	region    string
	gateway   *gateway
}

// Open reaches the S3 service, or starts the embedded gateway, and makes sure of
// the bucket. ctx bounds the opening only; Close ends what Open began.
func Open(ctx context.Context, c Config) (*Shelf, error) {
	c = c.withDefaults()
	var g *gateway
	if c.Endpoint == "" {
		var err error
		if g, err = startGateway(ctx, &c); err != nil {
			return nil, fmt.Errorf("start the media gateway: %w", err)
		}
	}
	s, err := newShelf(c, g)
	if err != nil {
		return nil, errors.Join(err, g.stop())
	}
	if err := s.ensureBucket(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("ensure bucket %s at %s: %w", s.bucket, s.endpoint, err), s.Close())
	}
	return s, nil
}

func (c Config) withDefaults() Config {
	if c.Bucket == "" {
		c.Bucket = "veche"
	}
	if c.Region == "" {
		c.Region = "us-east-1"
	}
	if c.Listen == "" {
		c.Listen = "127.0.0.1:0"
	}
	return c
}

func newShelf(c Config, g *gateway) (*Shelf, error) {
	u, err := url.Parse(c.Endpoint)
	if err != nil {
		return nil, fmt.Errorf("read the S3 endpoint: %w", err)
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.Path != "" && u.Path != "/" {
		return nil, fmt.Errorf("read the S3 endpoint: %q is not http:// or https:// and a host", u.Redacted())
	}
	secure := u.Scheme == "https"
	transport, err := minio.DefaultTransport(secure)
	if err != nil {
		return nil, fmt.Errorf("prepare the S3 connection: %w", err)
	}
	client, err := minio.New(u.Host, &minio.Options{
		Creds:      credentials.NewStaticV4(c.AccessKey, c.SecretKey, ""),
		Secure:     secure,
		Transport:  transport,
		Region:     c.Region,
		MaxRetries: tries,
	})
	if err != nil {
		return nil, fmt.Errorf("prepare the S3 client: %w", err)
	}
	return &Shelf{
		client: minio.Core{Client: client}, transport: transport,
		endpoint: u.Scheme + "://" + u.Host, bucket: c.Bucket, region: c.Region, gateway: g,
	}, nil
}

func (s *Shelf) ensureBucket(ctx context.Context) error {
	exists, err := s.client.BucketExists(ctx, s.bucket)
	if err != nil || exists {
		return err
	}
	err = s.client.MakeBucket(ctx, s.bucket, minio.MakeBucketOptions{Region: s.region})
	if minio.ToErrorResponse(err).Code == minio.BucketAlreadyOwnedByYou {
		return nil
	}
	return err
}

// Put keeps exactly size bytes of r under key, in place of what was there. An
// empty contentType means application/octet-stream.
func (s *Shelf) Put(ctx context.Context, key string, r io.Reader, size int64, contentType string) error {
	if err := CheckKey(key); err != nil {
		return err
	}
	if size < 0 {
		return fmt.Errorf("uploads: put %s: the size must be known", key)
	}
	// Signed in chunks, nothing has a body of its own, which the embedded gateway
	// does not read: on a busy machine it then takes it for the next request.
	opts := minio.PutObjectOptions{ContentType: contentType, DisableContentSha256: size == 0}
	if _, err := s.client.Client.PutObject(ctx, s.bucket, key, r, size, opts); err != nil {
		return s.explain("put", key, err)
	}
	return nil
}

// Open begins to read what is kept under key, or answers ErrNotFound. The
// caller closes the reader; ctx bounds the reading as well.
func (s *Shelf) Open(ctx context.Context, key string) (io.ReadCloser, Info, error) {
	if err := CheckKey(key); err != nil {
		return nil, Info{}, err
	}
	body, info, _, err := s.client.GetObject(ctx, s.bucket, key, minio.GetObjectOptions{})
	if err != nil {
		return nil, Info{}, s.explain("open", key, err)
	}
	return body, infoOf(key, info), nil
}

// Stat tells about what is kept under key, or answers ErrNotFound.
func (s *Shelf) Stat(ctx context.Context, key string) (Info, error) {
	if err := CheckKey(key); err != nil {
		return Info{}, err
	}
	info, err := s.client.StatObject(ctx, s.bucket, key, minio.StatObjectOptions{})
	if err != nil {
		return Info{}, s.explain("stat", key, err)
	}
	return infoOf(key, info), nil
}

// Remove takes away what is kept under key. As on S3, it is no error when
// nothing is.
func (s *Shelf) Remove(ctx context.Context, key string) error {
	if err := CheckKey(key); err != nil {
		return err
	}
	err := s.client.RemoveObject(ctx, s.bucket, key, minio.RemoveObjectOptions{})
	if err = s.explain("remove", key, err); errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}

// Link answers a URL under Endpoint by which anyone can read what is kept under
// key for the lifetime, MinLifetime to MaxLifetime. It does not ask the service,
// so a link to an absent key is made too, and answers 404.
func (s *Shelf) Link(ctx context.Context, key string, lifetime time.Duration) (string, error) {
	if err := CheckKey(key); err != nil {
		return "", err
	}
	if lifetime < MinLifetime || lifetime > MaxLifetime {
		return "", fmt.Errorf("uploads: link %s: a lifetime of %s is not between %s and %s", key, lifetime, MinLifetime, MaxLifetime)
	}
	link, err := s.client.PresignedGetObject(ctx, s.bucket, key, lifetime, nil)
	if err != nil {
		return "", s.explain("link", key, err)
	}
	return link.String(), nil
}

// Ready says why files could not be read or written now, or nil. It waits no
// longer than three seconds.
func (s *Shelf) Ready(ctx context.Context) error {
	if err := s.gateway.failed(); err != nil {
		return fmt.Errorf("run the media gateway: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, readyAfter)
	defer cancel()
	exists, err := s.client.BucketExists(ctx, s.bucket)
	if err != nil {
		return fmt.Errorf("reach bucket %s at %s: %w", s.bucket, s.endpoint, err)
	}
	if !exists {
		return fmt.Errorf("reach bucket %s at %s: it is gone", s.bucket, s.endpoint)
	}
	return nil
}

// Endpoint is the URL of the S3 service or of the embedded gateway, without a
// slash at its end.
func (s *Shelf) Endpoint() string { return s.endpoint }

// Close lets go of the connections and stops the embedded gateway: it takes no
// new requests and waits up to ten seconds for those under way. Closing twice
// does no harm.
func (s *Shelf) Close() error {
	s.transport.CloseIdleConnections()
	return s.gateway.stop()
}

func (s *Shelf) explain(deed, key string, err error) error {
	if err == nil {
		return nil
	}
	answer := minio.ToErrorResponse(err)
	if answer.StatusCode == http.StatusNotFound && answer.Code != minio.NoSuchBucket {
		err = ErrNotFound
	}
	return fmt.Errorf("%s %s: %w", deed, key, err)
}

func infoOf(key string, o minio.ObjectInfo) Info {
	return Info{Key: key, Size: o.Size, ContentType: o.ContentType, ETag: o.ETag, ModTime: o.LastModified.UTC()}
}
