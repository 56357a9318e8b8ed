package uploads

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/versity/versitygw/backend"
	"github.com/versity/versitygw/backend/posix"
	"github.com/versity/versitygw/s3err"
)

// folder is the gateway's file backend, with three things changed. The original
// names files relative to the working directory of the process and changes that
// directory to its own, which would break every other relative path; here it is
// given absolute ones. What S3 acknowledges is on disk. And it offers what the
// Shelf and its presigned links need, no more: everything else is answered "not
// implemented", by the embedded BackendUnsupported.
type folder struct {
	backend.BackendUnsupported
	files *posix.Posix
	about about
	root  string
	close func()
}

// A bucket becomes a folder, so its name is checked here too.
var bucketName = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)

var workingDir sync.Mutex

// openFolder makes dir ready: objects in one folder, what is known about them in
// another, as plain files, so that copying dir with any tool copies everything.
func openFolder(dir string) (*folder, error) {
	root := filepath.Join(dir, "objects")
	if err := os.MkdirAll(root, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder: %w", err)
	}
	about, err := openAbout(root, filepath.Join(dir, "about"))
	if err != nil {
		return nil, err
	}
	files, err := openPosix(root, about)
	if err != nil {
		return nil, fmt.Errorf("open the folder: %w", err)
	}
	return &folder{files: files, about: about, root: root, close: sync.OnceFunc(files.Shutdown)}, nil
}

// openPosix puts the working directory back after posix.New has changed it.
func openPosix(root string, m about) (files *posix.Posix, err error) {
	workingDir.Lock()
	defer workingDir.Unlock()
	before, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.Chdir(before)) }()
	opts := posix.PosixOpts{ForceNoObjLockFile: true}
	opts.SetNewDirPerm(0o700)
	opts.SetNewFilePerm(0o600)
	return posix.New(root, m, opts)
}

// Shutdown lets go of the folder. The gateway calls it too, but not on every way
// out.
func (f *folder) Shutdown() { f.close() }

// place is the absolute folder of a bucket that exists.
func (f *folder) place(bucket *string) (*string, error) {
	if bucket == nil || !bucketName.MatchString(*bucket) {
		return nil, s3err.GetAPIError(s3err.ErrInvalidBucketName)
	}
	place := filepath.Join(f.root, *bucket)
	if _, err := os.Stat(place); errors.Is(err, fs.ErrNotExist) {
		return nil, s3err.GetBucketErr(s3err.ErrNoSuchBucket, *bucket)
	} else if err != nil {
		return nil, err
	}
	return &place, nil
}

func (f *folder) HeadBucket(_ context.Context, in *s3.HeadBucketInput) (*s3.HeadBucketOutput, error) {
	_, err := f.place(in.Bucket)
	return &s3.HeadBucketOutput{}, err
}

func (f *folder) CreateBucket(_ context.Context, in *s3.CreateBucketInput, _ []byte) error {
	if !bucketName.MatchString(*in.Bucket) {
		return s3err.GetAPIError(s3err.ErrInvalidBucketName)
	}
	place := filepath.Join(f.root, *in.Bucket)
	err := os.Mkdir(place, 0o700)
	if errors.Is(err, fs.ErrExist) {
		return s3err.GetBucketErr(s3err.ErrBucketAlreadyOwnedByYou, *in.Bucket)
	}
	return err
}

// GetBucketAcl is asked before everything else. An empty one means that the
// bucket belongs to the gateway's own credentials, and to nobody besides.
func (f *folder) GetBucketAcl(_ context.Context, in *s3.GetBucketAclInput) ([]byte, error) {
	_, err := f.place(in.Bucket)
	return nil, err
}

func (f *folder) GetBucketPolicy(_ context.Context, bucket string) ([]byte, error) {
	return nil, s3err.GetBucketErr(s3err.ErrNoSuchBucketPolicy, bucket)
}

func (f *folder) GetBucketCors(_ context.Context, bucket string) ([]byte, error) {
	return nil, s3err.GetBucketErr(s3err.ErrNoSuchCORSConfiguration, bucket)
}

func (f *folder) GetObjectLockConfiguration(context.Context, string) ([]byte, error) {
	return nil, s3err.GetAPIError(s3err.ErrObjectLockConfigurationNotFound)
}
