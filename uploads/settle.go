package uploads

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// settle sees to it that the file, or the names in the folder, are on disk. What
// somebody has removed meanwhile needs no keeping.
func settle(name string) error {
	f, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// settle does it for the folders that lead to an object and to what is known
// about it, the bucket's own included: making a bucket waits for no disk, since
// the first start of a server does it.
func (f *folder) settle(bucket, key string) error {
	object := filepath.Join(bucket, key)
	return errors.Join(
		settleUp(f.root, filepath.Dir(object)),
		settleUp(f.about.dir, filepath.Join(object, aboutFolder)),
	)
}

func settleUp(root, folder string) error {
	for ; folder != "."; folder = filepath.Dir(folder) {
		if err := settle(filepath.Join(root, folder)); err != nil {
			return err
		}
	}
	return settle(root)
}
