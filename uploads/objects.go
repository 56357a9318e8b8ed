package uploads

import (
	"context"
	"os"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/versity/versitygw/s3response"
)

// Each operation goes to the files with the bucket's absolute folder, and its
// answer comes back with the bucket's name.

func (f *folder) PutObject(ctx context.Context, in s3response.PutObjectInput) (out s3response.PutObjectOutput, err error) {
	name := in.Bucket
	if in.Bucket, err = f.place(name); err != nil {
		return out, err
	}
	if out, err = f.files.PutObjectWithPostFunc(ctx, in, (*os.File).Sync); err != nil {
		return out, err
	}
	return out, f.settle(*name, *in.Key)
}

func (f *folder) HeadObject(ctx context.Context, in *s3.HeadObjectInput) (_ *s3.HeadObjectOutput, err error) {
	if in.Bucket, err = f.place(in.Bucket); err != nil {
		return nil, err
	}
	return f.files.HeadObject(ctx, in)
}

func (f *folder) GetObject(ctx context.Context, in *s3.GetObjectInput) (_ *s3.GetObjectOutput, err error) {
	if in.Bucket, err = f.place(in.Bucket); err != nil {
		return nil, err
	}
	return f.files.GetObject(ctx, in)
}

func (f *folder) DeleteObject(ctx context.Context, in *s3.DeleteObjectInput) (_ *s3.DeleteObjectOutput, err error) {
	if in.Bucket, err = f.place(in.Bucket); err != nil {
		return nil, err
	}
	return f.files.DeleteObject(ctx, in)
}

func (f *folder) DeleteObjects(ctx context.Context, in *s3.DeleteObjectsInput) (out s3response.DeleteResult, err error) {
	if in.Bucket, err = f.place(in.Bucket); err != nil {
		return out, err
	}
	return f.files.DeleteObjects(ctx, in)
}

func (f *folder) ListObjectsV2(ctx context.Context, in *s3.ListObjectsV2Input) (out s3response.ListObjectsV2Result, err error) {
	name := in.Bucket
	if in.Bucket, err = f.place(name); err != nil {
		return out, err
	}
	out, err = f.files.ListObjectsV2(ctx, in)
	out.Name = name
	return out, err
}
