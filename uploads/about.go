package uploads

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/versity/versitygw/backend/meta"
)

// about keeps what is known of files besides their content (type, checksum, tag)
// in small files of its own, for file systems without extended attributes and
// for backups that drop them. It is the gateway's SideCar, told the absolute
// buckets of a folder and made to last.
type about struct {
	side      meta.SideCar
	dir, root string
}

// aboutFolder is where SideCar puts the attributes, one a file, in a folder named
// after the object.
const aboutFolder = "meta"

var _ meta.MetadataStorer = about{}

func openAbout(root, dir string) (about, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return about{}, fmt.Errorf("make the folder: %w", err)
	}
	side, err := meta.NewSideCar(dir)
	if err != nil {
		return about{}, fmt.Errorf("open the folder: %w", err)
	}
	return about{side: side, dir: dir, root: root}, nil
}

// name is the bucket, or a folder in it, without the root.
func (a about) name(place string) string {
	return strings.TrimPrefix(place, a.root+string(filepath.Separator))
}

func (a about) RetrieveAttribute(f *os.File, place, object, attribute string) ([]byte, error) {
	return a.side.RetrieveAttribute(f, a.name(place), object, attribute)
}

func (a about) StoreAttribute(f *os.File, place, object, attribute string, value []byte) error {
	if err := a.side.StoreAttribute(f, a.name(place), object, attribute, value); err != nil {
		return err
	}
	return settle(filepath.Join(a.dir, a.name(place), object, aboutFolder, attribute))
}

func (a about) DeleteAttribute(place, object, attribute string) error {
	return a.side.DeleteAttribute(a.name(place), object, attribute)
}

func (a about) ListAttributes(place, object string) ([]string, error) {
	return a.side.ListAttributes(a.name(place), object)
}

func (a about) DeleteAttributes(place, object string) error {
	return a.side.DeleteAttributes(a.name(place), object)
}

func (a about) RenameObject(place, from, to string) error {
	return a.side.RenameObject(a.name(place), from, to)
}
