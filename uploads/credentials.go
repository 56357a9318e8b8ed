package uploads

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// needCredentials leaves c with both keys: those it has, else those in the file,
// else new ones, which it puts into the file for the next start.
func (c *Config) needCredentials(file string) error {
	switch {
	case c.AccessKey != "" && c.SecretKey != "":
		return nil
	case c.AccessKey != "" || c.SecretKey != "":
		return errors.New("an access key and a secret key are needed, or neither")
	}
	text, err := os.ReadFile(file)
	// Nothing hangs on the old ones, so the first start need not wait for the disk
	// to have them; a power cut may leave the file empty.
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(text) == 0 {
		// 20 characters are what S3 itself uses for an access key; the secret has
		// 260 random bits.
		text = []byte(rand.Text()[:20] + "\n" + rand.Text() + rand.Text() + "\n")
		err = keepSecret(file, text)
	}
	if err != nil {
		return fmt.Errorf("keep the credentials: %w", err)
	}
	keys := strings.Fields(string(text))
	if len(keys) != 2 {
		return fmt.Errorf("read the credentials: %s has to hold two words; remove it to get new ones", file)
	}
	c.AccessKey, c.SecretKey = keys[0], keys[1]
	return nil
}

// keepSecret writes a file that only its owner can read; nobody sees half of it.
func keepSecret(file string, text []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(file), filepath.Base(file)+".*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	_, err = f.Write(text)
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), file)
}
