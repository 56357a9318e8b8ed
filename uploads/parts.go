package uploads

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/versity/versitygw/backend/posix"
	"github.com/versity/versitygw/s3response"
)

func (f *folder) CreateMultipartUpload(ctx context.Context, in s3response.CreateMultipartUploadInput) (out s3response.InitiateMultipartUploadResult, err error) {
	name := in.Bucket
	if in.Bucket, err = f.place(name); err != nil {
		return out, err
	}
	out, err = f.files.CreateMultipartUpload(ctx, in)
	out.Bucket = *name
	return out, err
}

func (f *folder) UploadPart(ctx context.Context, in *s3.UploadPartInput) (_ *s3.UploadPartOutput, err error) {
	if in.Bucket, err = f.place(in.Bucket); err != nil {
		return nil, err
	}
	return f.files.UploadPart(ctx, in)
}

func (f *folder) ListParts(ctx context.Context, in *s3.ListPartsInput) (out s3response.ListPartsResult, err error) {
	name := in.Bucket
	if in.Bucket, err = f.place(name); err != nil {
		return out, err
	}
	out, err = f.files.ListParts(ctx, in)
	out.Bucket = *name
	return out, err
}

func (f *folder) ListMultipartUploads(ctx context.Context, in *s3.ListMultipartUploadsInput) (out s3response.ListMultipartUploadsResult, err error) {
	name := in.Bucket
	if in.Bucket, err = f.place(name); err != nil {
		return out, err
	}
	out, err = f.files.ListMultipartUploads(ctx, in)
	out.Bucket = *name
	return out, err
}

func (f *folder) CompleteMultipartUpload(ctx context.Context, in *s3.CompleteMultipartUploadInput) (out s3response.CompleteMultipartUploadResult, version string, err error) {
	name := in.Bucket
	if in.Bucket, err = f.place(name); err != nil {
		return out, "", err
	}
	if out, version, err = f.files.CompleteMultipartUpload(ctx, in); err != nil {
		return out, version, err
	}
	out.Bucket = name
	return out, version, errors.Join(
		settle(filepath.Join(*in.Bucket, *in.Key)),
		f.settle(*name, *in.Key),
		f.forgetParts(*name, *in.Key, *in.UploadId),
	)
}

func (f *folder) AbortMultipartUpload(ctx context.Context, in *s3.AbortMultipartUploadInput) (err error) {
	name := in.Bucket
	if in.Bucket, err = f.place(name); err != nil {
		return err
	}
	if err = f.files.AbortMultipartUpload(ctx, in); err != nil {
		return err
	}
	return f.forgetParts(*name, *in.Key, *in.UploadId)
}

// forgetParts removes what was known about the parts of an upload that is over;
// the original removes the parts alone.
func (f *folder) forgetParts(bucket, key, upload string) error {
	uploads := filepath.Join(bucket, posix.MetaTmpMultipartDir, fmt.Sprintf("%x", sha256.Sum256([]byte(key))))
	_, err := os.Stat(filepath.Join(f.root, uploads))
	if errors.Is(err, fs.ErrNotExist) {
		// It was the last upload to this key.
		upload = ""
	}
	return os.RemoveAll(filepath.Join(f.about.dir, uploads, upload))
}
