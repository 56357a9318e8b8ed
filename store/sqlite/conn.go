package sqlite

import (
	"errors"
	"fmt"
	"math"
	"unsafe"

	"modernc.org/libc"
	lib "modernc.org/sqlite/lib"
)

// conn is one connection to the file, for one goroutine at a time. It speaks to
// SQLite's own functions: database/sql would take a lock, convert and copy
// twice for every row, which is what a page that is not in memory is made of.
type conn struct {
	tls   *libc.TLS
	db    uintptr
	stmts map[string]uintptr
	desk  uintptr // memory of SQLite's for texts and blobs that are handed to it
	room  int
}

// fault is SQLite's word for what went wrong.
type fault struct {
	code    int32
	message string
}

func (f *fault) Error() string { return fmt.Sprintf("sqlite: %s (%d)", f.message, f.code) }

var errMemory = errors.New("sqlite: out of memory")

// openConn opens the file, or makes it, and runs the pragmas.
func openConn(path string, pragmas ...string) (_ *conn, err error) {
	c := &conn{tls: libc.NewTLS(), stmts: map[string]uintptr{}}
	defer func() {
		if err != nil {
			err = errors.Join(err, c.close())
		}
	}()
	name, err := libc.CString(path)
	if err != nil {
		return nil, err
	}
	defer libc.Xfree(c.tls, name)
	out := libc.Xmalloc(c.tls, 8)
	if out == 0 {
		return nil, errMemory
	}
	defer libc.Xfree(c.tls, out)
	rc := lib.Xsqlite3_open_v2(c.tls, name, out, lib.SQLITE_OPEN_READWRITE|lib.SQLITE_OPEN_CREATE|lib.SQLITE_OPEN_NOMUTEX, 0)
	c.db = *(*uintptr)(memoryAt(out))
	if rc != lib.SQLITE_OK {
		return nil, c.fault(rc)
	}
	lib.Xsqlite3_extended_result_codes(c.tls, c.db, 1)
	lib.Xsqlite3_busy_timeout(c.tls, c.db, 10_000)
	for _, pragma := range pragmas {
		if err := c.query(`PRAGMA `+pragma, nil, nil); err != nil {
			return nil, fmt.Errorf("set %s: %w", pragma, err)
		}
	}
	return c, nil
}

// memoryAt is SQLite's memory at the address, which Go's collector leaves alone.
func memoryAt(address uintptr) unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Pointer(&address)) }

func (c *conn) fault(rc int32) error {
	f := &fault{rc, libc.GoString(lib.Xsqlite3_errstr(c.tls, rc))}
	if c.db != 0 {
		f.message = libc.GoString(lib.Xsqlite3_errmsg(c.tls, c.db))
	}
	return f
}

func (c *conn) close() (err error) {
	for _, stmt := range c.stmts {
		lib.Xsqlite3_finalize(c.tls, stmt)
	}
	if c.db != 0 {
		if rc := lib.Xsqlite3_close_v2(c.tls, c.db); rc != lib.SQLITE_OK {
			err = c.fault(rc)
		}
	}
	if c.desk != 0 {
		libc.Xfree(c.tls, c.desk)
	}
	c.tls.Close()
	return err
}

// prepared answers the statement for the SQL text, prepared once.
func (c *conn) prepared(text string) (uintptr, error) {
	if stmt, ok := c.stmts[text]; ok {
		return stmt, nil
	}
	sql, err := libc.CString(text)
	if err != nil {
		return 0, err
	}
	defer libc.Xfree(c.tls, sql)
	out := libc.Xmalloc(c.tls, 8)
	if out == 0 {
		return 0, errMemory
	}
	defer libc.Xfree(c.tls, out)
	if rc := lib.Xsqlite3_prepare_v2(c.tls, c.db, sql, int32(len(text)), out, 0); rc != lib.SQLITE_OK {
		return 0, fmt.Errorf("prepare %s: %w", text, c.fault(rc))
	}
	c.stmts[text] = *(*uintptr)(memoryAt(out))
	return c.stmts[text], nil
}

// query runs the statement and hands each row to the function, which must not
// use the connection. No function means that rows do not matter.
func (c *conn) query(text string, args []any, each func(row) error) error {
	stmt, err := c.prepared(text)
	if err != nil {
		return err
	}
	if err := c.bind(stmt, args); err != nil {
		return err
	}
	defer lib.Xsqlite3_reset(c.tls, stmt)
	for {
		switch rc := lib.Xsqlite3_step(c.tls, stmt); rc {
		case lib.SQLITE_DONE:
			return nil
		case lib.SQLITE_ROW:
			if each == nil {
				continue
			}
			if err := each(row{c.tls, stmt}); err != nil {
				return err
			}
		default:
			return c.fault(rc)
		}
	}
}

// bind hands the arguments over. Texts and blobs lie on the desk until the next
// statement.
func (c *conn) bind(stmt uintptr, args []any) error {
	long := 1
	for _, arg := range args {
		switch v := arg.(type) {
		case string:
			long += len(v)
		case []byte:
			long += len(v)
		}
	}
	if err := c.makeRoom(long); err != nil {
		return err
	}
	at := c.desk
	for i, arg := range args {
		n, rc := int32(i+1), int32(lib.SQLITE_OK)
		switch v := arg.(type) {
		case int64:
			rc = lib.Xsqlite3_bind_int64(c.tls, stmt, n, v)
		case float64:
			rc = lib.Xsqlite3_bind_double(c.tls, stmt, n, v)
		case string:
			copy(unsafe.Slice((*byte)(memoryAt(at)), len(v)), v)
			rc = lib.Xsqlite3_bind_text(c.tls, stmt, n, at, int32(len(v)), 0)
			at += uintptr(len(v))
		case []byte:
			copy(unsafe.Slice((*byte)(memoryAt(at)), len(v)), v)
			rc = lib.Xsqlite3_bind_blob(c.tls, stmt, n, at, int32(len(v)), 0)
			at += uintptr(len(v))
		default:
			return fmt.Errorf("sqlite: an argument of type %T", arg)
		}
		if rc != lib.SQLITE_OK {
			return c.fault(rc)
		}
	}
	return nil
}

func (c *conn) makeRoom(bytes int) error {
	if bytes <= c.room {
		return nil
	}
	if bytes > math.MaxInt32 {
		return errors.New("sqlite: a document is too long")
	}
	if c.desk != 0 {
		libc.Xfree(c.tls, c.desk)
	}
	c.room = max(bytes, 2*c.room, 4096)
	if c.desk = libc.Xmalloc(c.tls, lib.Tsize_t(c.room)); c.desk == 0 {
		c.room = 0
		return errMemory
	}
	return nil
}

// row is the row at which a statement stands. What it answers is a copy.
type row struct {
	tls  *libc.TLS
	stmt uintptr
}

func (r row) blob(column int) []byte {
	p := lib.Xsqlite3_column_blob(r.tls, r.stmt, int32(column))
	n := lib.Xsqlite3_column_bytes(r.tls, r.stmt, int32(column))
	out := make([]byte, n)
	if n > 0 {
		copy(out, unsafe.Slice((*byte)(memoryAt(p)), n))
	}
	return out
}

func (r row) text(column int) string {
	out := r.blob(column)
	return unsafe.String(unsafe.SliceData(out), len(out))
}

func (r row) whole(column int) int64 {
	return lib.Xsqlite3_column_int64(r.tls, r.stmt, int32(column))
}

// is says whether the first column holds the text or the whole number.
func (r row) is(value any) bool {
	switch v := value.(type) {
	case int64:
		return r.whole(0) == v
	case string:
		p := lib.Xsqlite3_column_blob(r.tls, r.stmt, 0)
		n := lib.Xsqlite3_column_bytes(r.tls, r.stmt, 0)
		return int(n) == len(v) && (n == 0 || unsafe.String((*byte)(memoryAt(p)), n) == v)
	}
	return false
}
